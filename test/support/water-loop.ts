import { Network, type Asset, type CircuitFacts, type Heating, type Season } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import { seededRandom } from "./random.ts";

/**
 * One secondary loop's water by the minute, after DOMAIN 5.8-5.10: pressure holding, expansion, draw-off, drains, leaks, and a
 * 10-litre pulse counter. Written from the formulas; nothing is fitted to the rule that it tests.
 */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
/** Midnight of 1 December 2026 in Asia/Shanghai. */
export const STORY_START = Date.UTC(2026, 10, 30, 16);

export interface LoopStory {
  readonly seed: number;
  readonly days: number;
  readonly control?: "band" | "vfd";
  /** Water capacity, L/kPa; default by seed 4…9. */
  readonly capacityLKpa?: number;
  /** Loss of the tight loop, m³/h at 265 kPa; default by seed 0.1…0.55. */
  readonly baseM3h?: number;
  /** Leak, m³/h at 265 kPa, at a time since the start. */
  readonly leak?: (ms: number) => number;
  /** Water that people draw beyond the usual, m³/h. */
  readonly draw?: (ms: number) => number;
  readonly drains?: readonly { readonly atMs: number; readonly hours: number; readonly m3: number }[];
  /** Drop of the supply temperature between 22 and 5 h, K. */
  readonly setbackK?: number;
  /** Additional mean temperature, K, at a time since the start: a cold snap. */
  readonly warmK?: (ms: number) => number;
  readonly volumeM3?: number;
  readonly noiseC?: number;
  readonly phaseMs?: number;
}

export interface LoopMinute {
  readonly at: number;
  readonly values: Readonly<Partial<Record<SignalId, number>>>;
}

/** Calls `report` with every signal at each report time. */
export function playLoop(story: LoopStory, intervalMs: number, report: (minute: LoopMinute) => void): void {
  const random = seededRandom(story.seed);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const capacity = story.capacityLKpa ?? 4 + 5 * random();
  const base = story.baseM3h ?? 0.1 + 0.45 * random();
  const volume = story.volumeM3 ?? 105;
  const noise = story.noiseC ?? 0.1;
  const stepMs = Math.min(MINUTE_MS, intervalMs);
  const band = (story.control ?? "band") === "band";
  let kpa = 265;
  let pumping = false;
  let total = 1000 + 500 * random();
  let weather = 0;
  let meanC = Number.NaN;
  let supplyC = Number.NaN;
  let returnC = Number.NaN;
  let reportDue = STORY_START + (story.phaseMs ?? 0);
  const end = STORY_START + story.days * DAY_MS;
  for (let at = STORY_START; at < end; at += stepMs) {
    const ms = at - STORY_START;
    const hour = (ms / HOUR_MS) % 24;
    const hours = stepMs / HOUR_MS;
    weather += (-weather * stepMs) / (48 * HOUR_MS) + 3.5 * Math.sqrt((2 * stepMs) / (48 * HOUR_MS)) * gauss();
    const outdoorC = weather - 1 + 4.5 * Math.sin((2 * Math.PI * (hour - 9)) / 24);
    const setback = hour >= 22 || hour < 5 ? -(story.setbackK ?? 0) : 0;
    const wishC = 50 - 0.9 * (outdoorC + 1) + setback + (story.warmK?.(ms) ?? 0);
    // The supply follows its set point within half an hour, the return a transit time later, the water body between them.
    supplyC = Number.isNaN(supplyC) ? wishC : supplyC + (wishC - supplyC) * Math.min(1, stepMs / 1_200_000);
    const returnGoalC = 38 + 0.55 * (supplyC - 50);
    returnC = Number.isNaN(returnC) ? returnGoalC : returnC + (returnGoalC - returnC) * Math.min(1, stepMs / 1_500_000);
    const before = meanC;
    meanC = (supplyC + returnC) / 2;
    const expansion = Number.isNaN(before) ? 0 : volume * 4.2e-4 * (meanC - before);
    const root = Math.sqrt(Math.max(0, kpa) / 265);
    const often = hour >= 6 && hour < 9 ? 3 : hour >= 17 && hour < 22 ? 2.5 : hour >= 9 && hour < 17 ? 0.6 : 0.15;
    const drawn = (random() < often * hours ? 0.02 : 0) + (story.draw?.(ms) ?? 0) * hours;
    let drained = 0;
    for (const drain of story.drains ?? [])
      if (ms >= drain.atMs && ms < drain.atMs + drain.hours * HOUR_MS) drained += (drain.m3 / drain.hours) * hours;
    const lost = (base + (story.leak?.(ms) ?? 0)) * root * hours + drawn + drained;
    if (band) pumping = kpa < 250 ? true : kpa > 280 ? false : pumping;
    const added = band
      ? pumping
        ? 8 * hours
        : 0
      : Math.max(0, Math.min(8 * hours, lost - expansion + ((265 - kpa) * capacity) / 1000 / 5));
    total += added;
    kpa = Math.max(0, kpa + (1000 * (added + expansion - lost)) / capacity);
    if (at < reportDue) continue;
    reportDue += intervalMs;
    report({
      at,
      values: {
        mk_total: Math.floor(total * 100) / 100,
        mk_flow: added / hours,
        mk_pump: added > 0 ? 1 : 0,
        p2_return: kpa + gauss(),
        t2_supply: Math.round(10 * (supplyC + noise * gauss())) / 10,
        t2_return: Math.round(10 * (returnC + noise * gauss())) / 10,
        t_out: outdoorC,
      },
    });
  }
}

/** A station S1 with one circuit S1-H of 100,000 m², as in DOMAIN 5.2. */
export function loopNetwork(options: { heating?: Heating; season?: Season; facts?: Partial<CircuitFacts> } = {}): Network {
  const floor = options.heating === "floor";
  const facts: CircuitFacts = {
    heating: options.heating ?? "radiator",
    heatedAreaM2: 100_000,
    households: 1020,
    designSupplyC: floor ? 45 : 55,
    designReturnC: floor ? 35 : 40,
    designOutdoorC: -5.3,
    circulationM3h: floor ? 387 : 258,
    waterVolumeM3: floor ? 140 : 105,
    sizeIsKnown: true,
    staticPressureKpa: 230,
    makeupControl: "band",
    curve: undefined,
    ...options.facts,
  };
  const none = { building: undefined, unit: undefined };
  const assets: Asset[] = [
    { ...none, id: "S1", level: "station", name: "S1", parent: undefined, children: ["S1-H"], station: "S1", circuit: undefined },
    {
      ...none,
      id: "S1-H",
      level: "circuit",
      name: "S1-H",
      parent: "S1",
      children: [],
      station: "S1",
      circuit: "S1-H",
      circuitFacts: facts,
    },
  ];
  return new Network({ name: "story", timezone: "Asia/Shanghai", season: options.season ?? {}, areas: [], stewards: [], assets });
}
