import type { Explanation } from "../model/finding.ts";
import { WARM_PHASES } from "../model/season.ts";
import { rankCauses } from "./causes.ts";
import { habitsObserver } from "./circuit-habits.ts";
import { circulationOf } from "./circulation.ts";
import { signalEvidence } from "./evidence.ts";
import type { Limit } from "./limits.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict } from "./rule.ts";

/** R07 阀门未开, main valve of a circuit: the pump makes its head and nothing flows. */

const MINUTE_MS = 60_000;

export const closedMainLimits = {
  closed_main_flow_share: { value: 0.2, unit: "1", reason: { zh: "流量不足平时的20%", en: "Flow below this share of the usual" } },
  closed_main_head_share: {
    value: 0.8,
    unit: "1",
    reason: { zh: "而压差不低于平时的80%", en: "while the head is at least this share of the usual" },
  },
} satisfies Record<string, Limit>;

export const closedMainRule: Rule<null> = {
  kind: "closed_valve",
  level: "circuit",
  everyMs: 5 * MINUTE_MS,
  onSignals: ["q2_flow"],
  observers: [habitsObserver],
  holdMs: 10 * MINUTE_MS,
  keepMs: 5 * MINUTE_MS,
  phases: WARM_PHASES,
  measure: { name: { zh: "流量与平时之比", en: "Flow over usual" }, unit: "1", faultWhen: "below" },
  cause: { zh: "机组主阀关闭或管路堵死", en: "A main valve of the circuit is shut, or the line is blocked" },
  consequence: {
    zh: "全机组断流，2–4 小时室温降 1–2 °C；严寒有冻结风险",
    en: "The whole circuit stands: rooms lose 1-2 °C in 2-4 h, in frost pipes may freeze",
  },
  action: [
    { zh: "查机组进出口主阀、除污器阀、电动阀是否误关", en: "Check main, strainer and motor valves of the circuit: one is shut" },
    { zh: "憋压时间长的，先降频或停泵再开阀", en: "If the pump has run against it for long, slow it down before opening" },
    { zh: "恢复后看流量、供回温差回到平时", en: "Afterwards see that flow and temperatures are as usual" },
  ],
  limits: Object.keys(closedMainLimits),

  start: () => null,

  evaluate(_memory, circuit, view): Verdict {
    const { flowShare, headShare } = circulationOf(circuit, view);
    if (Number.isNaN(flowShare) || Number.isNaN(headShare)) return { state: "unknown" };
    const limit = view.limits.get("closed_main_flow_share", circuit.id);
    const figures = { value: flowShare, limit };
    const isBlocked = flowShare < limit && headShare >= view.limits.get("closed_main_head_share", circuit.id);
    return isBlocked ? { state: "fault", severity: "urgent", ...figures } : { state: "normal", ...figures };
  },

  explain(_memory, circuit, view, since): Explanation {
    const state = circulationOf(circuit, view);
    const duration = durationText(view.at - since);
    const spread = { supply: view.last(circuit.id, "t2_supply")?.value ?? NaN, back: view.last(circuit.id, "t2_return")?.value ?? NaN };
    const isMoving = spread.supply - spread.back < 30 && spread.back > 30;
    return {
      summary: {
        zh: `${circuit.name}有压差（${tidy(state.headKpa, 0)} kPa）而流量仅 ${tidy(state.flowM3h)} m³/h（平时 ${tidy(state.usualFlowM3h)}），已 ${duration.zh}`,
        en: `${circuit.name}: ${tidy(state.headKpa, 0)} kPa of head and only ${tidy(state.flowM3h)} m³/h (usual ${tidy(state.usualFlowM3h)}) for ${duration.en}`,
      },
      evidence: [
        ...signalEvidence(view, circuit.id, "q2_flow", since, { expected: state.usualFlowM3h }),
        ...signalEvidence(view, circuit.id, "p2_supply", since, {
          expected: state.usualHeadKpa + (view.last(circuit.id, "p2_return")?.value ?? NaN),
        }),
        ...signalEvidence(view, circuit.id, "t2_return", since),
      ],
      causes: rankCauses([
        {
          id: "closed_valve",
          name: { zh: "主阀关闭", en: "A main valve is shut" },
          weight: 5,
          pro: [{ zh: `压差为平时的 ${tidy(100 * state.headShare, 0)}%`, en: `Head is ${tidy(100 * state.headShare, 0)} % of the usual` }],
          contra: [],
        },
        {
          id: "clogged_strainer",
          name: { zh: "除污器完全堵死", en: "Strainer blocked altogether" },
          weight: 1,
          pro: [],
          contra: [],
        },
        {
          id: "sensor_fault",
          name: { zh: "流量计故障", en: "Flow meter faulty" },
          weight: isMoving ? 1.5 : 0.5,
          pro: isMoving ? [{ zh: "供回温差正常", en: "Supply and return are as apart as usual" }] : [],
          contra: [],
        },
      ]),
      consequence: closedMainRule.consequence,
      action: closedMainRule.action,
    };
  },
};
