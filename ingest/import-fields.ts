/** The fields of one line of a table (RFC 4180, with any one-character delimiter). */

export const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

const QUOTE = '"';

/** Cuts a line into `into` and returns how many fields it has; -1 when a quoted field goes on in the next line. */
export function splitFields(line: string, delimiter: string, into: string[]): number {
  let count = 0;
  let start = 0;
  for (;;) {
    if (line[start] === QUOTE) {
      const end = endOfQuoted(line, start + 1);
      if (end === -1) return -1;
      let field = line.slice(start + 1, end);
      if (field.includes(QUOTE)) field = field.replaceAll('""', QUOTE);
      let next = line.indexOf(delimiter, end + 1);
      if (next === -1) next = line.length;
      // What stands behind the closing quote is not lost: the field is then no number and is rejected.
      into[count++] = field + line.slice(end + 1, next);
      if (next === line.length) return count;
      start = next + 1;
      continue;
    }
    const next = line.indexOf(delimiter, start);
    if (next === -1) {
      into[count++] = line.slice(start);
      return count;
    }
    into[count++] = line.slice(start, next);
    start = next + 1;
  }
}

function endOfQuoted(line: string, from: number): number {
  for (let at = line.indexOf(QUOTE, from); at !== -1; at = line.indexOf(QUOTE, at + 2)) if (line[at + 1] !== QUOTE) return at;
  return -1;
}

/** The delimiter that cuts these lines into the most fields, and into as many each. */
export function detectDelimiter(lines: readonly string[]): Delimiter {
  const fields: string[] = [];
  let best: Delimiter = ",";
  let bestFields = 1;
  for (const delimiter of DELIMITERS) {
    const counts = lines.map((line) => splitFields(line, delimiter, fields));
    const common = Math.min(...counts.filter((count) => count > 1));
    const agreeing = counts.filter((count) => count >= common).length;
    if (Number.isFinite(common) && agreeing * 2 > counts.length && common > bestFields) {
      best = delimiter;
      bestFields = common;
    }
  }
  return best;
}
