import type { Network } from "../model/network.ts";
import type { RejectReason } from "../model/reading.ts";
import { SIGNALS, SIGNAL_IDS, type Signal, type SignalId } from "../model/signals.ts";
import { describe } from "./rejects.ts";
import { PRESSURE_LEAST_KPA, suggestUnit } from "./units.ts";

/** Whether one number can be what its signal measures. */

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly pressure: boolean;
  readonly binary: boolean;
}

const bounds = ({ min, max, unit }: Signal): Bounds => ({ min, max, pressure: unit === "kPa", binary: unit === "0/1" });
const BOUNDS = Object.fromEntries(SIGNAL_IDS.map((signal) => [signal, bounds(SIGNALS[signal])])) as Record<SignalId, Bounds>;

/** True for a finite number in the possible range. A pressure above 0 and below 5 kPa is a wrong unit; exactly 0 is a drained pipe. */
export function isPossible(signal: SignalId, value: number): boolean {
  const { min, max, pressure, binary } = BOUNDS[signal];
  if (!(value >= min && value <= max)) return false;
  if (pressure) return value >= PRESSURE_LEAST_KPA || value === 0;
  return !binary || value === 0 || value === 1;
}

export interface ValueFault {
  readonly reason: RejectReason;
  readonly expected: string;
  readonly found: string;
  readonly suggestion: string | undefined;
}

/** The value to store (a boolean of a 0/1 signal as a number, null for a failed sensor), or what is wrong with it. */
export function checkValue(signal: SignalId, value: unknown): { readonly value: number | null } | ValueFault {
  if (value === null) return { value: null };
  const { unit, min, max } = SIGNALS[signal];
  if (typeof value === "boolean" && BOUNDS[signal].binary) return { value: value ? 1 : 0 };
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return {
      reason: "not_finite",
      expected: `a finite number of ${unit}, or null`,
      found: describe(value),
      suggestion: suggestNumber(value),
    };
  }
  // Adding 0 turns -0 into 0: they are the same measurement.
  if (isPossible(signal, value)) return { value: value + 0 };
  return {
    reason: "out_of_range",
    expected: expectedRange(signal, min, max, unit),
    found: String(value),
    suggestion: suggestUnit(signal, value),
  };
}

function expectedRange(signal: SignalId, min: number, max: number, unit: string): string {
  if (BOUNDS[signal].binary) return "0 or 1";
  if (BOUNDS[signal].pressure) return `0, or ${PRESSURE_LEAST_KPA}…${max} kPa`;
  return `${min}…${max} ${unit}`;
}

function suggestNumber(value: unknown): string | undefined {
  if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))) return "send the number without quotes";
  if (typeof value === "boolean") return "true and false are for signals of 0/1 only";
  if (typeof value === "number" || typeof value === "string") return "send null when the sensor failed";
  return undefined;
}

/** Signals that an asset of this level may carry, for a message to a person. */
export function signalsOfLevel(network: Network, assetId: string): SignalId[] {
  const level = network.asset(assetId)?.level;
  return SIGNAL_IDS.filter((signal) => level !== undefined && (SIGNALS[signal].levels as readonly string[]).includes(level));
}
