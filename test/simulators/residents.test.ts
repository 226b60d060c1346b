import { describe, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import { KIND_WORDS } from "../../model/words.ts";
import { hourOfDay } from "../../model/zone.ts";
import { SYMPTOMS } from "../../tickets/complaint.ts";
import type { Fault } from "../../simulators/faults.ts";
import { createFlats, flatC } from "../../simulators/flats.ts";
import { HABITS, type Habits } from "../../simulators/habits.ts";
import { generateNetwork, NETWORK_SIZE } from "../../simulators/network-generator.ts";
import { type Call, createResidents, willingness } from "../../simulators/residents.ts";
import { unseenCalls } from "../../simulators/unseen-calls.ts";
import { constantWeather, DAY, HOUR, referencePlant, START } from "./small-plant.ts";

const MINUTE = 60_000;
const quiet: Habits = { ...HABITS.usual, unseenPer1000Season: 0 };

/** Calls of some days in the reference circuit (20 buildings of 3 units, 17 flats each) at constant frost. */
function callsOf(
  faults: readonly Fault[],
  options: { days?: number; habits?: Habits; seed?: number; outdoorC?: number; stepMs?: number } = {},
): Call[] {
  const { days = 4, habits = quiet, seed = 1, outdoorC = -4, stepMs = 30 * MINUTE } = options;
  const { network, plant } = referencePlant({ seed, faults, weather: constantWeather(outdoorC) });
  const residents = createResidents({ plant, network, seed, faults, habits });
  const calls: Call[] = [];
  for (let from = START; from < START + days * DAY; from += stepMs) calls.push(...residents.calls(from, from + stepMs));
  return calls;
}
const fault = (more: Partial<Fault> & Pick<Fault, "kind" | "asset">): Fault => ({
  onset: START + 8 * HOUR,
  rampMs: 0,
  magnitude: 1,
  ...more,
});
const closed = fault({ kind: "closed_valve", asset: "B7-U2" });

describe("residents of a unit whose valve was closed", () => {
  const calls = callsOf([closed]);

  it("call because they are cold, hours later and never with a diagnosis; nobody else does", () => {
    expect(calls.length).toBeGreaterThan(3);
    for (const call of calls) {
      expect(call).toMatchObject({ asset: "B7-U2", symptom: "cold", cause: "F001-closed_valve-B7-U2" });
      for (const { zh } of Object.values(KIND_WORDS)) expect(call.text).not.toContain(zh);
    }
    expect(calls[0]!.at - closed.onset).toBeGreaterThan(6 * HOUR);
    expect(calls[0]!.at - closed.onset).toBeLessThan(60 * HOUR);
  });

  it("are several, call by day while it is only cold, and again when nobody helped for a day", () => {
    const byFlat = new Map<string, number[]>();
    for (const { text, at } of calls) {
      const flat = text.split("，")[0]!;
      byFlat.set(flat, [...(byFlat.get(flat) ?? []), at]);
    }
    expect(byFlat.size).toBeGreaterThan(2);
    const early = calls.filter(({ at }) => at < closed.onset + 30 * HOUR).map(({ at }) => hourOfDay("Asia/Shanghai", at));
    for (const hour of early) expect(hour >= 7 || hour === 0).toBe(true);
    expect(calls.some(({ text }) => /又|昨天|一天/.test(text))).toBe(true);
  });

  it("do not call when it is opened again soon, nor when they are not the calling kind", () => {
    expect(callsOf([{ ...closed, repairAt: closed.onset + 2 * HOUR }])).toEqual([]);
    expect(callsOf([closed], { habits: HABITS.silent })).toEqual([]);
    expect(callsOf([closed], { habits: { ...HABITS.demanding, unseenPer1000Season: 0 } }).length).toBeGreaterThan(calls.length);
  });

  it("call the same whatever span is asked for and whoever moves the plant", () => {
    expect(callsOf([closed], { stepMs: 6 * HOUR })).toEqual(calls);
    expect(callsOf([closed], { stepMs: 20 * MINUTE })).toEqual(calls);
    const { network, plant } = referencePlant({ seed: 1, faults: [closed], weather: constantWeather(-4) });
    const residents = createResidents({ plant, network, seed: 1, faults: [closed], habits: quiet });
    plant.advance(START + 4 * DAY);
    expect([...residents.calls(START, START + 4 * DAY)]).toEqual(calls);
  });
});

describe("what else makes people call", () => {
  it("nothing, in a healthy circuit at its design temperature; a few in the worst flats far below it", () => {
    expect(callsOf([], { outdoorC: -5.3, days: 3 })).toEqual([]);
    const frozen = callsOf([], { outdoorC: -24, days: 4 });
    expect(frozen.length).toBeGreaterThan(0);
    expect(frozen.every(({ cause, symptom }) => cause === undefined && symptom === "cold")).toBe(true);
  });

  it("water on the floor: minutes to hours after a burst in a riser, from its building, and no more when it is repaired", () => {
    const delays: number[] = [];
    for (let seed = 1; seed <= 12; seed++) {
      const burst = fault({ kind: "burst", asset: "B3", magnitude: 8, repairAt: START + 14 * HOUR });
      const calls = callsOf([burst], { seed, days: 0.7 }).filter(({ symptom }) => symptom === "leak");
      for (const call of calls) {
        expect(call.asset).toMatch(/^B3-U/);
        expect(call.at).toBeLessThan(burst.repairAt! + 30 * MINUTE);
        expect(call.cause).toBe("F001-burst-B3");
      }
      if (calls[0] !== undefined) delays.push(calls[0].at - burst.onset);
    }
    // Some risers burst where nobody looks.
    expect(delays.length).toBeGreaterThan(6);
    delays.sort((a, b) => a - b);
    expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(2 * HOUR);
    expect(delays[0]).toBeGreaterThanOrEqual(MINUTE);
  });

  it("a seeping leak of the mains is hardly ever seen", () => {
    let seen = 0;
    for (let seed = 1; seed <= 8; seed++)
      seen += callsOf([fault({ kind: "leak", asset: "S1-H", magnitude: 0.3 })], { seed, days: 0.8 }).length;
    expect(seen).toBeLessThanOrEqual(2);
  });

  it("the noise of air in a riser, sometimes", () => {
    let noisy = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const air = [
        fault({ kind: "air_lock", asset: "B9-U1", magnitude: 0.7 }),
        fault({ kind: "air_lock", asset: "B4-U1", magnitude: 0.7 }),
      ];
      const calls = callsOf(air, { seed, days: 3 }).filter(({ symptom }) => symptom === "noise");
      for (const call of calls) expect(call.cause).toMatch(/air_lock-B[94]-U1$/);
      noisy += calls.length;
    }
    expect(noisy).toBeGreaterThan(0);
  });

  it("says only the four symptoms of the complaints API", () => {
    const said = new Set([...callsOf([closed]), ...callsOf([], { habits: HABITS.demanding })].map(({ symptom }) => symptom));
    for (const symptom of said) expect(SYMPTOMS).toContain(symptom);
  });
});

