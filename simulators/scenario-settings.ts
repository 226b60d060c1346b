import { InputError } from "../model/input-error.ts";
import type { Path } from "../model/yaml-file.ts";
import { type Vices, VICES } from "./gateway-vices.ts";
import { type Habits, HABITS } from "./habits.ts";
import { NETWORK_SIZE, type NetworkSize, type Range } from "./network-generator.ts";
import type { ScenarioFile } from "./scenario-schema.ts";
import { durationMs } from "./scenario-time.ts";

/** The groups of a scenario file that are only numbers, in the units of the simulator: network size, vices, habits. */

const DURATION_WORDS = "a duration like 30s, 5m, 1h30m, 12h or 3d";
type Place = (path: Path) => string;

/** A duration of the file, ms, within [least, most]. */
export function duration(word: string | undefined, fallbackMs: number, place: string, [least, most]: Range): number {
  if (word === undefined) return fallbackMs;
  const ms = durationMs(word);
  if (ms === undefined) throw new InputError(place, DURATION_WORDS, `"${word}"`);
  if (ms < least || ms > most) throw new InputError(place, `a duration from ${inWords(least)} to ${inWords(most)}`, `"${word}"`);
  return ms;
}

function inWords(ms: number): string {
  if (ms >= 86_400_000) return `${ms / 86_400_000}d`;
  return ms >= 3_600_000 ? `${ms / 3_600_000}h` : ms >= 60_000 ? `${ms / 60_000}m` : `${ms / 1000}s`;
}

export function networkSize(size: ScenarioFile["size"], stations: number | undefined, place: Place): NetworkSize {
  const range = (key: "circuits" | "buildings" | "units" | "area_m2", fallback: Range): Range => {
    const given = size?.[key];
    if (given === undefined) return fallback;
    const [low, high] = typeof given === "number" ? [given, given] : given;
    if (low > high) throw new InputError(place(["size", key]), "[least, most]", JSON.stringify(given));
    return [low, high];
  };
  return {
    stations: stations ?? size?.stations ?? NETWORK_SIZE.stations,
    circuits: range("circuits", NETWORK_SIZE.circuits),
    buildings: range("buildings", NETWORK_SIZE.buildings),
    units: range("units", NETWORK_SIZE.units),
    rooms: size?.rooms ?? NETWORK_SIZE.rooms,
    areaM2: range("area_m2", NETWORK_SIZE.areaM2),
    variety: size?.variety ?? NETWORK_SIZE.variety,
    suspended: size?.suspended ?? NETWORK_SIZE.suspended,
  };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function vicesOf(given: ScenarioFile["vices"], place: Place): Vices {
  if (given === undefined || typeof given === "string") return VICES[given ?? "usual"];
  const base = VICES[given.base ?? "usual"];
  const time = (key: "skew" | "drift_per_day" | "latency", fallback: number, most: number): number =>
    duration(given[key], fallback, place(["vices", key]), [0, most]);
  const outage = (index: 0 | 1): number =>
    duration(given.outage?.[index], base.outageMs[index], place(["vices", "outage", index]), [0, 7 * DAY_MS]);
  const outageMs: Range = [outage(0), outage(1)];
  if (outageMs[0] > outageMs[1]) throw new InputError(place(["vices", "outage"]), "[shortest, longest]", JSON.stringify(given.outage));
  return {
    jitterShare: given.jitter_share ?? base.jitterShare,
    lossShare: given.loss_share ?? base.lossShare,
    duplicateShare: given.duplicate_share ?? base.duplicateShare,
    reorderShare: given.reorder_share ?? base.reorderShare,
    unitLossShare: given.unit_loss_share ?? base.unitLossShare,
    outagesPerDay: given.outages_per_day ?? base.outagesPerDay,
    outageMs,
    markedHistoryShare: given.marked_history_share ?? base.markedHistoryShare,
    forgetfulShare: given.forgetful_share ?? base.forgetfulShare,
    collectingShare: given.collecting_share ?? base.collectingShare,
    skewMs: time("skew", base.skewMs, DAY_MS),
    driftMsPerDay: time("drift_per_day", base.driftMsPerDay, HOUR_MS),
    dstMistakeShare: given.dst_mistake_share ?? base.dstMistakeShare,
    latencyMs: time("latency", base.latencyMs, LATENCY_MS_MAX),
  };
}

/** The residents look at the plant an hour before they call: what is under way may not be older than this. */
const LATENCY_MS_MAX = HOUR_MS / 2;

export function habitsOf(given: ScenarioFile["residents"], place: Place): Habits {
  if (given === undefined || typeof given === "string") return HABITS[given ?? "usual"];
  const base = HABITS[given.base ?? "usual"];
  return {
    callShare: given.call_share ?? base.callShare,
    coldBelowC: given.cold_below_c ?? base.coldBelowC,
    coldSpreadC: given.cold_spread_c ?? base.coldSpreadC,
    noticesK: given.notices_k ?? base.noticesK,
    patienceHours: duration(given.patience, base.patienceHours * HOUR_MS, place(["residents", "patience"]), [0, 30 * DAY_MS]) / HOUR_MS,
    patienceSpread: base.patienceSpread,
    unseenPer1000Season: given.unseen_per_1000_season ?? base.unseenPer1000Season,
    surge: given.surge ?? base.surge,
  };
}
