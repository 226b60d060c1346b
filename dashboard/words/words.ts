import { createSignal } from "solid-js";
import type { Language, Text } from "../../model/text.ts";
import type { chinese } from "./chinese.ts";
import type { rulesZh } from "./rules-zh.ts";

/** Typed texts of the dashboard: a key that is missing in one language, or a placeholder that is not filled, does not compile. */

type Chinese = typeof chinese & typeof rulesZh;
type WordKey = keyof Chinese;
type Dictionary = Readonly<Record<WordKey, string>>;
/** Sentences that are fetched with the screen that says them; those of all other screens come with the page. */
export type WordPart = Readonly<Record<Language, () => Promise<Readonly<Partial<Dictionary>>>>>;

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
  /** Adds the sentences of a part, also to the languages spoken later. Rejects when they cannot be fetched. */
  readonly learn: (part: WordPart) => Promise<void>;
}

/** Each dictionary is a chunk of its own: nobody fetches a language that they do not read. */
const DICTIONARIES: WordPart = {
  zh: async () => (await import("./chinese.ts")).chinese,
  en: async () => (await import("./english.ts")).english,
};

export interface SwitchableWords extends Words {
  /** Changes the language as soon as its dictionary is here; a dictionary that cannot be fetched leaves the language as it is. */
  readonly use: (language: Language) => Promise<void>;
}

/** The words of a language. Rejects when its dictionary cannot be fetched. */
export async function loadWords(first: Language): Promise<SwitchableWords> {
  const parts = new Set([DICTIONARIES]);
  const read = async (language: Language): Promise<Dictionary> =>
    Object.assign({}, ...(await Promise.all([...parts].map((part) => part[language]())))) as Dictionary;
  const [spoken, setSpoken] = createSignal({ language: first, dictionary: await read(first) });
  let wanted = first;
  return {
    t: (key, ...values) => fill(spoken().dictionary[key], values[0]),
    say: (text) => text[spoken().language],
    learn: async (part) => {
      if (parts.has(part)) return;
      const { language } = spoken();
      const learned = await part[language]();
      parts.add(part);
      // The language was switched meanwhile: its dictionary was read without the part.
      const now = spoken();
      setSpoken(
        now.language === language
          ? { language, dictionary: { ...now.dictionary, ...learned } }
          : { ...now, dictionary: await read(now.language) },
      );
    },
    use: async (language) => {
      wanted = language;
      if (spoken().language === language) return;
      const dictionary = await read(language).catch(() => undefined);
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
