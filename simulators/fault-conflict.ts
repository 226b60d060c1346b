import type { Network } from "../model/network.ts";
import { type DisturbanceKind, disturbanceOf, type Fault } from "./faults.ts";

/**
 * Which faults make each other undetectable. Two that show in the same quantity of the same place (two leaks of a circuit; a
 * leak and a maintenance drain; two chokes of a unit) do when their times come within a day of each other. One that silences or
 * stops a whole station does to a fault that lives for less than twice as long as both are there together.
 */

const DAY_MS = 86_400_000;
/** What never ends counts as ending so long after its onset. */
const FOREVER_MS = 400 * DAY_MS;

/** The quantity in which a kind shows, and therefore what it can hide. */
const SHOWS_IN: Readonly<Partial<Record<DisturbanceKind, "water" | "supply" | "circulation" | "unit">>> = {
  burst: "water",
  leak: "water",
  draw_off: "water",
  low_pressure: "water",
  over_pressure: "water",
  makeup_fault: "water",
  exchanger_leak: "water",
  maintenance_drain: "water",
  planned_filling: "water",
  draw_off_storm: "water",
  curve_drift: "supply",
  valve_stuck: "supply",
  valve_hunting: "supply",
  exchanger_fouling: "supply",
  primary_shortage: "supply",
  setback: "supply",
  sun_on_sensor: "supply",
  clogged_strainer: "circulation",
  pump_failure: "circulation",
  freeze_risk: "circulation",
  air_lock: "unit",
  under_heated: "unit",
  closed_valve: "unit",
  over_heated: "unit",
  imbalance: "unit",
  window_open: "unit",
  suspended_unit: "unit",
};
/** Nothing of the station is heard, or nothing in it moves. */
const SILENCING: ReadonlySet<DisturbanceKind> = new Set(["offline", "power_failure", "pump_failure", "freeze_risk"]);

const endOf = (fault: Fault): number => fault.repairAt ?? fault.onset + FOREVER_MS;

export function areUndetectable(one: Fault, other: Fault, network: Network): boolean {
  if (network.asset(one.asset)?.station !== network.asset(other.asset)?.station) return false;
  const togetherMs = Math.min(endOf(one), endOf(other)) - Math.max(one.onset, other.onset);
  if (togetherMs < -DAY_MS) return false;
  if (hides(one, other, togetherMs) || hides(other, one, togetherMs)) return true;
  if (disturbanceOf(one.kind).acts === "sensor" && disturbanceOf(other.kind).acts === "sensor")
    return one.asset === other.asset && one.signal === other.signal;
  const quantity = SHOWS_IN[one.kind];
  return quantity !== undefined && quantity === SHOWS_IN[other.kind] && touch(one.asset, other.asset, quantity, network);
}

const hides = (one: Fault, other: Fault, togetherMs: number): boolean =>
  SILENCING.has(one.kind) && togetherMs > 0 && togetherMs * 2 > endOf(other) - other.onset;

/** Water, supply and circulation are those of a circuit; what shows in a unit touches another when one lies in the other. */
function touch(one: string, other: string, quantity: string, network: Network): boolean {
  const [a, b] = [network.asset(one)!, network.asset(other)!];
  if (quantity === "unit") return within(one, other, network) || within(other, one, network);
  return a.circuit === undefined || b.circuit === undefined || a.circuit === b.circuit;
}

const within = (inner: string, outer: string, network: Network): boolean => network.lineage(inner).some(({ id }) => id === outer);
