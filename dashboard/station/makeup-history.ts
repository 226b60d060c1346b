import { createMemo, type Accessor } from "solid-js";
import type { Curve } from "../../model/curve.ts";
import type { FaultKind } from "../../model/finding.ts";
import type { ChartBar } from "../charts/chart-types.ts";
import { lineOf } from "../charts/chart-data.ts";
import { get } from "../api.ts";
import { usePlant } from "../context.ts";
import { createFetched } from "../fetched.ts";
import { makeupBars, hourlyMakeup } from "./hourly-makeup.ts";

/** The hourly makeup of a circuit over a window, fetched with the fortnight before it that says what is usual. */

const HOUR_MS = 3_600_000;
const USUAL_DAYS = 14;
/** A window that follows now asks again this often. */
const STEP_MS = 300_000;
/** Tickets about water that is lost: hours within them teach nothing, and their bars have the ticket's colour. */
const LOSSES: ReadonlySet<FaultKind> = new Set<FaultKind>(["burst", "leak", "draw_off"]);

/** Bars of the window, under the current Solid owner; `carrier` is the asset that reports the totaliser. */
export function createMakeupBars(
  circuit: string,
  carrier: Accessor<string>,
  window: Accessor<{ readonly from: number; readonly to: number }>,
): Accessor<readonly ChartBar[]> {
  const { live } = usePlant();
  const asked = createMemo(
    () => {
      const to = Math.ceil(window().to / STEP_MS) * STEP_MS;
      const from = Math.floor((window().from - USUAL_DAYS * 24 * HOUR_MS) / HOUR_MS) * HOUR_MS;
      return { asset: carrier(), from, to };
    },
    undefined,
    { equals: (a, b) => a.asset === b.asset && a.from === b.from && a.to === b.to },
  );
  const answer = createFetched(asked, async ({ asset, from, to }) => ({
    at: live.now(),
    answer: await get<Curve>("/api/series", { asset, signal: ["mk_total"], from, to, px: Math.ceil((to - from) / HOUR_MS) }),
  }));
  const hours = createMemo(() => {
    const loaded = answer.latest();
    const line = loaded?.answer.ok === true ? lineOf(loaded.answer.value, asked().asset, "mk_total") : undefined;
    return line === undefined ? [] : hourlyMakeup(line, loaded!.at);
  });
  return createMemo(() => {
    const losses = [...live.tickets().values()]
      .filter((ticket) => LOSSES.has(ticket.kind) && (ticket.circuit === circuit || ticket.asset === circuit))
      .map((ticket) => ({ since: ticket.since, until: ticket.recoveredAt ?? ticket.closedAt ?? Infinity, severity: ticket.severity }));
    return makeupBars(hours(), losses, window().from, window().to);
  });
}
