import type { Explanation } from "../model/finding.ts";
import { HEATING_PHASES } from "../model/season.ts";
import { rankCauses } from "./causes.ts";
import { signalEvidence, texts } from "./evidence.ts";
import { heatStateObserver, heatStateOf } from "./heat-state.ts";
import { type HeatWatch, heatOf, medianOver } from "./heat-watch.ts";
import type { Limit } from "./limits.ts";
import { tidy } from "./phrases.ts";
import type { Rule, Verdict } from "./rule.ts";
import { median } from "./statistics.ts";

/** R15 换热器结垢: the exchanger transfers less than it did, over days and at whatever load. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const exchangerFoulingLimits = {
  fouling_share: limit(0.78, "1", "换热指数降到好时的78%以下", "The exchanger index has fallen below this share of its good days"),
  fouling_days: limit(2, "d", "持续天数", "On so many days"),
  fouling_days_min: limit(5, "d", "须先有几天的正常值", "Days that have to be known first"),
} satisfies Record<string, Limit>;

export const exchangerFoulingRule: Rule<null> = {
  kind: "exchanger_fouling",
  level: "circuit",
  everyMs: 6 * HOUR_MS,
  onSignals: [],
  observers: [heatStateObserver],
  holdMs: 18 * HOUR_MS,
  keepMs: 18 * HOUR_MS,
  phases: HEATING_PHASES,
  measure: { name: { zh: "换热指数与好时之比", en: "Exchanger index over its good days" }, unit: "1", faultWhen: "below" },
  cause: { zh: "换热器结垢、堵塞，换热能力下降", en: "The exchanger is scaled or clogged and transfers less" },
  consequence: {
    zh: "一次回温升高、一次流量加大；严寒时供温达不到",
    en: "Primary return and flow rise; in the cold the supply will fall short",
  },
  action: [
    { zh: "核对一次、二次四个温度测点", en: "Check the four temperature sensors of the exchanger" },
    { zh: "查板换两侧压差、一次过滤器", en: "Check the pressure drop on both sides and the primary strainer" },
    { zh: "安排化学或拆洗，严寒前完成", en: "Plan chemical or mechanical cleaning before the cold" },
  ],
  limits: Object.keys(exchangerFoulingLimits),

  start: () => null,

  evaluate(_memory, circuit, view): Verdict {
    const heat = heatOf(view, circuit.id);
    if (heat === undefined) return { state: "unknown" };
    const now = medianOver(heat, heat.uaHours, 24);
    const good = goodIndex(heat, view.limits.get("fouling_days_min", circuit.id));
    const share = now / good;
    if (Number.isNaN(share)) return { state: "unknown" };
    const figures = { value: share, limit: view.limits.get("fouling_share", circuit.id) };
    // A set-back or a valve that shuts for hours lowers it for a night: a day's median does not see that.
    const holdMs = (view.limits.get("fouling_days", circuit.id) - 1) * DAY_MS;
    return share < figures.limit ? { state: "fault", severity: "general", holdMs, ...figures } : { state: "normal", ...figures };
  },

  explain(_memory, circuit, view, since): Explanation {
    const { id } = circuit;
    const heat = heatOf(view, id)!;
    const state = heatStateOf(circuit, view);
    const now = medianOver(heat, heat.uaHours, 24);
    const good = goodIndex(heat, view.limits.get("fouling_days_min", id));
    const percent = tidy((100 * now) / good, 0);
    const approach = (view.last(id, "t1_return")?.value ?? NaN) - (view.last(id, "t2_return")?.value ?? NaN);
    const days = heat.uaDays.map((value) => (Number.isNaN(value) ? null : Math.round((1000 * value) / good) / 1000));
    const lastDay = Math.floor(view.at / DAY_MS) * DAY_MS;
    return {
      summary: {
        zh: `${circuit.name}换热能力约为好时的 ${percent}%，一次回温比二次回温高 ${tidy(approach)} K`,
        en: `${circuit.name}: the exchanger transfers about ${percent} % of its good days; primary return ${tidy(approach)} K above the secondary`,
      },
      evidence: [
        {
          asset: id,
          name: { zh: "换热指数", en: "Exchanger index" },
          unit: "1",
          from: lastDay - days.length * DAY_MS,
          to: view.at,
          value: Math.round((1000 * now) / good) / 1000,
          expected: 1,
          limit: view.limits.get("fouling_share", id),
          text: { zh: `24小时中位为好时的 ${percent}%`, en: `24-h median at ${percent} % of its good days` },
          curve: { times: days.map((_, index) => lastDay - (days.length - index) * DAY_MS), values: days },
        },
        ...signalEvidence(view, id, "t1_return", since),
        ...signalEvidence(view, id, "t2_return", since),
        ...signalEvidence(view, id, "v1_pos", since),
      ],
      causes: rankCauses([
        { id: "exchanger_fouling", name: { zh: "板换结垢或堵塞", en: "Plates scaled or clogged" }, weight: 5, pro: [], contra: [] },
        {
          id: "sensor_fault",
          name: { zh: "四个温度测点之一漂移", en: "One of the four temperature sensors drifts" },
          weight: 1.5,
          pro: [],
          contra: [],
        },
        {
          id: "flow",
          name: { zh: "二次流量偏低", en: "Too little secondary flow" },
          weight: state.flowShare < 0.85 ? 3 : 0.4,
          pro: texts(
            state.flowShare < 0.85 && {
              zh: `流量为平时 ${tidy(100 * state.flowShare, 0)}%`,
              en: `Flow at ${tidy(100 * state.flowShare, 0)} % of the usual`,
            },
          ),
          contra: [],
        },
      ]),
      consequence: exchangerFoulingRule.consequence,
      action: exchangerFoulingRule.action,
    };
  },
};

/** Index of the good days: the median of the best third of what is known; NaN with too few days. */
function goodIndex({ uaDays }: HeatWatch, daysMin: number): number {
  const known = uaDays.filter((value) => !Number.isNaN(value)).sort((a, b) => b - a);
  return known.length < daysMin ? NaN : median(known.slice(0, Math.max(3, Math.ceil(known.length / 3))));
}
