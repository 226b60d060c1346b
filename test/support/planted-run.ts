import { expect } from "vitest";
import type { Episode, FaultKind } from "../../model/finding.ts";
import type { TraceLine } from "../../model/insight.ts";
import type { Network } from "../../model/network.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { Reading } from "../../model/reading.ts";
import type { SignalId } from "../../model/signals.ts";
import { RuleHost } from "../../rules/host.ts";
import { disturbanceOf, type DisturbanceKind, type Fault } from "../../simulators/faults.ts";
import { VICES } from "../../simulators/gateway-vices.ts";
import { createPlant } from "../../simulators/plant.ts";
import { createDevices } from "../../simulators/virtual-devices.ts";
import type { Weather } from "../../simulators/weather.ts";
import { pointOf } from "./signals.ts";
import { DAY, HOUR, MIDNIGHT, MINUTE } from "./story-network.ts";

/** Every rule of the catalogue before a plant with planted faults: what its sensors say goes through the real engine, in order. */

export interface NetworkShape {
  readonly stations?: number;
  readonly circuits?: number;
  readonly buildings?: number;
  readonly units?: number;
  /** Rooms with a sensor in every unit. */
  readonly rooms?: number;
  /** Stations of the first so many hang on branch "B1", the rest on "B2"; all on "B1" when left out. */
  readonly onFirstBranch?: number;
}

/** Stations S1, S2 …, circuits S1-A …, buildings S1-A-B1 …, units S1-A-B1-U1 …, rooms S1-A-B1-U1-R1 …; each circuit like that of DOMAIN 5.2. */
export function plantedNetwork(shape: NetworkShape = {}): Network {
  const { stations = 1, circuits = 1, buildings = 2, units = 4, rooms = 0, onFirstBranch = stations } = shape;
  const many = <T>(count: number, make: (number: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index + 1));
  const circuit = (id: string): object => ({
    id,
    heating: "radiator",
    heated_area_m2: 100_000,
    households: 1020,
    circulation_m3h: 258,
    water_volume_m3: 105,
    static_pressure_kpa: 250,
    makeup_control: "band",
    buildings: many(buildings, (b) => ({
      id: `${id}-B${b}`,
      floors: 6,
      units: many(units, (u) => ({
        id: `${id}-B${b}-U${u}`,
        heated_area_m2: 100_000 / buildings / units,
        households: Math.round(1020 / buildings / units),
        rooms: many(rooms, (r) => ({ id: `${id}-B${b}-U${u}-R${r}` })),
      })),
    })),
  });
  const file = {
    name: "planted",
    timezone: "Asia/Shanghai",
    season: { heating: "2026-11-15", end: "2027-03-15" },
    stations: many(stations, (s) => ({
      id: `S${s}`,
      primary_branch: s <= onFirstBranch ? "B1" : "B2",
      circuits: many(circuits, (c) => circuit(`S${s}-${String.fromCharCode(64 + c)}`)),
    })),
  };
  return parseNetworkFile(JSON.stringify(file), "planted.json");
}

/** A disturbance so many hours after midnight of 12 January 2027; its size is the mild one of its kind when left out. */
export function planted(
  kind: DisturbanceKind,
  asset: string,
  hour: number,
  more: {
    readonly untilHour?: number;
    readonly size?: number;
    readonly rampMs?: number;
    readonly variant?: string;
    readonly signal?: SignalId;
  } = {},
): Fault {
  return {
    kind,
    asset,
    onset: at(hour),
    rampMs: more.rampMs ?? 0,
    magnitude: more.size ?? disturbanceOf(kind).mild,
    ...(more.untilHour === undefined ? {} : { repairAt: at(more.untilHour) }),
    ...(more.variant === undefined ? {} : { variant: more.variant }),
    ...(more.signal === undefined ? {} : { signal: more.signal }),
  };
}

/** Epoch ms of so many hours after midnight of the day of the story. */
export const at = (hour: number): number => MIDNIGHT + hour * HOUR;
/** Hours after that midnight. */
export const hourOf = (time: number): number => (time - MIDNIGHT) / HOUR;

export interface PlantSpan {
  readonly seed: number;
  readonly network?: Network;
  /** Hours after midnight of 12 January 2027; from the midnight before by default. */
  readonly fromHour?: number;
  readonly toHour: number;
  readonly faults?: readonly Fault[];
  readonly pollMs?: number;
  readonly unitIntervalMs?: number;
  readonly weather?: Weather;
}

