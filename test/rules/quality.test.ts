import { describe, expect, it } from "vitest";
import type { SignalId } from "../../model/signals.ts";
import { FAILED, GOOD, SUSPECT, admit, createGate, growGate, trimExcluded } from "../../rules/quality.ts";
import { createSeries, samplesSince } from "../../rules/series.ts";

const MINUTE = 60_000;

function feed(
  signal: SignalId,
  values: readonly (number | null)[],
  intervalMs = MINUTE,
): { seen: number[]; quality: number; gate: ReturnType<typeof createGate> } {
  const gate = createGate();
  growGate(gate, 1);
  const series = createSeries("circuit");
  values.forEach((value, index) => admit(gate, 0, signal, index * intervalMs, value, series));
  return { seen: samplesSince(series, 0, values.length * intervalMs).map((sample) => sample.value), quality: gate.quality[0]!, gate };
}

describe("quality gate", () => {
  it("withholds a lone spike for good", () => {
    const { seen, gate } = feed("p2_return", [265, 264, 266, 265, 0, 265, 264]);
    expect(seen).toEqual([265, 264, 266, 265, 265, 264]);
    expect(gate.excluded).toEqual([0, 4 * MINUTE]);
  });

  it("believes a step once the next sample confirms it, both samples", () => {
    expect(feed("p2_return", [265, 264, 266, 180]).quality).toBe(SUSPECT);
    expect(feed("p2_return", [265, 264, 266, 180, 120]).seen).toEqual([265, 264, 266, 180, 120]);
    expect(feed("p2_return", [265, 264, 266, 180, 120, 118]).quality).toBe(GOOD);
  });

  it("does not take two spikes to opposite sides for a step", () => {
    expect(feed("t2_supply", [50, 50.2, 50.1, 0, 99, 50.3]).seen).toEqual([50, 50.2, 50.1, 50.3]);
  });

  it("lets a fall of 25 kPa/min through at once", () => {
    expect(feed("p2_return", [265, 265, 240, 215, 190]).seen).toEqual([265, 265, 240, 215, 190]);
  });

  it("marks a failed sensor and takes it back when it works", () => {
    expect(feed("t2_supply", [50, null]).quality).toBe(FAILED);
    expect(feed("t2_supply", [50, null, 50.4])).toMatchObject({ seen: [50, 50.4], quality: GOOD });
  });

  it("follows a totaliser through large numbers, and a replaced meter after two samples", () => {
    expect(feed("mk_total", [800_000_000, 800_000_001, 800_000_001.5, 800_000_002]).seen).toHaveLength(4);
    expect(feed("mk_total", [1000, 1000.1, 0.1, 0.2, 0.3]).seen).toEqual([1000, 1000.1, 0.1, 0.2, 0.3]);
    expect(feed("mk_total", [1000, 1000.1, 0.1, 1000.2]).seen).toEqual([1000, 1000.1, 1000.2]);
  });

  it("never withholds what switches", () => {
    expect(feed("mk_pump", [0, 1, 0, 1]).seen).toEqual([0, 1, 0, 1]);
    expect(feed("valve_pos", [80, 0, 80]).seen).toEqual([80, 0, 80]);
  });

  it("takes the first value after a long silence as it comes", () => {
    const gate = createGate();
    growGate(gate, 1);
    const series = createSeries("circuit");
    for (const [at, value] of [
      [0, 50],
      [MINUTE, 50],
      [8 * 60 * MINUTE, 20],
    ] as const)
      admit(gate, 0, "t2_supply", at, value, series);
    expect(gate.quality[0]).toBe(GOOD);
  });

  it("knows the median interval after five readings", () => {
    expect(feed("t2_supply", [50, 50, 50, 50], 10_000).gate.interval[0]).toBeNaN();
    expect(feed("t2_supply", [50, 50, 50, 50, 50], 10_000).gate.interval[0]).toBe(10_000);
  });

  it("forgets withheld values that no series can hold any more", () => {
    const { gate } = feed("p2_return", [265, 264, 266, 265, 0, 265, 264, 0, 266]);
    trimExcluded(gate, 5 * MINUTE);
    expect(gate.excluded).toEqual([0, 7 * MINUTE]);
  });
});
