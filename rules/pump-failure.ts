import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import { type Candidate, rankCauses } from "./causes.ts";
import { habitsObserver } from "./circuit-habits.ts";
import { type Circulation, circulationOf, secondReportMs } from "./circulation.ts";
import { signalEvidence, texts } from "./evidence.ts";
import type { Limit } from "./limits.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R09 循环泵故障: the water stands although it should move, or a pump says that it failed. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const pumpFailureLimits = {
  pump_head_share: limit(0.3, "1", "供回压差不足平时的30%", "Head below 30 % of what it usually is at this frequency"),
  pump_flow_share: limit(0.2, "1", "流量不足平时的20%", "Flow below 20 % of what is usual"),
  pump_weak_share: limit(0.45, "1", "频率未变而压差、流量同时明显下降", "Head so low, and the flow with it, at an unchanged frequency"),
  pump_weak_flow_share: limit(0.75, "1", "同上，流量", "As above, flow"),
  pump_hold_s: {
    ...limit(
      150,
      "s",
      "倒泵在60秒内完成，另加两次上报，不算故障",
      "A switch-over to the other pump takes up to 60 s, and two reports to be seen",
    ),
    inPhase: { commissioning: 8 },
  },
  pump_never_ran_hours: limit(
    6,
    "h",
    "本季未见运行的泵：可能尚未启用，多等",
    "A pump that has not run in this season yet may not be meant to",
  ),
  pump_weak_min: limit(10, "min", "转速调整、憋压的持续时间", "A weak pump has to last so long"),
} satisfies Record<string, Limit>;

type Sign = "stopped" | "fault_bit" | "weak";

interface PumpMemory {
  /** The water was seen to move in this season: only what ran can fail at once. */
  ran: boolean;
}

export const pumpFailureRule: Rule<PumpMemory> = {
  kind: "pump_failure",
  level: "circuit",
  everyMs: 5 * MINUTE_MS,
  onSignals: ["cp_run", "cp_fault", "cp_hz", "p2_supply", "q2_flow"],
  observers: [habitsObserver],
  holdMs: 150_000,
  keepMs: 2 * MINUTE_MS,
  phases: WARM_PHASES,
  measure: { name: { zh: "压差与平时之比", en: "Head over usual" }, unit: "1", faultWhen: "below" },
  cause: { zh: "循环泵停运、跳闸或失速", en: "The circulation pump stopped, tripped or lost its speed" },
  consequence: {
    zh: "全机组不循环，2–4 小时室温降 1–2 °C；严寒时有冻结风险",
    en: "The whole circuit stands: rooms lose 1-2 °C in 2-4 h, in frost pipes may freeze",
  },
  action: [
    { zh: "远程或就地启动备用泵", en: "Start the standby pump, remotely or on site" },
    { zh: "查跳闸、过载、变频器报警和电源", en: "Check trip, overload, the inverter's alarm and the supply" },
    { zh: "恢复后确认压差、流量回到平时，并排气", en: "When it runs, see that head and flow are as usual, and vent" },
  ],
  limits: Object.keys(pumpFailureLimits),

  start: () => ({ ran: false }),

  evaluate(memory, circuit, view): Verdict {
    const state = circulationOf(circuit, view);
    const get = (name: keyof typeof pumpFailureLimits): number => view.limits.get(name, circuit.id);
    const figures = Number.isNaN(state.headShare) ? {} : { value: state.headShare, limit: get("pump_head_share") };
    const sign = signOf(state, circuit, view);
    if (sign === undefined) {
      memory.ran ||= isKnown(state) && state.standing !== true;
      return { state: isKnown(state) ? "normal" : "unknown", ...figures };
    }
    const isLost = sign === "stopped";
    const holdMs = !memory.ran
      ? get("pump_never_ran_hours") * HOUR_MS
      : sign === "weak"
        ? get("pump_weak_min") * MINUTE_MS
        : get("pump_hold_s") * 1000;
    return {
      state: "fault",
      severity: isLost ? "urgent" : "general",
      holdMs: Math.max(secondReportMs(circuit, view), holdMs),
      ...figures,
    };
  },

  explain(_memory, circuit, view, since): Explanation {
    const state = circulationOf(circuit, view);
    const sign = signOf(state, circuit, view) ?? "stopped";
    const duration = durationText(view.at - since);
    const numbers = numbersText(state);
    const words: Record<Sign, Text> = {
      stopped: {
        zh: `${circuit.name}停止循环 ${duration.zh}${numbers.zh}`,
        en: `${circuit.name} has not circulated for ${duration.en}${numbers.en}`,
      },
      fault_bit: {
        zh: `${circuit.name}循环泵报故障，循环尚在${numbers.zh}`,
        en: `A circulation pump of ${circuit.name} reports a fault; the water still moves${numbers.en}`,
      },
      weak: {
        zh: `${circuit.name}循环泵出力明显不足 ${duration.zh}${numbers.zh}`,
        en: `The pump of ${circuit.name} has been weak for ${duration.en}${numbers.en}`,
      },
    };
    return {
      summary: words[sign],
      evidence: [
        ...signalEvidence(view, circuit.id, "cp_fault", since, { expected: 0 }),
        ...signalEvidence(view, circuit.id, "cp_run", since, { expected: 1 }),
        ...signalEvidence(view, circuit.id, "q2_flow", since, { expected: state.usualFlowM3h }),
        ...signalEvidence(view, circuit.id, "p2_supply", since, {
          expected: state.usualHeadKpa + (view.last(circuit.id, "p2_return")?.value ?? NaN),
        }),
        ...signalEvidence(view, circuit.id, "p2_return", since),
        ...signalEvidence(view, circuit.id, "cp_hz", since),
      ],
      causes: rankCauses(causes(state, circuit, view)),
      consequence: pumpFailureRule.consequence,
      action: pumpFailureRule.action,
    };
  },
};

