import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { HEATING_PHASES } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import { rankCauses } from "./causes.ts";
import { signalEvidence, texts } from "./evidence.ts";
import { hasFlow, type HeatState, heatStateObserver, heatStateOf } from "./heat-state.ts";
import {
  heatOf,
  type HeatWatch,
  residualSigmaK,
  restingHours,
  setDriftK,
  supplyDriftK,
  supplyResidualK,
  supplySigmaK,
} from "./heat-watch.ts";
import type { Limit } from "./limits.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R12 供温偏离曲线: the supply does not follow its set point, or not the weather as it used to. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });
const PHASES = { tail: 1.4, extreme_cold: 1.3 } as const;

export const curveDriftLimits = {
  curve_set_k: { ...limit(3, "K", "供温偏离设定", "Supply off its set point"), inPhase: PHASES },
  curve_set_min: limit(45, "min", "偏离设定的持续时间", "How long it has to be off the set point"),
  curve_shut_hours: limit(3, "h", "阀已关到底而供温仍偏高，多等水冷下来", "With the valve shut the water has to cool first"),
  curve_drift_k: {
    ...limit(
      3,
      "K",
      "24小时均值偏离学习曲线；实测一年2.5 K零误报，运行人员常按±2 K调整曲线",
      "24-h mean off the learned line: none above 2.5 K in a measured year, but operators move curves by 2 K on purpose",
    ),
    inPhase: PHASES,
  },
  curve_drift_hours: limit(6, "h", "持续时间", "How long it has to last"),
  curve_set_drift_k: {
    ...limit(4, "K", "设定值自身偏离平时，且供温照跟", "The set point itself has left its line, and the supply follows it"),
    inPhase: PHASES,
  },
  curve_fast_k: { ...limit(6, "K", "快速判据：2小时均值偏离平时", "Fast tier: 2-h mean off what is usual"), inPhase: PHASES },
  curve_fast_hours: limit(2, "h", "快速判据的持续时间", "How long, for the fast tier"),
} satisfies Record<string, Limit>;

type Sign = "set" | "drift" | "fast";

