import { createSignal } from "solid-js";
import type { Language, Text } from "../../model/text.ts";
import type { chinese } from "./chinese.ts";

/** Typed texts of the dashboard: a key that is missing in one language, or a placeholder that is not filled, does not compile. */

type Chinese = typeof chinese;
type WordKey = keyof Chinese;
type Dictionary = Readonly<Record<WordKey, string>>;

type Placeholder<Sentence extends string> = Sentence extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholder<Rest> : never;
/** Keys of sentences without placeholders. */
export type PlainKey = { [Key in WordKey]: Placeholder<Chinese[Key]> extends never ? Key : never }[WordKey];
type Fillings<Key extends WordKey> =
  Placeholder<Chinese[Key]> extends never ? [] : [values: Readonly<Record<Placeholder<Chinese[Key]>, string | number>>];

export interface Words {
  /** The sentence of a key in the chosen language, its {placeholders} filled. */
  readonly t: <Key extends WordKey>(key: Key, ...values: Fillings<Key>) => string;
  /** A text of the model in the chosen language. */
  readonly say: (text: Text) => string;
}

/** Each dictionary is a chunk of its own: nobody fetches a language that they do not read. */
const DICTIONARIES: Readonly<Record<Language, () => Promise<Dictionary>>> = {
  zh: async () => (await import("./chinese.ts")).chinese,
  en: async () => (await import("./english.ts")).english,
};

export interface SwitchableWords extends Words {
  /** Changes the language as soon as its dictionary is here; a dictionary that cannot be fetched leaves the language as it is. */
  readonly use: (language: Language) => Promise<void>;
}

/** The words of a language. Rejects when its dictionary cannot be fetched. */
export async function loadWords(first: Language): Promise<SwitchableWords> {
  const [spoken, setSpoken] = createSignal({ language: first, dictionary: await DICTIONARIES[first]() });
  let wanted = first;
  return {
    t: (key, ...values) => fill(spoken().dictionary[key], values[0]),
    say: (text) => text[spoken().language],
    use: async (language) => {
      wanted = language;
      if (spoken().language === language) return;
      const dictionary = await DICTIONARIES[language]().catch(() => undefined);
      // Switched back meanwhile: the last choice counts, not the last answer.
      if (dictionary !== undefined && wanted === language) setSpoken({ language, dictionary });
    },
  };
}

/** Fills `{n}`; English may write `{n|household|households}`, which gives "1 household" and "2 households". */
function fill(sentence: string, values: Readonly<Record<string, string | number>> | undefined): string {
  return values === undefined
    ? sentence
    : sentence.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
        const value = values[name];
        if (value === undefined) return whole;
        return one === undefined ? String(value) : `${value} ${Number(value) === 1 ? one : many}`;
      });
}
