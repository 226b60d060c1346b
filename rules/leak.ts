import type { Asset } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import { explainLeak, urgentLossM3h } from "./leak-explanation.ts";
import { finishQuarters, type LeakMemory, type LeakSettings, localHours, startLeakMemory } from "./leak-watch.ts";
import type { Limit } from "./limits.ts";
import { HOUR_MS, type MakeupSource, QUARTER_MS, takeIn } from "./makeup-balance.ts";
import { makeupLimits, makeupM3hMax } from "./makeup-rate.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R02 slow leak of a secondary loop: what the makeup totaliser adds, corrected and compared with the habit of the hour. */

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const leakLimits = {
  ...makeupLimits,
  leak_cusum_limit: limit(
    20,
    "σ",
    "模拟150个站季：h=20 无误报，0.4 m³/h 约7小时发现",
    "Simulation of 150 station-seasons: no false alarm at 20, 0.4 m³/h found in about 7 h",
  ),
  leak_cusum_slack: limit(1, "σ", "低于一个标准差的偏高不累计", "An excess below one sigma is not gathered"),
  leak_cusum_clip: limit(4, "σ", "限幅，使1–3小时的检修放水不触发", "Clipped so that a maintenance drain of 1-3 h does not alarm"),
  leak_sigma_floor_m3h: limit(
    0.05,
    "m³/h",
    "脉冲计量与压力修正的最小不确定度",
    "Least uncertainty of pulse counting and pressure correction",
  ),
  leak_fast_m3h: limit(0.5, "m³/h", "快速判据：超出基线的绝对量", "Fast tier: excess over the habit, absolute"),
  leak_fast_share: limit(0.002, "1", "快速判据：占循环流量的份额", "Fast tier: excess as a share of circulation"),
  leak_fast_hours: limit(3.5, "h", "比最长3小时的检修放水再长半小时", "Half an hour longer than the longest maintenance drain of 3 h"),
  leak_commissioning_m3h: limit(1, "m³/h", "试供热期间排气、补水多，判据放宽", "Venting and refilling while commissioning: wider"),
  leak_commissioning_share: limit(0.005, "1", "试供热期间占循环流量的份额", "Share of circulation while commissioning"),
  leak_absolute_share: limit(
    0.01,
    "1",
    "日均补水超过循环流量1%，不论历史",
    "A day's mean makeup above 1 % of circulation, whatever was usual",
  ),
  leak_tight_m3h_100k_m2: limit(0.5, "m³/h", "严密管网每10万平方米的补水量", "Makeup of a tight network per 100,000 m²"),
  leak_capacity_l_kpa: limit(
    6,
    "L/kPa",
    "定压容量缺省值；压力有起伏时自学习",
    "Water capacity of the loop; learned where the pressure moves",
  ),
  leak_coverage_min: limit(0.7, "1", "数据覆盖率下限", "Least share of an hour that must be covered"),
  leak_learning_warming_k_h: limit(2, "K/h", "升降温过快时暂停学习", "No learning while the water warms or cools faster"),
  leak_pump_rated_m3h: limit(8, "m³/h", "仅有补水泵状态时的额定流量", "Rated flow, where only the pump's state is known"),
  leak_urgent_share: limit(0.01, "1", "漏量超过循环流量1%为紧急", "Urgent above 1 % of circulation"),
  leak_urgent_duty: limit(0.5, "1", "补水泵运行占比过半为紧急", "Urgent when the makeup pump runs more than half the time"),
  leak_urgent_growth_m3h_day: limit(0.2, "m³/h/d", "漏量每日增长过快为紧急", "Urgent when the loss grows faster per day"),
  leak_clear_sum: limit(5, "σ", "超额消失的累计证据，大漏约3小时", "Gathered evidence that the excess is gone; about 3 h for a large leak"),
  leak_clear_sum_draw_off: limit(20, "σ", "呈放水规律时夜间无超额不算恢复", "With a draw-off pattern a quiet night is no recovery"),
  leak_water_yuan_m3: limit(15, "¥/m³", "软化水与升温耗热的估算单价", "Estimated price of softened water with its heat"),
} satisfies Record<string, Limit>;

