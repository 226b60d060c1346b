import { InputError, nearestWord } from "../model/input-error.ts";
import type { Network } from "../model/network.ts";
import { isSignalId, SIGNALS, type SignalId } from "../model/signals.ts";
import { CONFOUNDERS } from "./confounders.ts";
import { DEVICE_DISTURBANCES } from "./device-disturbances.ts";
import type { Disturbance } from "./disturbance.ts";
import { PLANT_DISTURBANCES } from "./plant-disturbances.ts";

/** What goes wrong, as data: a kind, a place, a time course and a size. In the plant it acts through physics, never on signals. */

/** Every kind of disturbance, what it is the truth of, and how large it usually is. */
export const DISTURBANCES = { ...PLANT_DISTURBANCES, ...DEVICE_DISTURBANCES, ...CONFOUNDERS } as const;

export type DisturbanceKind = keyof typeof DISTURBANCES;
export const DISTURBANCE_KINDS = Object.keys(DISTURBANCES) as DisturbanceKind[];

export function isDisturbanceKind(word: string): word is DisturbanceKind {
  return Object.hasOwn(DISTURBANCES, word);
}

export interface Fault {
  readonly kind: DisturbanceKind;
  readonly asset: string;
  /** Epoch ms. */
  readonly onset: number;
  /** Time in which it grows from nothing to `magnitude`; 0: at once. */
  readonly rampMs: number;
  /** In the unit of its kind. */
  readonly magnitude: number;
  /** When it is put right; never, when left out. */
  readonly repairAt?: number;
  /** Which signal of the asset, for the faults of sensors. */
  readonly signal?: SignalId;
  /** Which of the ways of its kind; the first of `variants` when left out. */
  readonly variant?: string;
}

/** What is known of a kind, as one shape for all kinds. */
export const disturbanceOf = (kind: DisturbanceKind): Disturbance => DISTURBANCES[kind];

/** The way in which a fault comes about: its own, else the first of its kind; undefined when its kind has no variants. */
export const variantOf = (fault: Fault): string | undefined => fault.variant ?? disturbanceOf(fault.kind).variants?.[0];

/** Share of its magnitude (0…1) that a fault has reached at an instant; 0 before onset and from repair on. */
export function faultShare(fault: Fault, at: number): number {
  if (at < fault.onset || (fault.repairAt !== undefined && at >= fault.repairAt)) return 0;
  return fault.rampMs <= 0 ? 1 : Math.min(1, (at - fault.onset) / fault.rampMs);
}

/** Size (in the unit of its kind) at an instant. */
export const faultSize = (fault: Fault, at: number): number => fault.magnitude * faultShare(fault, at);

/** Whether a fault is there at an instant, however small. */
export const isActive = (fault: Fault, at: number): boolean => at >= fault.onset && (fault.repairAt === undefined || at < fault.repairAt);

/** A gateway that is off, or whose station has no power and no battery, says nothing: the devices ask this, the plant runs on. */
export function gatewaySilent(faults: readonly Fault[], station: string, at: number): boolean {
  return faults.some(
    (fault) =>
      fault.asset === station &&
      (fault.kind === "offline" || (fault.kind === "power_failure" && variantOf(fault) === "dark")) &&
      isActive(fault, at),
  );
}

/** Throws an InputError for the first fault that does not fit the network; `placeOf` says where the fault was written. */
export function checkFaults(
  faults: readonly Fault[],
  network: Network,
  placeOf: (index: number) => string = (index) => `faults[${index}]`,
): void {
  for (const [index, fault] of faults.entries()) checkFault(fault, network, placeOf(index));
}

/** Throws an InputError that names `place` when a fault's kind, asset, size, times, signal or variant cannot be. */
export function checkFault(fault: Fault, network: Network, place: string): void {
  const refuse = (expected: string, found: string, nearest?: string): never => {
    throw new InputError(`${place}: ${fault.kind} on ${fault.asset}`, expected, found, nearest && `did you mean "${nearest}"?`);
  };
  if (!isDisturbanceKind(fault.kind))
    throw new InputError(
      place,
      "a kind of disturbance",
      `"${String(fault.kind)}"`,
      hint(nearestWord(String(fault.kind), DISTURBANCE_KINDS)) ?? `one of ${DISTURBANCE_KINDS.join(" ")}`,
    );
  const { levels, range, unit, variants, needsRepair, needsSignal } = disturbanceOf(fault.kind);
  const asset = network.asset(fault.asset);
  if (asset === undefined) {
    const known = Array.from(network.assets(), (one) => one.id);
    return refuse("an asset of the network", `"${fault.asset}"`, nearestWord(fault.asset, known));
  }
  if (!levels.includes(asset.level)) refuse(`an asset of level ${levels.join(" or ")}`, `${asset.level} ${asset.id}`);
  const [least, most] = range;
  if (!(fault.magnitude >= least && fault.magnitude <= most))
    refuse(`a magnitude of ${least} or more, at most ${most} (${unit})`, String(fault.magnitude));
  if (!Number.isFinite(fault.onset)) refuse("an onset in epoch ms", String(fault.onset));
  if (!(fault.rampMs >= 0 && fault.rampMs < Infinity)) refuse("a ramp of 0 ms or more", String(fault.rampMs));
  if (fault.repairAt !== undefined && !(fault.repairAt > fault.onset)) refuse("a repair after the onset", String(fault.repairAt));
  if (needsRepair && fault.repairAt === undefined) refuse("repairAt, over which its magnitude is spread", "none");
  if (fault.variant !== undefined && !variants?.includes(fault.variant))
    refuse(
      variants === undefined ? "no variant" : `one of the variants ${variants.join(", ")}`,
      `"${fault.variant}"`,
      nearestWord(fault.variant, variants ?? []),
    );
  if (needsSignal) {
    if (fault.signal === undefined || !isSignalId(fault.signal)) return refuse("a signal", `"${String(fault.signal)}"`);
    if (!(SIGNALS[fault.signal].levels as readonly string[]).includes(asset.level))
      refuse(`a signal that a ${asset.level} can have`, `"${fault.signal}"`);
  } else if (fault.signal !== undefined) refuse("no signal", `"${fault.signal}"`);
  if (fault.kind === "suspended_unit" && fault.magnitude === 1 && asset.unitFacts?.suspended !== true)
    refuse("less than 1, or a unit that the network file calls suspended", `1 for a unit in use`);
}

const hint = (nearest: string | undefined): string | undefined => nearest && `did you mean "${nearest}"?`;
