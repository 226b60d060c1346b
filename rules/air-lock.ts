import type { Asset } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import { explainAirLock } from "./air-lock-explanation.ts";
import { airEventLimits, airEventsObserver, type Prior, priorOf } from "./air-lock-events.ts";
import { coolingLimits, outdoorC, type UnitCooling } from "./cooling-index.ts";
import { type CoolingTrack, indexOver, judgedBase, riseHours, roseAbove, usualIndex } from "./cooling-track.ts";
import { coolingObserver, coolingOf } from "./cooling-watch.ts";
import { fluctuationK } from "./fluctuation.ts";
import { limitReader } from "./limit-reader.ts";
import type { Limit } from "./limits.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R05 air lock: a unit that is starved although supplied and open, after something that lets air in. */

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const airLockLimits = {
  ...coolingLimits,
  ...airEventLimits,
  air_lock_index: limit(1.5, "1", "流量约为设计的一半以下", "Half of the design flow or less"),
  air_lock_base_rise: limit(1.25, "1", "比自身基线高25%，排除长期失调", "25 % above its own base: lasting imbalance is no air"),
  air_lock_off_index: limit(1.3, "1", "排气后指数应回到此值以下", "After venting the index must fall below this"),
  air_lock_supply_k: limit(
    6,
    "K",
    "单元供温须在应有值6 K以内，否则为断流或关阀",
    "Supply must arrive within 6 K, else nothing circulates or a valve is shut",
  ),
  air_lock_valve_min: limit(60, "%", "阀位足够开，或与给定一致", "Valve open enough, or where its command put it"),
  air_lock_closed_valve: limit(10, "%", "低于此阀位为关阀，不是集气", "Below this the valve is closed: no air lock"),
  air_lock_valve_step: limit(15, "%", "起始时阀位下降超过此值，是阀门而非集气", "A valve that closed by this at the onset explains it"),
  air_lock_rise_hours_max: limit(36, "h", "集气在一天内形成，更慢为过滤器淤堵", "Air gathers within a day; slower is a strainer"),
  air_lock_score: limit(
    0.7,
    "1",
    "判定分数：基础0.4、前因0.3、波动0.2、开阀无效0.2",
    "Score: base 0.4, prior event 0.3, flutter 0.2, opening the valve in vain 0.2",
  ),
  air_lock_prior_hours: limit(72, "h", "前因有效期", "How long an event counts as prior"),
  air_lock_flutter: limit(3, "1", "回温波动为自身平时的3倍", "Flutter of the return against its own past"),
  air_lock_urgent_room_c: limit(16, "°C", "室温低于16 °C为紧急", "Urgent below this room temperature"),
  air_lock_urgent_out_c: limit(-10, "°C", "室外低于-10 °C为紧急", "Urgent below this outdoor temperature"),
  air_lock_urgent_units: limit(10, "1", "同机组10个以上单元欠流为紧急", "Urgent when so many units of the circuit are starved"),
} satisfies Record<string, Limit>;

const valuesOf = limitReader(airLockLimits);

const STEP_MS = 900_000;
const HOUR_MS = 3_600_000;
const AVERAGE_HOURS = 2;
/** With a smaller drop sensors of half a kelvin make φ jump: it is averaged twice as long. */
const SMALL_DROP_K = 7;
const ONSET_SLACK_MS = HOUR_MS;
const FLUTTER_SPAN_MS = 8 * HOUR_MS;
const FLUTTER_EVERY_MS = 4 * HOUR_MS;
/** Memory of the usual flutter, and its floor: sensors resolve 0.1 K. */
const FLUTTER_MEMORY_HOURS = 48;
const FLUTTER_FLOOR_K = 0.1;
const VALVE_RAISE = 10;
const VALVE_SPAN_MS = 6 * HOUR_MS;
const RESPONSE_MS = 2 * HOUR_MS;
const RESPONSE_SHARE = 0.9;

export interface AirLockSigns {
  /** Share of the score that each sign has earned; kept until the index is back. */
  prior: Prior | undefined;
  flutter: number;
  unresponsive: boolean;
  /** The valve closed by itself or by command about the onset: then it is no air, for as long as the index stays high. */
  throttled: boolean;
  riseHours: number;
}

export interface AirLockMemory {
  usualFlutterK: number;
  /** Set while the index is high. */
  signs: AirLockSigns | undefined;
  onsetAt: number;
  /** A valve raise that waits for its effect: when, and φ before it. */
  raise: { at: number; index: number } | undefined;
}

