import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { constantWeather } from "../simulators/small-plant.ts";
import { at, DAY, expectWellTold, hear, HOUR, hourOf, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 2, units: 5 });
/** Two and a half days show what each unit usually does. */
const span = { network, seed: 2, fromHour: -60, pollMs: 300_000 } as const;
const UNIT = "S1-A-B1-U2";
const ONSET = 2;
const REPAIRED = 20;
const closed = (variant: string, size: number): Fault => planted("closed_valve", UNIT, ONSET, { variant, size, untilHour: REPAIRED });

describe("closed valve: what is found", () => {
  it.each([
    { name: "shut by hand", variant: "by_hand", size: 1, within: 6, words: /No circulation: supply [\d.]+ °C/ },
    { name: "half shut by hand", variant: "by_hand", size: 0.65, within: 13, words: /The flow fell at once and stays low/ },
    {
      name: "half shut by its own motor",
      variant: "actuator",
      size: 0.65,
      within: 7,
      words: /not where it was told: valve at \d+ %, command \d+ %/,
    },
    { name: "half shut by command", variant: "command", size: 0.65, within: 10, words: /Starved since the valve closed by \d+ %/ },
  ])("$name: once, at that unit alone, and over within hours", ({ variant, size, within, words }) => {
    const found = plantedRun({ ...span, toHour: 28, faults: [closed(variant, size)] }).found("closed_valve");
    expect(found.map(({ asset }) => asset)).toEqual([UNIT]);
    const [shut] = found;
    expect(shut!.severity).toBe("general");
    expect(Math.abs(shut!.since - at(ONSET))).toBeLessThan(2 * HOUR);
    expect(hourOf(shut!.detectedAt)).toBeLessThan(ONSET + within);
    expect(shut!.summary.en).toMatch(words);
    expectWellTold(shut!);
    expect(shut!.evidence.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["valve_pos", "t_return", "t_supply"]));
    expect(shut!.causes[0]!.id).toBe("closed_valve");
    expect(hourOf(shut!.clearedAt!)).toBeGreaterThan(REPAIRED);
    expect(hourOf(shut!.clearedAt!)).toBeLessThan(REPAIRED + 4);
  });

  it("is urgent in hard frost where nothing circulates", () => {
    const found = plantedRun({ ...span, fromHour: -24, toHour: 12, weather: constantWeather(-13), faults: [closed("by_hand", 1)] }).found(
      "closed_valve",
    );
    expect(found).toMatchObject([{ asset: UNIT, severity: "urgent" }]);
  });
});

describe("closed valve: by its own feedback", () => {
  let healthy: Reading[];
  beforeAll(() => {
    healthy = readingsOf({ ...span, fromHour: -24, toHour: 14 });
  });
  /** The unit's feedback and command are others from the onset on; so is its return, by as many kelvin. */
  const foundWith = (position: number, command: number, returnK = -10, untilHour = 14) =>
    hear(healthy, {
      network,
      pass: ({ point, value, at: time }) => {
        if (point.asset !== UNIT || value === null || time < at(ONSET) || time >= at(untilHour)) return value;
        if (point.signal === "valve_pos") return position;
        if (point.signal === "valve_set") return command;
        return point.signal === "t_return" ? value + returnK : value;
      },
    }).found("closed_valve");

  it("a feedback below 10 % is found within three hours", () => {
    const [shut, ...more] = foundWith(4, 4);
    expect(more).toEqual([]);
    expect(shut!.asset).toBe(UNIT);
    expect(hourOf(shut!.detectedAt)).toBeLessThanOrEqual(ONSET + 3);
    expect(shut!.causes[0]).toMatchObject({ id: "closed_valve" });
    expect(shut!.causes[0]!.share).toBeGreaterThan(0.7);
  });

  it("so is one that does not follow its command", () => {
    expect(foundWith(40, 80)).toHaveLength(1);
    // Ten per cent are the tolerance of feedback and drive.
    expect(foundWith(72, 80, 0)).toEqual([]);
  });

  it("a feedback that says shut while the unit cools its water as ever is none", () => {
    expect(foundWith(4, 4, 0)).toEqual([]);
  });

  it("neither is one shut for less than an hour", () => {
    expect(foundWith(4, 4, -10, ONSET + 0.75)).toEqual([]);
  });

  it("without any report of the unit it is unknown", () => {
    const run = hear(healthy, { network, pass: ({ point, value }) => (point.asset === UNIT ? undefined : value) });
    expect(run.found("closed_valve")).toEqual([]);
    expect(run.trace(UNIT, "closed_valve").at(-1)!.state).toBe("unknown");
  });
});

describe("closed valve: what is none", () => {
  it.each<[string, Fault]>([
    ["a unit filter that clogs over five days", planted("under_heated", UNIT, -48, { variant: "filter", size: 0.7, rampMs: 5 * DAY })],
    ["radiators that are too small", planted("under_heated", UNIT, ONSET, { variant: "undersized", size: 0.3 })],
    ["open windows", planted("window_open", UNIT, ONSET, { size: 2 })],
    ["a fifth of its flow less", planted("closed_valve", UNIT, ONSET, { size: 0.2 })],
    ["a valve closed for an hour", planted("closed_valve", UNIT, ONSET, { size: 1, untilHour: ONSET + 1 })],
    ["a night set-back", planted("setback", "S1-A", -24, { size: 5 })],
    ["a pump that stands for three hours", planted("pump_failure", "S1-A", ONSET, { size: 1, untilHour: ONSET + 3 })],
    ["a cold snap", planted("cold_snap", "S1", 0, { size: 12 })],
  ])("%s", (_, fault) => {
    expect(plantedRun({ ...span, fromHour: -48, pollMs: 600_000, toHour: 30, faults: [fault] }).found("closed_valve")).toEqual([]);
  });

  it("air in the riser after the pump had stopped", () => {
    const run = plantedRun({
      ...span,
      toHour: 24,
      faults: [
        planted("pump_failure", "S1-A", ONSET - 1, { size: 1, untilHour: ONSET - 0.5 }),
        planted("air_lock", UNIT, ONSET, { size: 0.6 }),
      ],
    });
    expect(run.found("air_lock").map(({ asset }) => asset)).toEqual([UNIT]);
    expect(run.found("closed_valve")).toEqual([]);
  });
});
