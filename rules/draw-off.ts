import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { HEATING_PHASES } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import { valueAt } from "./baseline.ts";
import { alarmSince, hourlyMakeupEvidence, makeupCauses } from "./leak-explanation.ts";
import { leakLimits } from "./leak-limits.ts";
import { expectedAt, type LeakMemory, localHours } from "./leak-watch.ts";
import type { Limit } from "./limits.ts";
import { HOUR_MS } from "./makeup-balance.ts";
import { makeupObserver } from "./makeup-watch.ts";
import type { Rule, Verdict, View } from "./rule.ts";
import { median } from "./statistics.ts";

/** R03 放水私接: water is lost when people are at home and awake, and hardly at night; day after day. */

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const drawOffLimits = {
  draw_off_m3h: limit(0.08, "m³/h", "早晚时段高出平时的量", "Excess by morning and evening over what is usual"),
  draw_off_sigmas: limit(3, "σ", "且为当日均值不确定度的3倍", "and this many times the uncertainty of a day's mean"),
  draw_off_days: limit(3, "d", "近5天中至少3天", "On at least this many of the last five days"),
  draw_off_night_share: limit(
    0.3,
    "1",
    "夜间（1–5时）超额不足早晚的30%，否则是漏水",
    "Excess by night below this share of it, else it is a leak",
  ),
} satisfies Record<string, Limit>;

const DAYS = 5;

interface Day {
  readonly excessM3h: number;
  readonly nightM3h: number;
  readonly isDrawn: boolean;
}

export const drawOffRule: Rule<null> = {
  kind: "draw_off",
  level: "circuit",
  everyMs: HOUR_MS,
  onSignals: [],
  observers: [makeupObserver],
  holdMs: 0,
  keepMs: 2 * HOUR_MS,
  phases: HEATING_PHASES,
  measure: { name: { zh: "早晚时段超额", en: "Excess by morning and evening" }, unit: "m³/h", faultWhen: "above" },
  cause: { zh: "用户放水或私接用水", en: "Residents draw heating water, or an illegal tap" },
  consequence: {
    zh: "持续失水失热，水质变差；早晚压力波动，高处易进气",
    en: "Water and heat are lost every day, its quality suffers; pressure dips let air in at the top",
  },
  action: [
    {
      zh: "转稽查：按早晚时段入户检查放水嘴、私装换热器",
      en: "To the inspection team: visit flats by morning and evening for taps and private exchangers",
    },
    { zh: "系统水投加臭味剂或染色剂，张贴公告", en: "Add odorant or dye to the water and post a notice" },
    { zh: "逐楼关阀对比早晚补水，缩小范围", en: "Close building after building by turns and compare the makeup of these hours" },
  ],
  limits: [...Object.keys(drawOffLimits), ...Object.keys(leakLimits)],

  start: () => null,

  evaluate(_memory, circuit, view): Verdict {
    const makeup = view.observed(makeupObserver, circuit.id);
    if (makeup === undefined) return { state: "unknown" };
    const least = view.limits.get("draw_off_m3h", circuit.id);
    const days = lastDays(makeup, circuit, view);
    const value = mean(days.map(({ excessM3h }) => excessM3h));
    const figures = Number.isNaN(value) ? {} : { value, limit: least };
    if (makeup.alarm?.drawn === true) return { state: "fault", since: makeup.alarm.patternSinceAt, severity: "general", ...figures };
    if (days.length === 0) return { state: "unknown" };
    const drawn = days.filter(({ isDrawn }) => isDrawn);
    const isHabit =
      drawn.length >= view.limits.get("draw_off_days", circuit.id) &&
      days.slice(-2).some(({ isDrawn }) => isDrawn) &&
      mean(drawn.map(({ nightM3h }) => nightM3h)) <
        view.limits.get("draw_off_night_share", circuit.id) * mean(drawn.map(({ excessM3h }) => excessM3h));
    if (!isHabit) return { state: "normal", ...figures };
    const first = days.findIndex(({ isDrawn }) => isDrawn);
    return { state: "fault", since: view.at - (days.length - first) * 24 * HOUR_MS, severity: "general", ...figures };
  },

  explain(_memory, circuit, view, since): Explanation {
    const makeup = view.observed(makeupObserver, circuit.id)!;
    const alarm = makeup.alarm ?? alarmSince(makeup, since);
    const days = lastDays(makeup, circuit, view);
    const dayM3h = mean(days.map(({ excessM3h }) => excessM3h));
    const nightM3h = mean(days.map(({ nightM3h: night }) => night));
    const dailyM3 = Math.max(0, dayM3h) * 8;
    const words: Text = {
      zh: `近${days.length}天早晚（6–9、17–22时）多补水 ${fixed(dayM3h)} m³/h，夜间（1–5时）仅 ${fixed(nightM3h)}；约 ${fixed(dailyM3, 1)} m³/天`,
      en: `Over ${days.length} days ${fixed(dayM3h)} m³/h more than usual by morning and evening, by night only ${fixed(nightM3h)}; about ${fixed(dailyM3, 1)} m³ a day`,
    };
    return {
      summary: words,
      evidence: [
        hourlyMakeupEvidence(makeup, circuit, view),
        {
          asset: circuit.id,
          name: { zh: "早晚时段超额", en: "Excess by morning and evening" },
          unit: "m³/h",
          from: view.at - days.length * 24 * HOUR_MS,
          to: view.at,
          value: Number.isNaN(dayM3h) ? null : Number(dayM3h.toFixed(3)),
          expected: 0,
          limit: view.limits.get("draw_off_m3h", circuit.id),
          text: words,
        },
      ],
      causes: makeupCauses(makeup, circuit, view, { ...alarm, drawn: true, patternSinceAt: since }, Math.max(0, dayM3h)),
      consequence: drawOffRule.consequence,
      action: drawOffRule.action,
    };
  },
};

