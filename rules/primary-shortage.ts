import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { HEATING_PHASES } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import { rankCauses } from "./causes.ts";
import { signalEvidence, texts } from "./evidence.ts";
import { hasFlow, type HeatState, heatStateObserver, heatStateOf } from "./heat-state.ts";
import type { Limit } from "./limits.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/**
 * R11 一次网供热不足, as one station sees it: too little heat or pressure arrives, or the valve is open and the supply still low. Whether
 * it is the branch is told by its other stations (`branch.ts`); where this station's own primary side says nothing, it needs them.
 */

const MINUTE_MS = 60_000;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const primaryShortageLimits = {
  shortage_deficit_k: {
    ...limit(3, "K", "供温低于设定（或曲线）", "Supply below its set point, or its line"),
    inPhase: { extreme_cold: 1.3 },
  },
  shortage_reserve_pct: limit(
    60,
    "%",
    "阀位更低说明本站还有余量，不是热源不足",
    "A valve below this has more to give: the source is not what lacks",
  ),
  shortage_small_deficit_k: limit(1.5, "K", "一次侧已明显不足时", "Where the primary side is clearly short"),
  shortage_primary_k: limit(8, "K", "一次供温低于同天气的平时值", "Primary supply below what is usual in this weather"),
  shortage_pressure_share: limit(0.55, "1", "一次压差不足平时的55%", "Primary pressure difference below this share of the usual"),
  shortage_exchanger_share: limit(0.8, "1", "换热指数不足此值则归换热器", "With a worse exchanger index it is the exchanger"),
  shortage_min: limit(30, "min", "持续时间", "How long it has to last"),
} satisfies Record<string, Limit>;

type Sign = "primary" | "valve";

export const primaryShortageRule: Rule<null> = {
  kind: "primary_shortage",
  level: "station",
  everyMs: 5 * MINUTE_MS,
  onSignals: [],
  observers: [heatStateObserver],
  holdMs: 30 * MINUTE_MS,
  keepMs: 30 * MINUTE_MS,
  phases: HEATING_PHASES,
  measure: { name: { zh: "供温差额", en: "Supply deficit" }, unit: "K", faultWhen: "above" },
  cause: { zh: "热源或一次网供热不足：温度低或压差不够", en: "Source or primary network short of heat: too cold or too little pressure" },
  consequence: {
    zh: "整条支线供温达不到，室温普遍下降，投诉集中出现",
    en: "The supply of the whole branch stays low: rooms cool everywhere and calls come in numbers",
  },
  action: [
    {
      zh: "联系热源和一次网调度：供温、压差、有无泄漏或阀门操作",
      en: "Call source and network control: temperature, pressure, a leak or a valve operation?",
    },
    { zh: "查支线上游阀门、过滤器和中继泵", en: "Check valves, strainers and booster pumps upstream on the branch" },
    { zh: "末端站优先：临时限制近端站流量", en: "Favour the far stations: throttle the near ones for the time being" },
    { zh: "预先告知用户和客服", en: "Tell residents and the hotline beforehand" },
  ],
  limits: Object.keys(primaryShortageLimits),

  start: () => null,

  evaluate(_memory, station, view): Verdict {
    const worst = worstCircuit(station, view);
    if (worst === undefined) return { state: "unknown" };
    const { state, sign } = worst;
    const figures = { value: -state.errorK, limit: view.limits.get("shortage_deficit_k", station.id) };
    if (sign === undefined) return { state: "normal", ...figures };
    return {
      state: "fault",
      severity: "urgent",
      holdMs: view.limits.get("shortage_min", station.id) * MINUTE_MS,
      tentative: sign === "valve",
      ...figures,
    };
  },

  explain(_memory, station, view, since): Explanation {
    const worst = worstCircuit(station, view);
    const circuit = worst?.circuit ?? view.network.asset(station.children[0]!)!;
    const state = worst?.state ?? heatStateOf(circuit, view);
    const duration = durationText(view.at - since);
    const temperature: Text | undefined = Number.isNaN(state.primaryErrorK)
      ? undefined
      : {
          zh: `一次供温 ${tidy(state.primaryC)} °C，同天气平时 ${tidy(state.primaryExpectedC)}`,
          en: `Primary supply ${tidy(state.primaryC)} °C, usual in this weather ${tidy(state.primaryExpectedC)}`,
        };
    const pressure: Text | undefined = Number.isNaN(state.primaryKpaShare)
      ? undefined
      : {
          zh: `一次压差为平时的 ${tidy(100 * state.primaryKpaShare, 0)}%`,
          en: `Primary pressure difference is ${tidy(100 * state.primaryKpaShare, 0)} % of the usual`,
        };
    const isCold = state.primaryErrorK < -view.limits.get("shortage_primary_k", station.id);
    const isWeak = state.primaryKpaShare < view.limits.get("shortage_pressure_share", station.id);
    const valve: Text | undefined = state.isOpen
      ? { zh: `调节阀已开到 ${tidy(state.valvePct, 0)}%`, en: `The control valve is ${tidy(state.valvePct, 0)} % open` }
      : undefined;
    const fouled = state.exchangerShare < 0.85;
    return {
      summary: {
        zh: `${station.name}供温 ${tidy(state.supplyC)} °C，应为 ${tidy(state.referenceC)}，已 ${duration.zh}${temperature === undefined ? "" : `；${temperature.zh}`}`,
        en: `${station.name}: supply ${tidy(state.supplyC)} °C, should be ${tidy(state.referenceC)}, for ${duration.en}${temperature === undefined ? "" : `; ${temperature.en}`}`,
      },
      evidence: [
        ...signalEvidence(view, circuit.id, "t2_supply", since, { expected: state.referenceC }),
        ...signalEvidence(view, circuit.id, "t1_supply", since, {
          expected: state.primaryExpectedC,
          limit: state.primaryExpectedC - view.limits.get("shortage_primary_k", station.id),
        }),
        ...signalEvidence(view, circuit.id, "p1_supply", since, pressure === undefined ? {} : { more: pressure }),
        ...signalEvidence(view, circuit.id, "p1_return", since),
        ...signalEvidence(view, circuit.id, "v1_pos", since),
      ],
      causes: rankCauses([
        {
          id: "primary_shortage",
          name: { zh: "热源供温低或一次网压差不足", en: "Source too cold, or too little primary pressure" },
          weight: isCold || isWeak ? 8 : 2.5,
          pro: texts(isCold && temperature, isWeak && pressure, valve),
          contra: texts(!isCold && temperature, !isWeak && pressure),
        },
        {
          id: "clogged_primary_strainer",
          name: { zh: "本站一次侧过滤器堵、阀门未全开", en: "Primary strainer of this station clogged, a valve not open" },
          weight: isCold ? 0.3 : isWeak ? 1 : 1.5,
          pro: texts(!isCold && !isWeak && valve),
          contra: texts(isCold && temperature),
        },
        {
          id: "exchanger_fouling",
          name: { zh: "换热器结垢", en: "Exchanger fouled" },
          weight: fouled ? 3 : 0.5,
          pro: texts(
            fouled && {
              zh: `换热指数为平时的 ${tidy(100 * state.exchangerShare, 0)}%`,
              en: `Exchanger index at ${tidy(100 * state.exchangerShare, 0)} % of the usual`,
            },
          ),
          contra: texts(!fouled && !Number.isNaN(state.exchangerShare) && { zh: "换热指数正常", en: "The exchanger index is as usual" }),
        },
      ]),
      consequence: primaryShortageRule.consequence,
      action: primaryShortageRule.action,
    };
  },
};

