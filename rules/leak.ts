import { WARM_PHASES } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import { explainFilling, type FillingMemory, fillingLimits, judgeFilling, startFilling } from "./filling-test.ts";
import { explainLeak } from "./leak-explanation.ts";
import { leakLimits } from "./leak-limits.ts";
import type { LeakMemory } from "./leak-watch.ts";
import { HOUR_MS, QUARTER_MS } from "./makeup-balance.ts";
import { isMakeupSilent, makeupObserver } from "./makeup-watch.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R02 slow leak of a secondary loop: what the makeup totaliser adds, corrected and compared with the habit of the hour. */

const CONSEQUENCE: Text = {
  zh: "补水持续偏高；多耗水耗热、水质变差结垢，水箱可能见底；漏点会扩大，压力不足时高处进空气",
  en: "Makeup stays high: water and heat are wasted, scale forms, the tank may run dry; the hole grows, and low pressure lets air in at the top",
};

const ACTION: readonly Text[] = [
  { zh: "核对补水表与水箱，确认不是检修放水或换表", en: "Check the makeup meter and tank; rule out a drain or a meter change" },
  { zh: "夜间逐支关阀看压降，确定漏水分支", en: "At night close branch after branch and watch the pressure to find the leaking one" },
  {
    zh: "查该支路的单元井、管沟、过滤器、泄压阀；查换热器是否串漏",
    en: "Inspect its shafts, trenches, strainers and relief valve; test the exchanger for a cross leak",
  },
  { zh: "修复后观察补水3小时，应回到基线", en: "After the repair watch the makeup for 3 h: it must return to its habit" },
];

export const leakRule: Rule<FillingMemory> = {
  kind: "leak",
  level: "circuit",
  everyMs: QUARTER_MS,
  onSignals: [],
  observers: [makeupObserver],
  holdMs: 0,
  keepMs: 2 * HOUR_MS,
  phases: ["filling", ...WARM_PHASES],
  measure: { name: { zh: "累计偏差", en: "Gathered excess" }, unit: "σ", faultWhen: "above" },
  cause: {
    zh: "二次网有持续失水点：管沟、单元、过滤器或换热器渗漏",
    en: "The secondary loop loses water steadily: trench, riser, strainer or exchanger",
  },
  consequence: CONSEQUENCE,
  action: ACTION,
  limits: [...Object.keys(leakLimits), ...Object.keys(fillingLimits)],

  start: startFilling,

  evaluate(memory, circuit, view): Verdict {
    if (view.phase === "filling") return judgeFilling(memory, circuit, view);
    const makeup = view.observed(makeupObserver, circuit.id);
    return makeup === undefined ? { state: "unknown" } : verdict(makeup, view);
  },

  explain: (memory, circuit, view, since) => ({
    ...(view.phase === "filling"
      ? explainFilling(memory, circuit, view, since)
      : explainLeak(view.observed(makeupObserver, circuit.id)!, circuit, view, since)),
    consequence: CONSEQUENCE,
    action: ACTION,
  }),
};

function verdict(memory: LeakMemory, view: View): Verdict {
  const { alarm, lastHour } = memory;
  const figures = { value: memory.cusum.value, limit: memory.cusumLimit };
  // What is drawn by day only is a draw-off: the other rule's.
  if (alarm !== undefined && !alarm.drawn)
    return { state: isMakeupSilent(memory, view) ? "unknown" : "fault", severity: alarm.severity, since: alarm.onsetAt, ...figures };
  return { state: Number.isNaN(lastHour.lossM3h) || Number.isNaN(lastHour.expectedM3h) ? "unknown" : "normal", ...figures };
}
