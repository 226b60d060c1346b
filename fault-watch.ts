import { createBacklogWatch } from "./backlog-watch.ts";
import type { Contacts } from "./contacts.ts";
import type { Log } from "./log.ts";
import type { Episode, RootedEpisode } from "./model/finding.ts";
import type { Network } from "./model/network.ts";
import type { Reading } from "./model/reading.ts";
import type { RuleHost } from "./rules/host.ts";
import { tickTarget } from "./rules/tick-target.ts";
import type { TicketDesk } from "./ticket-desk.ts";

/** The loop between rules and tickets: lets event time pass, settles late data, and brings tickets in line with what was found. */

/** How often it looks. With the grace of the tick this keeps a ticket within 2 s of the reading that convinced the rule. */
const LOOK_MS = 250;
/** Work on late data per look: telemetry comes first. */
const SETTLE_MS_MAX = 100;
/** After a start gateways need time to come back, and then to show that they are there; until then their silence is ours. */
const RETURN_GRACE_MS = 600_000;
/** Evidence of an open ticket is looked at again this often even when no finding changed. */
const REFRESH_MS = 60_000;

export interface FaultWatch {
  /** Takes fresh readings, in commit order. */
  fresh(readings: readonly Reading[]): void;
  /** Marks a station's findings as changed; the next look reconciles its tickets. */
  changed(station: string): void;
  /** One look: exported for tests; `start` repeats it. */
  look(): void;
  start(): void;
  stop(): void;
  failures(): number;
}

export interface FaultWatchParts {
  readonly network: Network;
  readonly host: RuleHost;
  readonly desk: TicketDesk;
  readonly contacts: Contacts;
  readonly now: () => number;
  readonly log: Log;
  /** In place of a minute. */
  readonly refreshMs?: number;
}

export function createFaultWatch({ network, host, desk, contacts, now, log, refreshMs = REFRESH_MS }: FaultWatchParts): FaultWatch {
  const startedAt = now();
  const waiting = new Set<string>();
  const lookedAt = new Map<string, number>();
  const returnedAt = new Map<string, number>();
  const backlogs = createBacklogWatch();
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const guard = (what: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      failures++;
      log.error(`${what}: ${(error as Error).message}`);
    }
  };

  /**
   * The event time to which a station may be judged now. Undefined while it cannot be: nothing was ever received, it had no time
   * to return after a start, a rewind of it could not be finished, or its gateway is delivering what it held back and the findings of
   * that moment are not those of now. A station that is always late is judged as far as it has come.
   */
  const judgedTo = (station: string, at: number): number | undefined => {
    const watermark = host.watermark(station);
    if (watermark === undefined || host.isTorn(station) || (!contacts.heardSinceStart(station) && at < startedAt + RETURN_GRACE_MS))
      return undefined;
    const target = tickTarget({ now: at, watermark, lastReceivedAt: contacts.lastReceivedAt(station) });
    if (target !== watermark) {
      backlogs.forget(station);
      return target;
    }
    return backlogs.isCatchingUp(station, watermark, at) ? undefined : host.evaluatedAt(station);
  };

  /**
   * The findings of a station that just came back after a start, without a silence that may have been only ours: what was sent while
   * nobody listened is missing like what was never sent. A silence that has its ticket from before goes on.
   */
  const rootedNow = (station: string, at: number): readonly RootedEpisode[] => {
    const rooted = host.rooted(station);
    if (contacts.heardSinceStart(station) && !returnedAt.has(station)) returnedAt.set(station, at);
    if (at >= (returnedAt.get(station) ?? -Infinity) + RETURN_GRACE_MS) return rooted;
    const isOurs = ({ kind, asset, since }: Episode): boolean =>
      kind === "offline" && since < startedAt && !desk.open().some((ticket) => ticket.kind === kind && ticket.asset === asset);
    return rooted
      .map(({ episode, root }) => ({ episode, root: root !== undefined && isOurs(root) ? undefined : root }))
      .filter(({ episode, root }) => root !== undefined || !isOurs(episode));
  };

  const look = (): void => {
    const at = now();
    guard("late data", () => void host.settle(SETTLE_MS_MAX));
    for (const { id } of network.stations) {
      const target = judgedTo(id, at);
      if (target === undefined) continue;
      guard(`rules of ${id}`, () => host.tick(target, id));
      const due = waiting.has(id) || at - (lookedAt.get(id) ?? 0) >= refreshMs;
      if (!due) continue;
      waiting.delete(id);
      lookedAt.set(id, at);
      guard(`tickets of ${id}`, () => {
        for (const ticket of desk.reconcile(
          id,
          rootedNow(id, at),
          host.episodes(id).filter(({ clearedAt }) => clearedAt !== undefined),
        ))
          log.info(`opened ${ticket}`);
      });
    }
    const dueAt = desk.nextDueAt();
    if (dueAt !== null && dueAt <= at) guard("ticket clocks", () => void desk.due());
  };

  return {
    fresh: (readings) => guard("rules", () => host.accept(readings)),
    changed: (station) => void waiting.add(station),
    look,
    start() {
      timer ??= setInterval(look, LOOK_MS);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
    failures: () => failures,
  };
}
