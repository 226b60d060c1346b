import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alarmLoad } from "../../evaluation/alarm-load.ts";
import type { WorldOutcome } from "../../evaluation/outcome.ts";
import { scoreWorlds } from "../../evaluation/score.ts";
import { fHalf, quantile, wilson } from "../../evaluation/shares.ts";
import { fault, HOUR, hours, ticket, world } from "./outcomes.ts";

/** Two leaks found, one missed, one too small to be seen, one false ticket, one call that came too late. */
function usual(): WorldOutcome {
  const first = fault("leak", "S1-H", 10, 60);
  const second = fault("leak", "S2-H", 10, 60);
  return world({
    faults: [first, second, fault("air_lock", "S1-B1-U1", 100, 148), fault("leak", "S1-H", 180, 200, { hidden: "too small" })],
    tickets: [ticket("leak", "S1-H", 14), ticket("leak", "S2-H", 20), ticket("under_heated", "S2-B1-U2", 150)],
    calls: [
      { at: hours(30), asset: "S1-B1-U1", station: "S1", cause: first.id },
      { at: hours(12), asset: "S2-B1-U1", station: "S2", cause: second.id },
      { at: hours(5), asset: "S2-B1-U1", station: "S2", cause: undefined },
    ],
  });
}

describe("the score", () => {
  it("counts what CONTRACT 7 names", () => {
    const { total, kinds, seeds, stationDays, missed, false: falses } = scoreWorlds([usual()]);
    expect({ seeds, stationDays }).toEqual({ seeds: [1], stationDays: 20 });
    expect(total).toMatchObject({
      planted: 4,
      detectable: 3,
      found: 2,
      rightKind: 2,
      amongThree: 2,
      beforeFirstCall: 1,
      called: 2,
      calledBefore: 1,
      duplicates: 0,
      falseTickets: 1,
      falsePer100StationDays: 5,
      medianDelayMs: 4 * HOUR,
      p90DelayMs: 10 * HOUR,
      maxPer10Min: 1,
    });
    expect(total.precision).toBeCloseTo(2 / 3, 12);
    expect(total.recall).toBeCloseTo(2 / 3, 12);
    expect(total.f05).toBeCloseTo(2 / 3, 12);
    expect(kinds.leak).toMatchObject({ planted: 3, detectable: 2, found: 2, falseTickets: 0, recall: 1 });
    expect(kinds.air_lock).toMatchObject({ detectable: 1, found: 0, recall: 0, medianDelayMs: null });
    expect(kinds.under_heated).toMatchObject({ planted: 0, falseTickets: 1, precision: 0, recall: null });
    expect(missed.map(({ kind }) => kind)).toEqual(["air_lock"]);
    expect(falses.map(({ kind }) => kind)).toEqual(["under_heated"]);
  });

  it("healthy station-days leave out faults and the day after them; a false ticket spoils the days on which it stands", () => {
    // S1 has faults in the hours 10-60, 100-148 and 180-200: with the day after each none of its ten days is healthy; S2 in the hours 10-60: its last six are.
    const { total } = scoreWorlds([usual()]);
    expect(total.healthyStationDays).toBe(6);
    expect(total.accuracy).toBeCloseTo(5 / 6, 12);
  });

  it("earliness is one in the first half of a fault, a half at three quarters, nothing when missed", () => {
    const at = (hour: number): number | null =>
      scoreWorlds([world({ faults: [fault("leak", "S1-H", 0, 40)], tickets: [ticket("leak", "S1-H", hour)] })]).total.earliness;
    expect(at(15)).toBe(1);
    expect(at(30)).toBeCloseTo(0.5, 12);
    expect(scoreWorlds([world({ faults: [fault("leak", "S1-H", 0, 40)] })]).total.earliness).toBe(0);
  });

  it("without any fault there is no recall, and every day without a ticket is right", () => {
    const { total } = scoreWorlds([world()]);
    expect(total).toMatchObject({ recall: null, precision: null, f05: null, accuracy: 1, falsePer100StationDays: 0 });
  });

  it("names found faults by what the first ticket called them", () => {
    const outcome = world({ faults: [fault("air_lock", "S1-B1-U1", 0, 48)], tickets: [ticket("under_heated", "S1-B1-U1", 5)] });
    expect(scoreWorlds([outcome]).confusion).toEqual({ air_lock: { under_heated: 1 } });
  });
});

const assetArb = fc.constantFrom("S1", "S1-H", "S1-B1", "S1-B1-U1", "S1-B1-U2", "S2-H", "S2-B1-U1");
const kindArb = fc.constantFrom("leak", "burst", "air_lock", "under_heated", "offline", "sensor_fault", "low_pressure" as const);
const faultsArb = fc.array(
  fc
    .tuple(kindArb, assetArb, fc.integer({ min: -20, max: 200 }), fc.integer({ min: 1, max: 90 }))
    .map(([kind, asset, from, long]) => fault(kind, asset, from, from + long)),
  { maxLength: 6 },
);
const ticketsArb = fc.array(
  fc.tuple(kindArb, assetArb, fc.integer({ min: 0, max: 230 })).map(([kind, asset, at]) => ticket(kind, asset, at)),
  { maxLength: 8 },
);

