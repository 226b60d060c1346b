import { expect, test } from "vitest";
import { createQuietWarn } from "../../ingest/quiet-log.ts";

test("a line is said once a minute for each subject, with the number of times it was not", () => {
  const lines: string[] = [];
  const clock = { now: 0 };
  const warn = createQuietWarn({ info: () => {}, warn: (text) => lines.push(text), error: () => {} }, () => clock.now);
  for (let each = 0; each < 100; each++) warn("a", "a fails");
  warn("b", "b fails");
  clock.now = 60_000;
  warn("a", "a fails");
  expect(lines).toEqual(["a fails", "b fails", "a fails (and 99 more times since)"]);
});