/** Sampling that is good enough to integrate flow or pump state (DOMAIN 3.5: 5-min sampling gives 6 false alarms a season). */
const INTEGRATION_INTERVAL_MS_MAX = 60_000;
/** Without the totaliser for so long, the fallbacks take over. */
const TOTAL_SILENT_MS = 2 * HOUR_MS;
/** Companions are read from a little before the last step. */
const COMPANION_MARGIN_MS = 600_000;
const UNKNOWN_HOURS_MAX = 3;

const CONSEQUENCE: Text = {
  zh: "补水持续偏高；多耗水耗热、水质变差结垢，水箱可能见底；漏点会扩大，压力不足时高处进空气",
  en: "Makeup stays high: water and heat are wasted, scale forms, the tank may run dry; the hole grows, and low pressure lets air in at the top",
};

const ACTION: readonly Text[] = [
  { zh: "核对补水表与水箱，确认不是检修放水或换表", en: "Check the makeup meter and tank; rule out a drain or a meter change" },
  { zh: "夜间逐支关阀看压降，确定漏水分支", en: "At night close branch after branch and watch the pressure to find the leaking one" },
  {
    zh: "查该支路的单元井、管沟、过滤器、泄压阀；查换热器是否串漏",
    en: "Inspect its shafts, trenches, strainers and relief valve; test the exchanger for a cross leak",
  },
  { zh: "修复后观察补水3小时，应回到基线", en: "After the repair watch the makeup for 3 h: it must return to its habit" },
];

export const leakRule: Rule<LeakMemory> = {
  kind: "leak",
  level: "circuit",
  everyMs: QUARTER_MS,
  onSignals: [],
  holdMs: 0,
  keepMs: 2 * HOUR_MS,
  phases: ["commissioning", "heating"],
  cause: {
    zh: "二次网有持续失水点：管沟、单元、过滤器或换热器渗漏",
    en: "The secondary loop loses water steadily: trench, riser, strainer or exchanger",
  },
  consequence: CONSEQUENCE,
  action: ACTION,
  limits: Object.keys(leakLimits),

  start: startLeakMemory,

  evaluate(memory, circuit, view): Verdict {
    const settings = settingsFor(circuit, view);
    takeSamples(memory, circuit, view, settings.waterVolumeM3);
    finishQuarters(memory, Math.floor(view.at / QUARTER_MS), settings);
    return verdict(memory, view, settings);
  },

  explain: (memory, circuit, view, since) => ({ ...explainLeak(memory, circuit, view, since), consequence: CONSEQUENCE, action: ACTION }),
};

function takeSamples(memory: LeakMemory, circuit: Asset, view: View, waterVolumeM3: number): void {
  const source = makeupSource(memory, circuit.id, view);
  if (source === undefined) return;
  const signal: SignalId = source === "total" ? "mk_total" : source === "flow" ? "mk_flow" : "mk_pump";
  const from = memory.balance.source === source && memory.balance.anchor !== undefined ? memory.balance.anchor.at : view.at - QUARTER_MS;
  const makeup = view.since(circuit.id, signal, from);
  if (makeup.length === 0) return;
  const companionFrom = from - COMPANION_MARGIN_MS;
  takeIn(
    memory.balance,
    {
      source,
      makeup,
      supplyC: view.since(circuit.id, "t2_supply", companionFrom),
      returnC: view.since(circuit.id, "t2_return", companionFrom),
      kpa: view.since(circuit.id, "p2_return", companionFrom),
      intervalMs: view.interval(circuit.id, signal) ?? 0,
    },
    {
      waterVolumeM3,
      makeupM3hMax: makeupM3hMax(circuit, view),
      pumpRatedM3h: view.limits.get("leak_pump_rated_m3h", circuit.id),
    },
  );
}

/** The totaliser where there is one; else flow or pump state, but only if sampled often enough to be integrated. */
function makeupSource(memory: LeakMemory, circuit: string, view: View): MakeupSource | undefined {
  const total = view.last(circuit, "mk_total");
  if (total !== undefined) {
    memory.totalSeenAt = total.at;
    return "total";
  }
  if (view.at - memory.totalSeenAt < TOTAL_SILENT_MS) return "total";
  const often = (signal: SignalId): boolean => (view.interval(circuit, signal) ?? Infinity) <= INTEGRATION_INTERVAL_MS_MAX;
  return often("mk_flow") ? "flow" : often("mk_pump") ? "pump" : undefined;
}

