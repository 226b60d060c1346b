import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { RUNNING_PHASES } from "../model/season.ts";
import { rankCauses } from "./causes.ts";
import { habitsObserver, habitsOf } from "./circuit-habits.ts";
import { circulationOf, secondReportMs } from "./circulation.ts";
import { signalEvidence, texts } from "./evidence.ts";
import type { Limit } from "./limits.ts";
import { heatObserver, heatOf, leastOver } from "./heat-watch.ts";
import { countedM3, makeupM3hMax, pumpShare } from "./makeup-rate.ts";
import { clockText, durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R04b and R17 超压: the loop holds more pressure than it is set to; the relief valve opens, or something gives way. */

const MINUTE_MS = 60_000;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const overPressureLimits = {
  over_pressure_kpa: limit(
    45,
    "kPa",
    "高于平时停泵压力；泄压阀整定约高50–100 kPa",
    "Above where the makeup pump usually stops; relief valves are set 50-100 kPa above it",
  ),
  over_pressure_static_kpa: limit(
    130,
    "kPa",
    "平时压力未知时：高于最高点所需静压",
    "Above the static need, while the usual pressure is unknown",
  ),
  over_pressure_urgent_kpa: limit(80, "kPa", "再高即可能超过设备承压", "Beyond this equipment may fail"),
  over_pressure_min: limit(3, "min", "持续时间", "How long it has to last"),
  over_pressure_warming_kpa_k: limit(
    15,
    "kPa/K",
    "升温膨胀：每K约44–76 L，定压容积4–9 L/kPa",
    "Water that warms expands: 44-76 L a kelvin into 4-9 L/kPa",
  ),
  over_pressure_warming_kpa_max: limit(
    60,
    "kPa",
    "升温膨胀最多解释这么多，泄压阀应动作",
    "Warming explains no more: there the relief valve opens",
  ),
  over_pressure_recovered_kpa: limit(25, "kPa", "回差，不小于补水泵启停带宽", "Hysteresis, no less than the band of the makeup pump"),
} satisfies Record<string, Limit>;

/** `allowedKpa`: what warming explained when the pressure became too high; NaN while it is not. */
export const overPressureRule: Rule<{ allowedKpa: number }> = {
  kind: "over_pressure",
  level: "circuit",
  everyMs: 5 * MINUTE_MS,
  onSignals: ["p2_return"],
  observers: [habitsObserver, heatObserver],
  holdMs: 3 * MINUTE_MS,
  keepMs: 5 * MINUTE_MS,
  phases: RUNNING_PHASES,
  measure: { name: { zh: "二次回压", en: "Return pressure" }, unit: "kPa", faultWhen: "above" },
  cause: { zh: "定压失控或串水，二次侧超压", en: "Pressure holding out of control, or primary water comes in" },
  consequence: {
    zh: "泄压阀动作、大量失水；散热器、阀门可能爆裂",
    en: "The relief valve opens and water is lost; radiators and valves may burst",
  },
  action: [
    { zh: "停补水泵，查压力设定、变送器和补水泵是否失控", en: "Stop the makeup pump; check its set point, transmitter and control" },
    { zh: "压力仍升：关一次侧，按换热器串水处理", en: "If it still rises shut the primary side: the exchanger may leak" },
    { zh: "手动泄压到设定值，查泄压阀动作是否正常", en: "Relieve by hand to the set point; check the relief valve" },
  ],
  limits: Object.keys(overPressureLimits),

  start: () => ({ allowedKpa: NaN }),

  evaluate(memory, circuit, view): Verdict {
    const pressure = view.last(circuit.id, "p2_return");
    const usualTop = topKpa(circuit, view);
    if (pressure === undefined || Number.isNaN(usualTop)) return { state: "unknown" };
    const wasHigh = !Number.isNaN(memory.allowedKpa);
    const recoveredKpa = wasHigh ? view.limits.get("over_pressure_recovered_kpa", circuit.id) : 0;
    const allowedKpa = wasHigh ? memory.allowedKpa : pressure.value > usualTop ? warmingKpa(circuit, view) : 0;
    const top = usualTop + allowedKpa;
    const figures = { value: pressure.value, limit: top };
    const isHigh = pressure.value > top - recoveredKpa;
    // A pump that stops lifts its suction by a part of its head: that is no pressure of the loop.
    const { headShare } = circulationOf(circuit, view);
    if (isHigh && headShare < 0.5) return { state: wasHigh ? "unknown" : "normal", ...figures };
    memory.allowedKpa = isHigh ? allowedKpa : NaN;
    if (!isHigh) return { state: "normal", ...figures };
    const urgentKpa = view.limits.get("over_pressure_urgent_kpa", circuit.id) - view.limits.get("over_pressure_kpa", circuit.id);
    return {
      state: "fault",
      // However it came about: equipment does not ask.
      severity: pressure.value > usualTop + urgentKpa ? "urgent" : "general",
      holdMs: Math.max(secondReportMs(circuit, view), view.limits.get("over_pressure_min", circuit.id) * MINUTE_MS),
      ...figures,
    };
  },

  explain(memory, circuit, view, since): Explanation {
    const { id } = circuit;
    const top = topKpa(circuit, view) + (memory.allowedKpa || 0);
    const now = view.last(id, "p2_return")?.value ?? NaN;
    const usual = habitsOf(view, id).stopKpa.usual;
    const clock = clockText(view.network.timezone, since);
    const duration = durationText(view.at - since);
    const pumping = pumpShare(id, view, 15 * MINUTE_MS);
    const primary = view.last(id, "p1_return")?.value ?? view.last(id, "p1_supply")?.value;
    const comesIn = pumping !== undefined && pumping < 0.05;
    return {
      summary: {
        zh: `${circuit.name}回压 ${tidy(now, 0)} kPa，平时不超过 ${tidy(usual, 0)}；${clock} 起 ${duration.zh}`,
        en: `${circuit.name}: return pressure ${tidy(now, 0)} kPa, usually at most ${tidy(usual, 0)}; since ${clock}, ${duration.en}`,
      },
      evidence: [
        ...signalEvidence(view, id, "p2_return", since, { expected: usual, limit: top }),
        ...signalEvidence(view, id, "p2_supply", since),
        ...signalEvidence(view, id, "mk_pump", since, { expected: 0 }),
        ...signalEvidence(view, id, "mk_total", since),
      ],
      causes: rankCauses([
        {
          id: "over_pressure",
          name: { zh: "补水泵失控或定压设定被改高", en: "Makeup pump out of control, or its set point was raised" },
          weight: pumping !== undefined && pumping > 0.1 ? 5 : comesIn ? 1.2 : 2.5,
          pro: texts(
            pumping !== undefined &&
              pumping > 0.1 && {
                zh: `近15分钟补水泵运行 ${tidy(100 * pumping, 0)}%`,
                en: `The makeup pump ran ${tidy(100 * pumping, 0)} % of 15 min`,
              },
          ),
          contra: texts(comesIn && { zh: "补水泵未运行", en: "The makeup pump does not run" }),
        },
        {
          id: "exchanger_leak",
          name: { zh: "换热器串水", en: "Exchanger leaks primary water in" },
          weight: comesIn ? 3 : 0.6,
          pro: texts(
            comesIn && { zh: "补水泵未运行而压力升高", en: "The pressure rose without the makeup pump" },
            primary !== undefined &&
              primary > now && { zh: `一次压力 ${tidy(primary, 0)} kPa 更高`, en: `The primary side stands at ${tidy(primary, 0)} kPa` },
          ),
          contra: texts(
            primary !== undefined &&
              primary < now && { zh: `一次压力 ${tidy(primary, 0)} kPa 更低`, en: `The primary side is lower, ${tidy(primary, 0)} kPa` },
          ),
        },
        {
          id: "expansion",
          name: { zh: "快速升温膨胀，泄压或膨胀罐失效", en: "Fast warming, with relief or expansion vessel failed" },
          weight: 0.6,
          pro: [],
          contra: [],
        },
        { id: "sensor_fault", name: { zh: "回压变送器故障", en: "Pressure transmitter faulty" }, weight: 0.5, pro: [], contra: [] },
      ]),
      consequence: overPressureRule.consequence,
      action: overPressureRule.action,
    };
  },
};

/** Over so long water that has warmed since may still be shut in. */
const WARMING_HOURS = 6;
/** So much the last sample may lie above the lowest one by noise and control alone. */
const NOISE_K = 1;
/** So much in a quarter of an hour, m³, or without a counter this share of it with the pump running, is what lifts the pressure. */
const PUMPED_M3 = 0.25;
const PUMPING_SHARE = 0.1;
const PUMPED_MS = 15 * MINUTE_MS;

/** A pump with an inverter always runs: the counter tells whether water comes. */
function isPumpedIn(circuit: Asset, view: View): boolean {
  const totals = view.since(circuit.id, "mk_total", view.at - PUMPED_MS);
  if (totals.length > 1) return (countedM3(totals, makeupM3hMax(circuit, view)) ?? 0) > PUMPED_M3;
  return (pumpShare(circuit.id, view, PUMPED_MS) ?? 0) > PUMPING_SHARE;
}

/** Pressure that the warming of the last hours explains, kPa (DOMAIN 3.4); 0 while water is pumped in. */
function warmingKpa(circuit: Asset, view: View): number {
  if (isPumpedIn(circuit, view)) return 0;
  const heat = heatOf(view, circuit.id);
  if (heat === undefined) return 0;
  const risen = (["supplyC", "returnC"] as const)
    .map(
      (column) =>
        (view.last(circuit.id, column === "supplyC" ? "t2_supply" : "t2_return")?.value ?? NaN) - leastOver(heat, column, WARMING_HOURS),
    )
    .filter((risenK) => !Number.isNaN(risenK));
  // Temperatures that are reported and cannot be had at the moment explain nothing, and rule nothing out.
  if (risen.length === 0 && view.lastReport(circuit.id, "t2_supply") !== undefined)
    return view.limits.get("over_pressure_warming_kpa_max", circuit.id);
  const meanK = risen.reduce((sum, risenK) => sum + risenK, 0) / risen.length - NOISE_K;
  if (!(meanK > 0)) return 0;
  const kpa = meanK * view.limits.get("over_pressure_warming_kpa_k", circuit.id);
  return Math.min(kpa, view.limits.get("over_pressure_warming_kpa_max", circuit.id));
}

/** Pressure above which it is too much, kPa; NaN while nothing tells what is usual. */
function topKpa(circuit: Asset, view: View): number {
  const usual = habitsOf(view, circuit.id).stopKpa.usual;
  if (!Number.isNaN(usual)) return usual + view.limits.get("over_pressure_kpa", circuit.id);
  return (circuit.circuitFacts?.staticPressureKpa ?? NaN) + view.limits.get("over_pressure_static_kpa", circuit.id);
}
