import { expectedReturnC, expectedSupplyC } from "../../model/heating-curve.ts";
import type { Curve, CurveQuery } from "../../model/curve.ts";
import type { CircuitDerived, LatestValue } from "../../model/live.ts";
import type { Network } from "../../model/network.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import { SIGNALS, type Level, type SignalId } from "../../model/signals.ts";

/** A network whose every value is a function of (seed, asset, signal, time): plausible enough to look at, exact enough to test against. */

type Formulas = Readonly<Partial<Record<SignalId, () => number>>>;

/** What is wrong with a station since a time, seen from the outside. */
interface PlantFault {
  readonly station: string;
  readonly since: number;
  /** Supply off its curve, °C, reached within an hour. */
  readonly supplyC?: number;
  readonly makeupM3h?: number;
  readonly returnKpa?: number;
}

export interface Plant {
  readonly network: Network;
  readonly faults: PlantFault[];
  latest(asset: string, now: number): Readonly<Partial<Record<SignalId, LatestValue>>>;
  derived(station: string, now: number): Readonly<Record<string, CircuitDerived>>;
  curve(query: CurveQuery, now: number): Curve;
  /** Event time of the newest reading of a station. */
  dataAt(station: string, now: number): number;
}

const BRANCHES = ["北苑", "城东", "城西", "南湖", "铁西"] as const;
const HOUR_MS = 3_600_000;
const POINTS_MAX = 2_000;

/** Stations in order of their number: 北苑001站, 城东001站 …; every seventh has a second circuit. The first has buildings, units and rooms. */
export const fakeNetwork = (stations: number): Network => parseNetworkFile(fakeNetworkText(stations), "fake.json");

/** The same as a network file. */
export function fakeNetworkText(stations: number): string {
  const circuit = (id: string, name: string, heating: string) => ({
    id,
    name,
    heating,
    heated_area_m2: 25_000,
    households: 258,
    buildings: undefined as unknown,
  });
  const list = Array.from({ length: stations }, (_, index) => {
    const branch = BRANCHES[index % BRANCHES.length]!;
    const number = String(Math.floor(index / BRANCHES.length) + 1).padStart(3, "0");
    const id = `S${String(index + 1).padStart(4, "0")}`;
    const circuits = [circuit(`${id}-L`, "低区机组", "radiator")];
    if (index % 7 === 3) circuits.push(circuit(`${id}-H`, "高区机组", "radiator"));
    if (index === 0) circuits[0]!.buildings = fakeBuildings();
    return { id, name: `${branch}${number}站`, area: "A1", primary_branch: `${branch}支线`, circuits };
  });
  const file = {
    name: "城北供热网",
    timezone: "Asia/Shanghai",
    season: { filling: "2026-10-20", commissioning: "2026-11-01", heating: "2026-11-10", end: "2027-03-15" },
    areas: [{ id: "A1", name: "城北片区" }],
    stewards: [
      { id: "steward", name: "管家A区", areas: ["A1"], phone: "13800000001" },
      { id: "w2", name: "管家B区", areas: ["A1"], phone: "13800000002" },
    ],
    stations: list,
  };
  return JSON.stringify(file);
}

function fakeBuildings(): unknown {
  return Array.from({ length: 7 }, (_, building) => ({
    id: `B${building + 1}`,
    name: `${building + 1}号楼`,
    floors: 6,
    units: Array.from({ length: 4 }, (_unused, unit) => ({
      id: `B${building + 1}-U${unit + 1}`,
      name: `${unit + 1}单元`,
      households: 12,
      ...(unit === 0 ? { rooms: [{ id: `B${building + 1}-U1-601`, name: "601", floor: 6, position: "top" }] } : {}),
    })),
  }));
}

/** A number in [0, 1) from words and a counter; the same for the same. */
function hash(text: string, count: number): number {
  let state = Math.imul(count | 0, 0x9e3779b1) ^ 0x85ebca6b;
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  state ^= state >>> 15;
  state = Math.imul(state, 0x2c1b3c6d);
  state ^= state >>> 12;
  return (state >>> 0) / 4_294_967_296;
}