const isKnown = (state: Circulation): boolean =>
  state.standing !== undefined || !Number.isNaN(state.headShare) || !Number.isNaN(state.flowShare);

/** The water tells first; the pump's word counts where the water does not contradict it. */
function signOf(state: Circulation, circuit: Asset, view: View): Sign | undefined {
  const get = (name: keyof typeof pumpFailureLimits): number => view.limits.get(name, circuit.id);
  const { headShare, flowShare, standing, faultBit } = state;
  // Without head the supply is at the level of the return; far below it, it is a sensor.
  const headLost = headShare < get("pump_head_share") && headShare > -get("pump_head_share");
  const flowLost = flowShare < get("pump_flow_share");
  const headWell = headShare >= 2 * get("pump_head_share");
  const flowWell = flowShare >= 2 * get("pump_flow_share");
  if ((headLost && !flowWell) || (flowLost && headLost)) return "stopped";
  if (standing === true && !headWell && !flowWell) return "stopped";
  if (flowLost && Number.isNaN(headShare) && standing !== false) return "stopped";
  if (faultBit) return headWell || flowWell ? "fault_bit" : "stopped";
  if (headShare < get("pump_weak_share") && flowShare < get("pump_weak_flow_share")) return "weak";
  return undefined;
}

function numbersText({ headKpa, usualHeadKpa, flowM3h, usualFlowM3h }: Circulation): Text {
  const head = Number.isNaN(headKpa)
    ? undefined
    : `${tidy(headKpa, 0)}${Number.isNaN(usualHeadKpa) ? "" : `/${tidy(usualHeadKpa, 0)}`} kPa`;
  const flow = Number.isNaN(flowM3h) ? undefined : `${tidy(flowM3h)}${Number.isNaN(usualFlowM3h) ? "" : `/${tidy(usualFlowM3h)}`} m³/h`;
  const parts = (names: readonly [string, string], separator: string): string =>
    [head === undefined ? undefined : `${names[0]} ${head}`, flow === undefined ? undefined : `${names[1]} ${flow}`]
      .filter((part) => part !== undefined)
      .map((part) => separator + part)
      .join("");
  return { zh: parts(["压差", "流量"], "，"), en: parts(["head", "flow"], ", ") };
}

function causes(state: Circulation, circuit: Asset, view: View): Candidate[] {
  const power = view.last(circuit.station, "power_ok")?.value;
  const others = circuit.parent === undefined ? [] : view.station.children.filter((id) => id !== circuit.id);
  const alsoStand = others.filter((id) => circulationOf(view.network.asset(id)!, view).headShare < 0.3).length;
  const together: Text = { zh: `同站 ${alsoStand} 个机组也停`, en: `${alsoStand} more circuits of the station stand` };
  const runs = state.standing === false;
  return [
    {
      id: "pump_failure",
      name: { zh: "泵或变频器故障、跳闸", en: "Pump or inverter failed or tripped" },
      weight: state.faultBit ? 8 : 4,
      pro: texts(state.faultBit && { zh: "泵故障信号为 1", en: "The pump's fault signal is 1" }),
      contra: texts(power === 0 && { zh: "市电断电", en: "Mains power is off" }),
    },
    {
      id: "power_failure",
      name: { zh: "站内停电", en: "Power cut in the station" },
      weight: power === 0 ? 20 : alsoStand > 0 && power === undefined ? 5 : 0.4,
      pro: texts(power === 0 && { zh: "市电信号为 0", en: "The mains signal is 0" }, alsoStand > 0 && together),
      contra: texts(power === 1 && { zh: "市电正常", en: "Mains power is on" }),
    },
    {
      id: "coupling",
      name: { zh: "联轴器脱开、叶轮损坏或反转", en: "Coupling off, impeller broken or running backwards" },
      weight: runs ? 3 : 0.5,
      pro: texts(runs && { zh: "运行信号为 1 而无压差", en: "It says that it runs, and there is no head" }),
      contra: texts(state.standing === true && { zh: "泵已停", en: "The pump stands" }),
    },
    {
      id: "stopped_by_hand",
      name: { zh: "人工停泵、检修未登记", en: "Stopped by hand, work not recorded" },
      weight: state.standing === true && !state.faultBit ? 2 : 0.3,
      pro: texts(state.standing === true && !state.faultBit && { zh: "停泵且无故障信号", en: "It stands without a fault signal" }),
      contra: [],
    },
  ];
}
