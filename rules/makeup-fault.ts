import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { RUNNING_PHASES } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import { rankCauses } from "./causes.ts";
import { habitsObserver, habitsOf } from "./circuit-habits.ts";
import { circulationOf } from "./circulation.ts";
import { signalEvidence, texts } from "./evidence.ts";
import type { Limit } from "./limits.ts";
import { countedM3, makeupLimits, makeupM3hMax, pumpShare } from "./makeup-rate.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R18 补水故障, pump and valve: the pressure has fallen below where water should be pumped in, and none or hardly any comes. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const makeupFaultLimits = {
  ...makeupLimits,
  makeup_fault_below_kpa: limit(
    15,
    "kPa",
    "低于平时起泵压力这么多，补水泵早该启动",
    "So far below where the makeup pump usually starts: it should have started",
  ),
  makeup_fault_min: limit(
    30,
    "min",
    "持续时间；失压规则另行更快报警",
    "How long it has to last; where pressure is lost another rule is faster",
  ),
  makeup_fault_held_kpa: limit(
    2,
    "kPa",
    "此间回压降得更少，是定压被调低而非故障",
    "A pressure that fell by less meanwhile is held: the set point was lowered",
  ),
  makeup_fault_rate_m3h: limit(0.3, "m³/h", "此间补水几乎为零", "Meanwhile hardly any water came in"),
  makeup_fault_pump_share: limit(0.8, "1", "或补水泵几乎一直在运行", "Or the makeup pump runs nearly all the time"),
  makeup_fault_urgent_kpa: limit(40, "kPa", "再低则高处进空气", "Beyond this, air gets in at the top"),
} satisfies Record<string, Limit>;

interface Look {
  readonly kpa: number;
  readonly startKpa: number;
  /** Makeup over the hold time, m³/h; undefined: not known. */
  readonly rateM3h: number | undefined;
  readonly pumpShare: number | undefined;
  readonly riseKpa: number;
  readonly sign: "does_not_start" | "delivers_nothing" | undefined;
}

/** `since`: when the sign began; NaN: there is none. */
export const makeupFaultRule: Rule<{ since: number }> = {
  kind: "makeup_fault",
  level: "circuit",
  everyMs: 5 * MINUTE_MS,
  onSignals: [],
  observers: [habitsObserver],
  holdMs: 15 * MINUTE_MS,
  keepMs: 10 * MINUTE_MS,
  phases: RUNNING_PHASES,
  measure: { name: { zh: "二次回压", en: "Return pressure" }, unit: "kPa", faultWhen: "below" },
  cause: { zh: "补水泵不启动或打不上水", en: "The makeup pump does not start or does not deliver" },
  consequence: {
    zh: "压力将继续下降，高处进空气、集气，循环泵汽蚀停机",
    en: "The pressure will go on falling: air gets in at the top, the circulation pump cavitates and trips",
  },
  action: [
    { zh: "就地手动启补水泵，看电流、出口压力", en: "Start the makeup pump by hand; watch current and outlet pressure" },
    {
      zh: "查水箱液位、进口滤网、电磁阀、止回阀，排泵内空气",
      en: "Check tank level, inlet strainer, solenoid and check valve; vent the pump",
    },
    { zh: "查压力变送器、定压设定和变频器", en: "Check the pressure transmitter, the set point and the inverter" },
    { zh: "恢复压力后到顶层、末端排气", en: "When the pressure is back vent the top floors and line ends" },
  ],
  limits: Object.keys(makeupFaultLimits),

  start: () => ({ since: NaN }),

  evaluate(memory, circuit, view): Verdict {
    const look = lookAt(circuit, view, memory.since);
    if (look === undefined) return { state: "unknown" };
    if (look.sign === undefined) memory.since = NaN;
    else if (Number.isNaN(memory.since)) memory.since = view.at;
    const get = (name: keyof typeof makeupFaultLimits): number => view.limits.get(name, circuit.id);
    const low = look.startKpa - get("makeup_fault_below_kpa");
    const figures = { value: look.kpa, limit: low };
    if (look.sign === undefined) return { state: "normal", ...figures };
    return {
      state: "fault",
      severity: look.kpa < look.startKpa - get("makeup_fault_urgent_kpa") ? "urgent" : "general",
      holdMs: get("makeup_fault_min") * MINUTE_MS,
      ...figures,
    };
  },

  explain(memory, circuit, view, since): Explanation {
    const { id } = circuit;
    const look = lookAt(circuit, view, memory.since);
    const kpa = look?.kpa ?? NaN;
    const start = look?.startKpa ?? NaN;
    const duration = durationText(view.at - since);
    const tank = view.last(id, "tank_level");
    const runs = look?.pumpShare !== undefined && look.pumpShare > 0.5;
    const pumpText: Text | undefined =
      look?.pumpShare === undefined
        ? undefined
        : {
            zh: `补水泵运行占比 ${tidy(100 * look.pumpShare, 0)}%`,
            en: `The makeup pump runs ${tidy(100 * look.pumpShare, 0)} % of the time`,
          };
    const rateText: Text | undefined =
      look?.rateM3h === undefined ? undefined : { zh: `补水 ${tidy(look.rateM3h, 2)} m³/h`, en: `Makeup ${tidy(look.rateM3h, 2)} m³/h` };
    return {
      summary: {
        zh: `${circuit.name}回压 ${tidy(kpa, 0)} kPa，低于起泵压力 ${tidy(start, 0)}，${runs ? "泵在转而不上压" : "补水未启动"}，已 ${duration.zh}`,
        en: `${circuit.name}: ${tidy(kpa, 0)} kPa, below the start pressure ${tidy(start, 0)}; ${runs ? "the pump runs in vain" : "no makeup comes"} for ${duration.en}`,
      },
      evidence: [
        ...signalEvidence(view, id, "p2_return", since, { expected: start }),
        ...signalEvidence(view, id, "mk_pump", since, pumpText === undefined ? {} : { more: pumpText }),
        ...signalEvidence(view, id, "mk_total", since, rateText === undefined ? {} : { more: rateText }),
        ...signalEvidence(view, id, "tank_level", since),
      ],
      causes: rankCauses([
        {
          id: "makeup_fault",
          name: { zh: "补水泵不启动：跳闸、控制或电磁阀故障", en: "The pump does not start: trip, control or solenoid valve" },
          weight: runs ? 0.8 : 5,
          pro: texts(!runs && pumpText, !runs && rateText),
          contra: texts(runs && pumpText),
        },
        {
          id: "makeup_pump_weak",
          name: { zh: "泵内进气、滤网堵或止回阀卡", en: "Air in the pump, clogged inlet or stuck check valve" },
          weight: runs ? 5 : 0.8,
          pro: texts(runs && pumpText, runs && rateText),
          contra: texts(!runs && pumpText),
        },
        {
          id: "tank_empty",
          name: { zh: "水箱缺水", en: "Makeup tank empty" },
          weight: tank === undefined ? 1.2 : tank.value < 0.4 ? 8 : 0.2,
          pro: texts(
            tank !== undefined && tank.value < 0.4 && { zh: `水箱 ${tidy(tank.value, 2)} m`, en: `Tank at ${tidy(tank.value, 2)} m` },
          ),
          contra: texts(
            tank !== undefined && tank.value >= 0.4 && { zh: `水箱 ${tidy(tank.value, 2)} m`, en: `Tank at ${tidy(tank.value, 2)} m` },
          ),
        },
        {
          id: "leak",
          name: { zh: "失水大于补水能力", en: "More water is lost than the pump can feed" },
          weight: runs && (look?.rateM3h ?? 0) > 1 ? 4 : 0.5,
          pro: texts(runs && (look?.rateM3h ?? 0) > 1 && rateText),
          contra: [],
        },
      ]),
      consequence: makeupFaultRule.consequence,
      action: makeupFaultRule.action,
    };
  },
};

