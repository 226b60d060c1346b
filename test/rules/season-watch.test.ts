import { describe, expect, it } from "vitest";
import { LIMITS, RULES } from "../../rules/catalogue.ts";
import { engineRun } from "../support/engine-run.ts";
import { HOUR, MINUTE, smallNetwork } from "../support/signals.ts";

/** What signals say of the season where the calendar says that a network is being filled. */

const network = smallNetwork({ buildings: 1, units: 1 });
const FROM = network.season.filling! + 48 * HOUR;

function phases(headKpa: (hour: number) => number, hours: number): Map<number, string> {
  const run = engineRun(network, RULES, LIMITS);
  const told = new Map<number, string>();
  for (let minutes = 0; minutes <= hours * 60; minutes += 5) {
    const at = FROM + minutes * MINUTE;
    run.put("S1-A", "t2_supply", at, 14);
    run.put("S1-A", "p2_return", at, 250);
    run.put("S1-A", "p2_supply", at, 250 + headKpa(minutes / 60));
    run.tick(at);
    if (minutes % 60 === 0) told.set(minutes / 60, run.fold.view.phase);
  }
  return told;
}

describe("a loop that is filled", () => {
  it("circulates cold after three hours of running pumps, and a stop of an hour does not end that", () => {
    const told = phases((hour) => (hour >= 2 && !(hour >= 8 && hour < 9) ? 150 : 0), 12);
    expect(told.get(1)).toBe("filling");
    expect(told.get(4)).toBe("filling");
    expect(told.get(6)).toBe("cold_circulation");
    expect(told.get(9)).toBe("cold_circulation");
    expect(told.get(12)).toBe("cold_circulation");
  });

  it("is filled again when the pumps have stood for six hours", () => {
    const told = phases((hour) => (hour < 6 ? 150 : 0), 16);
    expect(told.get(5)).toBe("cold_circulation");
    expect(told.get(11)).toBe("cold_circulation");
    expect(told.get(13)).toBe("filling");
  });
});
