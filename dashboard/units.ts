import { SIGNALS, type SignalId } from "../model/signals.ts";
import { formatNumber } from "./format.ts";

/** How a signal's number is shown: the wire's unit (CONTRACT 2) turned into the one of the dispatch room. */

export const PRESSURE_UNITS = ["MPa", "kPa"] as const;
export type PressureUnit = (typeof PRESSURE_UNITS)[number];

export interface Display {
  readonly unit: string;
  readonly decimals: number;
  /** Shown value = wire value × factor. */
  readonly factor: number;
}

const DECIMALS: Readonly<Record<string, number>> = { "°C": 1, kPa: 0, "m³/h": 1, "1": 2, "%": 0, min: 0, s: 0 };
/** Makeup is small: two decimals (UI.md). */
const MAKEUP: ReadonlySet<string> = new Set<SignalId>(["mk_flow", "mk_total"]);

/** Display of a quantity on the wire unit, for derived numbers without a signal. */
export function displayOfUnit(unit: string, pressure: PressureUnit, decimals?: number): Display {
  if (unit === "kPa" && pressure === "MPa") return { unit: "MPa", decimals: 3, factor: 0.001 };
  // A ratio has the unit 1, which nobody writes.
  return { unit: unit === "°C" ? "℃" : unit === "1" ? "" : unit, decimals: decimals ?? DECIMALS[unit] ?? 1, factor: 1 };
}

export function displayOf(signal: SignalId, pressure: PressureUnit): Display {
  const { unit, decimals } = SIGNALS[signal];
  return displayOfUnit(unit, pressure, MAKEUP.has(signal) ? 2 : (DECIMALS[unit] ?? decimals));
}

/** The number alone, as a table cell shows it. */
export function formatSignal(signal: SignalId, value: number | null | undefined, pressure: PressureUnit): string {
  const display = displayOf(signal, pressure);
  return formatNumber(value === null || value === undefined ? value : value * display.factor, display.decimals);
}
