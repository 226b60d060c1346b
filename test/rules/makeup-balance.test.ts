import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BalanceInput,
  balanceOfHour,
  balanceOver,
  capacityLKpa,
  counterStepM3,
  expansionM3,
  HOUR_MS,
  learnCapacity,
  QUARTER_MS,
  startMakeupBalance,
  takeIn,
} from "../../rules/makeup-balance.ts";
import type { Sample } from "../../rules/rule.ts";
import { seededRandom } from "../support/random.ts";

const START = 490_000 * HOUR_MS;
const settings = { waterVolumeM3: 105, makeupM3hMax: 20, pumpRatedM3h: 8 };
const NOTHING: readonly Sample[] = [];

function series(intervalMs: number, hours: number, value: (ms: number) => number): Sample[] {
  return Array.from({ length: Math.floor((hours * HOUR_MS) / intervalMs) + 1 }, (_, index) => ({
    at: START + index * intervalMs,
    value: value(index * intervalMs),
  }));
}

const input = (makeup: readonly Sample[], more: Partial<BalanceInput> = {}): BalanceInput => ({
  source: "total",
  makeup,
  supplyC: NOTHING,
  returnC: NOTHING,
  kpa: NOTHING,
  intervalMs: 60_000,
  ...more,
});

describe("makeup balance", () => {
  it("expands 105 m³ by about 44 L per kelvin (DOMAIN 3.4)", () => {
    expect(1000 * expansionM3(105, 45, 46)).toBeGreaterThan(41);
    expect(1000 * expansionM3(105, 45, 46)).toBeLessThan(47);
    expect(expansionM3(105, 46, 45)).toBeCloseTo(-expansionM3(105, 45, 46), 4);
  });

  it.each([10, 60, 300])("is the totaliser's slope with pulses of 10 L, reported every %i s", (seconds) => {
    const balance = startMakeupBalance();
    takeIn(balance, input(series(seconds * 1000, 2, (ms) => Math.floor((1000 + (0.6 * ms) / HOUR_MS) * 100) / 100)), settings);
    expect(Math.abs(balanceOfHour(balance, START / HOUR_MS, 6, 0.7).lossM3h - 0.6)).toBeLessThan(0.03);
  });

  it("takes expansion and pressure holding out, whatever the water and the vessel do", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -6, max: 6, noNaN: true }),
        fc.double({ min: -40, max: 40, noNaN: true }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (warmingK, riseKpa, lossM3h) => {
          const balance = startMakeupBalance();
          const share = (ms: number): number => ms / HOUR_MS;
          const temperature = series(60_000, 1, (ms) => 45 + warmingK * share(ms));
          const makeup = series(
            60_000,
            1,
            (ms) => 500 + lossM3h * share(ms) - expansionM3(105, 45, 45 + warmingK * share(ms)) + (6 * riseKpa * share(ms)) / 1000,
          );
          const kpa = series(60_000, 1, (ms) => 265 + riseKpa * share(ms));
          takeIn(balance, input(makeup, { supplyC: temperature, returnC: temperature, kpa }), settings);
          const found = balanceOfHour(balance, START / HOUR_MS, 6, 0.7).lossM3h;
          expect(Math.abs(found - lossM3h)).toBeLessThan(0.03);
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  });

  it("gives the same balance in one piece or bit by bit", () => {
    const makeup = series(60_000, 3, (ms) => 1000 + Math.floor(ms / 1_700_000) * 0.31);
    const kpa = series(60_000, 3, (ms) => 250 + ((ms / 60_000) % 30));
    const whole = startMakeupBalance();
    takeIn(whole, input(makeup, { kpa }), settings);
    const pieces = startMakeupBalance();
    for (let ms = QUARTER_MS; ms <= 3 * HOUR_MS; ms += QUARTER_MS) {
      const seen = (sample: Sample): boolean => sample.at <= START + ms && sample.at > START + ms - HOUR_MS;
      takeIn(pieces, input(makeup.filter(seen), { kpa: kpa.filter(seen) }), settings);
    }
    const wholeM3h = balanceOver(whole, START / QUARTER_MS + 11, 12, 6, 0.7).lossM3h;
    expect(balanceOver(pieces, START / QUARTER_MS + 11, 12, 6, 0.7).lossM3h).toBeCloseTo(wholeM3h, 6);
  });

  it("tells a rollover from a reset, a replacement and a spike", () => {
    expect(counterStepM3(99_999.98, 0.02, 60_000, 20)).toBeCloseTo(0.04, 6);
    expect(counterStepM3(1031.4, 0, 60_000, 20)).toBeUndefined();
    expect(counterStepM3(1031.4, 7300, 60_000, 20)).toBeUndefined();
    expect(counterStepM3(1031.4, 1031.39, 60_000, 20)).toBeCloseTo(-0.01, 6);
    expect(counterStepM3(1031.4, 1031.5, 10_000, 20)).toBeCloseTo(0.1, 6);
  });

  it("leaves out the step of a replaced counter and goes on with the new one", () => {
    const balance = startMakeupBalance();
    takeIn(balance, input(series(60_000, 1, (ms) => (ms < HOUR_MS / 2 ? 1000 : 3) + (0.6 * ms) / HOUR_MS)), settings);
    const { lossM3h, coverage } = balanceOfHour(balance, START / HOUR_MS, 6, 0.7);
    expect(lossM3h).toBeCloseTo(0.6, 2);
    expect(coverage).toBeLessThan(1);
  });

  it("does not know an hour of which less than 70 % is covered", () => {
    const gap = series(60_000, 1, (ms) => 1000 + ms / HOUR_MS).filter(({ at }) => at - START < 600_000 || at - START > 3_000_000);
    const balance = startMakeupBalance();
    takeIn(balance, input(gap), settings);
    expect(balanceOfHour(balance, START / HOUR_MS, 6, 0.7).lossM3h).toBeNaN();
    expect(balanceOfHour(balance, START / HOUR_MS, 6, 0.2).lossM3h).toBeCloseTo(1, 3);
  });

  it("integrates flow or pump state where there is no totaliser, but not across holes", () => {
    const pulses = (ms: number): number => ((ms / 60_000) % 10 < 1 ? 1 : 0);
    const flow = startMakeupBalance();
    takeIn(
      flow,
      input(
        series(60_000, 1, (ms) => 8 * pulses(ms)),
        { source: "flow" },
      ),
      settings,
    );
    expect(balanceOfHour(flow, START / HOUR_MS, 6, 0.7).lossM3h).toBeCloseTo(0.8, 1);
    const pump = startMakeupBalance();
    takeIn(pump, input(series(60_000, 1, pulses), { source: "pump" }), settings);
    expect(balanceOfHour(pump, START / HOUR_MS, 6, 0.7).lossM3h).toBeCloseTo(0.8, 1);
    const sparse = startMakeupBalance();
    takeIn(
      sparse,
      input(
        series(600_000, 1, () => 8),
        { source: "flow" },
      ),
      settings,
    );
    expect(balanceOfHour(sparse, START / HOUR_MS, 6, 0.7).lossM3h).toBeNaN();
  });

  it("learns the loop's capacity from a sawing pressure, and keeps the default where it is steady", () => {
    const saw = (capacity: number, swing: number): number => {
      const random = seededRandom(3);
      const balance = startMakeupBalance();
      let kpa = 265;
      let total = 1000;
      for (let quarter = 0; quarter < 400; quarter++) {
        const rise = swing * (random() - 0.5);
        const at = START + quarter * QUARTER_MS;
        const makeup = [0, 1].map((step) => ({ at: at + step * 600_000, value: total + step * (0.1 + (capacity * rise) / 1000) }));
        const pressure = [0, 1].map((step) => ({ at: at + step * 600_000, value: kpa + step * rise + (random() - 0.5) }));
        takeIn(balance, input(makeup, { kpa: pressure }), settings);
        learnCapacity(balance, at / QUARTER_MS);
        total = makeup[1]!.value;
        kpa = pressure[1]!.value;
      }
      return capacityLKpa(balance, 6);
    };
    expect(Math.abs(saw(4, 60) - 4)).toBeLessThan(0.5);
    expect(Math.abs(saw(9, 60) - 9)).toBeLessThan(0.5);
    expect(saw(9, 2)).toBe(6);
  });
});
