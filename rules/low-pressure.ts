import type { Cause, Evidence, Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { RUNNING_PHASES } from "../model/season.ts";
import { rankCauses } from "./causes.ts";
import { habitsObserver, habitsOf } from "./circuit-habits.ts";
import type { Limit } from "./limits.ts";
import { pumpShare } from "./makeup-rate.ts";
import { calendarPhase } from "./phase.ts";
import { clockText, durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R04 定压失效: the return pressure no longer reaches the highest point of the circuit, air gets in. */

const MINUTE_MS = 60_000;

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const lowPressureLimits: Readonly<Record<string, Limit>> = {
  low_pressure_margin: limit(
    35,
    "kPa",
    "定压值含30–50 kPa裕量，启停带宽20–30 kPa：再低则最高点不足5 kPa",
    "The static pressure has 30-50 kPa to spare and the pump's band takes 20-30 of it: below, the highest point has less than 5",
  ),
  low_pressure_urgent_margin: limit(50, "kPa", "再低则高处已进空气", "Beyond this, air is getting in at the top"),
  low_pressure_urgent_min: limit(10, "min", "失压持续这么久升为紧急", "Low for so long becomes urgent"),
  low_pressure_below_start: limit(
    10,
    "kPa",
    "补水泵平时在更低压力才启动时：低于起泵压力这么多",
    "Where the makeup pump usually starts lower than that: so far below its start",
  ),
  low_pressure_recovered: limit(5, "kPa", "回差，避免在限值上下反复", "Hysteresis, so that it does not chatter at the limit"),
  low_pressure_learned_margin: limit(
    30,
    "kPa",
    "未给静压时：日常回压减去启停带宽",
    "Static need unknown: usual return pressure less the pump's band",
  ),
  low_pressure_head_jump: limit(
    80,
    "kPa",
    "供回压差突增而供压未变，是回压测点坏",
    "Head grown so much while the supply held: the return sensor is wrong",
  ),
};

interface LowPressureMemory {
  /** First evaluation below the limit in this run; NaN: not low. */
  lowAt: number;
  lowestKpa: number;
  /** The pressure was high enough at some time of this season. */
  wasHeld: boolean;
  /** Usual supply pressure, and the head (supply minus return) of a running pump; NaN: unknown. */
  supplyKpa: number;
  headKpa: number;
}

/** Share of the difference that is followed with each look; downwards so slowly that a stop of hours leaves the head known. */
const FOLLOW_SHARE = 0.02;
const FOLLOW_DOWN_SHARE = 0.0005;
/** A circulation pump that starts brings at least this share of the head on its supply side. */
const SUPPLY_RISE_SHARE = 0.25;

/** Until it is known where the makeup pump starts, it may be about to. */
const BAND_UNKNOWN_MS = 60 * MINUTE_MS;
/** Without a calendar a loop that was never seen at pressure may just be filled: by then signals have told the phase. */
const NEVER_HELD_MS = 240 * MINUTE_MS;

export const lowPressureRule: Rule<LowPressureMemory> = {
  kind: "low_pressure",
  level: "circuit",
  everyMs: 5 * MINUTE_MS,
  onSignals: ["p2_return"],
  observers: [habitsObserver],
  holdMs: 3 * MINUTE_MS,
  keepMs: 5 * MINUTE_MS,
  phases: RUNNING_PHASES,
  measure: { name: { zh: "二次回压", en: "Return pressure" }, unit: "kPa", faultWhen: "below" },
  cause: { zh: "定压补水跟不上，回压低于静压需要", en: "Pressure holding fails: the return pressure is below the static need" },
  consequence: {
    zh: "高处进空气、集气，顶层先不热；循环泵可能汽蚀停机",
    en: "Air gets in at the top, the upper floors go cold first; the pump may cavitate and trip",
  },
  action: [
    { zh: "查补水泵运行、定压设定和水箱液位", en: "Check the makeup pump, the pressure set point and the tank level" },
    { zh: "查补水电磁阀、止回阀、泄压阀是否误动", en: "Check the solenoid, check and relief valves" },
    {
      zh: "补水泵长开仍不升压，按失水处理，逐支关阀排查",
      en: "If the pump runs and pressure does not rise, treat it as a loss: close branch after branch",
    },
    { zh: "恢复压力后到顶层、末端排气", en: "After pressure is back, vent the top floors and line ends" },
  ],
  limits: Object.keys(lowPressureLimits),

  start: () => ({ lowAt: NaN, lowestKpa: NaN, wasHeld: false, supplyKpa: NaN, headKpa: NaN }),

  evaluate(memory, circuit, view): Verdict {
    const { id } = circuit;
    const pressure = view.last(id, "p2_return");
    const need = staticNeedKpa(circuit, view);
    if (pressure === undefined || Number.isNaN(need)) return { state: "unknown" };
    const low = lowKpa(circuit, view, need);
    const isLow = pressure.value < (Number.isNaN(memory.lowAt) ? low : low + view.limits.get("low_pressure_recovered", id));
    // Once believed it stays so: after a pump's start the supply sinks with the pressure of the loop.
    const isBelieved = isLow && !Number.isNaN(memory.lowAt);
    if (!isBelieved && !isPlausible(memory, circuit, view, pressure.value, isLow))
      return { state: "unknown", value: pressure.value, limit: low };
    // A loop that is still being filled has no pressure to lose.
    if (isLow && !memory.wasHeld && view.phase === "cold_circulation") return { state: "unknown", value: pressure.value, limit: low };
    const isPhaseGuessed = view.phaseSet === undefined && calendarPhase(view.network.season, view.at) === undefined;
    const isBandUnknown =
      Number.isNaN(habitsOf(view, id).startKpa.usual) && pressure.value >= need - view.limits.get("low_pressure_urgent_margin", id);
    const holdMs = !memory.wasHeld && isPhaseGuessed ? { holdMs: NEVER_HELD_MS } : isBandUnknown ? { holdMs: BAND_UNKNOWN_MS } : {};
    if (!isLow) {
      memory.wasHeld = true;
      memory.lowAt = NaN;
      return { state: "normal", value: pressure.value, limit: low };
    }
    if (Number.isNaN(memory.lowAt)) {
      memory.lowAt = pressure.at;
      memory.lowestKpa = pressure.value;
    }
    memory.lowestKpa = Math.min(memory.lowestKpa, pressure.value);
    const isUrgent =
      pressure.value < need - view.limits.get("low_pressure_urgent_margin", id) ||
      view.at - memory.lowAt >= view.limits.get("low_pressure_urgent_min", id) * MINUTE_MS;
    return { state: "fault", severity: isUrgent ? "urgent" : "general", since: memory.lowAt, ...holdMs, value: pressure.value, limit: low };
  },

  explain(memory, circuit, view, since): Explanation {
    const { id } = circuit;
    const need = staticNeedKpa(circuit, view);
    const low = lowKpa(circuit, view, need);
    const now = view.last(id, "p2_return")?.value ?? memory.lowestKpa;
    const duration = durationText(view.at - since);
    const clock = clockText(view.network.timezone, since);
    const isLearned = circuit.circuitFacts?.staticPressureKpa === undefined;
    const evidence: Evidence[] = [
      {
        asset: id,
        signal: "p2_return",
        name: { zh: "二次回压", en: "Return pressure" },
        unit: "kPa",
        from: since - 30 * MINUTE_MS,
        to: view.at,
        value: now,
        expected: need,
        limit: low,
        text: {
          zh: `${clock} 起低于 ${tidy(low, 0)} kPa（${isLearned ? "按日常回压推算" : "最高点"}需 ${tidy(need, 0)}），现 ${tidy(now, 0)}，最低 ${tidy(memory.lowestKpa, 0)}`,
          en: `Below ${tidy(low, 0)} kPa since ${clock} (${isLearned ? "usual level says" : "the highest point needs"} ${tidy(need, 0)}), now ${tidy(now, 0)}, lowest ${tidy(memory.lowestKpa, 0)}`,
        },
      },
    ];
    return {
      summary: {
        zh: `${circuit.name}回压 ${tidy(now, 0)} kPa，低于静压限 ${tidy(low, 0)}，已 ${duration.zh}`,
        en: `${circuit.name}: return pressure ${tidy(now, 0)} kPa, below the static limit ${tidy(low, 0)} for ${duration.en}`,
      },
      evidence,
      causes: lowPressureCauses(circuit, view, since),
      consequence: lowPressureRule.consequence,
      action: lowPressureRule.action,
    };
  },
};

/** Pressure that the highest point needs at the pump suction, kPa: from the network file, else learned; NaN while unknown. */
function staticNeedKpa(circuit: Asset, view: View): number {
  return (
    circuit.circuitFacts?.staticPressureKpa ??
    habitsOf(view, circuit.id).returnKpa.usual - view.limits.get("low_pressure_learned_margin", circuit.id)
  );
}

/** Below this the pressure is too low, kPa; where the makeup pump usually starts lower still, below that, as long as the top stays wet. */
function lowKpa(circuit: Asset, view: View, needKpa: number): number {
  const get = (name: string): number => view.limits.get(name, circuit.id);
  const usual = needKpa - get("low_pressure_margin");
  const startKpa = habitsOf(view, circuit.id).startKpa.usual;
  if (Number.isNaN(startKpa) || circuit.circuitFacts?.staticPressureKpa === undefined) return usual;
  return Math.min(usual, Math.max(needKpa - get("low_pressure_urgent_margin"), startKpa - get("low_pressure_below_start")));
}

/** A return sensor that fell alone is a broken sensor: in a loop that lost pressure both sides fall, and a pump that starts lifts the supply. */
function isPlausible(memory: LowPressureMemory, circuit: Asset, view: View, returnKpa: number, isLow: boolean): boolean {
  const supplyKpa = view.last(circuit.id, "p2_supply")?.value;
  if (supplyKpa === undefined) return true;
  const headKpa = supplyKpa - returnKpa;
  if (!isLow) {
    memory.supplyKpa = followed(memory.supplyKpa, supplyKpa, FOLLOW_SHARE);
    memory.headKpa = followed(memory.headKpa, headKpa, headKpa < memory.headKpa ? FOLLOW_DOWN_SHARE : FOLLOW_SHARE);
    return true;
  }
  const grownKpa = headKpa - memory.headKpa;
  const risenKpa = supplyKpa - memory.supplyKpa;
  return !(grownKpa >= view.limits.get("low_pressure_head_jump", circuit.id)) || risenKpa >= SUPPLY_RISE_SHARE * grownKpa;
}

const followed = (usual: number, now: number, share: number): number => (Number.isFinite(usual) ? usual + share * (now - usual) : now);

function lowPressureCauses(circuit: Asset, view: View, since: number): Cause[] {
  const { id } = circuit;
  const station = view.station.id;
  const share = pumpShare(id, view, 10 * MINUTE_MS);
  const tank = view.last(id, "tank_level") ?? view.last(station, "tank_level");
  const percent = share === undefined ? "" : tidy(share * 100, 0);
  const isRunning = share !== undefined && share > 0.8;
  const isStopped = share !== undefined && share < 0.1;
  const isDry = tank !== undefined && tank.value < 0.3;
  const runs = { zh: `近 10 分钟补水泵运行 ${percent}%`, en: `The makeup pump ran ${percent} % of the last 10 min` };
  const level = tank === undefined ? undefined : { zh: `水箱液位 ${tidy(tank.value, 2)} m`, en: `Tank level ${tidy(tank.value, 2)} m` };
  const before = view.since(id, "p2_return", since - 30 * MINUTE_MS)[0];
  const start = before !== undefined && before.at < since ? before.value : undefined;
  const end = view.last(id, "p2_return")?.value;
  const fall =
    start === undefined || end === undefined
      ? undefined
      : {
          zh: `由此前的 ${tidy(start, 0)} 降至 ${tidy(end, 0)} kPa`,
          en: `From ${tidy(start, 0)} before it to ${tidy(end, 0)} kPa now`,
        };
  return rankCauses([
    {
      id: "makeup_fault",
      name: { zh: "补水泵停运或跳闸", en: "Makeup pump stopped or tripped" },
      weight: isStopped ? 8 : isRunning ? 0.5 : 3,
      pro: isStopped ? [runs] : [],
      contra: isRunning ? [runs] : [],
    },
    {
      id: "tank_empty",
      name: { zh: "水箱缺水", en: "Makeup tank empty" },
      weight: isDry ? 10 : tank === undefined ? 1.5 : 0.3,
      pro: isDry ? [level!] : [],
      contra: level !== undefined && !isDry ? [level] : [],
    },
    {
      id: "water_loss",
      name: { zh: "失水大于补水能力", en: "Loss beyond the makeup pump's capacity" },
      weight: isRunning ? 6 : 1.5,
      pro: [...(isRunning ? [runs] : []), ...(fall === undefined ? [] : [fall])],
      contra: isStopped ? [runs] : [],
    },
    {
      id: "valve_or_set_point",
      name: { zh: "电磁阀、泄压阀误动或定压设定被改", en: "Solenoid or relief valve, or a changed set point" },
      weight: 1.5,
      pro: [],
      contra: [],
    },
  ]);
}
