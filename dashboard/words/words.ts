import type { Language, Text } from "../../model/text.ts";
import { en } from "./en.ts";
import { stationEn } from "./station-en.ts";
import { stationZh } from "./station-zh.ts";
import { ticketsEn } from "./tickets-en.ts";
import { ticketsZh } from "./tickets-zh.ts";
import { zh } from "./zh.ts";

/** Typed texts of the dashboard: a key that is missing in one language, or a placeholder that is not filled, does not compile. */

/** One file of sentences per area of the dashboard; here they become one dictionary per language. */
const ZH = { ...zh, ...stationZh, ...ticketsZh };
const EN: Readonly<Record<keyof typeof ZH, string>> = { ...en, ...stationEn, ...ticketsEn };

type WordKey = keyof typeof ZH;

type Placeholder<Sentence extends string> = Sentence extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholder<Rest> : never;
/** Keys of sentences without placeholders. */
export type PlainKey = { [Key in WordKey]: Placeholder<(typeof ZH)[Key]> extends never ? Key : never }[WordKey];
type Fillings<Key extends WordKey> =
  Placeholder<(typeof ZH)[Key]> extends never ? [] : [values: Readonly<Record<Placeholder<(typeof ZH)[Key]>, string | number>>];

export interface Words {
  /** The sentence of a key in the chosen language, its {placeholders} filled. */
  readonly t: <Key extends WordKey>(key: Key, ...values: Fillings<Key>) => string;
  /** A text of the model in the chosen language. */
  readonly say: (text: Text) => string;
}

const DICTIONARIES: Readonly<Record<Language, Readonly<Record<WordKey, string>>>> = { zh: ZH, en: EN };

export function createWords(language: () => Language): Words {
  return {
    t: (key, ...values) => fill(DICTIONARIES[language()][key], values[0]),
    say: (text) => text[language()],
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
