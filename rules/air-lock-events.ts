import { RUNNING_PHASES } from "../model/season.ts";
import type { SignalId } from "../model/signals.ts";
import type { Limit } from "./limits.ts";
import { countedM3, makeupLimits, makeupM3hMax } from "./makeup-rate.ts";
import type { Observer } from "./observer.ts";
import type { Sample, View } from "./rule.ts";

/** What lets air into a loop: filling, a pressure dip below what the top floor needs, a pump stop, a large refill. DOMAIN 4, R05. */

/** One look at a circuit's samples since the last look; NaN where nothing is known. */
interface CircuitLook {
  readonly at: number;
  readonly from: number;
  /** Lowest pressure that two neighbouring samples confirm, and when. */
  readonly lowKpa: number;
  readonly lowAt: number;
  readonly meanKpa: number;
  /** Last time that two neighbouring samples showed the pump standing or the mains gone. */
  readonly stopAt: number;
  readonly makeupM3: number;
}

/** Flow below this share of the design circulation is a standing pump, where its state is not reported. */
const STANDING_SHARE = 0.2;
/** A refill of a large loop is at least this share of its water. */
const REFILL_SHARE = 0.01;

function lookAtCircuit(view: View, circuit: string, from: number): CircuitLook {
  const pressures = view.since(circuit, "p2_return", from);
  let lowKpa = Number.NaN;
  let lowAt = Number.NaN;
  let sum = 0;
  for (let index = 0; index < pressures.length; index++) {
    const { at, value } = pressures[index]!;
    sum += value;
    // A single low sample is a spike; it takes its neighbour to be a dip.
    const pair = index === 0 ? Number.NaN : Math.max(value, pressures[index - 1]!.value);
    if (pair < lowKpa || (Number.isNaN(lowKpa) && !Number.isNaN(pair))) {
      lowKpa = pair;
      lowAt = at;
    }
  }
  const makeupM3 = countedM3(view.since(circuit, "mk_total", from), makeupM3hMax(view.network.asset(circuit)!, view));
  return {
    at: view.at,
    from,
    lowKpa,
    lowAt,
    meanKpa: pressures.length === 0 ? Number.NaN : sum / pressures.length,
    stopAt: stopped(view, circuit, from),
    makeupM3: makeupM3 ?? Number.NaN,
  };
}

function stopped(view: View, circuit: string, from: number): number {
  const standing = view.network.asset(circuit)?.circuitFacts?.circulationM3h ?? 0;
  const signs: readonly (readonly [SignalId, number])[] = [
    ["cp_run", 0.5],
    ["power_ok", 0.5],
    ["q2_flow", STANDING_SHARE * standing],
  ];
  let latest = Number.NaN;
  for (const [signal, below] of signs) {
    const at = lastPairBelow(view.since(circuit, signal, from), below);
    if (!(latest >= at) && !Number.isNaN(at)) latest = at;
  }
  return latest;
}

function lastPairBelow(samples: readonly Sample[], below: number): number {
  for (let index = samples.length - 1; index > 0; index--)
    if (samples[index]!.value < below && samples[index - 1]!.value < below) return samples[index]!.at;
  return Number.NaN;
}

const PRIOR_KINDS = ["filling", "dip", "stop", "refill"] as const;
export type PriorKind = (typeof PRIOR_KINDS)[number];

/** One run of an event: when it began and was last seen; NaN before the first. */
interface Run {
  beganAt: number;
  seenAt: number;
}

/** The newest run of each kind, and the usual pressure learned on the way. */
export interface PriorEvents {
  readonly runs: Record<PriorKind, Run>;
  /** Lowest pressure of the newest dip, m³ of the newest refill. */
  dipKpa: number;
  refillM3: number;
  /** Slow mean of the return pressure, kPa; NaN before the first look. */
  usualKpa: number;
}

/** Sightings further apart than this are two runs. */
const RUN_GAP_MS = 7_200_000;

export function startPriorEvents(): PriorEvents {
  const never = (): Run => ({ beganAt: Number.NaN, seenAt: Number.NaN });
  return {
    runs: { filling: never(), dip: never(), stop: never(), refill: never() },
    dipKpa: Number.NaN,
    refillM3: Number.NaN,
    usualKpa: Number.NaN,
  };
}

