import type { Network } from "../model/network.ts";
import type { Level } from "../model/signals.ts";
import { zoneOffsetMs } from "../model/zone.ts";
import { symptomOf, wordsFor } from "./call-words.ts";
import { type Fault, faultSize } from "./faults.ts";
import { draws, subSeed, uniformAt } from "./random.ts";
import type { Call } from "./residents.ts";
import { faultId } from "./scenario.ts";

/** Who sees the water of a leak or a burst, and when: minutes in a stairwell, hours or never where the pipe is buried. */

const HOUR_MS = 3_600_000;
const STEP_MS = 600_000;
/** A leak that nobody saw in so long is not seen any more. */
const STEPS_MAX = (120 * 24 * HOUR_MS) / STEP_MS;
const CALLERS_MAX = 4;
/** Water that seeps away without ever being seen, m³/h. */
const SEEN_FROM_M3H = 0.05;
/** Chance per hour of being seen by somebody at 1 m³/h; it grows with the power 0.7 of the flow. [our belief] */
const SEEN_PER_HOUR: Readonly<Partial<Record<Level, number>>> = { unit: 0.8, building: 0.5, circuit: 0.04 };
const SEEN_POWER = 0.7;
/** Share of the places that nobody ever sees (trench, cellar). */
const HIDDEN_SHARE: Readonly<Partial<Record<Level, number>>> = { unit: 0.05, building: 0.15, circuit: 0.4 };
/** At night fewer people pass by. */
const NIGHT_SHARE = 0.25;
/** Time from the first sight to the call, ms. */
const TO_CALL_MS = [60_000, 900_000] as const;

export interface WaterCallsOptions {
  readonly faults: readonly Fault[];
  readonly network: Network;
  readonly seed: number;
  /** Share of the people who call at all. Water moves more of them than cold does. */
  readonly callShare: number;
}

/** All calls for water on the floor, in the order of the faults. */
export function waterCalls(options: WaterCallsOptions): Call[] {
  if (options.callShare <= 0) return [];
  return options.faults.flatMap((fault, index) => (fault.kind === "burst" || fault.kind === "leak" ? callsFor(options, fault, index) : []));
}

function callsFor({ network, seed, callShare }: WaterCallsOptions, fault: Fault, index: number): Call[] {
  const asset = network.asset(fault.asset);
  const own = subSeed(seed, index, fault.asset);
  if (asset === undefined || uniformAt(own, 0) < (HIDDEN_SHARE[asset.level] ?? 1)) return [];
  const perHour = (SEEN_PER_HOUR[asset.level] ?? 0) * Math.min(1, 0.4 + callShare);
  const witnesses = asset.level === "unit" ? [asset] : network.below(asset.id, "unit");
  const calls: Call[] = [];
  for (let step = 0; step < STEPS_MAX && calls.length < CALLERS_MAX; step++) {
    const at = fault.onset + step * STEP_MS;
    if (fault.repairAt !== undefined && at >= fault.repairAt) break;
    const m3h = faultSize(fault, at);
    if (m3h < SEEN_FROM_M3H) continue;
    const hour = ((at + zoneOffsetMs(network.timezone, at)) / HOUR_MS) % 24;
    const awake = hour >= 6.5 && hour < 22.5 ? 1 : NIGHT_SHARE;
    const chance = 1 - Math.exp((-perHour * m3h ** SEEN_POWER * awake * STEP_MS) / HOUR_MS);
    if (uniformAt(own, step + 1) >= chance) continue;
    const draw = draws(subSeed(own, "caller", step));
    calls.push({
      at: Math.floor(at + draw.between(...TO_CALL_MS)),
      asset: witnesses.length === 0 ? asset.id : draw.pick(witnesses).id,
      symptom: symptomOf("water"),
      text: wordsFor("water", own, step),
      cause: faultId(index, fault),
    });
  }
  return calls;
}
