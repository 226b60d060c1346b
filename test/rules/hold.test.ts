import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Hold, advanceHold, opensAt } from "../../rules/hold.ts";
import type { Verdict } from "../../rules/rule.ts";

const MINUTE = 60_000;
const TIMES = { holdMs: 3 * MINUTE, keepMs: 2 * MINUTE };

/** Runs verdicts a minute apart: f general fault, F urgent fault, n normal, ? unknown. Answers the changes, one letter a minute. */
function run(verdicts: string, times = TIMES): string {
  let hold: Hold | undefined;
  let changes = "";
  Array.from(verdicts).forEach((letter, minute) => {
    const step = advanceHold(hold, verdictOf(letter), minute * MINUTE, times);
    hold = step.hold;
    changes += { none: ".", pending: "p", opened: "O", raised: "R", lowered: "L", dropped: "d", cleared: "C" }[step.change];
  });
  return changes;
}

function verdictOf(letter: string): Verdict {
  if (letter === "n") return { state: "normal" };
  if (letter === "?") return { state: "unknown" };
  return { state: "fault", severity: letter === "F" ? "urgent" : "general" };
}

describe("hold", () => {
  it.each([
    ["stays at rest", "nn?n", "...."],
    ["opens after the hold time", "fffff", "p..O."],
    ["drops a pending fault that goes away", "ffnff", "p.dp."],
    ["does not count unknown time", "ff??fff", "p.....O"],
    ["is not opened by unknown", "fff????", "p......"],
    ["clears after the keep time", "ffffnnn", "p..O..C"],
    ["starts the keep time again after a relapse", "ffffnnfnnn", "p..O.....C"],
    ["is not cleared by unknown", "ffffn????nnn", "p..O.......C"],
    ["raises at once", "ffffF", "p..OR"],
    ["lowers only after the keep time", "FFFFffff", "p..O..L."],
    ["does not lower for one look at a lower severity", "FFFFfFfF", "p..O...."],
    ["lowers by the known time only", "FFFFf???ff", "p..O......"],
    ["opens with the severity of the moment", "fffFf", "p..O."],
  ])("%s", (_name, verdicts, changes) => {
    expect(run(verdicts)).toBe(changes);
  });

  it("opens at once without a hold time, and for a verdict that brings its own", () => {
    expect(run("f", { holdMs: 0, keepMs: MINUTE })).toBe("O");
    const pending = advanceHold(undefined, { state: "fault" }, 0, TIMES).hold;
    expect(advanceHold(pending, { state: "fault", holdMs: MINUTE }, MINUTE, TIMES).change).toBe("opened");
  });

  it("tells when a pending fault would open", () => {
    const { hold } = advanceHold(undefined, { state: "fault" }, 5 * MINUTE, TIMES);
    expect(opensAt(hold!, { state: "fault" }, TIMES)).toBe(8 * MINUTE);
  });

  it("opens and clears in turn, never without enough known time, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("f", "F", "n", "?"), { maxLength: 80 }), (letters) => {
        const changes = Array.from(run(letters.join("")));
        let isOpen = false;
        changes.forEach((change, index) => {
          if (change === "O") {
            expect(isOpen).toBe(false);
            isOpen = true;
            // Four known faults without a normal between, the newest just now: three minutes.
            const past = letters.slice(0, index + 1).join("");
            expect(past.slice(past.lastIndexOf("n") + 1).replaceAll("?", "").length).toBeGreaterThanOrEqual(4);
          }
          if (change === "C") {
            expect(isOpen).toBe(true);
            isOpen = false;
            expect(letters[index]).toBe("n");
          }
          if (change === "R" || change === "L") expect(isOpen).toBe(true);
        });
      }),
    );
  });
});
