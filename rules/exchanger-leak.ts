import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { HEATING_PHASES } from "../model/season.ts";
import { valueAt } from "./baseline.ts";
import { rankCauses } from "./causes.ts";
import { habitsObserver, habitsOf } from "./circuit-habits.ts";
import { circulationOf } from "./circulation.ts";
import { signalEvidence, texts } from "./evidence.ts";
import { hourlyMakeupEvidence } from "./leak-explanation.ts";
import { expectedAt, type LeakMemory } from "./leak-watch.ts";
import type { Limit } from "./limits.ts";
import { HOUR_MS, QUARTER_MS } from "./makeup-balance.ts";
import { makeupObserver } from "./makeup-watch.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/**
 * R16 换热器串水: primary water comes in. A loop cannot lose less than nothing: a water balance that stays below zero, or a loop that no
 * longer needs makeup and whose pressure stands above its band, is fed from somewhere else.
 */

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const exchangerLeakLimits = {
  exchanger_leak_m3h: limit(0.12, "m³/h", "失水量为负，且超过此值", "The loss is negative, by at least this"),
  exchanger_leak_sigmas: limit(3, "σ", "且超过均值不确定度的3倍", "and by this many times the uncertainty of the mean"),
  exchanger_leak_hours: limit(4, "h", "负失水的持续时间", "Over so many hours"),
  exchanger_leak_dry_hours: limit(6, "h", "不再补水的持续时间", "No makeup at all for so long"),
  exchanger_leak_dry_share: limit(0.15, "1", "不足平时补水的15%", "That is less than this share of the usual makeup"),
  exchanger_leak_usual_m3h: limit(0.08, "m³/h", "平时补水不足此值的机组，停补水不说明问题", "Where less is usual, no makeup says nothing"),
  exchanger_leak_above_kpa: limit(8, "kPa", "且回压高于平时这么多", "and the pressure stands so far above its usual"),
} satisfies Record<string, Limit>;

