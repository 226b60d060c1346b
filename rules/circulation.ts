import type { Asset } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import { habitsOf, isStanding } from "./circuit-habits.ts";
import type { View } from "./rule.ts";

/** Whether the water of a circuit moves, by everything that tells: the pump's own word, the head, the flow. */

const ANALOGS: readonly SignalId[] = ["p2_return", "p2_supply", "q2_flow", "t2_supply"];
const MINUTE_MS = 60_000;

export interface Circulation {
  /** What the pump says of itself; undefined: nothing. */
  readonly standing: boolean | undefined;
  readonly faultBit: boolean;
  /** Head and flow over what they usually are, the head at the pump's present frequency; NaN: unknown. */
  readonly headShare: number;
  readonly flowShare: number;
  readonly headKpa: number;
  readonly flowM3h: number;
  readonly usualHeadKpa: number;
  readonly usualFlowM3h: number;
}

export function circulationOf(circuit: Asset, view: View): Circulation {
  const { id } = circuit;
  const habits = habitsOf(view, id);
  const hz = view.last(id, "cp_hz")?.value;
  const speed = hz === undefined || !(habits.hz.usual > 5) || hz < 5 ? 1 : hz / habits.hz.usual;
  const supply = view.last(id, "p2_supply");
  const back = view.last(id, "p2_return");
  const headKpa = supply === undefined || back === undefined ? NaN : supply.value - back.value;
  const flowM3h = view.last(id, "q2_flow")?.value ?? NaN;
  const usualHeadKpa = habits.headKpa.usual * speed ** 2;
  const usualFlowM3h = habits.flowM3h.usual * speed;
  const hasWord = view.last(id, "cp_run") !== undefined || hz !== undefined;
  return {
    standing: hasWord ? isStanding(circuit, view) : undefined,
    faultBit: (view.last(id, "cp_fault")?.value ?? 0) >= 0.5,
    headShare: usualHeadKpa > 0 ? headKpa / usualHeadKpa : NaN,
    flowShare: usualFlowM3h > 0 ? flowM3h / usualFlowM3h : NaN,
    headKpa,
    flowM3h,
    usualHeadKpa,
    usualFlowM3h,
  };
}

/** Time, ms, in which a circuit's next report has come: a state that lasts longer was seen twice. */
export function secondReportMs(circuit: Asset, view: View): number {
  const interval = Math.min(...ANALOGS.map((signal) => view.interval(circuit.id, signal) ?? Infinity));
  return 1.2 * (interval < Infinity ? interval : MINUTE_MS);
}
