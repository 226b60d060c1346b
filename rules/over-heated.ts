import type { Explanation, FaultKind } from "../model/finding.ts";
import { HEATING_PHASES } from "../model/season.ts";
import { rankCauses } from "./causes.ts";
import { indexEvidence, returnEvidence } from "./cooling-evidence.ts";
import { coolingLimits } from "./cooling-index.ts";
import { type CoolingTrack, weekOf } from "./cooling-track.ts";
import { coolingObserver, coolingOf } from "./cooling-watch.ts";
import { signalEvidence } from "./evidence.ts";
import { limitReader } from "./limit-reader.ts";
import type { Limit } from "./limits.ts";
import { tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";
import type { Asset } from "../model/network.ts";
import { median } from "./statistics.ts";

/** R21 过热: a unit takes more water than it should: it hardly cools it, or its rooms are too warm. */

const HOUR_MS = 3_600_000;
const BLOCKS_OF_DAY = 12;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const overHeatedLimits = {
  ...coolingLimits,
  over_heated_index: limit(0.75, "1", "流量约为设计的135%以上", "About 135 % of the flow or more"),
  over_heated_base_fall: limit(0.8, "1", "且比自身基线低20%", "and 20 % below its own base"),
  over_heated_room_c: limit(24, "°C", "或室温中位高于此值", "Or its rooms' median above this"),
  over_heated_room_index: limit(0.8, "1", "同时指数偏低", "with an index below this"),
  over_heated_hours: limit(24, "h", "持续时间", "How long it has to last"),
} satisfies Record<string, Limit>;

const valuesOf = limitReader(overHeatedLimits);

/** A unit that was cold or shut has hours in its day in which hardly any water passed: they say nothing of too much. */
const COLD_KINDS: readonly FaultKind[] = ["closed_valve", "air_lock", "under_heated"];
const DAY_MS = 24 * HOUR_MS;

interface OverHeatedMemory {
  /** When one of these was last suspected; NaN: never. */
  coldAt: number;
}

export const overHeatedRule: Rule<OverHeatedMemory> = {
  kind: "over_heated",
  level: "unit",
  everyMs: 2 * HOUR_MS,
  onSignals: [],
  observers: [coolingObserver],
  holdMs: 12 * HOUR_MS,
  keepMs: 8 * HOUR_MS,
  phases: HEATING_PHASES,
  measure: { name: { zh: "日均降温指数", en: "Cooling index of a day" }, unit: "1", faultWhen: "below" },
  cause: { zh: "单元流量过大", en: "The unit gets too much water" },
  consequence: { zh: "室温过高、开窗浪费热量，同机组末端流量被抢", en: "Rooms are too warm, windows stand open, and line ends get less" },
  action: [
    { zh: "关小单元阀 5–10%，一天后复看指数", en: "Close the unit valve by 5-10 % and look again after a day" },
    { zh: "查平衡阀是否被人开大或失效", en: "Check whether the balancing valve was opened or has failed" },
  ],
  limits: Object.keys(overHeatedLimits),

  start: () => ({ coldAt: NaN }),

  evaluate(memory, unit, view): Verdict {
    if (view.isSuspected(unit.id, COLD_KINDS)) memory.coldAt = view.at;
    const watch = coolingOf(view, unit);
    if (watch === undefined) return { state: unit.unitFacts?.suspended === true ? "normal" : "unknown" };
    const limits = valuesOf(view.limits, unit.id);
    const index = dayIndex(watch.track);
    if (view.at - memory.coldAt < DAY_MS) return { state: "unknown" };
    if (Number.isNaN(index) || !watch.cooling.amongPeers) return { state: "unknown" };
    const figures = { value: index, limit: limits.over_heated_index };
    const { base } = watch.track;
    const sure = index + watch.cooling.indexError;
    const hasFallen = !Number.isNaN(base) && sure <= limits.over_heated_base_fall * base;
    const roomsC = median(roomsOf(unit, view));
    const isWarm = roomsC > limits.over_heated_room_c && sure < limits.over_heated_room_index;
    const isOver = (sure < limits.over_heated_index && hasFallen) || isWarm;
    // The index is a day's median already.
    return isOver
      ? { state: "fault", severity: "general", holdMs: Math.max(0, limits.over_heated_hours - 12) * HOUR_MS, ...figures }
      : { state: "normal", ...figures };
  },

  explain(_memory, unit, view, since): Explanation {
    const { peers, cooling, track } = coolingOf(view, unit)!;
    const index = dayIndex(track);
    const rooms = roomsOf(unit, view);
    const roomsC = median(rooms);
    const position = view.last(unit.id, "valve_pos")?.value;
    const warm = Number.isNaN(roomsC) ? { zh: "", en: "" } : { zh: `，室温中位 ${tidy(roomsC)} °C`, en: `, rooms at ${tidy(roomsC)} °C` };
    return {
      summary: {
        zh: `日均降温指数 ${tidy(index, 2)}（自身基线 ${tidy(track.base, 2)}）${warm.zh}：流量偏大`,
        en: `Cooling index of a day ${tidy(index, 2)} (own base ${tidy(track.base, 2)})${warm.en}: too much water`,
      },
      evidence: [
        indexEvidence(track, unit, view, { index, limit: view.limits.get("over_heated_index", unit.id), peers, cooling }),
        ...returnEvidence(unit, view, since, peers, cooling),
        ...signalEvidence(view, unit.id, "valve_pos", since),
      ],
      causes: rankCauses([
        {
          id: "over_heated",
          name: { zh: "单元阀开度过大", en: "Unit valve too far open" },
          weight: position !== undefined && position > 90 ? 4 : 2.5,
          pro: [],
          contra: [],
        },
        {
          id: "imbalance",
          name: { zh: "他处关阀、失调，此处多流", en: "Closed or starved elsewhere: more flows here" },
          weight: 1.2,
          pro: [],
          contra: [],
        },
        { id: "sensor_fault", name: { zh: "供或回温探头偏差", en: "Supply or return sensor off" }, weight: 0.8, pro: [], contra: [] },
      ]),
      consequence: overHeatedRule.consequence,
      action: overHeatedRule.action,
    };
  },
};

/** Median of the last day in blocks of 2 h; NaN with fewer than half of them. */
function dayIndex(track: CoolingTrack): number {
  const known = weekOf(track)
    .values.slice(-BLOCKS_OF_DAY)
    .filter((value) => !Number.isNaN(value));
  return known.length < BLOCKS_OF_DAY / 2 ? NaN : median(known);
}

function roomsOf(unit: Asset, view: View): number[] {
  return view.network
    .below(unit.id, "room")
    .map(({ id }) => view.last(id, "t_room")?.value ?? NaN)
    .filter((value) => !Number.isNaN(value));
}
