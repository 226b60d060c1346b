import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { RUNNING_PHASES } from "../model/season.ts";
import { rankCauses } from "./causes.ts";
import { habitsObserver, isStanding } from "./circuit-habits.ts";
import { circulationOf } from "./circulation.ts";
import { signalEvidence, texts } from "./evidence.ts";
import { heatedUnits } from "./cooling-index.ts";
import type { Limit } from "./limits.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";
import { median } from "./statistics.ts";

/** R08 除污器堵: the strainer takes more and more of the pump's head, whatever the flow. */

const HOUR_MS = 3_600_000;
const HOURS_KEPT = 72;
const DAYS_KEPT = 28;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const strainerLimits = {
  strainer_ratio: limit(2, "×", "阻力系数为洁净时的倍数", "Resistance as a multiple of the clean one"),
  strainer_kpa: limit(28, "kPa", "且压差超过此值（洁净5–15）", "and a drop above this (5-15 when clean)"),
  strainer_fast_ratio: limit(3, "×", "急堵：倍数", "Clogged at once: multiple of the clean one"),
  strainer_hours: limit(12, "h", "缓堵按12小时中位", "Slow clogging goes by the median of so many hours"),
  strainer_fast_hours: limit(3, "h", "急堵按3小时中位", "and a fast one of so many"),
  strainer_loop_ratio: limit(1.18, "×", "无除污器压差时：回路阻力上升18%", "Without strainer sensors: the loop's resistance up by 18 %"),
  strainer_flow_share: limit(0.9, "1", "仅有流量时：同频率下流量降到90%以下", "With flow only: below this at the same frequency"),
  strainer_valve_pct: limit(4, "%", "单元阀整体关小时不算", "Not where the units' valves were closed by this on the whole"),
} satisfies Record<string, Limit>;

type Source = "strainer" | "loop" | "flow";

interface StrainerMemory {
  source: Source | undefined;
  hour: number;
  /** Resistance by hour (its unit depends on the source), and mean position of the units' valves. */
  readonly hours: Float32Array;
  readonly valves: Float32Array;
  /** Daily medians, and the valves of these days. */
  readonly days: number[];
  readonly dayValves: number[];
}

