import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { RUNNING_PHASES } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import { rankCauses } from "./causes.ts";
import { habitsObserver } from "./circuit-habits.ts";
import { circulationOf } from "./circulation.ts";
import { signalEvidence, texts } from "./evidence.ts";
import type { Limit } from "./limits.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";
import {
  cleanOf,
  HOURS_KEPT,
  medianOf,
  startStrainer,
  type StrainerMemory,
  type StrainerSource,
  takeHour,
  valvesClosed,
} from "./strainer-resistance.ts";

/** R08 除污器堵: the strainer takes more and more of the pump's head, whatever the flow. */

const HOUR_MS = 3_600_000;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const strainerLimits = {
  strainer_ratio: limit(2, "×", "阻力系数为洁净时的倍数", "Resistance as a multiple of the clean one"),
  strainer_kpa: limit(28, "kPa", "且压差超过此值（洁净5–15）", "and a drop above this (5-15 when clean)"),
  strainer_fast_ratio: limit(3, "×", "急堵：倍数", "Clogged at once: multiple of the clean one"),
  strainer_hours: limit(12, "h", "缓堵按12小时中位", "Slow clogging goes by the median of so many hours"),
  strainer_fast_hours: limit(3, "h", "急堵按3小时中位", "and a fast one of so many"),
  strainer_loop_ratio: limit(1.18, "×", "无除污器压差时：回路阻力上升18%", "Without strainer sensors: the loop's resistance up by 18 %"),
  strainer_flow_share: limit(0.9, "1", "仅有流量时：同频率下流量降到90%以下", "With flow only: below this at the same frequency"),
  strainer_heat_ratio: limit(
    1.18,
    "×",
    "无流量计时：由温降推算的阻力上升18%",
    "Without a flow meter: by the temperature drop the flow is 15 % less",
  ),
  strainer_head_share: limit(
    0.15,
    "1",
    "且供回压差变化超过此比例：泵前淤堵则降，泵后则升",
    "and the head has changed by this share: less when the strainer sits before the pump, more behind it",
  ),
  strainer_suction_kpa: limit(
    15,
    "kPa",
    "无频率时，压差变小须伴回压升高，否则是调速",
    "Without a frequency a smaller head must lift the return, else the pump was slowed down",
  ),
  strainer_valve_pct: limit(4, "%", "单元阀整体关小时不算", "Not where the units' valves were closed by this on the whole"),
} satisfies Record<string, Limit>;