/** A pressure that rises by more is being brought back. */
const RISE_KPA = 1;

function lookAt(circuit: Asset, view: View, since: number): Look | undefined {
  const { id } = circuit;
  const get = (name: keyof typeof makeupFaultLimits): number => view.limits.get(name, id);
  const pressure = view.last(id, "p2_return");
  const startKpa = habitsOf(view, id).startKpa.usual;
  if (pressure === undefined || Number.isNaN(startKpa)) return undefined;
  const windowMs = Math.max(get("makeup_fault_min") * MINUTE_MS, 2.5 * (view.interval(id, "mk_total") ?? 0));
  const rateM3h = rateOver(circuit, view, windowMs);
  const share = pumpShare(id, view, windowMs);
  const earlier = view.since(id, "p2_return", view.at - windowMs)[0];
  const riseKpa = earlier === undefined ? NaN : pressure.value - earlier.value;
  const base = { kpa: pressure.value, startKpa, rateM3h, pumpShare: share, riseKpa };
  // A suction that rose with a pump that stands tells nothing; neither does one of a loop without head.
  const isStanding = circulationOf(circuit, view).headShare < 0.3;
  const isLow = pressure.value < startKpa - get("makeup_fault_below_kpa") && !isStanding;
  const isFed = rateM3h !== undefined ? rateM3h > get("makeup_fault_rate_m3h") : (share ?? NaN) > 0.1;
  // A loop without makeup always loses some. Once found it is over when water comes or the pressure is back, not when nothing is left to fall.
  const isFound = view.at - since >= get("makeup_fault_min") * MINUTE_MS;
  if (!isLow || riseKpa > (isFound ? RISE_KPA : -get("makeup_fault_held_kpa"))) return { ...base, sign: undefined };
  if (share !== undefined && share >= get("makeup_fault_pump_share") && !(rateM3h !== undefined && isFed))
    return { ...base, sign: "delivers_nothing" };
  if (!isFed && (rateM3h !== undefined || share !== undefined)) return { ...base, sign: "does_not_start" };
  return { ...base, sign: undefined };
}

/** By the counter, else by the flow; undefined: neither tells. */
function rateOver(circuit: Asset, view: View, windowMs: number): number | undefined {
  const totals = view.since(circuit.id, "mk_total", view.at - windowMs);
  if (totals.length > 1) {
    const counted = countedM3(totals, makeupM3hMax(circuit, view));
    return counted === undefined ? undefined : (counted * HOUR_MS) / (totals.at(-1)!.at - totals[0]!.at);
  }
  const flows = view.since(circuit.id, "mk_flow", view.at - windowMs);
  return flows.length < 2 ? undefined : flows.reduce((sum, { value }) => sum + value, 0) / flows.length;
}
