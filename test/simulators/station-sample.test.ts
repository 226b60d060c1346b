import { describe, expect, it } from "vitest";
import { PLATFORM_SIGNALS, SIGNAL_IDS, SIGNALS } from "../../model/signals.ts";
import type { DeviceMessage } from "../../simulators/device-event.ts";
import { GEARS, gearOf } from "../../simulators/sensors.ts";
import { FROM, HOUR, messages, readings, smallDevices, smallNetwork } from "./small-devices.ts";

const DAY = 24 * HOUR;

/** Signals by asset that came. */
function pointsOf(all: readonly DeviceMessage[]): Map<string, Set<string>> {
  const points = new Map<string, Set<string>>();
  const note = (asset: string, values: object): void => {
    const own = points.get(asset) ?? new Set();
    for (const signal of Object.keys(values)) own.add(signal);
    points.set(asset, own);
  };
  for (const { topic, objects } of all)
    for (const { assets, values } of objects) {
      for (const [asset, own] of Object.entries(assets ?? {})) note(asset, own);
      if (values !== undefined) note(topic.split("/")[3]!, values);
    }
  return points;
}

describe("station sample", () => {
  it("with all points brings every signal of the contract, each where it belongs, within what is possible", () => {
    const network = smallNetwork(1);
    const all = messages(smallDevices({ network, points: "full" }).events(FROM, FROM + 7 * HOUR));
    const points = pointsOf(all);
    const seen = new Set([...points.values()].flatMap((signals) => [...signals]));
    expect([...seen].toSorted()).toEqual(SIGNAL_IDS.filter((id) => !PLATFORM_SIGNALS.has(id)).toSorted());
    for (const [asset, signals] of points)
      for (const signal of signals) expect(SIGNALS[signal as keyof typeof SIGNALS].levels).toContain(network.asset(asset)!.level);
    for (const [asset, signals] of points)
      for (const signal of signals) {
        const { min, max } = SIGNALS[signal as keyof typeof SIGNALS];
        for (const [, value] of readings(all, asset, signal)) {
          expect(value, signal).toBeGreaterThanOrEqual(min);
          expect(value, signal).toBeLessThanOrEqual(max);
        }
      }
  });

  it("the control valve is the station's where there is one circuit, else each circuit's", () => {
    const one = pointsOf(messages(smallDevices({ network: smallNetwork(1) }).events(FROM, FROM + HOUR)));
    expect([one.get("S1")!.has("v1_pos"), one.get("S1-1")!.has("v1_pos")]).toEqual([true, false]);
    const two = pointsOf(messages(smallDevices({ network: smallNetwork(1, "Asia/Shanghai", 2) }).events(FROM, FROM + HOUR)));
    expect([two.get("S1")!.has("v1_pos"), two.get("S1-1")!.has("v1_pos"), two.get("S1-2")!.has("v1_pos")]).toEqual([false, true, true]);
  });

  it("usual stations lack some points, poor ones most, by seed; what is one device comes together", () => {
    const network = smallNetwork(12);
    const count = (points: "full" | "usual" | "poor") =>
      [...pointsOf(messages(smallDevices({ network, points }).events(FROM, FROM + 7 * HOUR))).values()].reduce(
        (sum, { size }) => sum + size,
        0,
      );
    const [full, usual, poor] = [count("full"), count("usual"), count("poor")];
    expect(usual / full).toBeGreaterThan(0.65);
    expect(usual / full).toBeLessThan(0.92);
    expect(poor / full).toBeLessThan(0.6);
    const points = pointsOf(messages(smallDevices({ network, points: "usual" }).events(FROM, FROM + HOUR)));
    const filters = network.stations.map(({ children }) => points.get(children[0]!)!);
    for (const signals of filters) expect(signals.has("p2_filter_in")).toBe(signals.has("p2_filter_out"));
    expect(new Set(filters.map((signals) => signals.has("p2_filter_in"))).size).toBe(2);
    for (const signals of filters)
      for (const needed of ["t2_supply", "t2_return", "p2_supply", "p2_return"]) expect(signals).toContain(needed);
  });

  it("unit meters agree with what the unit takes: heat is the integral of flow and temperature drop", () => {
    const all = messages(smallDevices({ network: smallNetwork(1), points: "full" }).events(FROM, FROM + 2 * DAY));
    const flow = readings(all, "S1-B1-U1", "flow");
    const supply = readings(all, "S1-B1-U1", "t_supply");
    const back = readings(all, "S1-B1-U1", "t_return");
    const heat = readings(all, "S1-B1-U1", "heat");
    let gj = 0;
    for (let index = 1; index < flow.length; index++)
      gj +=
        ((flow[index]![1]! * 1000) / 3600) *
        4.186 *
        (supply[index]![1]! - back[index]![1]!) *
        ((flow[index]![0] - flow[index - 1]![0]) / 1e9);
    expect((heat.at(-1)![1]! - heat[0]![1]!) / gj).toBeGreaterThan(0.93);
    expect((heat.at(-1)![1]! - heat[0]![1]!) / gj).toBeLessThan(1.07);
    const values = heat.map(([, value]) => value!);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });

  it("unit pressures lie between those of the station, supply above return", () => {
    const all = messages(smallDevices({ network: smallNetwork(1), points: "full" }).events(FROM, FROM + HOUR));
    const last = (asset: string, signal: string): number => readings(all, asset, signal).at(-1)![1]!;
    const [stationSupply, stationReturn] = [last("S1-1", "p2_supply"), last("S1-1", "p2_return")];
    const [supply, back] = [last("S1-B1-U1", "p_supply"), last("S1-B1-U1", "p_return")];
    expect(stationSupply).toBeGreaterThan(supply);
    expect(supply).toBeGreaterThan(back + 10);
    expect(back).toBeGreaterThan(stationReturn - 10);
  });

  it("old gear scatters more, spikes now and then, and reads strapped-on pipes in coarse steps; new gear does none of it", () => {
    const network = smallNetwork(3);
    const of = (gear: keyof typeof GEARS) => messages(smallDevices({ network, gear, pollMs: 30_000 }).events(FROM, FROM + 2 * DAY));
    const spikes = (all: DeviceMessage[]): number =>
      ["S1-1", "S2-1", "S3-1"].flatMap((id) => readings(all, id, "p2_supply")).filter(([, value]) => value === 0 || value === 1600).length;
    const [old, fresh] = [of("old"), of("new")];
    expect(spikes(fresh)).toBe(0);
    const everySpike = old
      .flatMap(({ objects }) => objects.flatMap(({ assets }) => Object.values(assets ?? {})))
      .filter((own) => own.t1_supply === 150 || own.t2_supply === 150);
    expect(spikes(old) + everySpike.length).toBeGreaterThan(0);
    const isCoarse = (all: DeviceMessage[], id: string, signal: string): boolean =>
      readings(all, id, signal).every(([, value]) => (value! * 2) % 1 === 0);
    const pipes = ["S1-1", "S2-1", "S3-1"].flatMap((id) => ["t2_supply", "t2_return"].map((signal) => [id, signal] as const));
    expect(pipes.some(([id, signal]) => isCoarse(old, id, signal))).toBe(true);
    expect(pipes.some(([id, signal]) => isCoarse(fresh, id, signal))).toBe(false);
  });

  it("stations draw their gear by seed: some old, some new", () => {
    expect(new Set(Array.from({ length: 60 }, (_, seed) => gearOf(seed)))).toEqual(new Set(Object.keys(GEARS)));
  });
});
