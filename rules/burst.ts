import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { RUNNING_PHASES } from "../model/season.ts";
import { explainBurst } from "./burst-explanation.ts";
import {
  type BurstMemory,
  type Fall,
  MAKEUP_WINDOW_MS,
  QUICK_WINDOW_MS,
  extremeMakeupM3h,
  followMakeup,
  isMakeupExtreme,
  isMakeupLost,
  isSteady,
  measureFall,
  startBurstMemory,
  staysBelowStart,
} from "./burst-signs.ts";
import { habitsObserver, habitsOf } from "./circuit-habits.ts";
import type { Limit } from "./limits.ts";
import { makeupLimits } from "./makeup-rate.ts";
import { makeupObserver } from "./makeup-watch.ts";
import type { Rule, Sample, Verdict, View } from "./rule.ts";

/** R01 爆管失水: the secondary loop loses water faster than it can be replaced. Three signs, any of them confirmed by two samples. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const burstLimits: Readonly<Record<string, Limit>> = {
  ...makeupLimits,
  burst_fall: limit(
    20,
    "kPa/min",
    "补水泵全开仍这么快地掉压；供回压须同降",
    "Pressure falls so fast although the makeup pump runs; supply and return must both fall",
  ),
  burst_below_start: limit(20, "kPa", "补水泵长开而回压仍低于起泵压力这么多", "So far below the pump's start pressure although it runs"),
  burst_pump_share: limit(0.8, "1", "补水泵在 5 分钟内的运行占比", "Share of 5 min in which the makeup pump runs"),
  burst_makeup_share: limit(0.03, "1", "10 分钟平均补水量占循环流量", "Mean makeup of 10 min as a share of circulation"),
  burst_makeup_min: limit(
    4.5,
    "m³/h",
    "小机组循环量小，一次检修放水、补水泵一次启动即超过3%",
    "In a small loop a drain for work or one start of the makeup pump is more than 3 % of its circulation",
  ),
  burst_below_band: limit(
    15,
    "kPa",
    "掉压须跌出补水启停带；带内快降只是容量小",
    "A fast fall must leave the working band of the makeup pump: within it the loop merely holds little water",
  ),
  burst_below_band_lasting: limit(
    10,
    "kPa",
    "下一次上报仍未回升时，跌出这么多即可",
    "So much is enough when the next report is as low: the pump does not bring it back",
  ),
  burst_above_band: limit(60, "kPa", "或连续掉压超过此值，不论起点", "or fall by so much, wherever it began"),
  burst_recovered: limit(15, "kPa", "回压回到事发前水平的允差", "How near the pressure must come to where it was"),
};

export const burstRule: Rule<BurstMemory> = {
  kind: "burst",
  level: "circuit",
  everyMs: 5 * MINUTE_MS,
  onSignals: ["p2_return", "mk_total"],
  observers: [habitsObserver, makeupObserver],
  holdMs: 0,
  keepMs: 10 * MINUTE_MS,
  phases: RUNNING_PHASES,
  measure: { name: { zh: "掉压速度", en: "Fall of the pressure" }, unit: "kPa/min", faultWhen: "above" },
  cause: { zh: "二次网大量失水：管道、阀井或单元内破裂", en: "Large loss of water: a pipe, a valve shaft or a riser has burst" },
  consequence: {
    zh: "将失压停站，高处进空气、大面积不热；地沟、楼道可能过水",
    en: "Pressure will be lost and the station stop; air gets in, many flats go cold; flooding",
  },
  action: [
    {
      zh: "立即派人查阀井、地沟和单元，有水汽、积水处优先",
      en: "Send people at once to valve shafts, trenches and risers; steam and standing water first",
    },
    { zh: "关分支阀逐支排查，先隔离失水支路保其余", en: "Close branch after branch; isolate the losing one and keep the rest" },
    { zh: "降低供温，盯水箱液位，必要时停循环泵", en: "Lower the supply temperature, watch the tank, stop the pump if need be" },
    { zh: "修复后缓慢补水升压，到顶层、末端排气", en: "After the repair refill slowly and vent the top floors and line ends" },
  ],
  limits: Object.keys(burstLimits),

  start: startBurstMemory,

  evaluate(memory, circuit, view): Verdict {
    const { id } = circuit;
    const fallLimit = view.limits.get("burst_fall", id);
    const pressure = view.last(id, "p2_return");
    if (view.last(view.station.id, "power_ok")?.value === 0) return { state: "unknown" };
    followMakeup(memory, circuit, view);
    if (memory.sign !== undefined) return recoverOrStay(memory, circuit, view, pressure, fallLimit);

    const fall = pressure === undefined ? undefined : measureFall(circuit, view, pressure, fallLimit);
    if (fall?.isBurst === true && leavesBand(circuit, view, pressure!, fall))
      return begin(memory, circuit, view, "fall", fall.from, fall.kpaMin, fallLimit);
    if (pressure !== undefined && staysBelowStart(memory, circuit, view, pressure))
      return begin(memory, circuit, view, "below_start", memory.lowAt, fall?.kpaMin, fallLimit);
    if (isMakeupLost(memory, circuit, view, pressure))
      return begin(memory, circuit, view, "makeup", view.at - QUICK_WINDOW_MS, fall?.kpaMin, fallLimit);
    if (isMakeupExtreme(memory, circuit, view, pressure))
      return begin(memory, circuit, view, "makeup", view.at - MAKEUP_WINDOW_MS, fall?.kpaMin, fallLimit);
    if (pressure === undefined && Number.isNaN(memory.makeupM3h)) return { state: "unknown" };
    return { state: "normal", value: fall?.kpaMin ?? 0, limit: fallLimit };
  },

  explain(memory, circuit, view, since): Explanation {
    return { ...explainBurst(memory, circuit, view, since), consequence: burstRule.consequence, action: burstRule.action };
  },
};

/** Where the makeup pump starts is known after some hours; until then every fast fall counts. */
function leavesBand(circuit: Asset, view: View, pressure: Sample, fall: Fall): boolean {
  const startKpa = habitsOf(view, circuit.id).startKpa.usual;
  // Before the heat is on buildings are opened one by one: each takes water and pressure at once.
  if (Number.isNaN(startKpa) && view.phase === "cold_circulation") return false;
  const lowestKpa = Number.isNaN(startKpa) ? lowestBefore(circuit, view, fall.from) : startKpa;
  if (Number.isNaN(lowestKpa)) return true;
  const belowKpa = lowestKpa - pressure.value;
  // What was too high is let off down to where it belongs.
  if (fall.totalKpa >= view.limits.get("burst_above_band", circuit.id))
    return belowKpa > 0 || !view.isSuspected(circuit.id, ["over_pressure"]);
  return belowKpa > view.limits.get(fall.staysLow ? "burst_below_band_lasting" : "burst_below_band", circuit.id);
}

