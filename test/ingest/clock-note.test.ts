import { describe, expect, it } from "vitest";
import { withClockNote } from "../../ingest/clock-note.ts";
import { newClock } from "../../ingest/clock.ts";
import { createGateways } from "../../ingest/gateways.ts";
import type { Reading } from "../../model/reading.ts";
import { START, pointOf, smallNetwork } from "../support/signals.ts";

const network = smallNetwork();
const reading = (at: number): Reading => ({ point: pointOf(network, "S1-A", "t2_supply"), at, value: 50 });
const told = (readings: readonly Reading[]): unknown =>
  readings.filter(({ point }) => point.signal === "clock_offset").map(({ point, at, value }) => [point.asset, at, value]);

describe("a note on a gateway's clock", () => {
  it("is written when the clock goes wrong, drifts by more than 5 s and is right again; at the newest time of the message", () => {
    const gateway = createGateways(10).get("gw");
    const next = (offsetMs: number, at: number): unknown => {
      gateway.clock.offsetMs = offsetMs;
      return told(withClockNote(network, "S1", gateway, [reading(at - 1000), reading(at)]));
    };
    expect(next(0, START)).toEqual([]);
    expect(next(-600_000, START + 60_000)).toEqual([["S1", START + 60_000, 600]]);
    expect(next(-602_000, START + 120_000)).toEqual([]);
    expect(next(-607_000, START + 180_000)).toEqual([["S1", START + 180_000, 607]]);
    expect(next(0, START + 240_000)).toEqual([["S1", START + 240_000, 0]]);
    expect(next(0, START + 300_000)).toEqual([]);
  });

  it("takes back after a restart what an earlier run said, and repeats nothing", () => {
    const skewed = { ...newClock(), verdict: "skewed" as const, offsetMs: 3_600_000 };
    const still = createGateways(10, { gw: skewed }).get("gw");
    expect(told(withClockNote(network, "S1", still, [reading(START)]))).toEqual([]);
    const cured = createGateways(10, { gw: skewed }).get("gw");
    cured.clock.offsetMs = 0;
    expect(told(withClockNote(network, "S1", cured, [reading(START)]))).toEqual([["S1", START, 0]]);
  });

  it("says nothing of a message without readings or without a gateway", () => {
    const gateway = createGateways(10).get("gw");
    gateway.clock.offsetMs = 600_000;
    expect(withClockNote(network, "S1", gateway, [])).toEqual([]);
    expect(told(withClockNote(network, "S1", undefined, [reading(START)]))).toEqual([]);
    expect(told(withClockNote(network, undefined, gateway, [reading(START)]))).toEqual([]);
  });
});
