import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areaOfLeakM2 } from "../../simulators/leak.ts";
import {
  type PressureActions,
  type PressureFacts,
  pressureOf,
  type PressureState,
  startPressure,
  stepPressure,
} from "../../simulators/pressure.ts";
import { distance } from "./distance.ts";

const FACTS: PressureFacts = {
  startKpa: 250,
  stopKpa: 280,
  control: "band",
  pumpM3h: 8,
  elasticityLKpa: 6,
  drainKpa: 170,
  baselineM3h: 0.35,
  reliefKpa: 360,
};
const QUIET: PressureActions = {
  leakAreaM2: 0,
  leakAboveKpa: 0,
  baselineFactor: 1,
  drainM3h: 0,
  drawM3h: 0,
  growthM3h: 0,
  inflowM3h: 0,
  makeupReady: true,
  makeupShare: 1,
  setShiftKpa: 0,
  suctionAboveKpa: 0,
};

function run(
  state: PressureState,
  seconds: number,
  actions: Partial<PressureActions> = {},
  facts = FACTS,
  watch?: (second: number) => void,
): void {
  for (let second = 10; second <= seconds; second += 10) {
    stepPressure(state, facts, { ...QUIET, ...actions }, 10);
    watch?.(second);
  }
}

describe("pressure", () => {
  it("falls 25 kPa/min when 9 m³/h more leaves than the pump can bring (DOMAIN 3.3)", () => {
    const state = startPressure(FACTS, 249);
    run(state, 60, { drainM3h: 17, baselineFactor: 0 });
    expect(distance(249 - state.kpa, 25)).toBeLessThanOrEqual(0.5);
    expect(state.pumpOn).toBe(true);
  });

  it("collapses in a burst beyond the pump, and the leak falls with the pressure", () => {
    const state = startPressure(FACTS, 260);
    run(state, 3600, { leakAreaM2: areaOfLeakM2(30) });
    expect(state.kpa).toBeLessThan(60);
    expect(state.lostM3).toBeLessThan(30);
    expect(state.makeupM3).toBeGreaterThan(7);
  });

  it("keeps the band: starts at 250, stops at 280, brings 0.35 m³/h in a few short runs an hour", () => {
    const state = startPressure(FACTS, 270);
    let starts = 0;
    let on = false;
    let least = Infinity;
    let most = 0;
    run(state, 86_400, {}, FACTS, () => {
      if (state.pumpOn && !on) starts++;
      on = state.pumpOn;
      least = Math.min(least, state.kpa);
      most = Math.max(most, state.kpa);
    });
    expect(least).toBeGreaterThan(248);
    expect(most).toBeLessThan(285);
    expect(distance(state.makeupM3 / 24, 0.35)).toBeLessThanOrEqual(0.02);
    expect(starts).toBeGreaterThan(30);
    expect(starts).toBeLessThan(60);
  });

  it("holds a frequency-controlled pump at one pressure with a small steady flow", () => {
    const facts = { ...FACTS, control: "vfd" as const };
    const state = startPressure(facts, 270);
    run(state, 7200, {}, facts);
    expect(state.kpa).toBeGreaterThan(278);
    expect(distance(state.makeupM3h, 0.35)).toBeLessThanOrEqual(0.02);
  });

  it("falls slowly and steadily when the makeup pump is dead", () => {
    const state = startPressure(FACTS, 280);
    run(state, 3600, { makeupReady: false });
    expect(distance(280 - state.kpa, 56)).toBeLessThanOrEqual(4);
    expect(state.makeupM3).toBe(0);
  });

  it("opens the relief valve when warming water has nowhere to go", () => {
    const state = startPressure(FACTS, 340);
    run(state, 7200, { growthM3h: 1.2 });
    expect(state.kpa).toBeLessThan(385);
    expect(state.kpa).toBeGreaterThan(355);
  });

  it("gives more water per kPa once the risers run empty", () => {
    expect(pressureOf(FACTS, 6 * 200)).toBe(200);
    expect(pressureOf(FACTS, 6 * 170 - 180)).toBeCloseTo(160);
    expect(pressureOf(FACTS, -1e6)).toBe(0);
  });

  it("loses and gains no water by itself, whatever happens", () => {
    const flow = fc.double({ min: 0, max: 40, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(flow, flow, fc.double({ min: -3, max: 3, noNaN: true }), fc.boolean()), { minLength: 1, maxLength: 40 }),
        fc.constantFrom("band" as const, "vfd" as const),
        (steps, control) => {
          const facts = { ...FACTS, control };
          const state = startPressure(facts, 265);
          const heldAtStartM3 = state.heldL / 1000;
          for (const [leakM3h, drawM3h, growthM3h, makeupReady] of steps)
            run(state, 120, { leakAreaM2: areaOfLeakM2(leakM3h), drawM3h, growthM3h, makeupReady }, facts);
          expect(state.heldL / 1000 - heldAtStartM3).toBeCloseTo(state.makeupM3 + state.grownM3 - state.lostM3 - state.drawnM3, 6);
          expect(state.kpa).toBeGreaterThanOrEqual(0);
        },
      ),
      { seed: 5, numRuns: 100 },
    );
  });
});