/** All that the sensors of a plant say in that time, in the order in which it arrives. */
export function readingsOf(span: PlantSpan): Reading[] {
  const { seed, network = plantedNetwork(), faults = [], pollMs = MINUTE, unitIntervalMs = 30 * MINUTE } = span;
  const from = at(span.fromHour ?? -24);
  const plant = createPlant({
    network,
    seed,
    climate: "jinan",
    startAt: from,
    faults,
    unitIntervalMs,
    ...(span.weather === undefined ? {} : { weather: span.weather }),
  });
  const devices = createDevices({ plant, network, seed, faults, vices: VICES.none, gear: "usual", pollMs, unitIntervalMs });
  const readings: Reading[] = [];
  for (const event of devices.events(from, at(span.toHour))) {
    if (event.type !== "message") continue;
    for (const { ts, assets = {}, values = {} } of event.objects) {
      const own = Object.keys(values).length === 0 ? {} : { [event.topic.split("/").at(-2)!]: values };
      for (const [asset, all] of Object.entries({ ...assets, ...own }))
        for (const [signal, value] of Object.entries(all))
          readings.push({ point: pointOf(network, asset, signal as SignalId), at: ts, value });
    }
  }
  return readings;
}

export interface PlantedRun {
  readonly host: RuleHost;
  readonly network: Network;
  /** Findings of a kind in all stations, by time of detection; those that stand for several units are not among them. */
  readonly found: (kind: FaultKind) => Episode[];
  /** What one rule last said of one asset, oldest first. */
  readonly trace: (asset: string, kind: FaultKind) => TraceLine[];
}

export interface Hearing {
  readonly network: Network;
  /** Changes a value on its way; undefined: it is lost. */
  readonly pass?: (reading: Reading) => number | null | undefined;
  /** Event time goes on to this hour after the last reading. */
  readonly untilHour?: number;
}

/** The rules hear readings, with the limits of the product. */
export function hear(readings: readonly Reading[], { network, pass, untilHour }: Hearing): PlantedRun {
  const host = new RuleHost({ network, history: () => [] });
  const passed =
    pass === undefined
      ? readings
      : readings.flatMap((reading) => {
          const value = pass(reading);
          return value === undefined ? [] : [{ ...reading, value }];
        });
  for (let first = 0; first < passed.length; first += 2000) host.accept(passed.slice(first, first + 2000));
  host.tick(untilHour === undefined ? (readings.at(-1)?.at ?? 0) : at(untilHour));
  const { failures, lastFailure } = host.counts();
  if (failures > 0) throw new Error(lastFailure);
  const found = (kind: FaultKind): Episode[] =>
    network.stations
      .flatMap(({ id }) => host.episodes(id))
      .filter((episode) => episode.kind === kind)
      .sort((a, b) => a.detectedAt - b.detectedAt);
  const trace = (asset: string, kind: FaultKind): TraceLine[] => [
    ...(host.insight(asset)?.rules.find((rule) => rule.kind === kind && rule.asset === asset)?.evaluations ?? []),
  ];
  return { host, network, found, trace };
}

/** A plant with faults, heard by rules. */
export function plantedRun(span: PlantSpan & Pick<Hearing, "pass">): PlantedRun {
  const network = span.network ?? plantedNetwork();
  return hear(readingsOf({ ...span, network }), { network, ...(span.pass === undefined ? {} : { pass: span.pass }) });
}

/** What is told is whole: both languages, numbers that are numbers, causes ranked with shares that sum to 1, evidence of the asset's time. */
export function expectWellTold(episode: Episode): void {
  const { summary, evidence, causes, consequence, action } = episode;
  const texts = [
    summary,
    consequence,
    ...action,
    ...evidence.flatMap(({ name, text }) => [name, text]),
    ...causes.flatMap(({ name, pro, contra }) => [name, ...pro, ...contra]),
  ];
  for (const { zh, en } of texts) {
    expect(zh).not.toMatch(/NaN|undefined|Infinity|null/);
    expect(en).not.toMatch(/NaN|undefined|Infinity|null/);
    expect(zh).toMatch(/\p{Script=Han}/u);
    expect(en).toMatch(/[a-z]/i);
    expect(en).not.toMatch(/\p{Script=Han}/u);
  }
  expect(evidence.length).toBeGreaterThan(0);
  for (const { from, to, value } of evidence) {
    expect(to).toBeGreaterThan(from);
    expect(Number.isNaN(value)).toBe(false);
  }
  expect(causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 1);
  expect(causes.map(({ share }) => share)).toEqual(causes.map(({ share }) => share).sort((a, b) => b - a));
  expect(action.length).toBeGreaterThan(0);
}

export { DAY, HOUR, MINUTE };
