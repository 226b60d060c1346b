/** What a dead letter is about, read from its line; ids and signals never need escapes there. */

export interface LetterSubject {
  readonly asset: string;
  readonly fields: readonly string[];
  /** Epoch ms. */
  readonly at: number;
}

/** Undefined for a line that none of our writers makes. */
export function readDeadLetter(line: string): LetterSubject | undefined {
  const [, tags = "", fields = "", at = ""] = /^[a-z0-9_]+((?:,[^ ,]+)*) ([^ ]+) (\d+)$/.exec(line) ?? [];
  const asset = /,id=([^,]+)/.exec(tags)?.[1];
  if (asset === undefined) return undefined;
  return { asset, fields: fields.split(",").map((field) => field.slice(0, field.indexOf("="))), at: Number(at) };
}