export const cloggedStrainerRule: Rule<StrainerMemory> = {
  kind: "clogged_strainer",
  level: "circuit",
  everyMs: HOUR_MS,
  onSignals: [],
  observers: [habitsObserver],
  holdMs: 2 * HOUR_MS,
  keepMs: 3 * HOUR_MS,
  phases: RUNNING_PHASES,
  measure: { name: { zh: "阻力与洁净时之比", en: "Resistance over the clean one" }, unit: "×", faultWhen: "above" },
  cause: { zh: "除污器、过滤网淤堵", en: "The strainer is clogged" },
  consequence: { zh: "循环流量下降，末端先不热；泵耗电增加", en: "The flow falls, line ends go cold first; the pump takes more power" },
  action: [
    { zh: "切换旁通或停泵清洗除污器，查看杂质", en: "Clean the strainer, by the bypass or with the pump stopped; look at what is in it" },
    { zh: "清洗后复核压差（洁净 5–15 kPa）和流量", en: "Afterwards check the drop (5-15 kPa when clean) and the flow" },
    { zh: "反复堵塞：查补水水质、管网冲洗", en: "If it comes back: check makeup water quality, flush the network" },
  ],
  limits: Object.keys(strainerLimits),

  start: startStrainer,

  evaluate(memory, circuit, view): Verdict {
    takeHour(memory, circuit, view);
    const get = (name: keyof typeof strainerLimits): number => view.limits.get(name, circuit.id);
    const clean = cleanOf(memory);
    const slow = medianOf(memory.hours, memory.hour, get("strainer_hours")) / clean;
    const fast = medianOf(memory.hours, memory.hour, get("strainer_fast_hours")) / clean;
    if (memory.source === undefined || Number.isNaN(slow)) return { state: "unknown" };
    if (memory.source === "strainer") {
      const dropKpa = dropOf(circuit, view);
      const figures = { value: slow, limit: get("strainer_ratio") };
      const isClogged = dropKpa > get("strainer_kpa") && (slow >= get("strainer_ratio") || fast >= get("strainer_fast_ratio"));
      return isClogged
        ? { state: "fault", severity: dropKpa > 2 * get("strainer_kpa") ? "urgent" : "general", ...figures }
        : { state: "normal", ...figures };
    }
    const ratio = ratioOf(memory.source, circuit, view);
    const figures = { value: slow, limit: ratio };
    const isExplained =
      valvesClosed(memory) > get("strainer_valve_pct") || (memory.source === "heat" && !pressuresAgree(memory, circuit, view));
    return slow >= ratio && !isExplained
      ? { state: "fault", severity: "general", holdMs: 12 * HOUR_MS, ...figures }
      : { state: "normal", ...figures };
  },

  explain(memory, circuit, view, since): Explanation {
    const { id } = circuit;
    const clean = cleanOf(memory);
    const now = medianOf(memory.hours, memory.hour, 6) / clean;
    const drop = dropOf(circuit, view);
    const flow = circulationOf(circuit, view);
    const duration = durationText(view.at - since);
    const newest = memory.hour;
    const times = Array.from({ length: HOURS_KEPT }, (_, index) => (newest - HOURS_KEPT + 1 + index) * HOUR_MS);
    const isMeasured = memory.source === "strainer";
    const share = tidy(100 / now, 0);
    const words: Record<StrainerSource, Text> = {
      strainer: {
        zh: `除污器压差 ${tidy(drop, 0)} kPa，阻力为洁净时的 ${tidy(now)} 倍，已 ${duration.zh}`,
        en: `strainer drop ${tidy(drop, 0)} kPa, ${tidy(now)} times its clean resistance, for ${duration.en}`,
      },
      flow: {
        zh: `同频率下流量为平时的 ${share}%，疑似除污器堵`,
        en: `the flow is ${share} % of the usual at the same frequency; strainer clogged?`,
      },
      loop: {
        zh: `回路阻力为平时的 ${tidy(now, 2)} 倍，流量下降，疑似除污器堵`,
        en: `the loop resists ${tidy(now, 2)} times as much as usual; strainer clogged?`,
      },
      heat: {
        zh: `按温降推算流量为平时的 ${share}%，供回压差 ${headWords(memory).zh}，疑似除污器堵`,
        en: `by its temperature drop the flow is ${share} % of the usual, the head ${headWords(memory).en}; strainer clogged?`,
      },
    };
    const said = words[memory.source ?? "loop"];
    return {
      summary: { zh: `${circuit.name}${said.zh}`, en: `${circuit.name}: ${said.en}` },
      evidence: [
        {
          asset: id,
          name: { zh: "阻力与洁净时之比", en: "Resistance over the clean one" },
          unit: "×",
          from: times[0]!,
          to: view.at,
          value: Math.round(100 * now) / 100,
          expected: 1,
          limit: isMeasured ? view.limits.get("strainer_ratio", id) : ratioOf(memory.source, circuit, view),
          text: { zh: `近6小时中位 ${tidy(now, 2)} 倍`, en: `6-h median ${tidy(now, 2)} times` },
          curve: {
            times,
            values: times.map((time) => {
              const value = memory.hours[(time / HOUR_MS) % HOURS_KEPT]! / clean;
              return Number.isNaN(value) ? null : Math.round(1000 * value) / 1000;
            }),
          },
        },
        ...signalEvidence(view, id, "p2_filter_in", since),
        ...signalEvidence(view, id, "p2_filter_out", since),
        ...signalEvidence(view, id, "q2_flow", since, { expected: flow.usualFlowM3h }),
        ...signalEvidence(view, id, "cp_hz", since),
        ...(memory.source === "heat"
          ? [
              ...signalEvidence(view, id, "p2_supply", since),
              ...signalEvidence(view, id, "p2_return", since, { expected: memory.soundReturnKpa }),
              ...signalEvidence(view, id, "t2_return", since),
            ]
          : []),
      ],
      causes: rankCauses([
        { id: "clogged_strainer", name: { zh: "除污器淤堵", en: "Clogged strainer" }, weight: isMeasured ? 8 : 3, pro: [], contra: [] },
        {
          id: "closed_valve",
          name: { zh: "干管或楼栋阀门被关小", en: "Valves of mains or buildings were throttled" },
          weight: isMeasured ? 0.2 : 2,
          pro: [],
          contra: texts(isMeasured && { zh: "压差就在除污器上", en: "The drop is at the strainer itself" }),
        },
        { id: "air_lock", name: { zh: "多处集气", en: "Air in many places" }, weight: isMeasured ? 0.1 : 0.8, pro: [], contra: [] },
        { id: "sensor_fault", name: { zh: "压力或流量测点漂移", en: "Pressure or flow sensor drifts" }, weight: 0.6, pro: [], contra: [] },
      ]),
      consequence: cloggedStrainerRule.consequence,
      action: cloggedStrainerRule.action,
    };
  },
};

const dropOf = (circuit: Asset, view: View): number =>
  (view.last(circuit.id, "p2_filter_in")?.value ?? NaN) - (view.last(circuit.id, "p2_filter_out")?.value ?? NaN);

/** How the head at the same speed has changed. */
function headWords({ heads, hour, soundHead }: StrainerMemory): Text {
  const change = 100 * (medianOf(heads, hour, 12) / soundHead - 1);
  return change < 0
    ? { zh: `下降 ${tidy(-change, 0)}%`, en: `${tidy(-change, 0)} % lower` }
    : { zh: `上升 ${tidy(change, 0)}%`, en: `${tidy(change, 0)} % higher` };
}

/** A strainer before the pump takes of its suction, one behind it of what it delivers: the head falls or rises. Valves that open make no less flow. */
function pressuresAgree(memory: StrainerMemory, circuit: Asset, view: View): boolean {
  const get = (name: keyof typeof strainerLimits): number => view.limits.get(name, circuit.id);
  const change = medianOf(memory.heads, memory.hour, get("strainer_hours")) / memory.soundHead - 1;
  if (change >= get("strainer_head_share")) return true;
  if (!(change <= -get("strainer_head_share"))) return false;
  const liftKpa = medianOf(memory.returns, memory.hour, get("strainer_hours")) - memory.soundReturnKpa;
  return view.last(circuit.id, "cp_hz") !== undefined || liftKpa >= get("strainer_suction_kpa");
}

function ratioOf(source: StrainerSource | undefined, circuit: Asset, view: View): number {
  if (source === "heat") return view.limits.get("strainer_heat_ratio", circuit.id);
  return source === "loop" ? view.limits.get("strainer_loop_ratio", circuit.id) : 1 / view.limits.get("strainer_flow_share", circuit.id);
}
