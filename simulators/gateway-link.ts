import { type Fault, faultSize, gatewaySilent } from "./faults.ts";
import type { Vices } from "./gateway-vices.ts";
import { draws, subSeed, uniformAt } from "./random.ts";

/** The connection and the clock of one gateway over time, as pure functions of seed, faults and vices: when it is cut off, how wrong it is. */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Interruptions of one gateway in one day. */
const OUTAGES_PER_DAY_MAX = 48;

/** `dead`: nothing is polled. `away`: polled, kept, and sent afterwards. */
export type LinkState = "up" | "away" | "dead";

export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly state: "away" | "dead";
}

/**
 * Gaps that the faults of a station make. A line that is down leaves a gateway that `remembers` polling into its memory; without power, or
 * without memory, what is not heard is lost.
 */
export function plantedGaps(faults: readonly Fault[], station: string, remembers: boolean): Gap[] {
  return faults.flatMap((fault): Gap[] => {
    if (fault.asset !== station) return [];
    const span = { from: fault.onset, to: fault.repairAt ?? Infinity };
    if (fault.kind === "backfill" || (fault.kind === "offline" && remembers)) return [{ ...span, state: "away" }];
    return gatewaySilent([fault], station, fault.onset) ? [{ ...span, state: "dead" }] : [];
  });
}

/** Interruptions that begin on a day (days since 1970 UTC), by the rates of the vices. */
export function outagesOfDay(vices: Vices, seed: number, day: number, remembers: boolean): Gap[] {
  if (vices.outagesPerDay <= 0) return [];
  const draw = draws(subSeed(seed, "outages", day));
  const [low, high] = vices.outageMs;
  const gaps: Gap[] = [];
  // Gaps between events of a Poisson process are exponential.
  for (let at = 0; gaps.length < OUTAGES_PER_DAY_MAX;) {
    at += -Math.log(1 - draw.between(0, 1)) / vices.outagesPerDay;
    if (at >= 1) break;
    const from = Math.round((day + at) * DAY_MS);
    const lastsMs = Math.round(Math.max(1, low) * (Math.max(1, high) / Math.max(1, low)) ** draw.between(0, 1));
    gaps.push({ from, to: from + lastsMs, state: remembers ? "away" : "dead" });
  }
  return gaps;
}

export interface GatewayClock {
  /** What its clock shows beyond the true time, ms: positive is ahead. */
  offsetMs(at: number): number;
}

export interface ClockOptions {
  readonly vices: Vices;
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly station: string;
  /** Offset of local time from UTC, ms. */
  readonly zoneOffsetMs: (at: number) => number;
  /** When it was last set, epoch ms. */
  readonly setAt: number;
}

/** Most clocks are nearly right, a few far off: the cube of a uniform draw. DOMAIN 5.13: ±0-300 s, and hours by DST mistakes. */
export function createClock(options: ClockOptions): GatewayClock {
  const { vices, seed, setAt } = options;
  const own = subSeed(seed, "clock");
  const skewMs = Math.round(vices.skewMs * (2 * uniformAt(own, 0) - 1) ** 3);
  const driftMsPerDay = vices.driftMsPerDay * (2 * uniformAt(own, 1) - 1) ** 3;
  const missesSummerTime = uniformAt(own, 2) < vices.dstMistakeShare;
  const zoneAtStart = missesSummerTime ? options.zoneOffsetMs(setAt) : 0;
  const mistakes = options.faults.filter(
    ({ kind, asset }) => asset === options.station && (kind === "clock_skew" || kind === "dst_mistake"),
  );
  return {
    offsetMs(at) {
      let offset = skewMs + (driftMsPerDay * (at - setAt)) / DAY_MS;
      if (missesSummerTime) offset += options.zoneOffsetMs(at) - zoneAtStart;
      for (const fault of mistakes) offset += faultSize(fault, at) * (fault.kind === "clock_skew" ? 1000 : HOUR_MS);
      return Math.round(offset);
    },
  };
}
