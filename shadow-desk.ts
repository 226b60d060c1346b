import { existsSync, rmSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ShadowService } from "./api/rule-services.ts";
import { withTriedLimits } from "./backtest/backtest.ts";
import { differenceOf } from "./backtest/difference.ts";
import { liveTickets } from "./backtest-desk.ts";
import type { Contacts } from "./contacts.ts";
import { createFaultWatch, type FaultWatch } from "./fault-watch.ts";
import type { Log } from "./log.ts";
import type { Shadow } from "./model/backtest.ts";
import type { Decision } from "./model/decision.ts";
import type { Network } from "./model/network.ts";
import type { Reading } from "./model/reading.ts";
import { RuleHost } from "./rules/host.ts";
import { readOverrides } from "./rules/limit-file.ts";
import type { Limit } from "./rules/limits.ts";
import type { History } from "./rules/rewind.ts";
import { openAudit } from "./store/audit.ts";
import { openShadowRecords, type ShadowRecord } from "./store/shadow-records.ts";
import { openDatabase, type AppDatabase } from "./store/database.ts";
import { createTicketDesk, type TicketDesk } from "./ticket-desk.ts";

/**
 * Other limits beside the live ones: a second set of rules hears the same readings and keeps tickets of its own, in a file that
 * nothing else reads. It begins with what the live rules know, and after a restart again; its tickets stay.
 */

export interface ShadowDesk extends ShadowService {
  /** Fresh readings, in commit order. */
  fresh(readings: readonly Reading[]): void;
  /** The decisions of people have changed. */
  decide(decisions: readonly Decision[]): void;
  /** Takes up the one that ran before a restart, once the live rules are there. */
  resume(): void;
  close(): void;
}

export interface ShadowDeskParts {
  readonly database: AppDatabase;
  /** Of its tickets; ":memory:" for ones that are not kept. */
  readonly file: string;
  readonly network: Network;
  readonly host: Pick<RuleHost, "save">;
  readonly history: History;
  readonly extent: (station: string) => { readonly from: number; readonly to: number } | undefined;
  readonly decisions: () => readonly Decision[];
  readonly limits: Readonly<Record<string, Limit>>;
  readonly desk: Pick<TicketDesk, "list">;
  readonly contacts: Contacts;
  readonly now: () => number;
  readonly log: Log;
}

interface Running {
  readonly host: RuleHost;
  readonly watch: FaultWatch;
  /** Stations that have caught up: only they take fresh readings. */
  readonly ready: Set<string>;
  /** What people decided, with the limits that are tried. */
  readonly decisions: (all: readonly Decision[]) => Decision[];
  isOver: boolean;
}

export function createShadowDesk(parts: ShadowDeskParts): ShadowDesk {
  const { database, file, network, now, log } = parts;
  const audit = openAudit(database);
  const records = openShadowRecords(database);
  let own: { readonly database: AppDatabase; readonly desk: TicketDesk } | undefined;
  let running: Running | undefined;

  const state = (): Shadow | undefined => {
    const last = records.newest();
    if (last === undefined) return undefined;
    const known = network.stations.filter(({ id }) => parts.extent(id) !== undefined);
    return { ...last, ready: known.filter(({ id }) => running?.ready.has(id)).length, stations: known.length };
  };
  const tickets = (): { readonly database: AppDatabase; readonly desk: TicketDesk } => {
    if (own === undefined) {
      const shadowDatabase = openDatabase(file);
      own = { database: shadowDatabase, desk: createTicketDesk({ database: shadowDatabase, network, now }) };
    }
    return own;
  };
  const run = ({ overrides }: ShadowRecord): void => {
    // From this moment, not from the shadow's first one: what the live rules have saved knows of no other limits, and has to fit.
    const beganAt = now();
    const decisions = (all: readonly Decision[]): Decision[] => withTriedLimits(all, overrides, beganAt);
    const ready = new Set<string>();
    const host = new RuleHost({
      network,
      history: parts.history,
      onChange: (station) => watch.changed(station),
      elapsedMs: () => performance.now(),
    });
    const watch: FaultWatch = createFaultWatch({
      network,
      host,
      desk: tickets().desk,
      contacts: parts.contacts,
      now,
      log: { ...log, info: () => undefined },
    });
    const mine: Running = { host, watch, ready, decisions, isOver: false };
    running = mine;
    host.decide(decisions(parts.decisions()));
    host.load(parts.host.save().filter(({ at }) => at < beganAt));
    watch.start();
    void catchUp(mine);
  };

  /** Station by station, so that telemetry is not held up. */
  const catchUp = async (mine: Running): Promise<void> => {
    for (const { id } of network.stations) {
      if (mine.isOver) return;
      try {
        const extent = parts.extent(id);
        if (extent !== undefined) mine.host.resume(id, extent);
        mine.ready.add(id);
      } catch (error) {
        log.error(`shadow of ${id}: ${(error as Error).message}`);
      }
      await nextTurn();
    }
  };

  const halt = (): void => {
    if (running === undefined) return;
    running.isOver = true;
    running.watch.stop();
    running = undefined;
  };
  const closeTickets = (): void => {
    own?.database.close();
    own = undefined;
  };

  return {
    state,

    difference() {
      const shadow = records.newest();
      if (shadow === undefined || (own === undefined && !existsSync(file))) return undefined;
      const to = shadow.endedAt ?? now();
      const tried = liveTickets(tickets().desk, shadow.startedAt, to + 1).map((ticket) => ({ ...ticket, id: null }));
      return differenceOf(network, liveTickets(parts.desk, shadow.startedAt, to + 1), tried);
    },

    begin({ overrides, reason }, by) {
      const read = readOverrides(overrides, network, parts.limits, "overrides");
      const shadow: ShadowRecord = { overrides: read, reason, by: by.name, startedAt: now(), endedAt: null };
      halt();
      closeTickets();
      for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
      database.transaction(() => {
        records.append(shadow);
        audit.append({ at: now(), who: by.name, ip: by.ip, what: "rules.shadow", subject: "shadow", after: shadow, result: "ok" });
      });
      run(shadow);
      return state()!;
    },

    end(by) {
      const shadow = records.newest();
      if (shadow === undefined || shadow.endedAt !== null) return undefined;
      halt();
      database.transaction(() => {
        records.end(now());
        audit.append({ at: now(), who: by.name, ip: by.ip, what: "rules.shadow.end", subject: "shadow", result: "ok" });
      });
      return state();
    },

    fresh(readings) {
      if (running === undefined) return;
      const { ready, watch } = running;
      watch.fresh(ready.size === network.stations.length ? readings : readings.filter(({ point }) => ready.has(point.station)));
    },

    decide(all) {
      running?.host.decide(running.decisions(all));
    },

    resume() {
      const shadow = records.newest();
      if (shadow !== undefined && shadow.endedAt === null) run(shadow);
    },

    close() {
      halt();
      closeTickets();
    },
  };
}
