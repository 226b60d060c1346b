import { parseNetworkFile } from "../../model/network-file.ts";
import { expectedReturnC, expectedSupplyC } from "../../model/heating-curve.ts";
import type { Asset, Network, Point } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";
import type { SignalId } from "../../model/signals.ts";

/** Small seeded plants for the tests of the rules: pressures, makeup, temperatures of one station, with what a test does to them. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Midnight in Shanghai in the middle of a heating season. */
export const START = Date.parse("2027-01-10T00:00:00+08:00");

/** Numbers 0…1 that follow from the seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface PlantShape {
  readonly circuits?: number;
  readonly buildings?: number;
  readonly units?: number;
  readonly rooms?: number;
  readonly staticKpa?: number;
  readonly circulationM3h?: number;
}

/** One station S1 with circuits S1-A, S1-B …, buildings S1-A-B1 …, units S1-A-B1-U1 …, rooms S1-A-B1-U1-R1 … */
export const smallNetwork = (shape: PlantShape = {}): Network => parseNetworkFile(smallNetworkText(shape), "network.json");

/** The same as a network file. */
export function smallNetworkText({
  circuits = 1,
  buildings = 2,
  units = 3,
  rooms = 0,
  staticKpa,
  circulationM3h = 258,
}: PlantShape = {}): string {
  const many = <T>(count: number, make: (number: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index + 1));
  const file = {
    name: "test",
    timezone: "Asia/Shanghai",
    season: { filling: "2026-10-20", commissioning: "2026-11-05", heating: "2026-11-15", end: "2027-03-15" },
    areas: [{ id: "A1", name: "城北" }],
    stations: [
      {
        id: "S1",
        name: "北苑站",
        area: "A1",
        circuits: many(circuits, (c) => {
          const circuit = `S1-${String.fromCharCode(64 + c)}`;
          return {
            id: circuit,
            name: `${c}号机组`,
            heated_area_m2: 100_000,
            circulation_m3h: circulationM3h,
            water_volume_m3: 105,
            ...(staticKpa === undefined ? {} : { static_pressure_kpa: staticKpa }),
            buildings: many(buildings, (b) => ({
              id: `${circuit}-B${b}`,
              name: `${b}号楼`,
              units: many(units, (u) => ({
                id: `${circuit}-B${b}-U${u}`,
                name: `${u}单元`,
                rooms: many(rooms, (r) => ({ id: `${circuit}-B${b}-U${u}-R${r}`, name: `${r}户` })),
              })),
            })),
          };
        }),
      },
    ],
  };
  return JSON.stringify(file);
}

/** What is wrong and when: all are functions of event time, healthy if left out. */
export interface PlantFaults {
  /** Extra loss of a circuit, m³/h. */
  lossM3h?: (circuit: string, at: number) => number;
  /** Whether the circulation pump runs. */
  pumpRuns?: (circuit: string, at: number) => boolean;
  /** Whether the makeup pump can run. */
  makeupWorks?: (circuit: string, at: number) => boolean;
  /** Added to the return temperature of a unit, K. */
  returnShiftK?: (unit: string, at: number) => number;
  /** Replaces a value on its way out; `undefined` drops the reading. */
  tamper?: (reading: Reading) => number | null | undefined;
}

export interface PlantRun extends PlantFaults {
  readonly network: Network;
  readonly station?: string;
  readonly from: number;
  readonly to: number;
  readonly seed: number;
  readonly intervalMs?: number;
  readonly unitIntervalMs?: number;
}

const STEP_MS = 10_000;
const CAPACITY_L_KPA = 6;
const MAKEUP_PUMP_M3H = 8;
const BAND_KPA = [250, 280] as const;

