import type { Evidence, Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import { rankCauses } from "./causes.ts";
import type { Limit } from "./limits.ts";
import { countedM3, makeupM3hMax, pumpShare } from "./makeup-rate.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Verdict, View } from "./rule.ts";
import { median } from "./statistics.ts";

/**
 * R02 while a network is filled: nothing is usual yet, so the pressure is watched instead (DOMAIN 6). A loop that was filled holds its
 * pressure while the makeup pump rests; and it does not take more than it holds. A building that is opened takes water once, a hole goes on.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const WINDOW_MS = 30 * MINUTE_MS;
const KEPT_MS = 4 * HOUR_MS;
const FED_MS = 2 * HOUR_MS;
const RISE_KPA = 15;
/** Values of each end of a window of which the median counts. */
const END_SAMPLES = 4;

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const fillingLimits = {
  filling_drop_kpa: limit(20, "kPa", "停补水30分钟掉压超过此值", "Pressure lost in 30 min while the makeup pump rests"),
  filling_drop_count: limit(
    4,
    "1",
    "4小时内如此多次：开一栋楼只掉一次",
    "So many times within 4 h: a building that is opened takes its water once",
  ),
  filling_drop_sum_kpa: limit(80, "kPa", "且合计掉压超过此值", "and so much in all"),
  filling_full_kpa: limit(100, "kPa", "未给静压时，达到此压力视为已满", "Without a static pressure: counts as full from here on"),
  filling_overrun: limit(
    2,
    "1",
    "注水量与系统水容量之比；按面积估算的容量常差一半，容量准确时可设为1.3",
    "Filled over what the loop holds; volumes estimated by area are often half off: set 1.3 where the volume is known",
  ),
  filling_feed_m3h: limit(0.5, "m³/h", "而2小时来仍在注水、压力不升", "and for two hours more is fed and the pressure does not rise"),
} satisfies Record<string, Limit>;

/** Plain data. */
export interface FillingMemory {
  /** Windows without makeup of the last hours: their end and what they lost, kPa. */
  drops: { readonly at: number; readonly kpa: number }[];
  /** What the counter says, and what it counted since the filling began, m³. */
  filledM3: number;
  countedTo: number;
  /** What was filled at each of the last looks. */
  looks: { readonly at: number; readonly filledM3: number }[];
  /** It was seen to hold its pressure: before that nobody knows whether it is full. */
  hasHeld: boolean;
}

export const startFilling = (): FillingMemory => ({ drops: [], filledM3: 0, countedTo: NaN, looks: [], hasHeld: false });

/** Once every quarter of an hour. */
export function judgeFilling(memory: FillingMemory, circuit: Asset, view: View): Verdict {
  count(memory, circuit, view);
  memory.looks = [...memory.looks.filter(({ at }) => at >= view.at - FED_MS), { at: view.at, filledM3: memory.filledM3 }];
  const get = (name: keyof typeof fillingLimits): number => view.limits.get(name, circuit.id);
  const dropKpa = restingDropKpa(circuit, view, get("filling_full_kpa"));
  memory.drops = memory.drops.filter(({ at }) => at > view.at - KEPT_MS);
  if (dropKpa !== undefined && dropKpa < get("filling_drop_kpa") / 2) memory.hasHeld = true;
  const isNext = view.at - (memory.drops.at(-1)?.at ?? -Infinity) >= WINDOW_MS;
  if (dropKpa !== undefined && isNext) memory.drops.push({ at: view.at, kpa: dropKpa });
  const large = memory.drops.filter(({ kpa }) => kpa >= get("filling_drop_kpa"));
  const figures = { value: memory.drops.at(-1)?.kpa ?? 0, limit: get("filling_drop_kpa") };
  const lostKpa = large.reduce((sum, { kpa }) => sum + kpa, 0);
  const leaks =
    memory.hasHeld &&
    large.length >= get("filling_drop_count") &&
    2 * large.length >= memory.drops.length &&
    lostKpa >= get("filling_drop_sum_kpa");
  if (leaks) return { state: "fault", severity: "urgent", since: large[0]!.at - WINDOW_MS, ...figures };
  if (overrun(memory, circuit) > get("filling_overrun") && isFedInVain(memory, circuit, view, get("filling_feed_m3h")))
    return { state: "fault", severity: "urgent", ...figures };
  return { state: dropKpa === undefined && memory.drops.length === 0 ? "unknown" : "normal", ...figures };
}

/** For two hours makeup has been fed and the pressure has not risen by it. */
function isFedInVain(memory: FillingMemory, circuit: Asset, view: View, feedM3h: number): boolean {
  const first = memory.looks[0]!;
  const pressures = view.since(circuit.id, "p2_return", first.at).map(({ value }) => value);
  if (view.at - first.at < 0.9 * FED_MS || pressures.length < 2 * END_SAMPLES) return false;
  const riseKpa = median(pressures.slice(-END_SAMPLES)) - median(pressures.slice(0, END_SAMPLES));
  return memory.filledM3 - first.filledM3 > (feedM3h * (view.at - first.at)) / HOUR_MS && riseKpa < RISE_KPA;
}

/** NaN where nobody said how large the loop is. */
const overrun = ({ filledM3 }: FillingMemory, { circuitFacts }: Asset): number =>
  circuitFacts?.sizeIsKnown === true ? filledM3 / circuitFacts.waterVolumeM3 : NaN;

function count(memory: FillingMemory, circuit: Asset, view: View): void {
  const from = Number.isNaN(memory.countedTo) ? view.at : memory.countedTo;
  const totals = view.since(circuit.id, "mk_total", from);
  memory.filledM3 += countedM3(totals, makeupM3hMax(circuit, view)) ?? 0;
  memory.countedTo = totals.at(-1)?.at ?? memory.countedTo;
  if (Number.isNaN(memory.countedTo)) memory.countedTo = view.last(circuit.id, "mk_total")?.at ?? NaN;
}

/** Pressure lost over the last half hour if the makeup pump rested and the loop was full; undefined: no such window. */
function restingDropKpa(circuit: Asset, view: View, fullKpa: number): number | undefined {
  const from = view.at - WINDOW_MS;
  const pressures = view.since(circuit.id, "p2_return", from).map(({ value }) => value);
  if (pressures.length < 2 * END_SAMPLES) return undefined;
  if (fedSince(circuit, view, from) !== false) return undefined;
  const before = median(pressures.slice(0, END_SAMPLES));
  const need = circuit.circuitFacts?.staticPressureKpa ?? fullKpa;
  return before < need ? undefined : before - median(pressures.slice(-END_SAMPLES));
}

/** Whether makeup was fed; undefined: not known. */
function fedSince(circuit: Asset, view: View, from: number): boolean | undefined {
  const share = pumpShare(circuit.id, view, view.at - from);
  const totals = view.since(circuit.id, "mk_total", from);
  const counted = totals.length > 1 ? totals.at(-1)!.value - totals[0]!.value : undefined;
  if (share === undefined && counted === undefined) return undefined;
  return (share ?? 0) > 0 || (counted ?? 0) > 0;
}

export function explainFilling(
  memory: FillingMemory,
  circuit: Asset,
  view: View,
  since: number,
): Pick<Explanation, "summary" | "evidence" | "causes"> {
  const limitKpa = view.limits.get("filling_drop_kpa", circuit.id);
  const large = memory.drops.filter(({ kpa }) => kpa >= limitKpa);
  const share = overrun(memory, circuit);
  const duration = durationText(view.at - since);
  const worst = Math.max(0, ...large.map(({ kpa }) => kpa));
  const holds: Text = {
    zh: `停补水时 30 分钟掉压 ${tidy(worst, 0)} kPa，近 4 小时 ${large.length} 次`,
    en: `Pressure fell by ${tidy(worst, 0)} kPa in 30 min without makeup, ${large.length} times within 4 h`,
  };
  const amount: Text = {
    zh: `已注 ${tidy(memory.filledM3, 0)} m³，为系统水容量的 ${tidy(100 * share, 0)}%`,
    en: `${tidy(memory.filledM3, 0)} m³ filled, ${tidy(100 * share, 0)} % of what the loop holds`,
  };
  const isHold = large.length > 0;
  const said = isHold ? holds : amount;
  const evidence: Evidence[] = [
    {
      asset: circuit.id,
      signal: "p2_return",
      name: { zh: "二次回压", en: "Return pressure" },
      unit: "kPa",
      from: Math.min(since, view.at - KEPT_MS),
      to: view.at,
      value: view.last(circuit.id, "p2_return")?.value ?? null,
      text: holds,
    },
  ];
  if (!Number.isNaN(share))
    evidence.push({
      asset: circuit.id,
      signal: "mk_total",
      name: { zh: "注水量", en: "Water filled" },
      unit: "m³",
      from: since,
      to: view.at,
      value: Number(memory.filledM3.toFixed(1)),
      limit: circuit.circuitFacts?.waterVolumeM3 ?? 0,
      text: amount,
    });
  return {
    summary: {
      zh: `${circuit.name}注水期漏水：${said.zh}，已 ${duration.zh}`,
      en: `${circuit.name} leaks while it is filled: ${said.en}, for ${duration.en}`,
    },
    evidence,
    causes: rankCauses([
      {
        id: "pipe_leak",
        name: { zh: "管道、阀门或单元漏水", en: "A pipe, valve or riser leaks" },
        weight: 4,
        pro: isHold ? [holds] : [amount],
        contra: [],
      },
      { id: "open_vent", name: { zh: "排气阀、泄水阀未关", en: "A vent or drain was left open" }, weight: 2, pro: [], contra: [] },
      { id: "buildings_opened", name: { zh: "陆续开楼进水", en: "Buildings are being opened" }, weight: 1, pro: [], contra: [] },
    ]),
  };
}