const CONSEQUENCE: Text = {
  zh: "立管或单元集气不循环，整个单元的用户不热；拖延会扩大到同楼其他立管",
  en: "Air stops the riser: the whole unit stays cold, and it may spread to other risers",
};
const ACTION: readonly Text[] = [
  { zh: "先确认机组回压稳定在定压以上，再排气", en: "First see that the circuit's pressure is steady above the static need" },
  {
    zh: "电话指导顶层用户排气；不成功则上门，在顶层、末端手动排气",
    en: "Guide the top floor by phone to vent; if in vain, go and vent the top floor and the end of the line",
  },
  { zh: "检查自动排气阀是否失效、阀前是否关闭", en: "Check whether the automatic vent works and its stop valve is open" },
  { zh: "30分钟内复测单元回温，应回升到同伴水平", en: "Within 30 min measure the return again: it must rise to the peers' level" },
];

export const airLockRule: Rule<AirLockMemory> = {
  kind: "air_lock",
  level: "unit",
  everyMs: STEP_MS,
  onSignals: [],
  holdMs: 2 * HOUR_MS,
  keepMs: HOUR_MS / 2,
  observers: [coolingObserver, airEventsObserver],
  phases: WARM_PHASES,
  measure: { name: { zh: "降温指数", en: "Cooling index" }, unit: "1", faultWhen: "above" },
  cause: {
    zh: "立管或单元集气：充水、降压、停泵或大量补水后进气未排净",
    en: "Air in the riser after filling, a pressure dip, a pump stop or a large refill",
  },
  consequence: CONSEQUENCE,
  action: ACTION,
  limits: Object.keys(airLockLimits),

  start: () => ({
    usualFlutterK: Number.NaN,
    signs: undefined,
    onsetAt: Number.NaN,
    raise: undefined,
  }),

  evaluate(memory, unit, view): Verdict {
    const watch = coolingOf(view, unit);
    if (watch === undefined) return { state: unit.unitFacts?.suspended === true ? "normal" : "unknown" };
    const index = indexOver(watch.track, watch.peers.dropK < SMALL_DROP_K ? 2 * AVERAGE_HOURS : AVERAGE_HOURS, 2);
    if (Number.isNaN(index)) return { state: "unknown" };
    followIndex(memory, watch, unit, view, index);
    if (memory.signs === undefined) return { state: "normal", value: index, limit: valuesOf(view.limits, unit.id).air_lock_index };
    return judge(memory, memory.signs, index, unit, view, watch.cooling, watch.peers.starved);
  },

  explain: (memory, unit, view, since) => ({ ...explainAirLock(memory, unit, view, since), consequence: CONSEQUENCE, action: ACTION }),
};

/** Begins and ends the time of a high index, and gathers its signs meanwhile. */
function followIndex(
  memory: AirLockMemory,
  watch: NonNullable<ReturnType<typeof coolingOf>>,
  unit: Asset,
  view: View,
  index: number,
): void {
  const limits = valuesOf(view.limits, unit.id);
  const { track: history, cooling } = watch;
  const { dropK } = watch.peers;
  if (memory.signs === undefined) {
    // From the first filling on air is what starves units: there a drop that can be relied on is enough.
    const isFirst = view.phase === "commissioning" && Number.isNaN(history.base) && cooling.amongPeers && dropK >= SMALL_DROP_K;
    const sure = index - cooling.indexError;
    const risen = isFirst || sure >= judgedBase(history, cooling.amongPeers, limits.cooling_unknown_base) * limits.air_lock_base_rise;
    if (sure < limits.air_lock_index || !risen) return learnFlutter(memory, unit, view, index);
    memory.onsetAt = roseAbove(history, (usualIndex(history) + index) / 2) ?? view.at;
    memory.signs = {
      prior: undefined,
      flutter: Number.NaN,
      unresponsive: false,
      throttled: false,
      riseHours: riseHours(history, index),
    };
  } else if (Math.min(index, indexOver(history, 0.5, 1)) < limits.air_lock_off_index) {
    memory.signs = undefined;
    memory.raise = undefined;
    return;
  }
  const events = view.observed(airEventsObserver, unit.circuit!);
  if (events !== undefined) memory.signs.prior ??= priorOf(events, memory.onsetAt, limits.air_lock_prior_hours * HOUR_MS, ONSET_SLACK_MS);
  noteThrottling(memory, memory.signs, unit, view);
  followFlutter(memory, memory.signs, unit, view);
  followRaise(memory, memory.signs, history, unit, view);
}

/** Usual flutter of the healthy unit. */
function learnFlutter(memory: AirLockMemory, unit: Asset, view: View, index: number): void {
  if (index > valuesOf(view.limits, unit.id).air_lock_off_index || view.at % FLUTTER_EVERY_MS !== 0) return;
  const flutter = fluctuationK(view.since(unit.id, "t_return", view.at - FLUTTER_SPAN_MS));
  if (Number.isNaN(flutter)) return;
  const weight = FLUTTER_EVERY_MS / (FLUTTER_MEMORY_HOURS * HOUR_MS);
  memory.usualFlutterK = Number.isNaN(memory.usualFlutterK) ? flutter : memory.usualFlutterK + weight * (flutter - memory.usualFlutterK);
}

