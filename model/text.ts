/** A sentence in both languages of the product. Every text that a person reads is one of these. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

export type Language = keyof Text;
export const LANGUAGES = ["zh", "en"] as const satisfies readonly Language[];
