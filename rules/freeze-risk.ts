import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { RUNNING_PHASES } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import { rankCauses } from "./causes.ts";
import { habitsObserver } from "./circuit-habits.ts";
import { circulationOf } from "./circulation.ts";
import { heatedUnits } from "./cooling-index.ts";
import { signalEvidence, texts } from "./evidence.ts";
import type { Limit } from "./limits.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R19 冻结风险: water stands in the frost, or is nearly cold somewhere. */

const MINUTE_MS = 60_000;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const freezeRiskLimits = {
  freeze_flow_share: limit(0.08, "1", "流量低于平时的8%即断流", "Below this share of the usual flow nothing moves"),
  freeze_head_share: limit(0.3, "1", "压差不足平时30%即断流", "Below this share of the usual head nothing moves"),
  freeze_stand_min: limit(60, "min", "断流持续时间", "How long it has to stand"),
  freeze_out_c: limit(-5, "°C", "低于此室外温度，停循环有冻结风险", "Standing water is at risk below this outdoor temperature"),
  freeze_water_c: {
    ...limit(8, "°C", "任一水温测点低于此值；冷运时水本来就凉", "Any water colder than this; before the heat is on it is cold by nature"),
    inPhase: { cold_circulation: 0.5, commissioning: 0.5 },
  },
  freeze_water_out_c: limit(2, "°C", "且室外低于此值", "while it is colder outdoors than this"),
  freeze_water_min: limit(20, "min", "水温过低的持续时间", "How long it has to be so cold"),
} satisfies Record<string, Limit>;

export const freezeRiskRule: Rule<null> = {
  kind: "freeze_risk",
  level: "circuit",
  everyMs: 15 * MINUTE_MS,
  onSignals: [],
  observers: [habitsObserver],
  holdMs: 60 * MINUTE_MS,
  keepMs: 15 * MINUTE_MS,
  phases: RUNNING_PHASES,
  measure: { name: { zh: "流量与平时之比", en: "Flow over usual" }, unit: "1", faultWhen: "below" },
  cause: { zh: "严寒中循环中断或水温过低", en: "No circulation or nearly cold water in the frost" },
  consequence: {
    zh: "楼道立管、末端和换热器可能冻裂，恢复供热要数天",
    en: "Risers, line ends and the exchanger may freeze and burst; heat would be gone for days",
  },
  action: [
    { zh: "立即恢复循环：启备用泵、开主阀", en: "Restore the circulation at once: standby pump, main valves" },
    { zh: "恢复不了：关闭门窗、楼道保温，先泄空外墙和楼道立管", en: "If that fails: drain risers on outer walls and in stairwells first" },
    { zh: "换热器一次侧保持小流量，防冻裂", en: "Keep a small primary flow through the exchanger" },
  ],
  limits: Object.keys(freezeRiskLimits),

  start: () => null,

  evaluate(_memory, circuit, view): Verdict {
    const get = (name: keyof typeof freezeRiskLimits): number => view.limits.get(name, circuit.id);
    const outdoorC = view.last(circuit.id, "t_out")?.value;
    if (outdoorC === undefined) return { state: "unknown" };
    const { flowShare, headShare } = circulationOf(circuit, view);
    const figures = Number.isNaN(flowShare) ? {} : { value: flowShare, limit: get("freeze_flow_share") };
    const fault = (minutes: number): Verdict => ({ state: "fault", severity: "urgent", holdMs: minutes * MINUTE_MS, ...figures });
    if (outdoorC < get("freeze_water_out_c") && coldest(circuit, view) < get("freeze_water_c")) return fault(get("freeze_water_min"));
    const stands = flowShare < get("freeze_flow_share") || (Number.isNaN(flowShare) && headShare < get("freeze_head_share"));
    if (outdoorC < get("freeze_out_c") && stands) return fault(get("freeze_stand_min"));
    return { state: Number.isNaN(flowShare) && Number.isNaN(headShare) ? "unknown" : "normal", ...figures };
  },

  explain(_memory, circuit, view, since): Explanation {
    const state = circulationOf(circuit, view);
    const outdoorC = view.last(circuit.id, "t_out")?.value ?? NaN;
    const duration = durationText(view.at - since);
    const coldC = coldest(circuit, view);
    const water: Text =
      coldC < Infinity ? { zh: `，最低水温 ${tidy(coldC)} °C`, en: `, coldest water ${tidy(coldC)} °C` } : { zh: "", en: "" };
    const isBlocked = state.headShare > 0.7;
    return {
      summary: {
        zh: `${circuit.name}断流 ${duration.zh}，室外 ${tidy(outdoorC)} °C${water.zh}`,
        en: `${circuit.name} has stood for ${duration.en} at ${tidy(outdoorC)} °C outdoors${water.en}`,
      },
      evidence: [
        ...signalEvidence(view, circuit.id, "q2_flow", since, { expected: state.usualFlowM3h }),
        ...signalEvidence(view, circuit.id, "t2_return", since, { limit: view.limits.get("freeze_water_c", circuit.id) }),
        ...signalEvidence(view, circuit.id, "p2_supply", since),
        ...signalEvidence(view, circuit.id, "t_out", since, { limit: view.limits.get("freeze_out_c", circuit.id) }),
      ],
      causes: rankCauses([
        {
          id: "closed_valve",
          name: { zh: "主阀关闭或管路堵死", en: "Main valve shut or the line blocked" },
          weight: isBlocked ? 6 : 0.7,
          pro: texts(isBlocked && { zh: "压差仍在而无流量", en: "There is head but no flow" }),
          contra: texts(state.headShare < 0.3 && { zh: "无压差", en: "There is no head" }),
        },
        {
          id: "pump_failure",
          name: { zh: "循环泵停", en: "Circulation pump stopped" },
          weight: state.headShare < 0.3 || state.standing === true ? 6 : 0.7,
          pro: texts(state.headShare < 0.3 && { zh: "无压差", en: "There is no head" }),
          contra: texts(isBlocked && { zh: "压差仍在", en: "There is head" }),
        },
        {
          id: "sensor_fault",
          name: { zh: "流量计或温度测点故障", en: "Flow meter or temperature sensor faulty" },
          weight: 0.5,
          pro: [],
          contra: [],
        },
      ]),
      consequence: freezeRiskRule.consequence,
      action: freezeRiskRule.action,
    };
  },
};

/** The circuit's return, or the second coldest of its units' returns: one alone may be a sensor that fell off. */
function coldest(circuit: Asset, view: View): number {
  let first = Infinity;
  let second = Infinity;
  for (const unit of heatedUnits(view.network, circuit.id)) {
    const returnC = view.last(unit.id, "t_return")?.value ?? Infinity;
    if (returnC < first) {
      second = first;
      first = returnC;
    } else if (returnC < second) second = returnC;
  }
  return Math.min(view.last(circuit.id, "t2_return")?.value ?? Infinity, second);
}