export const cloggedStrainerRule: Rule<StrainerMemory> = {
  kind: "clogged_strainer",
  level: "circuit",
  everyMs: HOUR_MS,
  onSignals: [],
  observers: [habitsObserver],
  holdMs: 2 * HOUR_MS,
  keepMs: 3 * HOUR_MS,
  phases: RUNNING_PHASES,
  measure: { name: { zh: "阻力与洁净时之比", en: "Resistance over the clean one" }, unit: "×", faultWhen: "above" },
  cause: { zh: "除污器、过滤网淤堵", en: "The strainer is clogged" },
  consequence: { zh: "循环流量下降，末端先不热；泵耗电增加", en: "The flow falls, line ends go cold first; the pump takes more power" },
  action: [
    { zh: "切换旁通或停泵清洗除污器，查看杂质", en: "Clean the strainer, by the bypass or with the pump stopped; look at what is in it" },
    { zh: "清洗后复核压差（洁净 5–15 kPa）和流量", en: "Afterwards check the drop (5-15 kPa when clean) and the flow" },
    { zh: "反复堵塞：查补水水质、管网冲洗", en: "If it comes back: check makeup water quality, flush the network" },
  ],
  limits: Object.keys(strainerLimits),

  start: () => ({
    source: undefined,
    hour: NaN,
    hours: new Float32Array(HOURS_KEPT).fill(NaN),
    valves: new Float32Array(HOURS_KEPT).fill(NaN),
    days: [],
    dayValves: [],
  }),

  evaluate(memory, circuit, view): Verdict {
    takeHour(memory, circuit, view);
    const get = (name: keyof typeof strainerLimits): number => view.limits.get(name, circuit.id);
    const clean = cleanOf(memory);
    const slow = medianOf(memory.hours, memory.hour, get("strainer_hours")) / clean;
    const fast = medianOf(memory.hours, memory.hour, get("strainer_fast_hours")) / clean;
    if (memory.source === undefined || Number.isNaN(slow)) return { state: "unknown" };
    if (memory.source === "strainer") {
      const dropKpa = dropOf(circuit, view);
      const figures = { value: slow, limit: get("strainer_ratio") };
      const isClogged = dropKpa > get("strainer_kpa") && (slow >= get("strainer_ratio") || fast >= get("strainer_fast_ratio"));
      return isClogged
        ? { state: "fault", severity: dropKpa > 2 * get("strainer_kpa") ? "urgent" : "general", ...figures }
        : { state: "normal", ...figures };
    }
    const ratio = memory.source === "loop" ? get("strainer_loop_ratio") : 1 / get("strainer_flow_share");
    const figures = { value: slow, limit: ratio };
    const isExplained = valvesClosed(memory) > get("strainer_valve_pct");
    return slow >= ratio && !isExplained
      ? { state: "fault", severity: "general", holdMs: 12 * HOUR_MS, ...figures }
      : { state: "normal", ...figures };
  },

  explain(memory, circuit, view, since): Explanation {
    const { id } = circuit;
    const clean = cleanOf(memory);
    const now = medianOf(memory.hours, memory.hour, 6) / clean;
    const drop = dropOf(circuit, view);
    const flow = circulationOf(circuit, view);
    const duration = durationText(view.at - since);
    const newest = memory.hour;
    const times = Array.from({ length: HOURS_KEPT }, (_, index) => (newest - HOURS_KEPT + 1 + index) * HOUR_MS);
    const isMeasured = memory.source === "strainer";
    return {
      summary: {
        zh: isMeasured
          ? `${circuit.name}除污器压差 ${tidy(drop, 0)} kPa，阻力为洁净时的 ${tidy(now)} 倍，已 ${duration.zh}`
          : `${circuit.name}同频率下回路阻力为平时的 ${tidy(now, 2)} 倍，流量下降，疑似除污器堵`,
        en: isMeasured
          ? `${circuit.name}: strainer drop ${tidy(drop, 0)} kPa, ${tidy(now)} times its clean resistance, for ${duration.en}`
          : `${circuit.name}: the loop resists ${tidy(now, 2)} times as much at the same frequency; strainer clogged?`,
      },
      evidence: [
        {
          asset: id,
          name: { zh: "阻力与洁净时之比", en: "Resistance over the clean one" },
          unit: "×",
          from: times[0]!,
          to: view.at,
          value: Math.round(100 * now) / 100,
          expected: 1,
          limit: view.limits.get(isMeasured ? "strainer_ratio" : "strainer_loop_ratio", id),
          text: { zh: `近6小时中位 ${tidy(now, 2)} 倍`, en: `6-h median ${tidy(now, 2)} times` },
          curve: {
            times,
            values: times.map((time) => {
              const value = memory.hours[(time / HOUR_MS) % HOURS_KEPT]! / clean;
              return Number.isNaN(value) ? null : Math.round(1000 * value) / 1000;
            }),
          },
        },
        ...signalEvidence(view, id, "p2_filter_in", since),
        ...signalEvidence(view, id, "p2_filter_out", since),
        ...signalEvidence(view, id, "q2_flow", since, { expected: flow.usualFlowM3h }),
        ...signalEvidence(view, id, "cp_hz", since),
      ],
      causes: rankCauses([
        { id: "clogged_strainer", name: { zh: "除污器淤堵", en: "Clogged strainer" }, weight: isMeasured ? 8 : 3, pro: [], contra: [] },
        {
          id: "closed_valve",
          name: { zh: "干管或楼栋阀门被关小", en: "Valves of mains or buildings were throttled" },
          weight: isMeasured ? 0.2 : 2,
          pro: [],
          contra: texts(isMeasured && { zh: "压差就在除污器上", en: "The drop is at the strainer itself" }),
        },
        { id: "air_lock", name: { zh: "多处集气", en: "Air in many places" }, weight: isMeasured ? 0.1 : 0.8, pro: [], contra: [] },
        { id: "sensor_fault", name: { zh: "压力或流量测点漂移", en: "Pressure or flow sensor drifts" }, weight: 0.6, pro: [], contra: [] },
      ]),
      consequence: cloggedStrainerRule.consequence,
      action: cloggedStrainerRule.action,
    };
  },
};

const dropOf = (circuit: Asset, view: View): number =>
  (view.last(circuit.id, "p2_filter_in")?.value ?? NaN) - (view.last(circuit.id, "p2_filter_out")?.value ?? NaN);