/** The last full local days that are well known, oldest first. */
function lastDays(makeup: LeakMemory, circuit: Asset, view: View): Day[] {
  const offset = localHours(view.hourOfDay, view.at);
  const newest = makeup.lastHour.hour;
  if (Number.isNaN(newest)) return [];
  const localNewest = newest + offset;
  const lastMidnight = Math.floor((localNewest + 1) / 24) * 24;
  const days: Day[] = [];
  for (let back = DAYS; back >= 1; back--) {
    const day = dayOf(makeup, lastMidnight - 24 * back - offset, circuit, view);
    if (day !== undefined) days.push(day);
  }
  return days;
}

/** The day whose local midnight is the UTC hour `first`. */
function dayOf(makeup: LeakMemory, first: number, circuit: Asset, view: View): Day | undefined {
  const day: number[] = [];
  const night: number[] = [];
  for (let local = 0; local < 24; local++) {
    const excess = valueAt(makeup.baseline, first + local) - expectedAt(makeup, first + local);
    if (Number.isNaN(excess)) continue;
    if (local >= 1 && local < 5) night.push(excess);
    else if ((local >= 6 && local < 9) || (local >= 17 && local < 22)) day.push(excess);
  }
  if (day.length < 5 || night.length < 3) return undefined;
  const uncertainM3h = makeup.lastHour.sigmaM3h / Math.sqrt(day.length);
  const least = Math.max(view.limits.get("draw_off_m3h", circuit.id), view.limits.get("draw_off_sigmas", circuit.id) * uncertainM3h);
  // One large event a day is work or a burst; a habit is in most of its hours.
  return { excessM3h: mean(day), nightM3h: mean(night), isDrawn: mean(day) >= least && median(day) >= least / 2 };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const fixed = (value: number, decimals = 2): string => (Number.isNaN(value) ? "—" : value.toFixed(decimals));