/** Noise in ±1 that changes over about `periodMs`. */
function drift(name: string, at: number, periodMs: number): number {
  const step = Math.floor(at / periodMs);
  const share = at / periodMs - step;
  const smooth = share * share * (3 - 2 * share);
  return (hash(name, step) * (1 - smooth) + hash(name, step + 1) * smooth) * 2 - 1;
}

function outdoorAt(at: number): number {
  return -2.4 - 5 * Math.cos(((at / HOUR_MS + 8 - 2) / 24) * 2 * Math.PI + Math.PI) * 0.9 + 0.8 * drift("outdoor", at, 3 * HOUR_MS);
}

export interface PlantOptions {
  readonly stations: number;
  readonly intervalMs: number;
  /** Nothing was reported in this span (the whole network): a gap. */
  readonly gap?: readonly [from: number, to: number];
  /** Nothing was reported before. */
  readonly bornAt?: number;
}

export function fakePlant(options: PlantOptions): Plant {
  const network = fakeNetwork(options.stations);
  const faults: PlantFault[] = [];
  const { intervalMs } = options;
  const phase = (station: string): number => Math.floor((hash(station, 0) * intervalMs) / 100) * 100;
  const sampleAt = (station: string, now: number): number => Math.floor((now - phase(station)) / intervalMs) * intervalMs + phase(station);

  const faultOf = (station: string, at: number): { supply: number; makeup: number; pressure: number } => {
    const sum = { supply: 0, makeup: 0, pressure: 0 };
    for (const fault of faults) {
      if (fault.station !== station || at < fault.since) continue;
      const grown = Math.min(1, (at - fault.since) / HOUR_MS);
      sum.supply += (fault.supplyC ?? 0) * grown;
      sum.makeup += (fault.makeupM3h ?? 0) * grown;
      sum.pressure += (fault.returnKpa ?? 0) * grown;
    }
    return sum;
  };

  const value = (assetId: string, signal: SignalId, at: number): number | undefined => {
    const asset = network.asset(assetId);
    if (asset === undefined) return undefined;
    const noise = (size: number): number =>
      size * (0.6 * drift(assetId + signal, at, 20 * 60_000) + 0.4 * (hash(assetId + signal, Math.floor(at / intervalMs)) * 2 - 1));
    const outdoor = outdoorAt(at);
    const fault = faultOf(asset.station, at);
    const own = asset.level === "station" || assetId.endsWith("-L") ? fault : { supply: 0, makeup: 0, pressure: 0 };
    const like = (index: number): number => hash(assetId, index) - 0.5;
    const percent = (value: number): number => Math.max(5, Math.min(98, value));
    const facts = asset.circuitFacts;
    const station: Formulas = {
      t_out: () => outdoor + 0.2 * like(1),
      t1_supply: () => 82 + 4 * like(2) - 0.8 * outdoor + noise(0.6),
      t1_return: () => 45 + 2 * like(3) + noise(0.4),
      p1_supply: () => 820 + noise(6),
      p1_return: () => 560 + noise(5),
      q1_flow: () => 11 + own.supply * 0.4 + noise(0.3),
      v1_pos: () => percent(52 + own.supply * 4 + noise(2)),
      v1_set: () => percent(52 - own.supply * 5),
      tank_level: () => 1.3 + noise(0.05),
      power_ok: () => 1,
    };
    const circuit: Formulas = {
      t2_supply: () => expectedSupplyC(facts!, outdoor) + 1.2 * like(4) + own.supply + noise(0.45),
      t2_set: () => expectedSupplyC(facts!, outdoor),
      t2_return: () => expectedReturnC(facts!, outdoor) + 1.4 * like(5) + own.supply * 0.45 + noise(0.3),
      p2_supply: () => 520 + 30 * like(6) + own.pressure + noise(4),
      p2_return: () => 332 + 16 * like(7) + own.pressure + noise(4),
      p2_filter_in: () => 342 + noise(3),
      p2_filter_out: () => 332 + noise(3),
      q2_flow: () => 62 + 3 * like(8) + noise(0.7),
      mk_total: () => 1000 + ((at % (40 * 24 * HOUR_MS)) / HOUR_MS) * 0.35,
      cp_hz: () => 43.2 + noise(0.2),
      cp_run: () => 1,
    };
    const unit: Formulas = {
      t_supply: () => 46.8 + noise(0.3),
      t_return: () => 36.2 + noise(0.3),
      valve_pos: () => 92,
      valve_set: () => 92,
    };
    const room: Formulas = { t_room: () => 20.4 + noise(0.3) };
    const formulas: Readonly<Record<Level, Formulas>> = { station, circuit, building: {}, unit, room };
    return formulas[asset.level][signal]?.();
  };

  const reported = (at: number): boolean =>
    at >= (options.bornAt ?? 0) && (options.gap === undefined || at < options.gap[0] || at > options.gap[1]);
  const signals = Object.keys(SIGNALS) as SignalId[];

  return {
    network,
    faults,
    dataAt: sampleAt,
    latest(assetId, now) {
      const asset = network.asset(assetId);
      if (asset === undefined) return {};
      const at = sampleAt(asset.station, now);
      const found: Partial<Record<SignalId, LatestValue>> = {};
      for (const signal of signals) {
        const number = value(assetId, signal, at);
        if (number !== undefined) found[signal] = [at, Math.round(number * 100) / 100];
      }
      return found;
    },
    derived(station, now) {
      const at = sampleAt(station, now);
      return Object.fromEntries(
        network.below(station, "circuit").map((circuit) => [
          circuit.id,
          {
            supplyExpectedC: expectedSupplyC(circuit.circuitFacts!, outdoorAt(at)),
            makeupM3h: 0.35 + 0.06 * (hash(circuit.id, 9) - 0.5) + (circuit.id.endsWith("-L") ? faultOf(station, at).makeup : 0),
            makeupExpectedM3h: 0.35,
          },
        ]),
      );
    },
    curve({ points, from, to, px }, now) {
      const end = Math.min(to, now);
      const count = Math.max(0, Math.floor((end - from) / intervalMs));
      const station = network.asset(points[0]!.asset)!.station;
      const start = sampleAt(station, from + intervalMs);
      const sample = (asset: string, signal: SignalId, at: number): number | null =>
        reported(at) ? (value(asset, signal, at) ?? null) : null;
      const identity = points.map(({ asset, signal }) => ({ asset, signal, unit: SIGNALS[signal].unit }));
      if (count <= Math.min(px, POINTS_MAX)) {
        const times = Array.from({ length: count }, (_, index) => start + index * intervalMs).filter((at) => at <= end && reported(at));
        return {
          from,
          to,
          raw: true,
          times,
          series: identity.map((point) => ({ ...point, values: times.map((at) => sample(point.asset, point.signal, at)) })),
        };
      }
      const bucketMs = Math.ceil((to - from) / px / 1000) * 1000;
      const first = Math.floor(from / bucketMs) * bucketMs;
      const buckets = Math.max(0, Math.floor((end - first) / bucketMs) + 1);
      const times = Array.from({ length: buckets }, (_, index) => first + index * bucketMs);
      /** Enough samples a bucket to have a minimum and a maximum. */
      const strideMs = Math.max(intervalMs, bucketMs / 6);
      return {
        from,
        to,
        raw: false,
        bucketMs,
        times,
        series: identity.map((point) => {
          const min: (number | null)[] = [];
          const max: (number | null)[] = [];
          const counts: number[] = [];
          for (const at of times) {
            const found: number[] = [];
            for (let moment = at; moment < Math.min(at + bucketMs, end + 1); moment += strideMs) {
              const number = sample(point.asset, point.signal, moment);
              if (number !== null) found.push(number);
            }
            min.push(found.length === 0 ? null : Math.min(...found));
            max.push(found.length === 0 ? null : Math.max(...found));
            counts.push(found.length);
          }
          return { ...point, min, max, count: counts };
        }),
      };
    },
  };
}
