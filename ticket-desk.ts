import type { Episode, RootedEpisode } from "./model/finding.ts";
import { InputError } from "./model/input-error.ts";
import type { Network } from "./model/network.ts";
import type { Actor } from "./model/role.ts";
import type { TicketMove } from "./model/ticket.ts";
import type { TicketChange, TicketRecord } from "./model/ticket-record.ts";
import { openAudit } from "./store/audit.ts";
import type { AppDatabase } from "./store/database.ts";
import type { TicketQuery } from "./store/ticket-query.ts";
import { openTicketRecords, type TicketLogEntry, type TicketPage, type TicketRecords } from "./store/ticket-records.ts";
import type { TicketView } from "./store/ticket-rows.ts";
import { ticketClock, type TicketClock } from "./tickets/clock.ts";
import { fileComplaint, type Complaint } from "./tickets/complaint.ts";
import { reconcile } from "./tickets/desk.ts";
import { decideMove, type MoveBody, type MoveProblem } from "./tickets/flow.ts";
import { DEFAULT_SLA, RELAPSE_MS, type SlaProfile } from "./tickets/sla.ts";

/** The desk: the pure decisions of `tickets/` over the records of `store/`. Everything that opens, moves or watches a ticket goes through here. */

type TicketMoveOutcome =
  | { readonly type: "moved"; readonly ticket: TicketView }
  | { readonly type: "unknown" }
  /** The ticket changed since the version that was read. */
  | { readonly type: "stale"; readonly ticket: TicketView }
  | { readonly type: "problem"; readonly ticket: TicketView; readonly problem: MoveProblem };

interface ComplaintOutcome {
  readonly ticket: TicketView;
  /** True: an existing ticket took it in. */
  readonly joined: boolean;
}

export interface TicketDesk {
  /**
   * Brings a station's tickets in line with its episodes; answers the ids that were opened. Call it after every change of the
   * station's episodes, and never before the rules have caught up with the stored readings: an episode not listed counts as over.
   */
  reconcile(station: string, rooted: readonly RootedEpisode[], recent: readonly Episode[]): string[];
  /** A person's move. `version`: the one that was read; undefined moves whatever is there. */
  move(id: string, move: TicketMove, body: MoveBody, version: number | undefined, by: Actor): TicketMoveOutcome;
  /** A resident's call: joins the ticket that explains it, else opens one. Throws an InputError for an unknown asset. */
  complain(complaint: Complaint, by: Actor): ComplaintOutcome;
  /** Writes the warnings and escalations that are due; answers how many. Call it at `nextDueAt()`. */
  due(): number;
  /** The next instant at which `due` has something to write. */
  nextDueAt(): number | null;
  /** Clears the findings of stations that are no longer in the network file, so that their tickets can be closed. */
  retireUnknownStations(): void;
  list(query: TicketQuery): TicketPage;
  get(id: string): TicketView | undefined;
  open(): ReturnType<TicketRecords["open"]>;
  sequence(): number;
  logAfter(sequence: number, limit: number): TicketLogEntry[];
  subscribe(listener: (entry: TicketLogEntry) => void): () => void;
  readonly clock: TicketClock;
}

export interface TicketDeskOptions {
  readonly database: AppDatabase;
  readonly network: Network;
  /** The service limits; the default of `tickets/sla.ts`. */
  readonly profile?: SlaProfile;
  /** The platform's clock, epoch ms. */
  readonly now: () => number;
}

