import { suctionKpa } from "../../simulators/circuit-step.ts";
import type { Circuit } from "../../simulators/circuit.ts";
import { disturbanceOf, type DisturbanceKind, type Fault } from "../../simulators/faults.ts";
import { constantWeather, HOUR, type Reference, referencePlant, START } from "./small-plant.ts";

/** Faults planted in the reference plant, next to the same plant without them. */

export const MINUTE = 60_000;
/** Morning, when the night's set-back is over. */
export const ONSET = START + 8 * HOUR;

type Size = "mild" | "severe" | number;

/** A fault of the reference network, by default on its circuit, from 8 h on, at once and for good. */
export function planted(kind: DisturbanceKind, size: Size, more: Partial<Fault> = {}): Fault {
  const magnitude = typeof size === "number" ? size : disturbanceOf(kind)[size];
  return { kind, asset: "S1-H", onset: ONSET, rampMs: 0, magnitude, ...more };
}

export function plantWith(faults: readonly Fault[], outdoorC = 0, more: { seed?: number; makeup?: "band" | "vfd" } = {}): Reference {
  return referencePlant({ faults, weather: constantWeather(outdoorC), ...more });
}

export const rowOf = (circuit: Circuit, unit: string): number => circuit.units.assets.findIndex((asset) => asset.id === unit);

/** Makeup over some hours, m³. */
export function makeupM3(reference: Reference, from: number, hours: number): number {
  reference.plant.advance(from);
  const before = reference.circuit.pressure.makeupM3;
  reference.plant.advance(from + hours * HOUR);
  return reference.circuit.pressure.makeupM3 - before;
}

/** The lowest and highest value of something while a plant moves on, looked at every 10 s. */
export function extremes(reference: Reference, from: number, minutes: number, value: () => number): { least: number; most: number } {
  reference.plant.advance(from);
  let least = Infinity;
  let most = -Infinity;
  for (let step = 1; step <= minutes * 6; step++) {
    reference.plant.advance(from + step * 10_000);
    least = Math.min(least, value());
    most = Math.max(most, value());
  }
  return { least, most };
}

/** Pressure at the suction after so many minutes of a fault, kPa. */
export function pressureKpa(reference: Reference, at: number): number {
  reference.plant.advance(at);
  return suctionKpa(reference.circuit);
}
