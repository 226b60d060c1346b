import { ticketInList } from "./api/ticket-schema.ts";
import type { BacktestService } from "./api/rule-services.ts";
import { runBacktest, withTriedLimits } from "./backtest/backtest.ts";
import { differenceOf, triedTicket } from "./backtest/difference.ts";
import type { BacktestFigures, BacktestOutcome, BacktestRequest, BacktestRun, TriedTicket } from "./model/backtest.ts";
import type { Decision } from "./model/decision.ts";
import { InputError } from "./model/input-error.ts";
import type { Network } from "./model/network.ts";
import { readOverrides } from "./rules/limit-file.ts";
import type { Limit } from "./rules/limits.ts";
import { openAudit } from "./store/audit.ts";
import { openBacktestRecords } from "./store/backtest-records.ts";
import type { AppDatabase } from "./store/database.ts";
import type { ReadingSource } from "./store/reading-slices.ts";
import type { TicketDesk } from "./ticket-desk.ts";

/** Backtests beside the running platform: one after the other in a thread of their own, with progress, cancel and kept results. */

const DAY_MS = 86_400_000;
const WINDOW_MS_MAX = 366 * DAY_MS;
const QUEUED_MAX = 20;
/** The live path keeps the other core. */
const WORKERS = 1;
/** Progress is written at most this often. */
const PROGRESS_MS = 500;
const PAGE = 200;
/** An episode that began so long before the window still has its live ticket in it. */
const LIVE_BEFORE_MS = 31 * DAY_MS;

export interface BacktestDesk extends BacktestService {
  /** Cancels what runs and waits until it has ended. */
  close(): Promise<void>;
}

export interface BacktestDeskParts {
  readonly database: AppDatabase;
  readonly network: Network;
  readonly networkText: string;
  readonly readings: ReadingSource;
  readonly extent: (station: string) => { readonly from: number } | undefined;
  readonly decisions: () => readonly Decision[];
  readonly limits: Readonly<Record<string, Limit>>;
  readonly desk: Pick<TicketDesk, "list">;
  readonly now: () => number;
}

export function createBacktestDesk(parts: BacktestDeskParts): BacktestDesk {
  const { database, now } = parts;
  const based = (): Set<string> =>
    new Set(parts.decisions().flatMap((decision) => (decision.type === "limits" ? (decision.backtest ?? []) : [])));
  const records = openBacktestRecords(database, based);
  const audit = openAudit(database);
  const aborts = new Map<string, AbortController>();
  const progress = new Map<string, number>();
  let working: Promise<void> = Promise.resolve();
  let closed = false;

  // What a stop or a crash interrupted has no result.
  for (const run of records.all())
    if (run.state === "queued" || run.state === "running")
      records.save({ ...run, state: "failed", endedAt: now(), error: "the platform was restarted" });

  const told = (run: BacktestRun): BacktestRun => ({ ...run, progress: progress.get(run.id) ?? run.progress });

  const work = async (id: string, signal: AbortSignal): Promise<void> => {
    const asked = records.get(id);
    if (asked === undefined || asked.state !== "queued") return;
    const run: BacktestRun = { ...asked, state: "running", startedAt: now() };
    records.save(run);
    try {
      const { figures, outcome } = await play(parts, run, signal, (share) => progress.set(id, share));
      records.save({ ...run, state: "done", progress: 1, endedAt: now(), figures }, outcome);
    } catch (error) {
      const share = progress.get(id) ?? 0;
      if (signal.aborted) {
        const word = closed ? ({ state: "failed", error: "the platform was stopped" } as const) : ({ state: "cancelled" } as const);
        records.save({ ...run, ...word, progress: share, endedAt: now() });
      } else records.save({ ...run, state: "failed", progress: share, endedAt: now(), error: (error as Error).message });
    } finally {
      progress.delete(id);
      aborts.delete(id);
    }
  };

  return {
    list: () => records.all().map(told),
    get(id) {
      const run = records.get(id);
      return run === undefined ? undefined : told(run);
    },
    outcome: (id) => records.outcome(id),

    ask(asked, by) {
      const starts = parts.network.stations.flatMap(({ id }) => parts.extent(id)?.from ?? []);
      if (starts.length === 0) throw new InputError("backtests", "readings in the store", "none", "POST /api/import brings history in");
      const request: BacktestRequest = { ...asked, from: asked.from ?? Math.min(...starts), to: asked.to ?? now() };
      check(parts, request);
      if (aborts.size >= QUEUED_MAX)
        throw new InputError("backtests", `at most ${QUEUED_MAX} that wait`, String(aborts.size), "wait for one to end, or cancel one");
      const run: BacktestRun = {
        ...request,
        id: `B${records.all().length === 0 ? 1 : Number(records.all()[0]!.id.slice(1)) + 1}`,
        state: "queued",
        progress: 0,
        by: by.name,
        madeAt: now(),
        startedAt: null,
        endedAt: null,
        error: null,
        figures: null,
      };
      database.transaction(() => {
        records.save(run);
        audit.append({ at: now(), who: by.name, ip: by.ip, what: "rules.backtest", subject: run.id, after: request, result: "ok" });
      });
      const abort = new AbortController();
      aborts.set(run.id, abort);
      working = working.then(() => work(run.id, abort.signal));
      return run;
    },

    cancel(id, by) {
      const run = records.get(id);
      if (run === undefined) return undefined;
      if (run.state === "queued" || run.state === "running") {
        audit.append({ at: now(), who: by.name, ip: by.ip, what: "rules.backtest.cancel", subject: id, result: "ok" });
        aborts.get(id)?.abort(new Error("cancelled"));
        if (run.state === "queued") {
          records.save({ ...run, state: "cancelled", endedAt: now() });
          aborts.delete(id);
        }
      }
      return told(records.get(id)!);
    },

    async close() {
      closed = true;
      for (const abort of aborts.values()) abort.abort(new Error("the platform was stopped"));
      await working;
    },
  };
}

