import { describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import { airLockLimits, airLockRule } from "../../rules/air-lock.ts";
import { RuleHost } from "../../rules/host.ts";
import { leakLimits } from "../../rules/leak-limits.ts";
import { leakRule } from "../../rules/leak.ts";
import type { Rule } from "../../rules/rule.ts";
import { underHeatedLimits, underHeatedRule } from "../../rules/under-heated.ts";
import { seededRandom } from "../support/random.ts";
import { MemoryHistory } from "../support/signals.ts";
import { playUnits, storyNetwork, type UnitStory } from "../support/unit-story.ts";
import { DAY_MS, HOUR_MS, STORY_START } from "../support/water-loop.ts";

/** Leak, air lock and under-heated unit in one circuit: late and shuffled delivery ends in the same findings as orderly delivery. */

const ONSET_MS = 2 * DAY_MS + 8 * HOUR_MS;
const story: UnitStory = {
  seed: 5,
  days: 4,
  unitCount: 8,
  flow: (unit, ms) => (ms < ONSET_MS ? 1 : unit === 3 ? 0.25 : unit === 5 ? 0.4 : 1),
  returnKpa: (ms) => (ms >= ONSET_MS - 5 * HOUR_MS && ms < ONSET_MS - 4 * HOUR_MS ? 180 : 265),
};
const network = storyNetwork(story);
const rules = [leakRule, airLockRule, underHeatedRule] as unknown as readonly Rule[];
const limits = { ...leakLimits, ...airLockLimits, ...underHeatedLimits };

const readings: Reading[] = [];
playUnits(
  story,
  network,
  (asset, signal, at, value) => {
    readings.push({ point: network.point(asset, signal)!, at, value });
    if (signal !== "t2_supply") return;
    const hours = (at - STORY_START) / HOUR_MS;
    const total = 1000 + 0.2 * hours + 1.5 * Math.max(0, hours - ONSET_MS / HOUR_MS);
    readings.push({ point: network.point(asset, "mk_total")!, at, value: Math.floor(total * 100) / 100 });
  },
  () => {},
);

function findings(batches: readonly (readonly Reading[])[]): string[] {
  const history = new MemoryHistory();
  const host = new RuleHost({ network, history: history.read, rules, limits });
  for (const batch of batches) {
    host.accept(history.commit(batch));
    host.settle();
  }
  host.tick(STORY_START + 4 * DAY_MS);
  return host
    .episodes("S1")
    .map(({ kind, asset, since, detectedAt, clearedAt, severity, summary }) =>
      [kind, asset, since, detectedAt, clearedAt, severity, summary.en].join(" "),
    );
}

function inBatches(list: readonly Reading[], size: number): Reading[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));
}

describe("late delivery", () => {
  const expected = findings(inBatches(readings, 500));

  it("finds the leak, the air and the starved units in the first place", () => {
    const kinds = new Set(expected.map((line) => line.split(" ").slice(0, 2).join(" ")));
    expect(kinds).toEqual(new Set(["leak S1-H", "air_lock U3", "air_lock U5", "under_heated U3", "under_heated U5"]));
  });

  it.each([1, 2, 3])("finds the same when a tenth of the readings comes up to an hour late (seed %i)", (seed) => {
    const random = seededRandom(seed);
    const arriving = readings
      .map((reading) => ({ reading, at: reading.at + (random() < 0.1 ? random() * HOUR_MS : 0) }))
      .sort((a, b) => a.at - b.at);
    expect(
      findings(
        inBatches(
          arriving.map(({ reading }) => reading),
          700,
        ),
      ),
    ).toEqual(expected);
  });

  it("finds the same when one unit's device sends its day at once", () => {
    const held = (reading: Reading): boolean =>
      reading.point.asset === "U6" && reading.at > STORY_START + 2 * DAY_MS && reading.at < STORY_START + 2.6 * DAY_MS;
    const cut = readings.findIndex(({ at }) => at >= STORY_START + 2.6 * DAY_MS);
    const before = readings.slice(0, cut).filter((reading) => !held(reading));
    expect(findings([...inBatches(before, 500), readings.filter(held), ...inBatches(readings.slice(cut), 500)])).toEqual(expected);
  });
});
