import type { Cause, Evidence, Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import { type Candidate, rankCauses } from "./causes.ts";
import {
  CURVE_HOURS,
  excessByDayAndNight,
  expectedAt,
  type LeakAlarm,
  type LeakMemory,
  localHours,
  looksDrawn,
  sumAt,
} from "./leak-watch.ts";
import { valueAt } from "./baseline.ts";
import { urgentLossM3h } from "./leak-limits.ts";
import { waterDensityKgM3 } from "./makeup-balance.ts";
import type { View } from "./rule.ts";

/** What people are told of a leak: how much, since when, through how large a hole, and what it may be. */

const HOUR_MS = 3_600_000;
/** Discharge coefficient of a sharp-edged hole (DOMAIN 5.10), and the pressure assumed where none is measured. */
const DISCHARGE = 0.62;
const USUAL_KPA = 300;
const USUAL_C = 45;

/**
 * Diameter, mm, of the round hole that loses `lossM3h` at a gauge pressure: q = 3600·0.62·A·√(2p/ρ), DOMAIN 5.10.
 * 0 for no loss; NaN without pressure.
 */
export function holeMm(lossM3h: number, kpa: number, waterC: number): number {
  if (kpa <= 0) return Number.NaN;
  const areaM2 = Math.max(0, lossM3h) / (3600 * DISCHARGE * Math.sqrt((2 * kpa * 1000) / waterDensityKgM3(waterC)));
  return 1000 * Math.sqrt((4 * areaM2) / Math.PI);
}

export function explainLeak(
  memory: LeakMemory,
  circuit: Asset,
  view: View,
  since: number,
): Pick<Explanation, "summary" | "evidence" | "causes"> {
  const alarm = memory.alarm ?? alarmSince(memory, since);
  // A loss that comes and goes has a median near zero: there the mean says how much is lost.
  const drawn = looksDrawn(memory, alarm.patternSinceAt, localHours(view.hourOfDay, view.at));
  const lossM3h = Math.max(0, drawn ? alarm.meanM3h : alarm.estimateM3h);
  const circulationM3h = circuit.circuitFacts?.circulationM3h ?? Number.NaN;
  const kpa = view.last(circuit.id, "p2_return")?.value ?? USUAL_KPA;
  const hole = holeMm(lossM3h, kpa, view.last(circuit.id, "t2_return")?.value ?? USUAL_C);
  const yuanPerDay = lossM3h * 24 * view.limits.get("leak_water_yuan_m3", circuit.id);
  const hours = Math.max(0, (view.at - alarm.onsetAt) / HOUR_MS);
  const share = (100 * lossM3h) / circulationM3h;
  return {
    summary: {
      zh: `补水比往常多 ${lossM3h.toFixed(2)} m³/h（循环量的 ${share.toFixed(2)}%），约 ${hours.toFixed(0)} 小时前开始；相当于 ${fixed(hole, 1)} mm 的孔`,
      en: `Makeup is ${lossM3h.toFixed(2)} m³/h above its habit (${share.toFixed(2)} % of circulation) for about ${hours.toFixed(0)} h; the size of a ${fixed(hole, 1)} mm hole`,
    },
    evidence: evidence(memory, circuit, view, alarm, lossM3h, { hole, kpa, yuanPerDay }),
    causes: makeupCauses(memory, circuit, view, alarm, lossM3h),
  };
}

/** An alarm to speak of where the sum has not reached its limit. */
export function alarmSince({ lastHour }: LeakMemory, since: number): LeakAlarm {
  const excessM3h = lastHour.lossM3h - lastHour.expectedM3h;
  return {
    tier: "cusum",
    onsetAt: since,
    patternSinceAt: since,
    estimateM3h: excessM3h,
    meanM3h: excessM3h,
    growthM3hDay: Number.NaN,
    pumpDuty: Number.NaN,
    severity: "general",
    drawn: false,
    recovery: 0,
  };
}

/** The corrected makeup of a week by hours against its habit, for every rule over makeup. */
export function hourlyMakeupEvidence(memory: LeakMemory, circuit: Asset, view: View): Evidence {
  const { hour: newest, expectedM3h: expected } = memory.lastHour;
  const hours = Array.from({ length: CURVE_HOURS }, (_, index) => newest - CURVE_HOURS + 1 + index);
  return {
    asset: circuit.id,
    name: { zh: "小时补水（修正后）", en: "Hourly makeup, corrected" },
    unit: "m³/h",
    from: hours[0]! * HOUR_MS,
    to: view.at,
    value: orNull(memory.lastHour.lossM3h),
    ...(Number.isNaN(expected) ? {} : { expected: round(expected) }),
    text: {
      zh: `上一小时 ${fixed(memory.lastHour.lossM3h)} m³/h，此时段通常 ${fixed(expected)}；已扣除水温胀缩与定压存水`,
      en: `Last hour ${fixed(memory.lastHour.lossM3h)} m³/h, usual at this hour ${fixed(expected)}; expansion and pressure holding taken out`,
    },
    curve: {
      times: hours.map((hour) => hour * HOUR_MS),
      values: hours.map((hour) => orNull(valueAt(memory.baseline, hour))),
      expected: hours.map((hour) => orNull(expectedAt(memory, hour))),
    },
  };
}

function evidence(
  memory: LeakMemory,
  circuit: Asset,
  view: View,
  alarm: LeakAlarm,
  lossM3h: number,
  size: { hole: number; kpa: number; yuanPerDay: number },
): Evidence[] {
  const hourly = hourlyMakeupEvidence(memory, circuit, view);
  const { times } = hourly.curve!;
  const { from } = hourly;
  const found: Evidence[] = [
    hourly,
    {
      asset: circuit.id,
      name: { zh: "累计偏差（CUSUM）", en: "Gathered excess (CUSUM)" },
      unit: "σ",
      from,
      to: view.at,
      value: round(memory.cusum.value),
      limit: memory.cusumLimit,
      text: {
        zh: `累计 ${memory.cusum.value.toFixed(1)}，判据 ${memory.cusumLimit}`,
        en: `Gathered ${memory.cusum.value.toFixed(1)}, limit ${memory.cusumLimit}`,
      },
      curve: { times, values: times.map((time) => orNull(sumAt(memory, time / HOUR_MS))) },
    },
    {
      asset: circuit.id,
      name: { zh: "估计漏量", en: "Estimated loss" },
      unit: "m³/h",
      from: alarm.onsetAt,
      to: view.at,
      value: round(lossM3h),
      expected: 0,
      limit: round(urgentLossM3h(circuit, view)),
      text: {
        zh: `24小时中位超额 ${fixed(alarm.estimateM3h)} m³/h；在 ${size.kpa.toFixed(0)} kPa 下相当于 ${fixed(size.hole, 1)} mm 的孔，每天约 ¥${size.yuanPerDay.toFixed(0)}`,
        en: `24-h median excess ${fixed(alarm.estimateM3h)} m³/h; at ${size.kpa.toFixed(0)} kPa a ${fixed(size.hole, 1)} mm hole, about ¥${size.yuanPerDay.toFixed(0)} a day`,
      },
    },
  ];
  const total = view.last(circuit.id, "mk_total");
  if (total !== undefined) {
    found.push({
      asset: circuit.id,
      signal: "mk_total",
      name: { zh: "补水累计", en: "Makeup total" },
      unit: "m³",
      from: alarm.onsetAt,
      to: view.at,
      value: total.value,
      text: { zh: `补水表读数 ${total.value.toFixed(2)} m³`, en: `The makeup meter reads ${total.value.toFixed(2)} m³` },
    });
  }
  if (!Number.isNaN(alarm.growthM3hDay)) {
    const growth = alarm.growthM3hDay;
    found.push({
      asset: circuit.id,
      name: { zh: "漏量增长", en: "Growth of the loss" },
      unit: "m³/h/d",
      from: view.at - 2 * 24 * HOUR_MS,
      to: view.at,
      value: round(growth),
      limit: view.limits.get("leak_urgent_growth_m3h_day", circuit.id),
      text: { zh: `近两天每天变化 ${signed(growth)} m³/h`, en: `Changes by ${signed(growth)} m³/h a day over the last two days` },
    });
  }
  return found;
}

/** What may take the water, for leak and draw-off alike. */
export function makeupCauses(memory: LeakMemory, circuit: Asset, view: View, alarm: LeakAlarm, lossM3h: number): readonly Cause[] {
  const offset = localHours(view.hourOfDay, view.at);
  const { day, night, dayHours, nightHours } = excessByDayAndNight(memory, alarm.patternSinceAt, offset);
  const drawn = looksDrawn(memory, alarm.patternSinceAt, offset);
  const compared = dayHours >= 4 && nightHours >= 3;
  const ratio = night / day;
  const flat = compared && ratio > 0.7;
  const dayAndNight: Text = compared
    ? {
        zh: `夜间（1–5时）超额 ${fixed(night)}，早晚（6–9、17–22时）超额 ${fixed(day)} m³/h`,
        en: `Excess by night (1-5 h) ${fixed(night)}, mornings and evenings (6-9, 17-22 h) ${fixed(day)} m³/h`,
      }
    : { zh: "尚缺完整的昼夜对比", en: "No full day and night to compare yet" };
  const staticKpa = circuit.circuitFacts?.staticPressureKpa;
  const kpa = view.last(circuit.id, "p2_return")?.value;
  const primaryKpa = view.last(circuit.id, "p1_return")?.value;
  const over = staticKpa !== undefined && kpa !== undefined && kpa > staticKpa + 50;
  const candidates: Candidate[] = [
    {
      id: "pipe_leak",
      name: { zh: "管沟、直埋管或立管渗漏", en: "Leak in a trench, buried pipe or riser" },
      weight: drawn ? 0.25 : flat ? 1 : 0.7,
      pro: drawn ? [] : [compared ? dayAndNight : { zh: `持续超额 ${fixed(lossM3h)} m³/h`, en: `Steady excess of ${fixed(lossM3h)} m³/h` }],
      contra: drawn ? [dayAndNight] : [],
    },
    {
      id: "draw_off",
      name: { zh: "用户放水或私接", en: "Residents draw water, illegal tap" },
      weight: drawn ? 1.2 : compared ? (ratio < 0.6 ? 0.35 : 0.06) : 0.2,
      pro: drawn ? [dayAndNight] : [],
      contra: drawn ? [] : [dayAndNight],
    },
    {
      id: "strainer_or_unit",
      name: { zh: "单元井、过滤器、排气阀渗漏", en: "Leak in a shaft, strainer or vent" },
      weight: lossM3h < 0.8 && !drawn ? 0.4 : 0.15,
      pro: lossM3h < 0.8 ? [{ zh: `漏量小（${fixed(lossM3h)} m³/h）`, en: `Small loss (${fixed(lossM3h)} m³/h)` }] : [],
      contra: lossM3h < 0.8 ? [] : [{ zh: `漏量 ${fixed(lossM3h)} m³/h，偏大`, en: `${fixed(lossM3h)} m³/h is large for it` }],
    },
    {
      id: "relief_valve",
      name: { zh: "泄压阀、安全阀不严", en: "Relief or safety valve passes" },
      weight: over ? 0.5 : 0.08,
      pro: over
        ? [
            {
              zh: `回压 ${kpa.toFixed(0)} kPa，高于定压 ${staticKpa} kPa`,
              en: `Return pressure ${kpa.toFixed(0)} kPa, above the static ${staticKpa} kPa`,
            },
          ]
        : [],
      contra:
        over || kpa === undefined
          ? []
          : [{ zh: `回压 ${kpa.toFixed(0)} kPa，未超压`, en: `Return pressure ${kpa.toFixed(0)} kPa is not high` }],
    },
    {
      id: "exchanger_leak",
      name: { zh: "换热器串漏到一次侧", en: "Exchanger leaks to the primary side" },
      weight: primaryKpa !== undefined && kpa !== undefined && primaryKpa < kpa ? 0.3 : 0.04,
      pro:
        primaryKpa !== undefined && kpa !== undefined && primaryKpa < kpa
          ? [
              {
                zh: `一次回压 ${primaryKpa.toFixed(0)} 低于二次 ${kpa.toFixed(0)} kPa`,
                en: `Primary return ${primaryKpa.toFixed(0)} is below secondary ${kpa.toFixed(0)} kPa`,
              },
            ]
          : [],
      contra:
        primaryKpa !== undefined && kpa !== undefined && primaryKpa >= kpa
          ? [
              {
                zh: `一次回压 ${primaryKpa.toFixed(0)} 高于二次 ${kpa.toFixed(0)} kPa，只会向二次串水`,
                en: `Primary return ${primaryKpa.toFixed(0)} is above secondary ${kpa.toFixed(0)} kPa: water could only come in`,
              },
            ]
          : [],
    },
    {
      id: "maintenance",
      name: { zh: "检修放水、补水未登记", en: "Unrecorded maintenance drain or refill" },
      weight: hoursOpen(alarm, view) < 6 ? 0.2 : 0.05,
      pro: hoursOpen(alarm, view) < 6 ? [{ zh: "开始不足 6 小时", en: "Began less than 6 h ago" }] : [],
      contra:
        hoursOpen(alarm, view) < 6
          ? []
          : [{ zh: `已持续 ${hoursOpen(alarm, view).toFixed(0)} 小时`, en: `Has lasted ${hoursOpen(alarm, view).toFixed(0)} h` }],
    },
    {
      id: "sensor_fault",
      name: { zh: "补水表走字异常", en: "Makeup meter counts wrongly" },
      weight: Number.isNaN(alarm.pumpDuty) || alarm.pumpDuty > 0 ? 0.04 : 0.5,
      pro:
        alarm.pumpDuty === 0 ? [{ zh: "近2小时补水泵未运行，表仍走字", en: "The makeup pump stood for 2 h while the meter counted" }] : [],
      contra:
        alarm.pumpDuty > 0
          ? [
              {
                zh: `补水泵运行占比 ${(100 * alarm.pumpDuty).toFixed(0)}%`,
                en: `Makeup pump runs ${(100 * alarm.pumpDuty).toFixed(0)} % of the time`,
              },
            ]
          : [],
    },
  ];
  return rankCauses(candidates);
}

const hoursOpen = (alarm: LeakAlarm, view: View): number => (view.at - alarm.onsetAt) / HOUR_MS;
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : round(value));
const round = (value: number): number => Math.round(value * 1000) / 1000;
const fixed = (value: number, decimals = 2): string => (Number.isNaN(value) ? "—" : value.toFixed(decimals));
const signed = (value: number): string => `${value < -0.005 ? "−" : value < 0.005 ? "" : "+"}${Math.abs(value).toFixed(2)}`;
