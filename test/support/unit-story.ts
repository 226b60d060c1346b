import { expectedSupplyC } from "../../model/heating-curve.ts";
import { type Asset, type CircuitFacts, type Heating, Network, type Season, type UnitFacts } from "../../model/network.ts";
import type { Severity } from "../../model/finding.ts";
import type { SignalId } from "../../model/signals.ts";
import type { Limit } from "../../rules/limits.ts";
import { radiatorLaw, radiatorReturnC } from "../../rules/radiator-law.ts";
import type { Rule, View } from "../../rules/rule.ts";
import { engineRun } from "./engine-run.ts";
import { seededRandom } from "./random.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, STORY_START } from "./water-loop.ts";

/**
 * The units of one circuit after the closed-form radiator law of DOMAIN 5.3 and the room balance of 5.2: flow in, return and
 * room temperatures out, with sensor bias, noise and lag. Generated from the formulas; nothing is fitted to the rules.
 */
export interface UnitStory {
  readonly seed: number;
  readonly days: number;
  readonly heating?: Heating;
  readonly intervalMinutes?: number;
  readonly unitCount?: number;
  readonly season?: Season;
  /** Share of the design flow of a unit (0-based) at a time since the start; 1 by default. */
  readonly flow?: (unit: number, ms: number) => number;
  readonly valve?: (unit: number, ms: number) => number | undefined;
  readonly command?: (unit: number, ms: number) => number | undefined;
  readonly unitFacts?: (unit: number) => Partial<UnitFacts>;
  /** Room sensors per unit, and what is added to their reading. */
  readonly rooms?: number;
  readonly roomPosition?: (unit: number, room: number) => Asset["roomPosition"];
  readonly roomOffsetK?: (unit: number, room: number, ms: number) => number;
  readonly outdoorC?: (ms: number) => number;
  readonly supplyShiftK?: (ms: number) => number;
  readonly setbackK?: number;
  readonly returnKpa?: (ms: number) => number;
  readonly pump?: (ms: number) => number;
  readonly facts?: Partial<CircuitFacts>;
  /** Sensor noise of unit temperatures, K. */
  readonly noiseK?: number;
  /** Restlessness of the flow while its share is below 0.8, as a share. */
  readonly flutter?: (unit: number, ms: number) => number;
  /** False: units report their return only. */
  readonly supplySensors?: boolean;
}

export function storyNetwork(story: UnitStory): Network {
  const floor = story.heating === "floor";
  const count = story.unitCount ?? 12;
  const facts: CircuitFacts = {
    heating: story.heating ?? "radiator",
    heatedAreaM2: 20_000,
    households: 200,
    designSupplyC: floor ? 45 : 55,
    designReturnC: floor ? 35 : 40,
    designOutdoorC: -5.3,
    circulationM3h: floor ? 77 : 52,
    waterVolumeM3: 21,
    sizeIsKnown: true,
    staticPressureKpa: 230,
    makeupControl: "band",
    curve: undefined,
    ...story.facts,
  };
  const none = { building: undefined, unit: undefined };
  const units = Array.from({ length: count }, (_, index) => `U${index}`);
  const assets: Asset[] = [
    { ...none, id: "S1", level: "station", name: "S1", parent: undefined, children: ["S1-H"], station: "S1", circuit: undefined },
    {
      ...none,
      id: "S1-H",
      level: "circuit",
      name: "S1-H",
      parent: "S1",
      children: ["B1"],
      station: "S1",
      circuit: "S1-H",
      circuitFacts: facts,
    },
    {
      id: "B1",
      level: "building",
      name: "B1",
      parent: "S1-H",
      children: units,
      station: "S1",
      circuit: "S1-H",
      building: "B1",
      unit: undefined,
    },
  ];
  units.forEach((id, index) => {
    const rooms = Array.from({ length: story.rooms ?? 0 }, (_, room) => `${id}-R${room}`);
    const unitFacts: UnitFacts = { households: 17, heatedAreaM2: 1667, position: "middle", suspended: false, ...story.unitFacts?.(index) };
    const above = { station: "S1", circuit: "S1-H", building: "B1", unit: id };
    assets.push({ ...above, id, level: "unit", name: id, parent: "B1", children: rooms, unitFacts });
    rooms.forEach((room, number) =>
      assets.push({
        ...above,
        id: room,
        level: "room",
        name: room,
        parent: id,
        children: [],
        roomPosition: story.roomPosition?.(index, number),
      }),
    );
  });
  return new Network({ name: "story", timezone: "Asia/Shanghai", season: story.season ?? {}, areas: [], stewards: [], assets });
}

const TAU_HOURS = 90;
const STAIRWELL_C = 16;
const STILL_SHARE = 0.04;