describe("properties of the score", () => {
  it("does not depend on the order of faults, tickets or worlds", () => {
    fc.assert(
      fc.property(faultsArb, ticketsArb, faultsArb, ticketsArb, (faults, tickets, otherFaults, otherTickets) => {
        const one = world({ faults, tickets });
        const other = world({ faults: otherFaults, tickets: otherTickets, seed: 2 });
        const turned = world({ faults: faults.toReversed(), tickets: tickets.toReversed() });
        const { missed: _missed, false: _false, scenarios: _scenarios, ...score } = scoreWorlds([one, other]);
        const { missed: _m, false: _f, scenarios: _s, ...again } = scoreWorlds([other, turned]);
        expect(again).toEqual(score);
      }),
    );
  });

  it("a further false ticket never raises precision, accuracy or F0.5, and changes nothing about recall", () => {
    fc.assert(
      fc.property(faultsArb, ticketsArb, fc.integer({ min: 0, max: 230 }), (faults, tickets, at) => {
        const before = scoreWorlds([world({ faults, tickets })]).total;
        // Nothing planted here explains a clock.
        const wrong = ticket("clock_skew", "S2", at);
        const noClock = faults.filter(({ kind, station }) => station !== "S2" || kind !== "offline");
        const base = noClock.length === faults.length ? before : scoreWorlds([world({ faults: noClock, tickets })]).total;
        const after = scoreWorlds([world({ faults: noClock, tickets: [...tickets, wrong] })]).total;
        expect(after.falseTickets).toBe(base.falseTickets + 1);
        expect(after.precision ?? 0).toBeLessThanOrEqual(base.precision ?? 1);
        expect(after.accuracy ?? 0).toBeLessThanOrEqual(base.accuracy ?? 1);
        expect(after.f05 ?? 0).toBeLessThanOrEqual(base.f05 ?? 1);
        expect(after.recall).toBe(base.recall);
      }),
    );
  });

  it("counts never exceed what they are part of, and every ticket has one verdict", () => {
    fc.assert(
      fc.property(faultsArb, ticketsArb, (faults, tickets) => {
        const { total } = scoreWorlds([world({ faults, tickets })]);
        expect(total.detectable).toBeLessThanOrEqual(total.planted);
        expect(total.found).toBeLessThanOrEqual(total.detectable);
        expect(total.rightKind).toBeLessThanOrEqual(total.amongThree);
        expect(total.amongThree).toBeLessThanOrEqual(total.found);
        expect(total.beforeFirstCall).toBeLessThanOrEqual(total.found);
        for (const [low, high] of Object.values(total.intervals).filter((interval) => interval !== null)) {
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(1);
          expect(low).toBeLessThanOrEqual(high);
        }
      }),
    );
  });
});

describe("alarm load", () => {
  it("counts ten minutes that slide, and floods in ten minutes of the clock", () => {
    const minute = 1 / 60;
    const tickets = Array.from({ length: 12 }, (_, index) => ticket("offline", "S1", 5 + index * 0.5 * minute));
    const load = alarmLoad([world({ tickets })]);
    expect(load.maxPer10Min).toBe(12);
    expect(load.floodShare).toBeCloseTo(1 / 1440, 12);
    // 12 tickets of 2 stations in 1,440 ten minutes are 1,200 of 200 stations.
    expect(load.meanPer10Min).toBeCloseTo(1200 / 1440, 12);
  });

  it("two bursts of tickets eleven minutes apart are not one", () => {
    const tickets = [5, 5.01, 5 + 11 / 60].map((at) => ticket("offline", "S1", at));
    expect(alarmLoad([world({ tickets })]).maxPer10Min).toBe(2);
  });

  it("a ticket of three days stands for two of ten", () => {
    const load = alarmLoad([world({ tickets: [ticket("leak", "S1-H", 0, { closedAt: hours(72) })] })]);
    expect(load.standing).toBeCloseTo((2 / 20) * 200, 12);
  });

  it("three relapses within a day chatter, three in three days do not", () => {
    const relapsing = (gap: number): number =>
      alarmLoad([world({ tickets: [ticket("leak", "S1-H", 0, { relapsedAt: [hours(1), hours(1 + gap), hours(1 + 2 * gap)] })] })])
        .chattering;
    expect(relapsing(2)).toBe(1);
    expect(relapsing(20)).toBe(0);
  });
});

describe("shares", () => {
  it("Wilson's interval is that of the textbook: 8 of 10 lies in 0.490 … 0.943", () => {
    const [low, high] = wilson(8, 10)!;
    expect(low).toBeCloseTo(0.4902, 4);
    expect(high).toBeCloseTo(0.9433, 4);
    expect(wilson(0, 0)).toBeNull();
  });

  it("quantiles are values that occur", () => {
    expect(quantile([5, 1, 3, 2, 4], 0.5)).toBe(3);
    expect(quantile([5, 1, 3, 2, 4], 0.9)).toBe(5);
    expect(quantile([], 0.5)).toBeNull();
  });

  it("F0.5 weighs precision more", () => {
    expect(fHalf(0.5, 1)).toBeCloseTo((1.25 * 0.5) / (0.125 + 1), 12);
    expect(fHalf(1, 0.5)!).toBeGreaterThan(fHalf(0.5, 1)!);
    expect(fHalf(0, 0)).toBe(0);
    expect(fHalf(null, 0)).toBe(0);
    expect(fHalf(null, 1)).toBeNull();
  });
});
