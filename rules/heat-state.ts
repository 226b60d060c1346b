import type { Asset } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import { circulationOf } from "./circulation.ts";
import { dayMean, heatObserver, type HeatWatch, heatOf, medianOver, meanOver, supplyResidualK } from "./heat-watch.ts";
import type { Observer } from "./observer.ts";
import type { View } from "./rule.ts";
import { median } from "./statistics.ts";
import { lineAt, lineSigma } from "./weather-line.ts";

/** What a circuit's supply should be, what it is, and what stands in its way: the numbers that all rules over heat weigh. */

/** Days of the exchanger index that count as its sound state: the best third of what is known. */
const SOUND_SHARE = 0.67;
const UA_DAYS_MIN = 4;
/** Days of the primary supply after which its line is believed. */
const PRIMARY_DAYS_MIN = 5;
const SET_POINT_MS = 2 * 3_600_000;
/** A valve this far open can give no more. */
const OPEN_PCT = 90;

export interface HeatState {
  /** Supply less the nearest set point of the last two hours (less the line where there is no set point), K; NaN: unknown. */
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
  /** How wrong that may be, K. */
  readonly primarySigmaK: number;
  readonly primaryKpaShare: number;
  /** Exchanger index of the last hours over its sound one; NaN: unknown. */
  readonly exchangerShare: number;
  readonly headShare: number;
  readonly flowShare: number;
}

const NOTHING_KNOWN: HeatState = {
  errorK: NaN,
  supplyC: NaN,
  referenceC: NaN,
  isSet: false,
  valvePct: NaN,
  valveSetPct: NaN,
  isOpen: false,
  isShut: false,
  primaryErrorK: NaN,
  primaryC: NaN,
  primaryExpectedC: NaN,
  primarySigmaK: NaN,
  primaryKpaShare: NaN,
  exchangerShare: NaN,
  headShare: NaN,
  flowShare: NaN,
};

/** Worked out once for all rules over heat. */
export const heatStateObserver: Observer<{ state: HeatState }> = {
  name: "heat state",
  level: "circuit",
  everyMs: 300_000,
  phases: WARM_PHASES,
  observers: [heatObserver],
  start: () => ({ state: NOTHING_KNOWN }),
  observe(memory, circuit, view) {
    memory.state = measure(circuit, view);
  },
};

/** The state at the last look, at most five minutes ago. */
export const heatStateOf = (circuit: Asset, view: View): HeatState => view.observed(heatStateObserver, circuit.id)?.state ?? NOTHING_KNOWN;

function measure(circuit: Asset, view: View): HeatState {
  const { id } = circuit;
  const heat = heatOf(view, id);
  const supplyC = view.last(id, "t2_supply")?.value ?? NaN;
  const set = nearestSetC(id, supplyC, view);
  const nominalC = heat?.slowNominalC ?? NaN;
  // Without a set point: what line and hour of day let expect, as the last hour shows it.
  const referenceC = set ?? (heat === undefined ? NaN : supplyC - supplyResidualK(heat, 1));
  const valvePct = view.last(id, "v1_pos")?.value ?? NaN;
  const primaryC = view.last(id, "t1_supply")?.value ?? NaN;
  const primaryExpectedC = heat === undefined || heat.primary.x.length < PRIMARY_DAYS_MIN ? NaN : lineAt(heat.primary, nominalC);
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
    primarySigmaK: heat === undefined ? NaN : lineSigma(heat.primary, nominalC),
    primaryKpaShare: primaryKpaShare(id, heat, view),
    exchangerShare: exchangerShare(heat, 3),
    headShare,
    flowShare,
  };
}

/**
 * The set point that the supply may still be on its way from: water does not cool at once when a set point falls. Of all set points of
 * the last two hours the nearest counts.
 */
function nearestSetC(id: string, supplyC: number, view: View): number | undefined {
  const newest = view.last(id, "t2_set");
  if (newest === undefined || Number.isNaN(supplyC)) return newest?.value;
  let least = newest.value;
  let most = newest.value;
  for (const { value } of view.since(id, "t2_set", view.at - SET_POINT_MS)) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return Math.min(most, Math.max(least, supplyC));
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