const SEEN_SAMPLES_MIN = 10;

/** What the last hours show of the pump's band; NaN while that is little. */
function lowestBefore(circuit: Asset, view: View, at: number): number {
  const earlier = view.since(circuit.id, "p2_return", at - 2 * HOUR_MS).filter((sample) => sample.at < at);
  return earlier.length < SEEN_SAMPLES_MIN ? NaN : Math.min(...earlier.map(({ value }) => value));
}

function begin(
  memory: BurstMemory,
  circuit: Asset,
  view: View,
  sign: BurstMemory["sign"],
  since: number,
  fallKpaMin: number | undefined,
  limit: number,
): Verdict {
  memory.sign = sign;
  memory.since = since;
  memory.fallKpaMin = fallKpaMin ?? NaN;
  const before = (signal: "p2_return" | "p2_supply"): number => {
    const samples = view.since(circuit.id, signal, since - HOUR_MS).filter(({ at }) => at <= since);
    return samples.length === 0 ? NaN : samples.map(({ value }) => value).sort((a, b) => a - b)[samples.length >> 1]!;
  };
  memory.beforeKpa = before("p2_return");
  memory.beforeSupplyKpa = before("p2_supply");
  memory.lowCount = 0;
  return { state: "fault", severity: "urgent", since, value: fallKpaMin ?? 0, limit };
}

/** Back to normal when the pressure is where it was and the makeup is quiet, or when all has been steady for hours. */
function recoverOrStay(memory: BurstMemory, circuit: Asset, view: View, pressure: Sample | undefined, fallLimit: number): Verdict {
  if (pressure === undefined) return recoverByMakeup(memory, circuit, view);
  const { id } = circuit;
  const circulation = circuit.circuitFacts?.circulationM3h ?? Infinity;
  const fall = measureFall(circuit, view, pressure, fallLimit);
  if (fall !== undefined && !(fall.kpaMin <= memory.fallKpaMin)) memory.fallKpaMin = fall.kpaMin;
  const isBack = !(pressure.value < memory.beforeKpa - view.limits.get("burst_recovered", id));
  const isQuiet = !(memory.makeupM3h > 0.5 * extremeMakeupM3h(circuit, view));
  if ((isBack && isQuiet) || isSteady(memory, circuit, view, circulation)) {
    memory.sign = undefined;
    return { state: "normal", value: fall?.kpaMin ?? 0, limit: fallLimit };
  }
  return { state: "fault", severity: "urgent", value: fall?.kpaMin ?? 0, limit: fallLimit };
}

/** A circuit without a pressure sensor has only its makeup to tell; where the sensor failed meanwhile, nothing is known. */
function recoverByMakeup(memory: BurstMemory, circuit: Asset, view: View): Verdict {
  if (!Number.isNaN(memory.beforeKpa) || Number.isNaN(memory.makeupM3h)) return { state: "unknown" };
  if (memory.makeupM3h > 0.5 * extremeMakeupM3h(circuit, view)) return { state: "fault", severity: "urgent" };
  memory.sign = undefined;
  return { state: "normal" };
}