/** Flutter since the onset against the usual one; the fall of the onset itself is left out. The largest seen counts. */
function followFlutter(memory: AirLockMemory, signs: AirLockSigns, unit: Asset, view: View): void {
  if (Number.isNaN(memory.usualFlutterK) || view.at % HOUR_MS !== 0) return;
  const from = Math.max(memory.onsetAt + ONSET_SLACK_MS, view.at - FLUTTER_SPAN_MS);
  const flutter = fluctuationK(view.since(unit.id, "t_return", from)) / Math.max(FLUTTER_FLOOR_K, memory.usualFlutterK);
  if (Number.isNaN(signs.flutter) || flutter > signs.flutter) signs.flutter = flutter;
}

/** Someone opened the valve and two hours later the index is as high as before. */
function followRaise(memory: AirLockMemory, signs: AirLockSigns, history: CoolingTrack, unit: Asset, view: View): void {
  const positions = view.since(unit.id, "valve_pos", view.at - HOUR_MS);
  const first = positions[0];
  const newest = positions.at(-1);
  if (first !== undefined && newest !== undefined && newest.value >= first.value + VALVE_RAISE && memory.raise === undefined)
    memory.raise = { at: view.at, index: indexOver(history, AVERAGE_HOURS, 1) };
  if (memory.raise === undefined || view.at - memory.raise.at < RESPONSE_MS) return;
  if (indexOver(history, 1, 1) >= RESPONSE_SHARE * memory.raise.index) signs.unresponsive = true;
  memory.raise = undefined;
}

/** The score of DOMAIN 4, R05: base 0.4, prior event 0.3, flutter 0.2, opening the valve in vain 0.2. */
export function airLockScore(signs: AirLockSigns, flutterLimit: number): number {
  return 0.4 + (signs.prior === undefined ? 0 : 0.3) + (signs.flutter >= flutterLimit ? 0.2 : 0) + (signs.unresponsive ? 0.2 : 0);
}

function judge(
  memory: AirLockMemory,
  signs: AirLockSigns,
  index: number,
  unit: Asset,
  view: View,
  cooling: UnitCooling,
  starved: number,
): Verdict {
  const limits = valuesOf(view.limits, unit.id);
  const figures = { value: index, limit: limits.air_lock_index };
  const limitScore = limits.air_lock_score;
  const excluded =
    signs.riseHours > limits.air_lock_rise_hours_max ||
    cooling.supplyC <= cooling.offeredC - limits.air_lock_supply_k ||
    signs.throttled ||
    !isOpen(unit, view);
  const score = excluded ? 0 : airLockScore(signs, limits.air_lock_flutter);
  // Sums of tenths are not exact.
  if (score < limitScore - 1e-9) return { state: "normal", ...figures };
  const coldRoom = view.network
    .below(unit.id, "room")
    .some((room) => (view.last(room.id, "t_room")?.value ?? Infinity) < limits.air_lock_urgent_room_c);
  const frost = (outdoorC(view, unit) ?? Infinity) < limits.air_lock_urgent_out_c;
  const urgent = coldRoom || frost || starved >= limits.air_lock_urgent_units;
  return { state: "fault", severity: urgent ? "urgent" : "general", since: memory.onsetAt, ...figures };
}

/** The view reaches back 12 h only, so that a throttling has to be noted while it can be seen. */
function noteThrottling(memory: AirLockMemory, signs: AirLockSigns, unit: Asset, view: View): void {
  if (signs.throttled || view.at > memory.onsetAt + VALVE_SPAN_MS) return;
  const around = view
    .since(unit.id, "valve_pos", memory.onsetAt - VALVE_SPAN_MS)
    .filter(({ at }) => at <= memory.onsetAt + VALVE_SPAN_MS / 2);
  const before = around[0];
  const step = valuesOf(view.limits, unit.id).air_lock_valve_step;
  signs.throttled = before !== undefined && around.some(({ value }) => before.value - value >= step);
}

/** Open enough or obeying its command, and not closed; without feedback it has the benefit of the doubt. */
function isOpen(unit: Asset, view: View): boolean {
  const position = view.last(unit.id, "valve_pos");
  if (position === undefined) return true;
  if (position.value < valuesOf(view.limits, unit.id).air_lock_closed_valve) return false;
  const command = view.last(unit.id, "valve_set")?.value;
  const obeys = command !== undefined && Math.abs(command - position.value) <= 5;
  return position.value >= valuesOf(view.limits, unit.id).air_lock_valve_min || obeys;
}