describe("what no telemetry sees", () => {
  const network = parseNetworkFile(
    generateNetwork({ seed: 1, climate: "jinan", size: { ...NETWORK_SIZE, stations: 40 }, year: 2026 }),
    "unseen.yaml",
  );
  const households = network.stations
    .flatMap(({ id }) => network.below(id, "unit"))
    .reduce((sum, { unitFacts }) => sum + (unitFacts!.suspended ? 0 : unitFacts!.households), 0);
  const unseen = unseenCalls({ network, habits: HABITS.usual, seed: 4 });
  const { filling, commissioning, heating, end } = network.season as Required<typeof network.season>;
  const winter = [...unseen(commissioning + 14 * DAY, end)];

  it("comes at its rate per 1,000 households and season, with the surge of the first fortnight, and never outside the season", () => {
    const expected = ((households * 22) / 1000 / 120) * ((end - commissioning) / DAY - 14);
    expect(Math.abs(winter.length - expected)).toBeLessThan(4 * Math.sqrt(expected));
    const surge = [...unseen(commissioning, commissioning + 14 * DAY)].length / 14;
    expect(surge / (winter.length / ((end - commissioning) / DAY - 14))).toBeGreaterThan(3.5);
    expect([...unseen(filling - 30 * DAY, filling - DAY), ...unseen(end, end + 30 * DAY)]).toEqual([]);
    expect([...unseen(filling, commissioning)].length / ((commissioning - filling) / DAY)).toBeLessThan(surge / 5);
  });

  it("has the shares of Liaoning: 28.7 to 39.7 for neighbours against the own side, and no cause", () => {
    const neighbours = winter.filter(({ text }) => /隔壁|楼上楼下|住的人少/.test(text)).length / winter.length;
    expect(Math.abs(neighbours - 28.7 / 68.4)).toBeLessThan(0.04);
    expect(winter.every(({ cause }) => cause === undefined)).toBe(true);
  });

  it("is said by day, the same whatever span is asked for", () => {
    const hours = winter.map(({ at }) => hourOfDay("Asia/Shanghai", at));
    expect(hours.filter((hour) => hour < 7 || hour >= 22)).toEqual([]);
    const pieces: Call[] = [];
    for (let from = heating + 10 * DAY; from < heating + 20 * DAY; from += 7 * HOUR)
      pieces.push(...unseen(from, Math.min(from + 7 * HOUR, heating + 20 * DAY)));
    const order = (calls: Call[]): Call[] => calls.sort((a, b) => a.at - b.at || (a.asset < b.asset ? -1 : 1));
    expect(order(pieces)).toEqual(order([...unseen(heating + 10 * DAY, heating + 20 * DAY)]));
  });
});

describe("the flats of a unit", () => {
  it("differ by place: under the roof, on the ground and at the corner it is colder, the more the colder it is outside", () => {
    const { network } = referencePlant();
    const flats = createFlats(network.asset("B1-U1")!, network, HABITS.usual, 3);
    expect(flats.count).toBe(17);
    const place = (floor: number): number => flats.floors.indexOf(floor);
    const byPlace = (row: number, outdoorC: number): number => flatC(flats, row, 20, outdoorC) - flats.ownK[row]!;
    expect(byPlace(flats.floors.lastIndexOf(6), -10)).toBeCloseTo(20 - 0.02 * 30, 6);
    expect(byPlace(place(3), -10)).toBeCloseTo(20, 6);
    expect(byPlace(place(1), -10)).toBeLessThan(byPlace(place(1), 5));
    expect(flats.assets.filter((id) => id === "B1-U1-R1")).toHaveLength(flats.assets.includes("B1-U1-R1") ? 1 : 0);
  });

  it("call by day: nobody between ten and seven, most in the morning and the evening", () => {
    for (const hour of [22, 23.5, 0, 3, 6.9]) expect(willingness(hour), String(hour)).toBe(0);
    expect(willingness(9)).toBeGreaterThan(willingness(13));
    expect(willingness(19.5)).toBeGreaterThan(willingness(15));
  });
});
