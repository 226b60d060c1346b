import type { Asset } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import type { SignalId } from "../model/signals.ts";
import { urgentLossM3h } from "./leak-limits.ts";
import { finishQuarters, type LeakMemory, type LeakSettings, localHours, startLeakMemory } from "./leak-watch.ts";
import { HOUR_MS, type MakeupSource, QUARTER_MS, takeIn } from "./makeup-balance.ts";
import { makeupM3hMax, pulseOf } from "./makeup-rate.ts";
import { taughtHours, usualAt } from "./baseline.ts";
import type { Observer } from "./observer.ts";
import type { View } from "./rule.ts";
import { numberOrNull } from "./statistics.ts";

/** The water balance of a circuit, followed once for every rule over makeup. DOMAIN 4, R02 and R03. */

/** Sampling that is good enough to integrate flow or pump state (DOMAIN 3.5: 5-min sampling gives 6 false alarms a season). */
const INTEGRATION_INTERVAL_MS_MAX = 60_000;
/** Without the totaliser for so long, the fallbacks take over. */
const TOTAL_SILENT_MS = 2 * HOUR_MS;
/** Companions are read from a little before the last step. */
const COMPANION_MARGIN_MS = 600_000;
const UNKNOWN_HOURS_MAX = 3;

export const makeupObserver: Observer<LeakMemory> = {
  name: "makeup",
  level: "circuit",
  everyMs: QUARTER_MS,
  phases: WARM_PHASES,
  start: startLeakMemory,

  observe(memory, circuit, view) {
    const settings = settingsFor(circuit, view);
    takeSamples(memory, circuit, view, settings.waterVolumeM3);
    memory.pulseM3 = pulseOf(circuit, view);
    finishQuarters(memory, Math.floor(view.at / QUARTER_MS), settings);
  },

  learned({ baseline }, { id }, view) {
    const now = Math.floor(view.at / HOUR_MS);
    const byHour: (number | null)[] = [];
    for (let back = 0; back < 24; back++) byHour[(view.hourOfDay - back + 24) % 24] = numberOrNull(usualAt(baseline, now - back));
    return [
      {
        asset: id,
        name: { zh: "各时段正常补水量", en: "Makeup that is usual at each hour" },
        unit: "m³/h",
        value: numberOrNull(usualAt(baseline, now)),
        byHour,
        taught: { count: taughtHours(baseline), of: "h" },
      },
    ];
  },
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
    fastM3h: Math.max(get("fast_m3h"), get("fast_share") * circulation),
    fastQuarters: Math.round(get("fast_hours") * 4) + 1,
    absoluteM3h: Math.max(get("fast_m3h"), get("absolute_share") * circulation),
    tightM3h: (get("tight_m3h_100k_m2") * (circuit.circuitFacts?.heatedAreaM2 ?? 0)) / 100_000,
    clearSum: get("clear_sum"),
    clearSumDrawOff: get("clear_sum_draw_off"),
    urgentM3h: urgentLossM3h(circuit, view),
    urgentDuty: get("urgent_duty"),
    urgentGrowthM3hDay: get("urgent_growth_m3h_day"),
    trusting: view.phase !== "commissioning",
    underWork: view.underWork(circuit.id),
    disturbed: view.isSuspected(circuit.id, ["draw_off", "exchanger_leak"]),
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

/** No hour could be balanced for so long that the state of the loop is a guess. */
export function isMakeupSilent(memory: LeakMemory, view: View): boolean {
  const newestQuarter = memory.balance.quarters.at(-1)?.index ?? 0;
  return view.at / QUARTER_MS - newestQuarter > 4 * UNKNOWN_HOURS_MAX;
}

/** Numbers for the live page: the last full hour, what is usual at that hour, and how far the sum has come. Null while unknown. */
export function makeupFigures(memory: LeakMemory): {
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