interface Seen {
  readonly circuit: Asset;
  readonly state: HeatState;
  readonly sign: Sign | undefined;
}

/** The circuit whose primary side says most; undefined while none can tell. */
function worstCircuit(station: Asset, view: View): Seen | undefined {
  let worst: Seen | undefined;
  for (const id of station.children) {
    const circuit = view.network.asset(id)!;
    const state = heatStateOf(circuit, view);
    if (Number.isNaN(state.errorK) && Number.isNaN(state.primaryErrorK)) continue;
    const seen: Seen = { circuit, state, sign: signOf(state, station, view) };
    if (worst === undefined || rank(seen) > rank(worst)) worst = seen;
  }
  return worst;
}

const rank = ({ sign, state }: Seen): number =>
  (sign === "primary" ? 2000 : sign === "valve" ? 1000 : 0) - (Number.isNaN(state.errorK) ? 0 : state.errorK);

function signOf(state: HeatState, station: Asset, view: View): Sign | undefined {
  const get = (name: keyof typeof primaryShortageLimits): number => view.limits.get(name, station.id);
  if (!hasFlow(state)) return undefined;
  const deficitK = -state.errorK;
  const isCold = state.primaryErrorK < -Math.max(get("shortage_primary_k"), 3 * state.primarySigmaK);
  const isWeak = state.primaryKpaShare < get("shortage_pressure_share");
  // The valve makes up for a shortage as long as it can: then it is open, or the supply has begun to fall. One that does not open has another fault.
  const hasReserve = state.valvePct < get("shortage_reserve_pct");
  const isFelt = (deficitK > get("shortage_deficit_k") && !hasReserve) || (state.isOpen && deficitK > get("shortage_small_deficit_k"));
  if ((isCold || isWeak) && isFelt) return "primary";
  const isFouled = state.exchangerShare < get("shortage_exchanger_share");
  if (deficitK > get("shortage_deficit_k") && state.isOpen && !isFouled) return "valve";
  return undefined;
}
