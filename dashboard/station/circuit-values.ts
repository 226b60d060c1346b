import { expectedReturnC } from "../../model/heating-curve.ts";
import type { LatestValue } from "../../model/live.ts";
import type { Asset, Network } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import type { StationState } from "../live-state.ts";
import { latestOf } from "../network.ts";

/** The numbers of one circuit and its station, looked up where they are reported, and what follows from them. Pure. */
export interface CircuitValues {
  /** Newest value of a signal of the circuit or, failing that, of its station; null: failed or never received. */
  value(signal: SignalId): number | null;
  at(signal: SignalId): number | null;
  /** The controller's own set point, else what the heating curve asks for. */
  readonly expectedSupplyC: number | null;
  readonly expectedReturnC: number | null;
  readonly makeupM3h: number | null;
  readonly makeupExpectedM3h: number | null;
  readonly strainerDropKpa: number | null;
  readonly deltaC: number | null;
  /** Primary return above secondary return, K. */
  readonly approachC: number | null;
}

export function circuitValues(network: Network, station: StationState | undefined, circuit: Asset): CircuitValues {
  const find = (signal: SignalId): LatestValue | undefined =>
    latestOf(network, station, circuit.id, signal) ?? latestOf(network, station, circuit.station, signal);
  const value = (signal: SignalId): number | null => find(signal)?.[1] ?? null;
  const difference = (a: SignalId, b: SignalId): number | null => {
    const [left, right] = [value(a), value(b)];
    return left === null || right === null ? null : left - right;
  };
  const derived = station?.derived[circuit.id];
  const outdoor = value("t_out");
  return {
    value,
    at: (signal) => find(signal)?.[0] ?? null,
    expectedSupplyC: value("t2_set") ?? derived?.supplyExpectedC ?? null,
    expectedReturnC: outdoor === null || circuit.circuitFacts === undefined ? null : expectedReturnC(circuit.circuitFacts, outdoor),
    makeupM3h: derived?.makeupM3h ?? null,
    makeupExpectedM3h: derived?.makeupExpectedM3h ?? null,
    strainerDropKpa: difference("p2_filter_in", "p2_filter_out"),
    deltaC: difference("t2_supply", "t2_return"),
    approachC: difference("t1_return", "t2_return"),
  };
}