function takeHour(memory: StrainerMemory, circuit: Asset, view: View): void {
  const hour = Math.floor(view.at / HOUR_MS) - 1;
  if (hour <= memory.hour) return;
  for (let skipped = Math.max(memory.hour + 1, hour - HOURS_KEPT + 1); skipped < hour; skipped++) {
    memory.hours[skipped % HOURS_KEPT] = NaN;
    memory.valves[skipped % HOURS_KEPT] = NaN;
  }
  memory.hour = hour;
  const source = sourceOf(circuit, view);
  if (source !== undefined && source !== memory.source) {
    // Another measure: nothing of before can be compared.
    memory.source = source;
    memory.hours.fill(NaN);
    memory.days.length = 0;
    memory.dayValves.length = 0;
  }
  memory.hours[hour % HOURS_KEPT] =
    isStanding(circuit, view) || view.underWork(circuit.id) ? NaN : resistanceOf(circuit, view, memory.source);
  memory.valves[hour % HOURS_KEPT] = meanValve(circuit, view);
  if ((hour + 1) % 24 !== 0) return;
  memory.days.push(medianOf(memory.hours, hour, 24));
  memory.dayValves.push(medianOf(memory.valves, hour, 24));
  if (memory.days.length > DAYS_KEPT) {
    memory.days.shift();
    memory.dayValves.shift();
  }
}

function sourceOf(circuit: Asset, view: View): Source | undefined {
  const has = (...signals: Parameters<View["last"]>[1][]): boolean =>
    signals.every((signal) => view.last(circuit.id, signal) !== undefined);
  if (has("p2_filter_in", "p2_filter_out")) return "strainer";
  if (has("p2_supply", "p2_return", "q2_flow")) return "loop";
  return has("q2_flow", "cp_hz") ? "flow" : undefined;
}

/** Of the last hour: drop over flow squared (over speed squared without a flow), or 1/flow at the same speed. */
function resistanceOf(circuit: Asset, view: View, source: Source | undefined): number {
  const from = view.at - HOUR_MS;
  const mean = (signal: Parameters<View["last"]>[1]): number => {
    const samples = view.since(circuit.id, signal, from);
    return samples.length === 0 ? NaN : median(samples.map(({ value }) => value));
  };
  const hz = mean("cp_hz");
  const speed = Number.isNaN(hz) ? 1 : hz / 50;
  const flow = mean("q2_flow");
  if (source === "strainer") {
    const drop = mean("p2_filter_in") - mean("p2_filter_out");
    return drop / (flow > 1 ? flow ** 2 : speed ** 2);
  }
  if (!(flow > 1)) return NaN;
  return source === "loop" ? (mean("p2_supply") - mean("p2_return")) / flow ** 2 : speed / flow;
}

function meanValve(circuit: Asset, view: View): number {
  let sum = 0;
  let count = 0;
  for (const unit of heatedUnits(view.network, circuit.id)) {
    const value = view.last(unit.id, "valve_pos")?.value;
    if (value === undefined) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? NaN : sum / count;
}

function medianOf(ring: Float32Array, newest: number, hours: number): number {
  const known: number[] = [];
  for (let back = 0; back < hours; back++) {
    const value = ring[(newest - back + HOURS_KEPT) % HOURS_KEPT]!;
    if (!Number.isNaN(value)) known.push(value);
  }
  return known.length < Math.ceil(hours / 2) ? NaN : median(known);
}

/** The clean resistance: the median of the lowest days; before two days are known, of the first day's hours. */
function cleanOf({ days, hours }: StrainerMemory): number {
  const known = days.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (known.length >= 2) return median(known.slice(0, Math.min(5, Math.ceil(known.length / 2))));
  const first = Array.from(hours).filter((value) => !Number.isNaN(value));
  return first.length < 12 ? NaN : median(first);
}

/** How far the units' valves are closed on the whole against the days that count as clean, %. */
function valvesClosed({ days, dayValves, valves, hour }: StrainerMemory): number {
  const order = days
    .map((value, index) => ({ value, valve: dayValves[index]! }))
    .filter(({ value, valve }) => !Number.isNaN(value) && !Number.isNaN(valve));
  if (order.length === 0) return 0;
  order.sort((a, b) => a.value - b.value);
  const before = median(order.slice(0, 5).map(({ valve }) => valve));
  const now = medianOf(valves, hour, 12);
  return Number.isNaN(now) ? 0 : before - now;
}
