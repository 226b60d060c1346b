import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import { InputError } from "../model/input-error.ts";
import { FAULT_KINDS } from "../model/finding.ts";
import { CLOCKS, type Clock } from "../model/ticket.ts";
import { errors, kindSchema, timeQuery, timeSchema, type Api } from "./schemas.ts";
import type { ApiServices, TicketService, TicketView } from "./services.ts";

/** `GET /api/kpi`: how well the work goes, counted from the tickets and nothing else. */

const RANGE_MS_USUAL = 30 * 24 * 3_600_000;
/** Tickets read in one go; between two pages everybody else has a turn, ingest above all. */
const PAGE = 250;
/** Tickets that one answer looks at; `complete` is false when there were more. */
const KPI_TICKETS_MAX = 20_000;

const count = z.number().int();
const share = z.number().min(0).max(1).nullable();
const mean = z.number().nullable();
const kpiSchema = z
  .strictObject({
    open: count.describe("Tickets before closed, now"),
    overdue: count.describe("Of those, past the next limit of their clock"),
    from: timeSchema,
    to: timeSchema,
    complete: z.boolean().describe("False when the period has more tickets than one answer looks at"),
    opened: count.describe("Tickets opened in the period, merged ones not counted; all below is of these"),
    closed: count,
    urgent: count,
    byKind: z.array(z.strictObject({ kind: kindSchema, opened: count, closed: count })),
    beforeFirstCall: share.describe("`beforeCall.share`"),
    beforeCall: z.strictObject({
      called: count.describe("Tickets about which a resident called"),
      before: count.describe("Of those, opened before the first call"),
      share: share.describe("Null while nobody called"),
      medianLeadMs: mean.describe("From the opening to the first call, of those before"),
    }),
    meanDispatchMs: mean,
    meanRespondMs: mean,
    meanFinishMs: mean,
    inTime: z
      .strictObject({ dispatch: share, respond: share, finish: share })
      .describe("Of the steps that were done: the share within its limit"),
  })
  .meta({ id: "Kpi" });
export type Kpi = z.output<typeof kpiSchema>;

export function kpiRoutes(app: Api, services: Pick<ApiServices, "tickets" | "now">): void {
  app.get(
    "/api/kpi",
    {
      config: { access: "viewer" },
      schema: {
        tags: ["tickets"],
        summary: "Figures of the tickets opened in a period: the last 30 days unless said otherwise",
        querystring: z.strictObject({ from: timeQuery, to: timeQuery }),
        response: { 200: kpiSchema, ...errors() },
      },
    },
    async ({ query }) => {
      const now = services.now();
      // Past the present moment, so that a ticket of this very millisecond counts.
      const to = query.to ?? Math.max(now, query.from ?? 0) + 1;
      const from = query.from ?? Math.max(0, to - RANGE_MS_USUAL);
      if (from >= to) throw new InputError("query.from", `a time before query.to (${to})`, String(from));
      const { tickets, complete } = await ticketsOpened(services.tickets, from, to);
      const open = services.tickets.open();
      return {
        open: open.length,
        overdue: open.filter(({ dueAt }) => dueAt !== null && dueAt < now).length,
        from,
        to,
        complete,
        ...kpiOf(tickets),
      };
    },
  );
}

async function ticketsOpened(
  service: TicketService,
  from: number,
  to: number,
): Promise<{ readonly tickets: readonly TicketView[]; readonly complete: boolean }> {
  const tickets: TicketView[] = [];
  let cursor: string | undefined;
  do {
    const page = service.list({ from, to, limit: PAGE, ...(cursor !== undefined && { cursor }) });
    tickets.push(...page.items);
    cursor = page.next ?? undefined;
    if (cursor !== undefined) await nextTurn();
  } while (cursor !== undefined && tickets.length < KPI_TICKETS_MAX);
  return { tickets, complete: cursor === undefined };
}

/** The figures of some tickets. A merged ticket is part of another one and not counted again. */
export function kpiOf(all: readonly TicketView[]): Omit<Kpi, "from" | "to" | "complete" | "open" | "overdue"> {
  const tickets = all.filter(({ state }) => state !== "merged");
  const closed = tickets.filter(({ state }) => state === "closed");
  const called = tickets.flatMap(({ openedAt, firstCallAt }) => (firstCallAt === null ? [] : [firstCallAt - openedAt]));
  const leads = called.filter((leadMs) => leadMs > 0).sort((left, right) => left - right);
  const beforeShare = called.length === 0 ? null : leads.length / called.length;
  const [dispatch, respond, finish] = CLOCKS.map((clock) => clockOf(tickets, clock)) as [ClockFigures, ClockFigures, ClockFigures];
  return {
    opened: tickets.length,
    closed: closed.length,
    urgent: tickets.filter(({ severity }) => severity === "urgent").length,
    byKind: FAULT_KINDS.flatMap((kind) => {
      const opened = tickets.filter((ticket) => ticket.kind === kind).length;
      return opened === 0 ? [] : [{ kind, opened, closed: closed.filter((ticket) => ticket.kind === kind).length }];
    }),
    beforeFirstCall: beforeShare,
    beforeCall: { called: called.length, before: leads.length, share: beforeShare, medianLeadMs: median(leads) },
    meanDispatchMs: dispatch.meanMs,
    meanRespondMs: respond.meanMs,
    meanFinishMs: finish.meanMs,
    inTime: { dispatch: dispatch.inTime, respond: respond.inTime, finish: finish.inTime },
  };
}

interface ClockFigures {
  readonly meanMs: number | null;
  readonly inTime: number | null;
}

/** Mean time from the start of a clock to the step that stops it, and the share of those steps within the limit. */
function clockOf(tickets: readonly TicketView[], clock: Clock): ClockFigures {
  const done = tickets.flatMap(({ deadlines }) =>
    deadlines.flatMap(({ clock: its, doneAt, dueAt, limitMs }) =>
      its === clock && doneAt !== undefined ? [{ tookMs: Math.max(0, doneAt - (dueAt - limitMs)), inTime: doneAt <= dueAt }] : [],
    ),
  );
  if (done.length === 0) return { meanMs: null, inTime: null };
  return {
    meanMs: done.reduce((sum, { tookMs }) => sum + tookMs, 0) / done.length,
    inTime: done.filter(({ inTime }) => inTime).length / done.length,
  };
}

function median(ascending: readonly number[]): number | null {
  if (ascending.length === 0) return null;
  const middle = ascending.length >> 1;
  return ascending.length % 2 === 1 ? ascending[middle]! : (ascending[middle - 1]! + ascending[middle]!) / 2;
}
