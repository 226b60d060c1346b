import { expect, test } from "vitest";
import { createQuietWarn } from "../../ingest/quiet-log.ts";

interface Heard {
  readonly lines: string[];
  readonly clock: { now: number };
  readonly warn: ReturnType<typeof createQuietWarn>;
}

function listen(): Heard {
  const lines: string[] = [];
  const clock = { now: 0 };
  return { lines, clock, warn: createQuietWarn({ info: () => {}, warn: (text) => lines.push(text), error: () => {} }, () => clock.now) };
}

test("a line is said once a minute for each subject, with the number of times it was not", () => {
  const { lines, clock, warn } = listen();
  for (let each = 0; each < 100; each++) warn("a", "a fails");
  warn("b", "b fails");
  clock.now = 60_000;
  warn("a", "a fails");
  expect(lines).toEqual(["a fails", "b fails", "a fails (and 99 more times since)"]);
});

test("a stranger who makes up subjects cannot fill the log: beyond a thousand a minute they share a line", () => {
  const { lines, clock, warn } = listen();
  for (let each = 0; each < 50_000; each++) warn(`stranger ${each}`, `stranger ${each} was refused`);
  expect(lines).toHaveLength(1_001);
  warn("stranger 7", "one that had its line already");
  expect(lines).toHaveLength(1_001);
  clock.now = 60_000;
  warn("stranger 60000", "stranger 60000 was refused");
  expect(lines.at(-1)).toBe("stranger 60000 was refused");
});

test("a line is cut, and a clock that was set back silences nothing", () => {
  const { lines, clock, warn } = listen();
  clock.now = 3_600_000;
  warn("a", "x".repeat(5_000));
  expect(lines[0]).toHaveLength(501);
  clock.now = 0;
  warn("a", "again");
  expect(lines).toHaveLength(2);
});