/** All readings of a run, sorted by time. Same arguments, same readings. */
export function plantReadings(run: PlantRun): Reading[] {
  const { network, from, to, intervalMs = MINUTE, unitIntervalMs = 15 * MINUTE } = run;
  const stationId = run.station ?? network.stations[0]!.id;
  const random = seeded(run.seed);
  const noise = (amplitude: number): number => (random() + random() + random() - 1.5) * amplitude;
  const readings: Reading[] = [];
  const emit = (asset: string, signal: SignalId, at: number, value: number): void => {
    const reading: Reading = { point: pointOf(network, asset, signal), at, value };
    const tampered = run.tamper === undefined ? value : run.tamper(reading);
    if (tampered !== undefined) readings.push({ ...reading, value: tampered });
  };
  const circuits = network.below(stationId, "circuit").map((asset) => ({
    asset,
    kpa: 265 + noise(5),
    total: 1000 + 100 * random(),
    pumping: false,
    units: network
      .below(asset.id, "unit")
      .map((unit) => ({ unit, phase: Math.floor(random() * (unitIntervalMs / intervalMs)) * intervalMs, offset: noise(1) })),
  }));
  for (let at = from; at < to; at += STEP_MS) {
    const outdoor = -3 + 4 * Math.sin((2 * Math.PI * (at - from - 9 * HOUR)) / DAY);
    const isPoll = (at - from) % intervalMs === 0;
    if (isPoll) {
      emit(stationId, "t_out", at, outdoor + noise(0.2));
      emit(stationId, "t1_supply", at, 90 + noise(0.5));
      emit(stationId, "t1_return", at, 45 + noise(0.5));
      emit(stationId, "power_ok", at, 1);
    }
    for (const circuit of circuits) {
      const { id } = circuit.asset;
      const runs = run.pumpRuns?.(id, at) ?? true;
      circuit.pumping =
        (run.makeupWorks?.(id, at) ?? true) && (circuit.kpa < BAND_KPA[0] || (circuit.pumping && circuit.kpa < BAND_KPA[1]));
      const inM3h = circuit.pumping ? MAKEUP_PUMP_M3H : 0;
      const outM3h = (0.35 + (run.lossM3h?.(id, at) ?? 0)) * Math.sqrt(Math.max(0, circuit.kpa) / 265);
      circuit.kpa = Math.max(0, circuit.kpa + ((inM3h - outM3h) * 1000 * STEP_MS) / HOUR / CAPACITY_L_KPA);
      circuit.total += (inM3h * STEP_MS) / HOUR;
      if (isPoll) emitCircuit(circuit.asset, circuit, runs, at, outdoor);
      for (const { unit, phase, offset } of circuit.units)
        if ((at - from - phase) % unitIntervalMs === 0) emitUnit(circuit.asset, unit, at, outdoor, offset);
    }
  }
  return readings;

  function emitCircuit(
    asset: Asset,
    state: { kpa: number; total: number; pumping: boolean },
    runs: boolean,
    at: number,
    outdoor: number,
  ): void {
    const { id } = asset;
    const returnKpa = state.kpa + (runs ? 0 : 70);
    emit(id, "p2_return", at, returnKpa + noise(1));
    emit(id, "p2_supply", at, returnKpa + (runs ? 150 : 0) + noise(1));
    emit(id, "mk_total", at, Math.round(state.total * 100) / 100);
    emit(id, "mk_pump", at, state.pumping ? 1 : 0);
    emit(id, "cp_run", at, runs ? 1 : 0);
    emit(id, "q2_flow", at, runs ? 258 + noise(3) : 0);
    emit(id, "t2_supply", at, expectedSupplyC(asset.circuitFacts!, outdoor) + noise(0.2));
    emit(id, "t2_return", at, expectedReturnC(asset.circuitFacts!, outdoor) + noise(0.2));
  }

  function emitUnit(asset: Asset, unit: Asset, at: number, outdoor: number, offset: number): void {
    emit(unit.id, "t_supply", at, expectedSupplyC(asset.circuitFacts!, outdoor) - 1 + noise(0.3));
    emit(
      unit.id,
      "t_return",
      at,
      expectedReturnC(asset.circuitFacts!, outdoor) + offset + (run.returnShiftK?.(unit.id, at) ?? 0) + noise(0.3),
    );
    emit(unit.id, "valve_pos", at, 80);
    for (const room of unit.children) emit(room, "t_room", at, 20.5 + noise(0.3));
  }
}

export function pointOf(network: Network, asset: string, signal: SignalId): Point {
  const point = network.point(asset, signal);
  if (point === undefined) throw new Error(`no point ${asset} ${signal}`);
  return point;
}

/** What a store does for the rules: readings of one station by time, the last value of each point and time. */
export class MemoryHistory {
  readonly #values = new Map<string, number | null>();
  #list: Reading[] = [];
  #isSorted = true;

  /** Stores readings and returns those that are new or have another value. */
  commit(readings: readonly Reading[]): Reading[] {
    return readings.filter((reading) => {
      const key = `${reading.point.index} ${reading.at}`;
      const known = this.#values.get(key);
      if (known === reading.value) return false;
      if (known !== undefined) this.#list = this.#list.filter(({ point, at }) => point !== reading.point || at !== reading.at);
      this.#values.set(key, reading.value);
      if (reading.at < (this.#list.at(-1)?.at ?? -Infinity)) this.#isSorted = false;
      this.#list.push(reading);
      return true;
    });
  }

  readonly read = (_station: string, from: number, to: number): readonly Reading[] => {
    const list = this.#sorted();
    return list.slice(lowerBound(list, from), lowerBound(list, to));
  };

  extent(): { from: number; to: number } | undefined {
    const list = this.#sorted();
    return list.length === 0 ? undefined : { from: list[0]!.at, to: list.at(-1)!.at };
  }

  #sorted(): Reading[] {
    if (!this.#isSorted) this.#list.sort((a, b) => a.at - b.at);
    this.#isSorted = true;
    return this.#list;
  }
}

function lowerBound(list: readonly Reading[], at: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