/** Opens the desk over the application database. */
export function createTicketDesk({ database, network, profile = DEFAULT_SLA, now }: TicketDeskOptions): TicketDesk {
  const clock = ticketClock(profile, network.timezone);
  const records = openTicketRecords(database, { clock, zone: network.timezone });
  const audit = openAudit(database);

  const view = (id: string): TicketView => {
    const ticket = records.get(id);
    if (ticket === undefined) throw new Error(`ticket ${id} was written and is not there`);
    return ticket;
  };
  const recordsFor = (station: string, rooted: readonly RootedEpisode[], at: number): TicketRecord[] => {
    const found = records.ofStation(station, at - RELAPSE_MS);
    const known = new Set(found.map((record) => record.id));
    for (const { root } of rooted) {
      if (root === undefined || root.station === station) continue;
      const ticket = records.anchored(root.kind, root.asset);
      if (ticket !== undefined && !known.has(ticket.id)) {
        known.add(ticket.id);
        found.push(ticket);
      }
    }
    return found;
  };
  const decide = (station: string, rooted: readonly RootedEpisode[], recent: readonly Episode[], at: number): TicketChange[] =>
    reconcile({ at, station, rooted, recent, open: recordsFor(station, rooted, at), network });
  const reconcileStation = (station: string, rooted: readonly RootedEpisode[], recent: readonly Episode[]): string[] => {
    const at = now();
    // Mostly there is nothing to write, and the look costs no lock; what is written is decided again under it.
    if (decide(station, rooted, recent, at).length === 0) return [];
    return records.transaction(() => records.apply(decide(station, rooted, recent, at)));
  };

  return {
    clock,
    reconcile: reconcileStation,
    move: (id, move, body, version, by) =>
      records.transaction(() => {
        const record = records.record(id);
        if (record === undefined) return { type: "unknown" };
        const asked = {
          at: now(),
          who: by.name,
          ip: by.ip,
          what: `ticket.${move}`,
          subject: id,
          before: { state: record.state, version: record.version },
        };
        if (version !== undefined && version !== record.version) {
          audit.append({ ...asked, after: { read: version }, result: "refused" });
          return { type: "stale", ticket: view(id) };
        }
        const target = move === "merge" && body.into !== undefined ? records.record(body.into) : undefined;
        const taken = move === "reopen" ? records.anchored(record.kind, record.asset) : undefined;
        const outcome = decideMove(record, { move, by, body, at: asked.at, target, taken });
        if (!outcome.ok) {
          audit.append({ ...asked, after: { problem: outcome.problem.code }, result: "refused" });
          return { type: "problem", ticket: view(id), problem: outcome.problem };
        }
        records.apply([
          { type: "update", at: asked.at, id, steps: [outcome.step], body: {} },
          ...(outcome.target === undefined || target === undefined
            ? []
            : [{ type: "update" as const, at: asked.at, id: target.id, steps: [outcome.target.step], body: outcome.target.body }]),
        ]);
        const ticket = view(id);
        audit.append({ ...asked, after: { state: ticket.state, version: ticket.version, ...body }, result: "ok" });
        return { type: "moved", ticket };
      }),
    complain(complaint, by) {
      const asset = network.asset(complaint.asset);
      if (asset === undefined) throw new InputError("asset", "the id of an asset in the network file", JSON.stringify(complaint.asset));
      return records.transaction(() => {
        const at = now();
        const change = fileComplaint({
          complaint,
          at,
          by: by.name,
          asset,
          tickets: records.ofStation(asset.station, at - RELAPSE_MS),
          network,
        });
        const [opened] = records.apply([change]);
        const id = opened ?? (change.type === "update" ? change.id : "");
        audit.append({
          at,
          who: by.name,
          ip: by.ip,
          what: "ticket.complaint",
          subject: id,
          after: { asset: asset.id, symptom: complaint.symptom, at: complaint.at },
          result: "ok",
        });
        return { ticket: view(id), joined: opened === undefined };
      });
    },
    due() {
      const at = now();
      return records.transaction(() => {
        let written = 0;
        for (let batch = records.dueBy(at); batch.length > 0; batch = records.dueBy(at)) {
          for (const record of batch) {
            const steps = clock.due(record, at);
            written += steps.length;
            records.apply([{ type: "update", at, id: record.id, steps, body: {} }]);
          }
        }
        return written;
      });
    },
    nextDueAt: () => records.nextDueAt(),
    retireUnknownStations() {
      for (const station of records.openStations()) if (network.asset(station) === undefined) reconcileStation(station, [], []);
    },
    list: (query) => records.list(query),
    get: (id) => records.get(id),
    open: () => records.open(),
    sequence: () => records.sequence(),
    logAfter: (sequence, limit) => records.logAfter(sequence, limit),
    subscribe: (listener) => records.subscribe(listener),
  };
}
