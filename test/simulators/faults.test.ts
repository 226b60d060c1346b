import { describe, expect, it } from "vitest";
import { FAULT_KINDS } from "../../model/finding.ts";
import { InputError } from "../../model/input-error.ts";
import { suctionKpa } from "../../simulators/circuit-step.ts";
import {
  checkFaults,
  DISTURBANCE_KINDS,
  DISTURBANCES,
  disturbanceOf,
  type DisturbanceKind,
  type Fault,
  faultShare,
  faultSize,
  gatewaySilent,
  isActive,
  variantOf,
} from "../../simulators/faults.ts";
import { distance } from "./distance.ts";
import { MINUTE, ONSET, planted, plantWith } from "./planted.ts";
import { DAY, HOUR, type Reference, referenceNetwork } from "./small-plant.ts";

const network = referenceNetwork();
const PLANT_KINDS = DISTURBANCE_KINDS.filter((kind) => disturbanceOf(kind).acts === "plant");

/** Where a kind is planted in the reference network. */
function placeOf(kind: DisturbanceKind): string {
  const { levels } = disturbanceOf(kind);
  if (levels.includes("circuit")) return "S1-H";
  return levels.includes("unit") ? "B7-U2" : "S1";
}

describe("faults as data", () => {
  it("grow over their ramp and end at their repair", () => {
    const leak = planted("leak", 2, { rampMs: 4 * HOUR, repairAt: ONSET + 10 * HOUR });
    expect(faultShare(leak, ONSET - 1)).toBe(0);
    expect(faultSize(leak, ONSET + HOUR)).toBeCloseTo(0.5);
    expect(faultSize(leak, ONSET + 9 * HOUR)).toBe(2);
    expect([ONSET - 1, ONSET, ONSET + 10 * HOUR - 1, ONSET + 10 * HOUR].map((at) => isActive(leak, at))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(faultShare(leak, ONSET + 10 * HOUR)).toBe(0);
  });

  it("exist for every kind of ticket, mild and severe within what the kind allows", () => {
    const truths = new Set(DISTURBANCE_KINDS.map((kind) => disturbanceOf(kind).truth));
    for (const kind of FAULT_KINDS) expect(truths).toContain(kind);
    for (const kind of DISTURBANCE_KINDS) {
      const { mild, severe, range, alsoRight, truth } = disturbanceOf(kind);
      for (const size of [mild, severe]) {
        expect(size).toBeGreaterThanOrEqual(range[0]);
        expect(size).toBeLessThanOrEqual(range[1]);
      }
      expect(alsoRight).not.toContain(truth);
    }
  });

  it("know which of them are none", () => {
    expect(DISTURBANCE_KINDS.filter((kind) => disturbanceOf(kind).truth === undefined)).toEqual([
      "maintenance_drain",
      "planned_filling",
      "draw_off_storm",
      "pump_switchover",
      "setback",
      "window_open",
      "suspended_unit",
      "cold_snap",
      "sun_on_sensor",
      "backfill",
    ]);
  });

  it("come about in the first way of their kind when none is named", () => {
    expect(variantOf(planted("leak", 1))).toBe("mains_supply");
    expect(variantOf(planted("leak", 1, { variant: "station" }))).toBe("station");
    expect(variantOf(planted("setback", 1))).toBe(DISTURBANCES.setback.variants[0]);
    expect(variantOf(planted("imbalance", 1))).toBeUndefined();
  });
});

describe("a fault that cannot be", () => {
  it.each([
    [planted("burst", 5, { asset: "S9" }), 'faults[0]: burst on S9: expected an asset of the network, found "S9"; did you mean "S1"?'],
    [planted("air_lock", 0.5), "expected an asset of level unit or building, found circuit S1-H"],
    [planted("leak", -1), "expected a magnitude of 0 or more, at most 400 (m³/h at 300 kPa), found -1"],
    [planted("closed_valve", 1.2, { asset: "B1" }), "at most 1"],
    [planted("leak", NaN), "found NaN"],
    [planted("leak", 1, { onset: NaN }), "expected an onset in epoch ms"],
    [planted("leak", 1, { rampMs: -1 }), "expected a ramp of 0 ms or more, found -1"],
    [planted("leak", 1, { repairAt: ONSET }), "expected a repair after the onset"],
    [planted("maintenance_drain", 1), "expected repairAt"],
    [planted("leak", 1, { variant: "mains_suply" }), 'found "mains_suply"; did you mean "mains_supply"?'],
    [planted("imbalance", 1, { variant: "some" }), "expected no variant"],
    [planted("sensor_bias", 1), "expected a signal"],
    [planted("sensor_bias", 1, { signal: "t_room" }), 'expected a signal that a circuit can have, found "t_room"'],
    [planted("leak", 1, { signal: "mk_total" }), "expected no signal"],
    [planted("suspended_unit", 1, { asset: "B1-U1" }), "a unit that the network file calls suspended"],
    [{ ...planted("leak", 1), kind: "leek" as "leak" }, 'faults[0]: expected a kind of disturbance, found "leek"; did you mean "leak"?'],
  ])("is refused with its place, what was expected and what was found: %#", (fault, message) => {
    const refusal = (): void => checkFaults([fault], network);
    expect(refusal).toThrow(InputError);
    expect(refusal).toThrow(message);
  });

  it("is named by where it was written, and keeps a plant from being built", () => {
    expect(() => checkFaults([planted("leak", 1), planted("leak", -1)], network, (index) => `storm.yaml:${10 + index}`)).toThrow(
      "storm.yaml:11: leak on S1-H",
    );
    expect(() => plantWith([planted("offline", 1)])).toThrow("level station");
  });
});

describe("a silent gateway", () => {
  it("is one that is off, or one without battery in a power failure, from onset to repair", () => {
    const until = { asset: "S1", repairAt: ONSET + HOUR };
    const off = planted("offline", 1, until);
    expect([-1, 0, HOUR - 1, HOUR].map((after) => gatewaySilent([off], "S1", ONSET + after))).toEqual([false, true, true, false]);
    expect(gatewaySilent([off], "S2", ONSET)).toBe(false);
    expect(gatewaySilent([planted("power_failure", 1, { ...until, variant: "dark" })], "S1", ONSET)).toBe(true);
    expect(gatewaySilent([planted("power_failure", 1, until)], "S1", ONSET)).toBe(false);
  });

  it("changes nothing in the plant", () => {
    const at = ONSET + 30 * MINUTE;
    expect(plantWith([planted("offline", 1, { asset: "S1" })]).plant.sample(at)).toEqual(plantWith([]).plant.sample(at));
  });
});

/** What an engineer would look at to see whether all is well again. */
function state({ plant, circuit }: Reference): Record<string, number> {
  const station = plant.stations[0]!.state;
  const { units, valve } = circuit;
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / units.count;
  return {
    supplyC: circuit.supplyC,
    setC: circuit.setC,
    flow: circuit.flow,
    suctionKpa: suctionKpa(circuit),
    returnC: mean(units.returnSensorC),
    leastReturnC: Math.min(...units.returnSensorC),
    mostReturnC: Math.max(...units.returnSensorC),
    roomC: mean(units.roomC),
    leastRoomC: Math.min(...units.roomC),
    gasL: Math.max(...units.gasL),
    // Beyond the deadband, and never in different places.
    valveGapPct: Math.max(0, Math.abs(valve.positionPct - valve.commandPct) - 1.5) + Math.abs(valve.positionPct - valve.plugPct),
    strainer: circuit.strainerFactor,
    primaryReturnC: circuit.primaryReturnC,
    tankShort: Math.max(0, 1 - station.tankM),
    floorL: station.floorL,
  };
}
const TOLERANCE: Record<string, number> = { suctionKpa: 31, supplyC: 1, mostReturnC: 1, leastReturnC: 1, primaryReturnC: 2.5, flow: 0.01 };

describe("a repair", () => {
  const sound = plantWith([], -3);
  const after = ONSET + 4 * DAY;
  sound.plant.advance(after);
  const expected = state(sound);

  it.each(PLANT_KINDS.flatMap((kind) => (disturbanceOf(kind).variants ?? [undefined]).map((variant) => [kind, variant] as const)))(
    "of %s (%s) brings the plant back to where it would be",
    (kind, variant) => {
      // A mild one of another way goes the same way, only less far.
      const sizes = variant === disturbanceOf(kind).variants?.[0] ? (["mild", "severe"] as const) : (["severe"] as const);
      for (const size of sizes) {
        const more: Partial<Fault> = { asset: placeOf(kind), repairAt: ONSET + 8 * HOUR, ...(variant === undefined ? {} : { variant }) };
        const reference = plantWith([planted(kind, size, more)], -3);
        reference.plant.advance(after);
        const seen = state(reference);
        for (const [name, value] of Object.entries(seen))
          expect(distance(value, expected[name]!), `${kind} ${size}: ${name}`).toBeLessThanOrEqual(TOLERANCE[name] ?? 0.5);
      }
    },
  );
});

describe("the plant with faults", () => {
  it("is the same whatever is asked when, and another with another seed", () => {
    const faults = PLANT_KINDS.map((kind) => planted(kind, "mild", { asset: placeOf(kind), repairAt: ONSET + 2 * DAY }));
    const at = ONSET + 5 * HOUR;
    const [often, once, other] = [plantWith(faults), plantWith(faults), plantWith(faults, 0, { seed: 2 })];
    for (let minute = 0; minute < 290; minute += 7) often.plant.sample(ONSET + minute * MINUTE);
    often.plant.advance(at);
    once.plant.advance(at);
    other.plant.advance(at);
    expect(state(often)).toEqual(state(once));
    expect(state(other)).not.toEqual(state(once));
  });

  it("stays within what is possible under all of them at once", () => {
    const faults = PLANT_KINDS.flatMap((kind) =>
      (disturbanceOf(kind).variants ?? [undefined]).map((variant) =>
        planted(kind, "severe", { asset: placeOf(kind), repairAt: ONSET + 3 * DAY, ...(variant === undefined ? {} : { variant }) }),
      ),
    );
    const reference = plantWith(faults, -8);
    for (let hour = 0; hour < 100; hour += 2) {
      reference.plant.advance(ONSET + hour * HOUR);
      for (const [name, value] of Object.entries(state(reference))) expect(Number.isFinite(value), name).toBe(true);
      expect(suctionKpa(reference.circuit)).toBeGreaterThanOrEqual(0);
      expect(reference.circuit.supplyC).toBeLessThan(110);
      expect(Math.min(...reference.circuit.units.roomC)).toBeGreaterThan(-10);
    }
  });
});
