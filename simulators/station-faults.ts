import type { Asset, Network } from "../model/network.ts";
import { type Fault, faultSize, isActive, variantOf } from "./faults.ts";

/** What befalls a station as a whole: its power, its tank, its outdoor sensor; and what shortages leave of the primary net. */

export interface StationFaults {
  readonly powers: readonly Fault[];
  readonly tanks: readonly Fault[];
  readonly suns: readonly Fault[];
}

export function stationFaults(faults: readonly Fault[], station: Asset, network: Network): StationFaults {
  const own = faults.filter((fault) => fault.asset === station.id);
  return {
    powers: own.filter((fault) => fault.kind === "power_failure"),
    tanks: faults.filter(
      (fault) => fault.kind === "makeup_fault" && variantOf(fault) === "tank_empty" && network.asset(fault.asset)?.station === station.id,
    ),
    suns: own.filter((fault) => fault.kind === "sun_on_sensor"),
  };
}

/** Shortages that reach a station: of its source, of its primary branch (named by any station of it), or of itself. */
export function primaryShortages(faults: readonly Fault[], station: Asset, network: Network): Fault[] {
  return faults.filter((fault) => {
    if (fault.kind !== "primary_shortage") return false;
    if (fault.asset === station.id) return true;
    const variant = variantOf(fault)!;
    if (variant.startsWith("source")) return true;
    const branch = network.asset(fault.asset)?.primaryBranch;
    return variant.startsWith("branch") && branch !== undefined && branch === station.primaryBranch;
  });
}

/** What is left by shortages: of the flow at a given opening, and of the supply temperature's excess over 40 °C; 1 is sound. */
export function primaryLeft(shortages: readonly Fault[], at: number): { readonly flowShare: number; readonly excessShare: number } {
  let flowShare = 1;
  let excessShare = 1;
  for (const fault of shortages)
    if (variantOf(fault)!.endsWith("cold")) excessShare *= 1 - faultSize(fault, at);
    else flowShare *= 1 - faultSize(fault, at);
  return { flowShare, excessShare };
}

export const hasPower = (faults: StationFaults, at: number): boolean => faults.powers.every((fault) => !isActive(fault, at));

/** Share of the tank's inflow that still comes. */
export const tankInflowShare = (faults: StationFaults, at: number): number =>
  faults.tanks.reduce((left, fault) => left * (1 - faultSize(fault, at)), 1);

/** How much the sun heats the outdoor sensor, K, at a share of a clear noon. */
export const sunOnSensorK = (faults: StationFaults, at: number, sunShare: number): number =>
  faults.suns.reduce((sum, fault) => sum + faultSize(fault, at) * sunShare, 0);