function check({ network, limits }: BacktestDeskParts, { from, to, stations, overrides }: BacktestRequest): void {
  if (from >= to) throw new InputError("from", "a time before to", new Date(from).toISOString());
  if (to - from > WINDOW_MS_MAX)
    throw new InputError("to", `at most ${WINDOW_MS_MAX / DAY_MS} days after from`, new Date(to).toISOString());
  for (const station of stations ?? [])
    if (network.asset(station)?.level !== "station") throw new InputError("stations", "stations of the network", JSON.stringify(station));
  if (overrides !== null) readOverrides(overrides, network, limits, "overrides");
}

async function play(
  parts: BacktestDeskParts,
  { from, to, stations, overrides }: BacktestRequest,
  signal: AbortSignal,
  report: (share: number) => void,
): Promise<{ figures: BacktestFigures; outcome: BacktestOutcome }> {
  const { network, networkText, readings, desk } = parts;
  const decisions = parts.decisions();
  let toldAt = -Infinity;
  const result = await runBacktest({
    network,
    networkText,
    overrides: {},
    decisions: overrides === null ? decisions : withTriedLimits(decisions, overrides),
    readings,
    ...(stations === null ? {} : { stations }),
    from,
    to,
    workers: WORKERS,
    signal,
    progress(share) {
      if (performance.now() - toldAt < PROGRESS_MS && share < 1) return;
      toldAt = performance.now();
      report(share);
    },
  });
  const { tickets, ticketsPerDay, byKind, held, mostPer10Min, evaluations, failures, lastFailure, stationDays } = result;
  const tried = tickets.map((ticket) => triedTicket(ticket, false));
  const asked = new Set(stations ?? network.stations.map(({ id }) => id));
  const live = liveTickets(desk, from, to).filter(({ station }) => asked.has(station));
  return {
    figures: {
      stations: result.stations,
      stationDays,
      readings: result.readings,
      evaluations,
      failures,
      lastFailure: lastFailure ?? null,
      ticketsPerDay,
      byKind,
      held,
      mostPer10Min,
    },
    outcome: { tickets: tickets.map(ticketInList), difference: differenceOf(network, live, tried) },
  };
}

/** Tickets that the rules opened live and that were not over before the window, oldest first; merged ones left out. */
export function liveTickets(desk: Pick<TicketDesk, "list">, from: number, to: number): TriedTicket[] {
  const found: TriedTicket[] = [];
  let cursor: string | undefined;
  do {
    const page = desk.list({ from: from - LIVE_BEFORE_MS, to, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const ticket of page.items)
      if (ticket.source === "rule" && ticket.state !== "merged" && (ticket.openedAt >= from || (ticket.recoveredAt ?? Infinity) >= from))
        found.push(triedTicket(ticket, true));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found.sort((a, b) => a.openedAt - b.openedAt);
}
