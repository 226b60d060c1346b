import { beforeAll, describe, expect, it } from "vitest";
import type { Episode } from "../../model/finding.ts";
import type { SignalId } from "../../model/signals.ts";
import type { Fault } from "../../simulators/faults.ts";
import { at, expectWellTold, hear, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";
import type { PlantedRun } from "../support/planted-run.ts";

const ONSET = 6;
const REPAIRED = 24;
const bad = (kind: Fault["kind"], asset: string, signal: SignalId, more: { size?: number; untilHour?: number } = {}): Fault =>
  planted(kind, asset, ONSET, { signal, untilHour: REPAIRED, ...more });
const sensorFaultsOf = (run: PlantedRun, asset: string): Episode[] =>
  run.found("sensor_fault").filter((episode) => episode.asset === asset);

/** Every sensor of its own place, so that each has a finding of its own. */
const network = plantedNetwork({ circuits: 3, buildings: 1, units: 5, rooms: 1 });

interface Told {
  readonly name: string;
  readonly asset: string;
  readonly signals: readonly SignalId[];
  /** Hours from the onset to the finding at most. */
  readonly within: number;
  readonly words: RegExp;
}

function expectTold(run: PlantedRun, { asset, signals, within, words }: Told): void {
  const [found, ...more] = sensorFaultsOf(run, asset);
  expect(more).toEqual([]);
  expect(found!.severity).toBe("general");
  expect(hourOf(found!.detectedAt)).toBeGreaterThan(ONSET + 2);
  expect(hourOf(found!.detectedAt)).toBeLessThan(ONSET + within);
  expectWellTold(found!);
  expect(found!.evidence.map(({ signal }) => signal)).toEqual(signals);
  expect(found!.causes[0]!.id).toBe("sensor_fault");
  expect(found!.summary.en).toMatch(words);
}

describe("sensor fault: what cannot be is told after three hours", () => {
  const cases: readonly Told[] = [
    { name: "lone jumps", asset: "S1-A", signals: ["p2_return"], within: 9, words: /About \d+ lone jumps within six hours/ },
    { name: "supply and return swapped", asset: "S1-B", signals: ["t2_supply", "t2_return"], within: 4, words: /swapped\?/ },
    { name: "every second report failed", asset: "S1-C", signals: ["t2_return"], within: 6, words: /\d+ % of its last reports say/ },
    { name: "a unit's sensors swapped", asset: "S1-A-B1-U1", signals: ["t_supply", "t_return"], within: 6, words: /swapped\?/ },
    { name: "a jump faster than nature", asset: "S1", signals: ["t_out"], within: 13, words: /faster than nature/ },
  ];
  let run: PlantedRun;
  beforeAll(() => {
    run = plantedRun({
      seed: 3,
      network,
      toHour: 44,
      faults: [
        bad("sensor_spike", "S1-A", "p2_return", { size: 4 }),
        bad("sensor_swapped", "S1-B", "t2_supply"),
        bad("sensor_dead", "S1-C", "t2_return", { size: 0.5 }),
        bad("sensor_swapped", "S1-A-B1-U1", "t_supply"),
        bad("sensor_bias", "S1", "t_out", { size: 20 }),
        bad("sensor_dead", "S1-B-B1-U1-R1", "t_room", { size: 1, untilHour: 40 }),
      ],
    });
  });

  it.each(cases)("$name", (told) => {
    expectTold(run, told);
  });

  it("a room's sensor is told only after a day", () => {
    const [found, ...more] = sensorFaultsOf(run, "S1-B-B1-U1-R1");
    expect(more).toEqual([]);
    expect(found!.detectedAt - found!.since).toBeGreaterThanOrEqual(24 * 60 * MINUTE);
    expect(hourOf(found!.since) - ONSET).toBeLessThan(8);
  });

  it("no other sensor is doubted, and the doubt is over once after the repair", () => {
    expect(run.found("sensor_fault")).toHaveLength(cases.length + 1);
    for (const { asset, clearedAt } of run.found("sensor_fault")) {
      if (asset === "S1-B-B1-U1-R1") continue;
      expect(hourOf(clearedAt!), asset).toBeGreaterThan(REPAIRED);
      // Lone jumps fade from memory with a time constant of six hours.
      expect(hourOf(clearedAt!), asset).toBeLessThan(REPAIRED + (asset === "S1-A" ? 18 : 5));
    }
  });

  it("no other rule judged by what was not believed", () => {
    expect(new Set(run.host.episodes("S1").map(({ kind }) => kind))).toEqual(new Set(["sensor_fault"]));
  });
});

describe("sensor fault: what is unlike its usual is watched for longer", () => {
  const cases: readonly Told[] = [
    {
      name: "a meter with a wrong factor",
      asset: "S1",
      signals: ["h1_power"],
      within: 7,
      words: /Heat meter over flow times spread went from 1\.?\d* to/,
    },
    { name: "a supply off what its units get", asset: "S1-A", signals: ["t2_supply"], within: 16.5, words: /units' supply has moved by/ },
    {
      name: "noise",
      asset: "S1-B",
      signals: ["t2_return"],
      within: 8,
      words: /Jumps by [\d.]+ from sample to sample, \d+ times its usual/,
    },
    { name: "a frozen pressure", asset: "S1-C", signals: ["p2_return"], within: 20, words: /Has said \d+ for [\d.]+ h/ },
  ];
  let run: PlantedRun;
  beforeAll(() => {
    run = plantedRun({
      seed: 3,
      network,
      fromHour: -96,
      toHour: 40,
      pollMs: 2 * MINUTE,
      faults: [
        bad("sensor_unit", "S1", "h1_power", { size: 10 }),
        bad("sensor_bias", "S1-A", "t2_supply", { size: 6 }),
        bad("sensor_noise", "S1-B", "t2_return", { size: 60 }),
        bad("sensor_stuck", "S1-C", "p2_return", { untilHour: 30 }),
      ],
    });
  });

  it.each(cases)("$name", (told) => {
    expectTold(run, told);
  });

  it("nothing else is doubted, and all is over after the repair", () => {
    expect(run.found("sensor_fault")).toHaveLength(cases.length);
    for (const { asset, clearedAt } of run.found("sensor_fault")) {
      expect(hourOf(clearedAt!), asset).toBeGreaterThan(REPAIRED);
      expect(hourOf(clearedAt!), asset).toBeLessThan(40);
    }
  });
});

describe("sensor fault: what is none", () => {
  const small = plantedNetwork({ buildings: 1, units: 5 });

  it.each([
    ["a pump that stands for ten hours", [planted("pump_failure", "S1-A", 6, { size: 1, untilHour: 16 })]],
    ["a cold snap of 12 K", [planted("cold_snap", "S1", 0, { size: 12 })]],
    ["a night set-back beside the usual one", [planted("setback", "S1-A", -24, { size: 5 })]],
    ["a valve that hunts", [planted("valve_hunting", "S1-A", 2)]],
    ["a large leak", [planted("burst", "S1-A", 6, { size: 14, untilHour: 9 })]],
    ["a sensor that fails for an hour", [bad("sensor_dead", "S1-A", "t2_return", { size: 1, untilHour: ONSET + 1 })]],
    ["a sensor twice as noisy as usual", [bad("sensor_noise", "S1-A", "t2_supply", { size: 2 })]],
  ])("%s", (_, faults) => {
    expect(sensorFaultsOf(plantedRun({ seed: 8, network: small, toHour: 24, faults }), "S1-A")).toEqual([]);
  });

  it("a point that is missing for an hour and a half; one that is missing for five hours is one", () => {
    const readings = readingsOf({ seed: 8, network: small, toHour: 16 });
    const missing = (hours: number): Episode[] =>
      hear(readings, {
        network: small,
        pass: ({ point, value, at: time }) =>
          point.signal === "t2_return" && time >= at(ONSET) && time < at(ONSET + hours) ? undefined : value,
      }).found("sensor_fault");
    expect(missing(1.5)).toEqual([]);
    expect(missing(5.5)).toMatchObject([{ asset: "S1-A", since: at(ONSET + 2) }]);
    // The whole station is silent: that is no matter of its sensors.
    expect(
      hear(readings, { network: small, pass: ({ at: time, value }) => (time >= at(ONSET) ? undefined : value), untilHour: 16 }).found(
        "sensor_fault",
      ),
    ).toEqual([]);
  });

  it("is unknown before anything was observed", () => {
    const { trace } = hear([], { network: small });
    expect(trace("S1-A", "sensor_fault")).toEqual([]);
  });
});