/** Calls `put` with every reading of the story in order of time. */
export function playUnits(
  story: UnitStory,
  network: Network,
  put: (asset: string, signal: SignalId, at: number, value: number) => void,
  tick: (at: number) => void,
): void {
  const random = seededRandom(story.seed);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const facts = network.asset("S1-H")!.circuitFacts!;
  const law = radiatorLaw(facts);
  const lagMs = (facts.heating === "floor" ? 60 : 30) * MINUTE_MS;
  const noise = story.noiseK ?? 0.15;
  const count = story.unitCount ?? 12;
  const intervalMs = (story.intervalMinutes ?? 30) * MINUTE_MS;
  const stepMs = Math.min(5 * MINUTE_MS, intervalMs);
  const units = Array.from({ length: count }, () => ({
    biasSupply: 0.6 * (random() - 0.5),
    biasReturn: 0.6 * (random() - 0.5),
    lossK: 1.5 * random(),
    flow: 0.9 + 0.2 * random(),
    room: 20,
    supply: Number.NaN,
    back: Number.NaN,
    phaseMs: Math.floor(random() * (intervalMs / stepMs)) * stepMs,
    wobble: 0,
  }));
  const tenth = (value: number): number => Math.round(10 * value) / 10;
  for (let ms = 0; ms < story.days * DAY_MS; ms += stepMs) {
    const at = STORY_START + ms;
    tick(at);
    const hour = (ms / HOUR_MS) % 24;
    const outdoor = story.outdoorC?.(ms) ?? -2 + 3 * Math.sin((2 * Math.PI * (hour - 9)) / 24);
    const setback = hour >= 22 || hour < 5 ? -(story.setbackK ?? 0) : 0;
    const supply = expectedSupplyC(facts, story.outdoorC === undefined ? -2 : outdoor) + setback + (story.supplyShiftK?.(ms) ?? 0);
    const running = (story.pump?.(ms) ?? 1) >= 0.5;
    let back = 0;
    units.forEach((unit, index) => {
      const fault = running ? (story.flow?.(index, ms) ?? 1) : 0;
      unit.wobble = 0.6 * unit.wobble + 0.8 * gauss() * (fault < 0.8 ? (story.flutter?.(index, ms) ?? 0) : 0);
      const flow = Math.max(0, fault * unit.flow * (1 + unit.wobble));
      const still = flow < STILL_SHARE;
      const arriving = still ? STAIRWELL_C : supply - unit.lossK;
      const leaving = still ? STAIRWELL_C : radiatorReturnC(law, arriving, unit.room, flow);
      const ease = still ? stepMs / (90 * MINUTE_MS) : stepMs / lagMs;
      unit.supply = Number.isNaN(unit.supply)
        ? arriving
        : unit.supply + (arriving - unit.supply) * Math.min(1, still ? ease : stepMs / (5 * MINUTE_MS));
      unit.back = Number.isNaN(unit.back) ? leaving : unit.back + (leaving - unit.back) * Math.min(1, ease);
      const heat = still ? 0 : (flow * (arriving - leaving)) / law.lossShare;
      unit.room += ((heat - (unit.room - outdoor)) * stepMs) / (TAU_HOURS * HOUR_MS);
      back += unit.back / count;
      if (ms % intervalMs !== unit.phaseMs % intervalMs) return;
      const id = `U${index}`;
      if (story.supplySensors !== false) put(id, "t_supply", at, tenth(unit.supply + unit.biasSupply + noise * gauss()));
      put(id, "t_return", at, tenth(unit.back + unit.biasReturn + noise * gauss()));
      const valve = story.valve === undefined ? 80 : story.valve(index, ms);
      if (valve !== undefined) put(id, "valve_pos", at, valve);
      const command = story.command === undefined ? valve : story.command(index, ms);
      if (command !== undefined) put(id, "valve_set", at, command);
      for (let room = 0; room < (story.rooms ?? 0); room++)
        put(`${id}-R${room}`, "t_room", at, tenth(unit.room + (story.roomOffsetK?.(index, room, ms) ?? 0) + 0.1 * gauss()));
    });
    put("S1-H", "t2_supply", at, tenth(supply + 0.1 * gauss()));
    put("S1-H", "t2_return", at, tenth(back + 0.1 * gauss()));
    put("S1-H", "p2_return", at, (story.returnKpa?.(ms) ?? 265) + gauss());
    put("S1-H", "cp_run", at, running ? 1 : 0);
    put("S1", "t_out", at, tenth(outdoor));
  }
}

/** An episode of one unit. */
export interface UnitEpisode {
  readonly unit: string;
  readonly detectedAt: number;
  readonly since: number;
  readonly severity: Severity;
  readonly clearedAt: number | undefined;
}

export interface UnitRun<Memory> {
  /** Episodes by unit id. */
  readonly episodes: ReadonlyMap<string, readonly UnitEpisode[]>;
  readonly memories: ReadonlyMap<string, Memory>;
  readonly view: View;
  readonly network: Network;
  /** All episodes of all units. */
  readonly all: readonly UnitEpisode[];
}

/** Plays a story through one unit rule alone, in the real engine. */
export function unitStory<Memory>(rule: Rule<Memory>, limits: Readonly<Record<string, Limit>>, story: UnitStory): UnitRun<Memory> {
  const network = storyNetwork(story);
  const { fold, put, tick } = engineRun(network, [rule as Rule], limits);
  playUnits(story, network, put, () => {});
  tick(STORY_START + story.days * DAY_MS);
  if (fold.counts.failures > 0) throw new Error(fold.counts.lastFailure);
  const all = [...fold.cleared, ...fold.state.open.filter((episode) => episode !== undefined)]
    .sort((a, b) => a.detectedAt - b.detectedAt)
    .map(({ asset, ...episode }) => ({ unit: asset, ...episode }));
  return {
    all,
    network,
    view: fold.view,
    episodes: Map.groupBy(all, ({ unit }) => unit),
    memories: new Map(fold.plan.watches.map(({ asset, index }) => [asset.id, fold.state.memories[index] as Memory])),
  };
}
