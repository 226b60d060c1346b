import type { Evidence, Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { HEATING_PHASES } from "../model/season.ts";
import { rankCauses } from "./causes.ts";
import { coolingLimits, heatedUnits } from "./cooling-index.ts";
import { usualIndex, weekOf } from "./cooling-track.ts";
import { type CoolingWatch, coolingObserver } from "./cooling-watch.ts";
import { limitReader } from "./limit-reader.ts";
import type { Limit } from "./limits.ts";
import { tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";
import { median, quantile } from "./statistics.ts";

/** R20 水力失调: units of one circuit get far too different flows, some too little while others get too much. */

const HOUR_MS = 3_600_000;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const imbalanceLimits = {
  ...coolingLimits,
  imbalance_return_k: limit(8, "K", "单元回温 P90−P10", "P90-P10 of the units' returns"),
  imbalance_return_share: limit(
    0.55,
    "1",
    "且不小于温降的55%：严寒时温降大，差值自然变大",
    "and at least this share of the drop: in the cold differences grow by themselves",
  ),
  imbalance_units_min: limit(6, "1", "单元数下限", "Fewer units are not compared"),
  imbalance_moved_share: limit(0.3, "1", "或30%的单元一天内明显偏离自身基线", "Or this share of the units has left its own base"),
  imbalance_moved_side: limit(0.12, "1", "且多、少两侧都有", "on both sides"),
  imbalance_moved_index: limit(0.18, "1", "偏离基线的幅度", "by so much of it"),
  imbalance_hours: limit(24, "h", "持续时间", "How long it has to last"),
} satisfies Record<string, Limit>;

const valuesOf = limitReader(imbalanceLimits);

interface Spread {
  readonly returnK: number;
  readonly dropK: number;
  readonly starved: number;
  readonly flooded: number;
  readonly count: number;
}

export const imbalanceRule: Rule<null> = {
  kind: "imbalance",
  level: "circuit",
  everyMs: 2 * HOUR_MS,
  onSignals: [],
  observers: [coolingObserver],
  holdMs: 24 * HOUR_MS,
  keepMs: 12 * HOUR_MS,
  phases: HEATING_PHASES,
  measure: { name: { zh: "单元回温 P90−P10", en: "P90-P10 of unit returns" }, unit: "K", faultWhen: "above" },
  cause: { zh: "二次网水力失调：近端过流、远端欠流", en: "The secondary network is out of balance: too much near, too little far" },
  consequence: {
    zh: "远端不热、近端过热开窗；靠加大总流量和供温掩盖，耗电耗热",
    en: "Far units stay cold, near ones are too warm; more flow and heat only hide it",
  },
  action: [
    {
      zh: "按回温排序，最热的先关小，最冷的先开大，每次 5–10%",
      en: "Sort by return: close the warmest and open the coldest, by 5-10 % at a time",
    },
    { zh: "查是否有阀门被集中改动、平衡系统失控", en: "Check whether valves were moved in numbers, or the balancing system ran away" },
    { zh: "一天后复看回温离散", en: "Look at the spread again after a day" },
  ],
  limits: Object.keys(imbalanceLimits),

  start: () => null,

  evaluate(_memory, circuit, view): Verdict {
    const watch = view.observed(coolingObserver, circuit.id);
    const limits = valuesOf(view.limits, circuit.id);
    const spread = watch === undefined ? undefined : spreadOf(watch, limits.imbalance_moved_index);
    if (spread === undefined || spread.count < limits.imbalance_units_min || !(spread.dropK > limits.cooling_drop_k_min))
      return { state: "unknown" };
    const figures = { value: spread.returnK, limit: Math.max(limits.imbalance_return_k, limits.imbalance_return_share * spread.dropK) };
    const isWide = spread.returnK > figures.limit;
    const least = limits.imbalance_moved_side * spread.count;
    const hasMoved =
      spread.starved + spread.flooded >= limits.imbalance_moved_share * spread.count && spread.starved >= least && spread.flooded >= least;
    return isWide || hasMoved
      ? { state: "fault", severity: "general", holdMs: (limits.imbalance_hours - (hasMoved ? 12 : 0)) * HOUR_MS, ...figures }
      : { state: "normal", ...figures };
  },

  explain(_memory, circuit, view, since): Explanation {
    const watch = view.observed(coolingObserver, circuit.id)!;
    const limits = valuesOf(view.limits, circuit.id);
    const spread = spreadOf(watch, limits.imbalance_moved_index)!;
    const ranked = rankedUnits(circuit, watch, view);
    const worst = [...ranked.slice(0, 5), ...ranked.slice(-3)];
    return {
      summary: {
        zh: `${circuit.name}单元回温相差 ${tidy(spread.returnK)} K（P90−P10），${spread.starved} 个单元偏冷、${spread.flooded} 个偏热`,
        en: `${circuit.name}: unit returns lie ${tidy(spread.returnK)} K apart (P90-P10); ${spread.starved} units too cold, ${spread.flooded} too warm`,
      },
      evidence: worst.map(({ unit, returnC, index }): Evidence => ({
        asset: unit.id,
        signal: "t_return",
        name: { zh: `${unit.name}回温`, en: `Return of ${unit.name}` },
        unit: "°C",
        from: since,
        to: view.at,
        value: Math.round(10 * returnC) / 10,
        expected: Math.round(10 * (watch.peers?.returnC ?? NaN)) / 10,
        text: { zh: `${tidy(returnC)} °C，降温指数 ${tidy(index, 2)}`, en: `${tidy(returnC)} °C, cooling index ${tidy(index, 2)}` },
      })),
      causes: rankCauses([
        { id: "imbalance", name: { zh: "平衡阀未调或被改动", en: "Balancing valves never set, or moved" }, weight: 4, pro: [], contra: [] },
        { id: "air_lock", name: { zh: "多处集气", en: "Air in many places" }, weight: 0.8, pro: [], contra: [] },
        { id: "clogged_strainer", name: { zh: "楼栋过滤器淤堵", en: "Clogged building strainers" }, weight: 0.6, pro: [], contra: [] },
      ]),
      consequence: imbalanceRule.consequence,
      action: imbalanceRule.action,
    };
  },
};

function spreadOf(watch: CoolingWatch, moved: number): Spread | undefined {
  if (watch.peers === undefined) return undefined;
  const returns = watch.units.map(({ cooling }) => cooling.returnC).filter((value) => !Number.isNaN(value));
  let starved = 0;
  let flooded = 0;
  for (const { track } of watch.units) {
    const day = median(weekOf(track).values.slice(-12));
    const base = usualIndex(track);
    if (Number.isNaN(track.base) || Number.isNaN(day)) continue;
    if (day > base * (1 + moved)) starved += 1;
    else if (day < base * (1 - moved)) flooded += 1;
  }
  return { returnK: quantile(returns, 0.9) - quantile(returns, 0.1), dropK: watch.peers.dropK, starved, flooded, count: returns.length };
}

function rankedUnits(
  circuit: Asset,
  watch: CoolingWatch,
  view: View,
): { readonly unit: Asset; readonly returnC: number; readonly index: number }[] {
  return heatedUnits(view.network, circuit.id)
    .map((unit, row) => ({ unit, returnC: watch.units[row]!.cooling.returnC, index: watch.units[row]!.cooling.index }))
    .filter(({ returnC }) => !Number.isNaN(returnC))
    .sort((a, b) => a.returnC - b.returnC);
}
