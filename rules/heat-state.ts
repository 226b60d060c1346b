import type { Asset } from "../model/network.ts";
import { circulationOf } from "./circulation.ts";
import { dayMean, type HeatWatch, heatOf, medianOver, meanOver } from "./heat-watch.ts";
import type { View } from "./rule.ts";
import { median } from "./statistics.ts";
import { lineAt } from "./weather-line.ts";

/** What a circuit's supply should be, what it is, and what stands in its way: the numbers that all rules over heat weigh. */

/** Days of the exchanger index that count as its sound state: the best third of what is known. */
const SOUND_SHARE = 0.67;
const UA_DAYS_MIN = 4;
/** A valve this far open can give no more. */
const OPEN_PCT = 90;

export interface HeatState {
  /** Supply less set point (less the line where there is no set point), K; NaN: unknown. */
  readonly errorK: number;
  readonly supplyC: number;
  readonly referenceC: number;
  /** The reference is a set point that the controller reports. */
  readonly isSet: boolean;
  readonly valvePct: number;
  readonly valveSetPct: number;
  readonly isOpen: boolean;
  readonly isShut: boolean;
  /** Primary supply less what its line says at this weather, K; primary pressure difference over its habit; NaN: unknown. */
  readonly primaryErrorK: number;
  readonly primaryC: number;
  readonly primaryExpectedC: number;
  readonly primaryKpaShare: number;
  /** Exchanger index of the last hours over its sound one; NaN: unknown. */
  readonly exchangerShare: number;
  readonly headShare: number;
  readonly flowShare: number;
}

export function heatStateOf(circuit: Asset, view: View): HeatState {
  const { id } = circuit;
  const heat = heatOf(view, id);
  const supplyC = view.last(id, "t2_supply")?.value ?? NaN;
  const set = view.last(id, "t2_set")?.value;
  const outdoorC = heat?.slowOutdoorC ?? NaN;
  const referenceC = set ?? (heat === undefined ? NaN : lineAt(heat.supply, outdoorC));
  const valvePct = view.last(id, "v1_pos")?.value ?? NaN;
  const primaryC = view.last(id, "t1_supply")?.value ?? NaN;
  const primaryExpectedC = heat === undefined ? NaN : lineAt(heat.primary, outdoorC);
  const { headShare, flowShare } = circulationOf(circuit, view);
  return {
    errorK: supplyC - referenceC,
    supplyC,
    referenceC,
    isSet: set !== undefined,
    valvePct,
    valveSetPct: view.last(id, "v1_set")?.value ?? NaN,
    isOpen: valvePct >= OPEN_PCT,
    isShut: valvePct < 5,
    primaryErrorK: primaryC - primaryExpectedC,
    primaryC,
    primaryExpectedC,
    primaryKpaShare: primaryKpaShare(id, heat, view),
    exchangerShare: exchangerShare(heat, 3),
    headShare,
    flowShare,
  };
}

function primaryKpaShare(id: string, heat: HeatWatch | undefined, view: View): number {
  const supply = view.last(id, "p1_supply");
  const back = view.last(id, "p1_return");
  if (heat === undefined || supply === undefined || back === undefined) return NaN;
  const usual = dayMean(heat, "primaryKpa");
  const known = Number.isNaN(usual) ? meanOver(heat, "primaryKpa", 12, 6) : usual;
  return known > 5 ? (supply.value - back.value) / known : NaN;
}

/** Index of the last `hours` over the sound days' one; NaN before some days are known. */
function exchangerShare(heat: HeatWatch | undefined, hours: number): number {
  if (heat === undefined) return NaN;
  const sound = soundIndex(heat);
  return medianOver(heat, heat.uaHours, hours) / sound;
}

/** The index of a sound exchanger: the median of the better days. */
function soundIndex({ uaDays }: HeatWatch): number {
  const known = uaDays.filter((value) => !Number.isNaN(value)).sort((a, b) => b - a);
  return known.length < UA_DAYS_MIN ? NaN : median(known.slice(0, Math.ceil(SOUND_SHARE * known.length)));
}

/** Whether a set point, a valve or the flow of the circuit explains that its supply is off. */
export const hasFlow = ({ headShare, flowShare }: HeatState): boolean => !(headShare < 0.5) && !(flowShare < 0.5);