const circulationM3h = (circuit: Asset): number => circuit.circuitFacts?.circulationM3h ?? 0;

function settingsFor(circuit: Asset, view: View): LeakSettings {
  const get = (name: string): number => view.limits.get(`leak_${name}`, circuit.id);
  const circulation = circulationM3h(circuit);
  const commissioning = view.phase === "commissioning";
  const fast = commissioning ? "commissioning" : "fast";
  return {
    waterVolumeM3: circuit.circuitFacts?.waterVolumeM3 ?? 0,
    circulationM3h: circulation,
    capacityLKpa: get("capacity_l_kpa"),
    coverageMin: get("coverage_min"),
    sigmaFloorM3h: get("sigma_floor_m3h"),
    learningWarmingKH: get("learning_warming_k_h"),
    clip: get("cusum_clip"),
    slack: get("cusum_slack"),
    cusumLimit: get("cusum_limit"),
    fastM3h: Math.max(get(`${fast}_m3h`), get(`${fast}_share`) * circulation),
    fastQuarters: Math.round(get("fast_hours") * 4) + 1,
    absoluteM3h: Math.max(get("fast_m3h"), get("absolute_share") * circulation),
    tightM3h: (get("tight_m3h_100k_m2") * (circuit.circuitFacts?.heatedAreaM2 ?? 0)) / 100_000,
    clearSum: get("clear_sum"),
    clearSumDrawOff: get("clear_sum_draw_off"),
    urgentM3h: urgentLossM3h(circuit, view),
    urgentDuty: get("urgent_duty"),
    urgentGrowthM3hDay: get("urgent_growth_m3h_day"),
    trusting: !commissioning,
    localHours: localHours(view.hourOfDay, view.at),
    pumpDuty: () => pumpDuty(circuit.id, view),
  };
}

function pumpDuty(circuit: string, view: View): number {
  if ((view.interval(circuit, "mk_pump") ?? Infinity) > INTEGRATION_INTERVAL_MS_MAX) return Number.NaN;
  const samples = view.since(circuit, "mk_pump", view.at - 2 * HOUR_MS);
  if (samples.length < 60) return Number.NaN;
  return samples.reduce((sum, { value }) => sum + (value >= 0.5 ? 1 : 0), 0) / samples.length;
}

function verdict(memory: LeakMemory, view: View, settings: LeakSettings): Verdict {
  const { alarm, lastHour } = memory;
  const known = Number.isNaN(lastHour.lossM3h) ? undefined : lastHour.lossM3h;
  if (alarm !== undefined) {
    const figures =
      alarm.tier === "cusum"
        ? { value: memory.cusum.value, limit: settings.cusumLimit }
        : { value: alarm.estimateM3h, limit: alarm.tier === "fast" ? settings.fastM3h : settings.absoluteM3h };
    return { state: isSilent(memory, view) ? "unknown" : "fault", severity: alarm.severity, since: alarm.onsetAt, ...figures };
  }
  const judged = known !== undefined && !Number.isNaN(lastHour.expectedM3h);
  return { state: judged ? "normal" : "unknown", value: memory.cusum.value, limit: settings.cusumLimit };
}

/** No hour could be balanced for so long that the state of the loop is a guess. */
function isSilent(memory: LeakMemory, view: View): boolean {
  const newestQuarter = memory.balance.quarters.at(-1)?.index ?? 0;
  return view.at / QUARTER_MS - newestQuarter > 4 * UNKNOWN_HOURS_MAX;
}

/** Numbers for the live page: the last full hour, what is usual at that hour, and how far the sum has come. Null while unknown. */
export function leakFigures(memory: LeakMemory): {
  makeupM3h: number | null;
  expectedM3h: number | null;
  cusum: number | null;
  cusumLimit: number | null;
} {
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const { lossM3h, expectedM3h } = memory.lastHour;
  return {
    makeupM3h: orNull(lossM3h),
    expectedM3h: orNull(expectedM3h),
    cusum: orNull(memory.cusumLimit) === null ? null : memory.cusum.value,
    cusumLimit: orNull(memory.cusumLimit),
  };
}