export const curveDriftRule: Rule<null> = {
  kind: "curve_drift",
  level: "circuit",
  everyMs: 5 * MINUTE_MS,
  onSignals: [],
  observers: [heatStateObserver],
  holdMs: 45 * MINUTE_MS,
  keepMs: 45 * MINUTE_MS,
  phases: HEATING_PHASES,
  measure: { name: { zh: "供温偏差", en: "Deviation of the supply" }, unit: "K", faultWhen: "above" },
  cause: { zh: "气候补偿偏离：曲线、室外探头或手动", en: "Weather compensation off: curve, outdoor probe or manual operation" },
  consequence: {
    zh: "偏低则全机组室温不达标，偏高则浪费热量",
    en: "Too low: rooms of the whole circuit fall short; too high: heat is wasted",
  },
  action: [
    {
      zh: "核对设定、曲线、分时段偏移，是否有人改过或置手动",
      en: "Check set point, curve and time offsets: did somebody change them or switch to manual?",
    },
    {
      zh: "核对室外探头位置和读数（与气象、邻站比）",
      en: "Check the outdoor probe's place and reading against the weather and neighbours",
    },
    { zh: "查调节阀动作和一次侧供热条件", en: "Check the control valve's movement and the primary side" },
  ],
  limits: Object.keys(curveDriftLimits),

  start: () => null,

  evaluate(_memory, circuit, view): Verdict {
    const state = heatStateOf(circuit, view);
    const get = (name: keyof typeof curveDriftLimits): number => view.limits.get(name, circuit.id);
    const found = signOf(state, circuit, view);
    const value = found?.valueK ?? (Number.isNaN(state.errorK) ? NaN : Math.abs(state.errorK));
    const figures = Number.isNaN(value)
      ? {}
      : { value: Math.abs(value), limit: found?.limitK ?? get(state.isSet ? "curve_set_k" : "curve_drift_k") };
    if (found === undefined) return { state: Number.isNaN(state.errorK) ? "unknown" : "normal", ...figures };
    const holdMs: Record<Sign, number> = {
      set: state.isShut && state.errorK > 0 ? get("curve_shut_hours") * HOUR_MS : get("curve_set_min") * MINUTE_MS,
      drift: get("curve_drift_hours") * HOUR_MS,
      fast: get("curve_fast_hours") * HOUR_MS,
    };
    return { state: "fault", severity: "general", holdMs: holdMs[found.sign], ...figures };
  },

  explain(_memory, circuit, view, since): Explanation {
    const { id } = circuit;
    const state = heatStateOf(circuit, view);
    const found = signOf(state, circuit, view);
    const heat = heatOf(view, id);
    const offK = found?.valueK ?? state.errorK;
    const duration = durationText(view.at - since);
    const side: Text = offK < 0 ? { zh: "低", en: "below" } : { zh: "高", en: "above" };
    const about: Text =
      found?.sign === "set"
        ? { zh: `比设定 ${tidy(state.referenceC)} °C`, en: `its set point ${tidy(state.referenceC)} °C` }
        : { zh: "比同天气平时", en: "what is usual in this weather" };
    const setDrift = heat === undefined ? NaN : setDriftK(heat);
    const isSetMoved = Math.abs(setDrift) > 2;
    const isFollowing = state.isSet && Math.abs(state.errorK) < 2;
    const setText: Text = {
      zh: `设定值日均偏离平时 ${tidy(setDrift)} K`,
      en: `The set point's daily mean is ${tidy(setDrift)} K off its usual`,
    };
    const meanText: Text | undefined =
      found === undefined || found.sign === "set"
        ? undefined
        : {
            zh: `${found.sign === "fast" ? "2" : "24"} 小时均值比平时${side.zh} ${tidy(Math.abs(offK))} K`,
            en: `The mean of ${found.sign === "fast" ? "2" : "24"} h is ${tidy(Math.abs(offK))} K ${side.en} the usual`,
          };
    return {
      summary: {
        zh: `${circuit.name}供温 ${tidy(state.supplyC)} °C，${about.zh}${side.zh} ${tidy(Math.abs(offK))} K，已 ${duration.zh}`,
        en: `${circuit.name}: supply ${tidy(state.supplyC)} °C, ${tidy(Math.abs(offK))} K ${side.en} ${about.en}, for ${duration.en}`,
      },
      evidence: [
        ...signalEvidence(view, id, "t2_supply", since, meanText === undefined ? { expected: state.referenceC } : { more: meanText }),
        ...signalEvidence(view, id, "t2_set", since, Number.isNaN(setDrift) ? {} : { more: setText }),
        ...signalEvidence(view, id, "t_out", since),
        ...signalEvidence(view, id, "v1_pos", since),
        ...signalEvidence(view, id, "t1_supply", since, { expected: state.primaryExpectedC }),
      ],
      causes: rankCauses([
        {
          id: "curve_drift",
          name: { zh: "曲线或设定被改、置手动", en: "Curve or set point changed, or switched to manual" },
          weight: isSetMoved && isFollowing ? 6 : 2.5,
          pro: texts(isSetMoved && setText, isFollowing && { zh: "供温跟随设定", en: "The supply follows its set point" }),
          contra: texts(!isSetMoved && !Number.isNaN(setDrift) && setText),
        },
        {
          id: "sensor_fault",
          name: { zh: "室外探头失准（日晒、受热、断线）", en: "Outdoor probe wrong (sun, heat, broken wire)" },
          weight: isSetMoved ? 2 : 0.8,
          pro: texts(isSetMoved && setText),
          contra: [],
        },
        {
          id: "valve_stuck",
          name: { zh: "调节阀不动作", en: "Control valve does not move" },
          weight: !isFollowing && state.isSet ? 2.5 : 0.5,
          pro: texts(!isFollowing && state.isSet && { zh: "供温不跟设定", en: "The supply does not follow the set point" }),
          contra: texts(isFollowing && { zh: "供温跟随设定", en: "The supply follows its set point" }),
        },
        {
          id: "primary_shortage",
          name: { zh: "一次侧供热不足", en: "Primary side short of heat" },
          weight: offK < 0 && (state.isOpen || state.primaryErrorK < -4) ? 3 : 0.3,
          pro: texts(state.isOpen && { zh: `阀位 ${tidy(state.valvePct, 0)}%`, en: `Valve at ${tidy(state.valvePct, 0)} %` }),
          contra: texts(offK > 0 && { zh: "供温偏高", en: "The supply is too warm" }),
        },
      ]),
      consequence: curveDriftRule.consequence,
      action: curveDriftRule.action,
    };
  },
};

interface Found {
  readonly sign: Sign;
  readonly valueK: number;
  readonly limitK: number;
}

function signOf(state: HeatState, circuit: Asset, view: View): Found | undefined {
  const get = (name: keyof typeof curveDriftLimits): number => view.limits.get(name, circuit.id);
  if (!hasFlow(state)) return undefined;
  // An open valve that cannot give more is another fault's sign.
  const isSaturated = state.isOpen && state.errorK < 0;
  if (state.isSet && Math.abs(state.errorK) > get("curve_set_k") && !isSaturated)
    return { sign: "set", valueK: state.errorK, limitK: get("curve_set_k") };
  const heat = heatOf(view, circuit.id);
  if (heat === undefined) return undefined;
  const fast = supplyResidualK(heat, 2);
  if (Math.abs(fast) > get("curve_fast_k") && !isSaturated && !isSetByHand(heat)) {
    const limitK = Math.max(get("curve_fast_k"), 3 * residualSigmaK(heat));
    if (Math.abs(fast) > limitK) return { sign: "fast", valueK: fast, limitK };
  }
  const drift = supplyDriftK(heat);
  // A set point that is followed was meant, unless it is far from everything before.
  const driftLimit = Math.max(get(state.isSet ? "curve_set_drift_k" : "curve_drift_k"), 3 * supplySigmaK(heat));
  if (Math.abs(drift) > driftLimit && !isSaturated) return { sign: "drift", valueK: drift, limitK: driftLimit };
  return undefined;
}

const HAND_HOURS = 12;
/** A curve moves the set point nearly every hour of a day; a hand does so a few times. */
const HAND_RESTS = 8;
const HAND_K = 0.05;

/** By the set points of half a day: where people set them, they go anywhere within hours and are meant. */
const isSetByHand = (heat: HeatWatch): boolean => restingHours(heat, "setC", HAND_HOURS, HAND_K) >= HAND_RESTS;