export const exchangerLeakRule: Rule<null> = {
  kind: "exchanger_leak",
  level: "circuit",
  everyMs: 2 * QUARTER_MS,
  onSignals: [],
  observers: [habitsObserver, makeupObserver],
  holdMs: 0,
  keepMs: 3 * HOUR_MS,
  phases: HEATING_PHASES,
  measure: { name: { zh: "失水量（负为进水）", en: "Loss (negative: water comes in)" }, unit: "m³/h", faultWhen: "below" },
  cause: { zh: "换热器内漏，一次水串入二次侧", en: "The exchanger leaks: primary water comes into the circuit" },
  consequence: {
    zh: "二次侧超压、泄压阀长流；一次网失水，两侧水质受损",
    en: "The circuit is over-pressured and its relief valve runs; the primary network loses water, both waters are spoilt",
  },
  action: [
    {
      zh: "关补水泵，看压力是否仍升；再关一次侧进出口，应停止上升",
      en: "Shut off the makeup and watch the pressure; shut the primary side: the rise must stop",
    },
    { zh: "化验二次水质（硬度、染色剂），与一次水比对", en: "Test the water (hardness, dye) against that of the primary side" },
    { zh: "隔离该换热器，切备用或停运检修", en: "Isolate the exchanger; change to the standby or stop it for repair" },
  ],
  limits: Object.keys(exchangerLeakLimits),

  start: () => null,

  evaluate(_memory, circuit, view): Verdict {
    const makeup = view.observed(makeupObserver, circuit.id);
    if (makeup === undefined || Number.isNaN(makeup.lastHour.lossM3h)) return { state: "unknown" };
    const get = (name: keyof typeof exchangerLeakLimits): number => view.limits.get(name, circuit.id);
    const hours = get("exchanger_leak_hours");
    const loss = meanLoss(makeup, hours);
    const least = -Math.max(get("exchanger_leak_m3h"), (get("exchanger_leak_sigmas") * makeup.lastHour.sigmaM3h) / Math.sqrt(hours));
    const figures = Number.isNaN(loss) ? {} : { value: loss, limit: least };
    // Work on the pump shifts the pressures; what is cooling or warming fast is not balanced to a tenth of a cubic metre.
    if (view.underWork(circuit.id) || circulationOf(circuit, view).headShare < 0.5) return { state: "unknown", ...figures };
    if (loss < least) return { state: "fault", severity: "urgent", since: view.at - hours * HOUR_MS, ...figures };
    const dryHours = get("exchanger_leak_dry_hours");
    if (isDry(makeup, dryHours, circuit, view))
      return { state: "fault", severity: "urgent", since: view.at - dryHours * HOUR_MS, ...figures };
    return { state: "normal", ...figures };
  },

  explain(_memory, circuit, view, since): Explanation {
    const { id } = circuit;
    const makeup = view.observed(makeupObserver, id)!;
    const loss = meanLoss(makeup, view.limits.get("exchanger_leak_hours", id));
    const kpa = view.last(id, "p2_return")?.value ?? NaN;
    const usual = habitsOf(view, id).returnKpa.usual;
    const primary = view.last(id, "p1_return")?.value;
    const duration = durationText(view.at - since);
    const expected = makeup.lastHour.expectedM3h;
    return {
      summary: {
        zh: `${circuit.name}近 ${duration.zh}失水为 ${tidy(loss, 2)} m³/h（平时 ${tidy(expected, 2)}），回压 ${tidy(kpa, 0)} kPa（平时 ${tidy(usual, 0)}）：有水串入`,
        en: `${circuit.name} loses ${tidy(loss, 2)} m³/h (usual ${tidy(expected, 2)}) over ${duration.en} at ${tidy(kpa, 0)} kPa (usual ${tidy(usual, 0)}): water comes in`,
      },
      evidence: [
        hourlyMakeupEvidence(makeup, circuit, view),
        ...signalEvidence(view, id, "p2_return", since, { expected: usual }),
        ...signalEvidence(view, id, "p1_return", since),
        ...signalEvidence(view, id, "mk_total", since),
      ],
      causes: rankCauses([
        {
          id: "exchanger_leak",
          name: { zh: "换热器内漏", en: "Exchanger leaks" },
          weight: 5,
          pro: texts(
            { zh: `失水 ${tidy(loss, 2)} m³/h`, en: `Loss of ${tidy(loss, 2)} m³/h` },
            primary !== undefined &&
              primary > kpa && { zh: `一次回压 ${tidy(primary, 0)} kPa 更高`, en: `Primary return is higher, ${tidy(primary, 0)} kPa` },
          ),
          contra: texts(
            primary !== undefined &&
              primary < kpa && { zh: `一次回压 ${tidy(primary, 0)} kPa 更低`, en: `Primary return is lower, ${tidy(primary, 0)} kPa` },
          ),
        },
        {
          id: "bypass",
          name: { zh: "补水旁通阀未关，水不经表", en: "Makeup bypass open: water comes in beside the meter" },
          weight: 1.5,
          pro: [],
          contra: [],
        },
        {
          id: "sensor_fault",
          name: { zh: "补水表不走字", en: "The makeup meter does not count" },
          weight: kpa > usual + 5 ? 0.4 : 1,
          pro: [],
          contra: texts(kpa > usual + 5 && { zh: "压力高于平时，确有来水", en: "The pressure stands above its usual: water does come in" }),
        },
      ]),
      consequence: exchangerLeakRule.consequence,
      action: exchangerLeakRule.action,
    };
  },
};

/** Mean corrected loss of the last full hours, m³/h; NaN when less than three quarters of them are known. */
function meanLoss(makeup: LeakMemory, hours: number): number {
  let sum = 0;
  let count = 0;
  for (let back = 0; back < hours; back++) {
    const value = valueAt(makeup.baseline, makeup.lastHour.hour - back);
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count < 0.75 * hours ? NaN : sum / count;
}

/** No makeup for hours in a loop that usually takes some, and the pressure above where it usually is. */
function isDry(makeup: LeakMemory, hours: number, circuit: Asset, view: View): boolean {
  const get = (name: keyof typeof exchangerLeakLimits): number => view.limits.get(name, circuit.id);
  let expected = 0;
  let count = 0;
  for (let back = 0; back < hours; back++) {
    const usual = expectedAt(makeup, makeup.lastHour.hour - back);
    if (Number.isNaN(usual)) continue;
    expected += usual;
    count += 1;
  }
  if (count < 0.75 * hours || expected / count < get("exchanger_leak_usual_m3h")) return false;
  let fedM3 = 0;
  let quarters = 0;
  for (const quarter of makeup.balance.quarters) {
    if (quarter.index <= (makeup.lastHour.hour + 1 - hours) * 4 - 1) continue;
    fedM3 += quarter.makeupM3;
    quarters += 1;
  }
  const isFed = fedM3 > get("exchanger_leak_dry_share") * (expected / count) * (quarters / 4);
  if (quarters < 3 * hours || isFed) return false;
  const kpa = view.since(circuit.id, "p2_return", view.at - HOUR_MS).map(({ value }) => value);
  return kpa.length > 0 && Math.min(...kpa) > habitsOf(view, circuit.id).returnKpa.usual + get("exchanger_leak_above_kpa");
}
