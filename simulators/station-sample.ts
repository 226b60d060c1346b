import type { Asset, Network } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import type { Circuit } from "./circuit.ts";
import { hasPoint, type PointSet } from "./point-sets.ts";
import { draws, subSeed } from "./random.ts";
import { type PointMaker, pointMaker, type ReportedPoint } from "./reported-point.ts";
import { NO_SENSOR_FAULTS, type SensorFaults, type Swap } from "./sensor-faults.ts";
import { type GearName, GEARS } from "./sensors.ts";
import { circuitPoints, stationPoints, valvePoints } from "./station-points.ts";
import { isActive } from "./faults.ts";
import type { Station } from "./station.ts";
import { createMeters, stepMeters, type UnitMeters } from "./unit-meters.ts";
import { roomPoints, unitPoints, UPKEEP, UPKEEP_EVERY } from "./unit-points.ts";

/** One poll of a station as its gateway would see it: station and circuits always, units and rooms when their own report is due. */

export interface StationSample {
  readonly station: string;
  /** Event time of the poll, epoch ms. */
  readonly at: number;
  /** In the shape of `assets` on the wire (CONTRACT 3). */
  readonly assets: Readonly<Record<string, Values>>;
}

type Values = Partial<Record<SignalId, number | null>>;

/** What reports together: with every poll, or (`phaseMs` given) once in the interval of units and rooms. */
interface Reporter {
  readonly asset: string;
  readonly points: readonly ReportedPoint[];
  /** The points without those that only every twelfth report brings. */
  readonly plainPoints: readonly ReportedPoint[];
  readonly swaps: readonly Swap[];
  /** When in the interval its report falls, ms. */
  readonly phaseMs: number | undefined;
  /** It reports with the first poll from here on, epoch ms. The very first poll brings everything. */
  dueAt: number;
}

export interface StationReporter {
  readonly station: Station;
  readonly unitIntervalMs: number;
  readonly reporters: readonly Reporter[];
  readonly meters: readonly UnitMeters[];
  readonly slowPoints: readonly (() => void)[];
  /** Event time of the poll before; -Infinity before the first. */
  polledAt: number;
}

export interface ReporterOptions {
  readonly unitIntervalMs: number;
  /** Which points there are. Left out: what every station had before meters at the units; those want `observeStation` every minute. */
  readonly points?: PointSet;
  readonly gear?: GearName;
  readonly faults?: SensorFaults;
}

const METERED: ReadonlySet<SignalId> = new Set<SignalId>(["p_supply", "p_return", "flow", "heat"]);

export function createReporter(station: Station, network: Network, options: ReporterOptions): StationReporter {
  const { points } = options;
  const faults = options.faults ?? NO_SENSOR_FAULTS;
  const id = station.asset.id;
  const make = pointMaker({ seed: station.seed, gear: GEARS[options.gear ?? "usual"], faults }, id);
  const meters: UnitMeters[] = [];
  const reporters: Reporter[] = [];
  const add = (asset: string, seed: number, all: readonly ReportedPoint[], phaseMs?: number): void => {
    const swaps = faults.swaps(asset);
    // A point with a planted fault is always there: else nobody could find it.
    const isThere = (signal: SignalId): boolean =>
      points === undefined ||
      hasPoint(points, seed, signal) ||
      faults.points(asset, signal) !== undefined ||
      swaps.some(({ signals }) => signals.includes(signal));
    const own = all.filter(({ signal }) => isThere(signal));
    const plainPoints = own.filter(({ signal }) => !UPKEEP.has(signal));
    reporters.push({ asset, points: own, plainPoints, swaps, phaseMs, dueAt: -Infinity });
  };
  const only = station.circuits.length === 1 ? station.circuits[0] : undefined;
  const ownValve = only === undefined ? [] : valvePoints(only, make.of(id, only.asset.id));
  add(id, station.seed, [...stationPoints(station, make), ...ownValve]);
  for (const circuit of station.circuits) {
    const makeOwn = make.of(circuit.asset.id);
    const valve = only === undefined ? valvePoints(circuit, makeOwn) : [];
    add(circuit.asset.id, circuit.seed, [...circuitPoints(circuit, makeOwn), ...valve]);
    const own = points === undefined ? undefined : createMeters(circuit);
    addUnits(station, circuit, network, options.unitIntervalMs, make, own, add);
    if (own !== undefined && reporters.some((one) => one.points.some(({ signal }) => METERED.has(signal)))) meters.push(own);
  }
  return {
    station,
    unitIntervalMs: options.unitIntervalMs,
    reporters,
    meters,
    slowPoints: reporters.flatMap((one) => one.points.flatMap(({ follow }) => (follow === undefined ? [] : [follow]))),
    polledAt: -Infinity,
  };
}

function addUnits(
  station: Station,
  circuit: Circuit,
  network: Network,
  unitIntervalMs: number,
  make: PointMaker,
  meters: UnitMeters | undefined,
  add: (asset: string, seed: number, points: readonly ReportedPoint[], phaseMs: number) => void,
): void {
  for (const [row, unit] of circuit.units.assets.entries()) {
    if (unit.level !== "unit") continue;
    const phaseMs = draws(subSeed(circuit.seed, "report", unit.id)).between(0, unitIntervalMs);
    add(unit.id, circuit.seed, unitPoints(circuit, row, make.of(unit.id), meters), phaseMs);
    for (const room of network.below(unit.id, "room")) addRoom(room, row);
  }
  function addRoom(room: Asset, row: number): void {
    const seed = subSeed(circuit.seed, "room", room.id);
    const phaseMs = draws(seed).between(0, unitIntervalMs);
    add(room.id, circuit.seed, roomPoints(station, circuit, row, room, make.of(room.id), seed), phaseMs);
  }
}

/** Lets meters count and slow sensors follow; once a minute, at full minutes of the plant. */
export function observeStation(reporter: StationReporter): void {
  for (const meters of reporter.meters) stepMeters(meters);
  for (const follow of reporter.slowPoints) follow();
}

/** Reads every sensor that reports with the poll at `at` (epoch ms); the station must have been advanced to it. */
export function sampleStation(reporter: StationReporter, at: number): StationSample {
  const assets: Record<string, Values> = {};
  for (const own of reporter.reporters) {
    if (at < own.dueAt) continue;
    const points = own.phaseMs === undefined ? own.points : pointsDue(own, own.phaseMs, at, reporter.unitIntervalMs);
    const values: Values = {};
    for (const point of points) values[point.signal] = point.read(at);
    if (own.swaps.length > 0) swap(values, own.swaps, at);
    assets[own.asset] = values;
  }
  reporter.polledAt = at;
  return { station: reporter.station.asset.id, at, assets };
}

/** What a unit or room reports now; notes when it will again. */
function pointsDue(own: Reporter, phaseMs: number, at: number, intervalMs: number): readonly ReportedPoint[] {
  const turn = Math.floor((at - phaseMs) / intervalMs);
  own.dueAt = (turn + 1) * intervalMs + phaseMs;
  return turn % UPKEEP_EVERY === 0 ? own.points : own.plainPoints;
}

function swap(values: Values, swaps: readonly Swap[], at: number): void {
  for (const { fault, signals } of swaps) {
    if (!isActive(fault, at)) continue;
    const [one, other] = signals;
    const held = values[one];
    const given = values[other];
    if (held === undefined || given === undefined) continue;
    values[one] = given;
    values[other] = held;
  }
}
