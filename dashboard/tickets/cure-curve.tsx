import { createMemo, Show, type JSX } from "solid-js";
import { usePlant } from "../context.ts";
import type { TicketDetail } from "./detail.ts";
import { EvidenceChart } from "./evidence-charts.tsx";

/** Why a close is locked, drawn: the quantity that has to come back, over the last hours, with its limit. */

const HOUR_MS = 3_600_000;
const SHOWN_MS = 6 * HOUR_MS;

export function CureCurve(props: { ticket: TicketDetail }): JSX.Element {
  const { live } = usePlant();
  const to = createMemo(() => Math.ceil(live.now() / 60_000) * 60_000);
  /** Measured by the station and with a limit is best: it goes on after the ticket was opened. */
  const evidence = createMemo(() => {
    const { evidence: all } = props.ticket;
    return (
      all.find((one) => one.signal !== undefined && one.limit !== undefined) ??
      all.find((one) => one.curve !== undefined && (one.limit !== undefined || one.curve.expected !== undefined))
    );
  });
  return (
    <Show when={props.ticket.recoveredAt === null && evidence()}>
      {(one) => (
        <div class="cure">
          <EvidenceChart ticket={props.ticket} evidence={one()} from={to() - SHOWN_MS} to={to()} last plain />
        </div>
      )}
    </Show>
  );
}