/** Marks a sighting; true when it begins a new run. */
function sight(run: Run, at: number): boolean {
  const fresh = !(at - run.seenAt <= RUN_GAP_MS);
  if (fresh) run.beganAt = at;
  run.seenAt = at;
  return fresh;
}

const STEP_MS = 900_000;
const USUAL_PRESSURE_HOURS = 72;

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const airEventLimits = {
  ...makeupLimits,
  air_lock_dip_kpa: limit(20, "kPa", "低于静压需求20 kPa，高处可能进气", "This far below the static need the top draws air"),
  air_lock_learned_dip_kpa: limit(
    40,
    "kPa",
    "未给定静压时，低于平时均值40 kPa",
    "Without a static pressure: this far below its usual mean",
  ),
  air_lock_refill_m3: limit(1, "m³", "20余分钟内补水超过1 m³，为大量补水", "More than this within some 20 min is a refill"),
} satisfies Record<string, Limit>;

/** The events of a circuit, for all of its units. Looks overlap, so that pairs of samples across the seam count. */
export const airEventsObserver: Observer<PriorEvents> = {
  name: "air events",
  level: "circuit",
  everyMs: STEP_MS,
  phases: ["filling", ...RUNNING_PHASES],
  start: startPriorEvents,

  observe(events, circuit, view) {
    const { runs } = events;
    const began = view.network.season.commissioning;
    if (view.phase === "filling" || view.phase === "cold_circulation") sight(runs.filling, view.at);
    else if (began !== undefined && view.at >= began && !(runs.filling.seenAt >= began)) runs.filling = { beganAt: began, seenAt: began };
    const reachMs = Math.max(1.5 * STEP_MS, 2.5 * (view.interval(circuit.id, "p2_return") ?? 0));
    const look = lookAtCircuit(view, circuit.id, view.at - reachMs);
    const get = (name: keyof typeof airEventLimits): number => view.limits.get(name, circuit.id);
    const facts = circuit.circuitFacts;
    const least =
      facts?.staticPressureKpa === undefined
        ? events.usualKpa - get("air_lock_learned_dip_kpa")
        : facts.staticPressureKpa - get("air_lock_dip_kpa");
    // A loop that always runs below what it was said to need has not dipped.
    if (look.lowKpa < Math.min(least, events.usualKpa - get("air_lock_dip_kpa"))) {
      const fresh = sight(runs.dip, look.lowAt);
      events.dipKpa = fresh ? look.lowKpa : Math.min(events.dipKpa, look.lowKpa);
    }
    if (!Number.isNaN(look.meanKpa)) {
      const weight = STEP_MS / (USUAL_PRESSURE_HOURS * 3_600_000);
      events.usualKpa = Number.isNaN(events.usualKpa) ? look.meanKpa : events.usualKpa + weight * (look.meanKpa - events.usualKpa);
    }
    if (!Number.isNaN(look.stopAt)) sight(runs.stop, look.stopAt);
    if (look.makeupM3 >= Math.max(get("air_lock_refill_m3"), REFILL_SHARE * (facts?.waterVolumeM3 ?? 0))) {
      sight(runs.refill, view.at);
      events.refillM3 = look.makeupM3;
    }
  },
};

export interface Prior {
  readonly kind: PriorKind;
  readonly at: number;
}

/** The event nearest before an onset: last seen at most `windowMs` before it, begun not after it (but for `slackMs`). */
export function priorOf(events: PriorEvents, onsetAt: number, windowMs: number, slackMs: number): Prior | undefined {
  let found: Prior | undefined;
  for (const kind of PRIOR_KINDS) {
    const { beganAt, seenAt } = events.runs[kind];
    if (!(seenAt >= onsetAt - windowMs) || beganAt > onsetAt + slackMs) continue;
    const at = Math.min(seenAt, Math.max(beganAt, onsetAt));
    if (found === undefined || at > found.at) found = { kind, at };
  }
  return found;
}
