import { describe, expect, it } from "vitest";
import { step } from "../../rules/engine.ts";
import { createFold } from "../../rules/fold.ts";
import { LIMITS, RULES } from "../../rules/catalogue.ts";
import { oneLimitTable } from "../../rules/limit-versions.ts";
import { limitTable } from "../../rules/limits.ts";
import { planStation } from "../../rules/plan.ts";
import { type Snapshot, keepSnapshot, takeSnapshot, thaw } from "../../rules/snapshot.ts";
import { tickTarget } from "../../rules/tick-target.ts";
import { DAY, HOUR, MINUTE, START, plantReadings, smallNetwork } from "../support/signals.ts";

describe("snapshots", () => {
  it("are the state, and stay it whatever the fold does after", () => {
    const network = smallNetwork();
    const fold = createFold(planStation(network, network.asset("S1")!, RULES), oneLimitTable(limitTable(network, LIMITS)));
    const readings = plantReadings({ network, from: START, to: START + 4 * HOUR, seed: 2 });
    for (const reading of readings.filter(({ at }) => at < START + 2 * HOUR)) step(fold, reading);
    const snapshot = takeSnapshot(fold);
    const copy = structuredClone(fold.state);
    const thawed = thaw(snapshot, fold.plan.watches.length);
    expect(thawed).toEqual(copy);
    thawed.gate.window.fill(0);
    for (const reading of readings.filter(({ at }) => at >= START + 2 * HOUR)) step(fold, reading);
    expect(thaw(snapshot, fold.plan.watches.length)).toEqual(copy);
  });

  it("are kept hourly for six hours, six-hourly for two days, daily for two weeks", () => {
    const kept: Snapshot[] = [];
    const from = Date.parse("2027-01-01T00:00:00Z");
    for (let at = from; at <= from + 30 * DAY; at += HOUR)
      keepSnapshot(kept, { at, slotCount: 0, decided: 0, bytes: new Uint8Array(), open: [] });
    const ages = kept.map(({ at }) => (from + 30 * DAY - at) / HOUR).reverse();
    expect(ages).toEqual([0, 1, 2, 3, 4, 5, 6, 12, 18, 24, 30, 36, 42, 48, ...Array.from({ length: 12 }, (_, index) => 72 + 24 * index)]);
  });
});

describe("tick target", () => {
  const now = START;
  it.each([
    ["follows the clock when up to date", now - 5000, now - 100, now - 1000],
    ["stays with the readings while a backlog arrives", now - 2 * HOUR, now - 100, now - 2 * HOUR],
    ["follows the clock again when nothing has come for half a minute", now - 2 * HOUR, now - 31_000, now - 1000],
    ["follows the clock when readings are less than three minutes old", now - 2 * MINUTE, now - 100, now - 1000],
    ["follows the clock for a station that never reported", undefined, undefined, now - 1000],
  ])("%s", (_name, watermark, lastReceivedAt, expected) => {
    expect(tickTarget({ now, watermark, lastReceivedAt })).toBe(expected);
  });
});
