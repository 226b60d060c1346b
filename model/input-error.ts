/**
 * A mistake in what a person gave us (a file, an option, a form): names the place, what was expected
 * and what was found. The process prints `message` and exits with 2; the API answers 400 with `details`.
 */
export class InputError extends Error {
  readonly place: string;
  readonly expected: string;
  readonly found: string;
  readonly suggestion: string | undefined;

  constructor(place: string, expected: string, found: string, suggestion?: string) {
    super(`${place}: expected ${expected}, found ${found}${suggestion ? `; ${suggestion}` : ""}`);
    this.name = "InputError";
    this.place = place;
    this.expected = expected;
    this.found = found;
    this.suggestion = suggestion;
  }
}

/** The known word nearest to `word` by edit distance, if it is near enough to be a typo of it. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    // Short words are few edits apart without a character in common: that is no typo.
    if (distance < bestDistance && distance < Math.max(word.length, candidate.length)) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitute = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitute, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
