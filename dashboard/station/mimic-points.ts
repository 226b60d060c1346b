import type { FaultKind } from "../../model/finding.ts";
import { isOpen, urgencyOrder, type TicketSummary } from "../../model/live.ts";

/** Where on the mimic a fault shows itself. Pure. */

export type MimicPoint = "primary_supply" | "valve" | "supply" | "return_pressure" | "pump" | "strainer" | "exchanger" | "makeup";

const POINT_OF: Readonly<Partial<Record<FaultKind, MimicPoint>>> = {
  primary_shortage: "primary_supply",
  valve_stuck: "valve",
  valve_hunting: "valve",
  curve_drift: "supply",
  over_heated: "supply",
  low_pressure: "return_pressure",
  over_pressure: "return_pressure",
  pump_failure: "pump",
  clogged_strainer: "strainer",
  exchanger_fouling: "exchanger",
  exchanger_leak: "exchanger",
  burst: "makeup",
  leak: "makeup",
  draw_off: "makeup",
  makeup_fault: "makeup",
};

/** The open ticket, not yet recovered, of the station or this circuit that is to be shown at each point; the worst, then oldest one. */
export function markedPoints(tickets: Iterable<TicketSummary>, station: string, circuit: string): ReadonlyMap<MimicPoint, TicketSummary> {
  const found = new Map<MimicPoint, TicketSummary>();
  for (const ticket of tickets) {
    const point = POINT_OF[ticket.kind];
    if (
      point === undefined ||
      ticket.station !== station ||
      !isOpen(ticket.state) ||
      ticket.recoveredAt !== null ||
      ticket.building !== undefined
    )
      continue;
    if (ticket.circuit !== undefined && ticket.circuit !== circuit) continue;
    const known = found.get(point);
    if (
      known === undefined ||
      urgencyOrder(ticket.severity) - urgencyOrder(known.severity) < 0 ||
      (ticket.severity === known.severity && ticket.openedAt < known.openedAt)
    )
      found.set(point, ticket);
  }
  return found;
}
