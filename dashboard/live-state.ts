import { isOpen, type Health, type LiveMessage, type StationLive, type TicketSummary } from "../model/live.ts";

/** What this tab knows from the live socket, and how one message changes it. Pure data; `live.ts` owns the socket and the signals. */

/** Closed tickets are remembered this long in the list, so that a board can show them; older ones are dropped first. */
export const CLOSED_TICKETS_MAX = 200;
/** Ticket events kept for lists of what happened; older ones are dropped first. */
export const TICKET_EVENTS_MAX = 200;

export interface TicketNews {
  readonly at: number;
  readonly sequence: number;
  readonly event: string;
  readonly ticket: TicketSummary;
}

export interface StationState extends StationLive {
  /** Time between the newest two readings, smoothed, ms; null before two were seen. */
  readonly intervalMs: number | null;
}

export interface LiveState {
  readonly stations: Map<string, StationState>;
  readonly tickets: Map<string, TicketSummary>;
  readonly news: TicketNews[];
  /** Sequence of the newest ticket event seen; asked for after a reconnect. Null before the first snapshot. */
  ticketSequence: number | null;
  simulated: boolean;
  health: Health | undefined;
  /** Platform time of the newest message, epoch ms. */
  at: number;
}

export interface Changed {
  readonly stations: readonly string[];
  readonly tickets: boolean;
  readonly news: readonly TicketNews[];
  readonly snapshot: boolean;
}

const NOTHING: Changed = { stations: [], tickets: false, news: [], snapshot: false };

export function emptyLiveState(): LiveState {
  return { stations: new Map(), tickets: new Map(), news: [], ticketSequence: null, simulated: false, health: undefined, at: 0 };
}

/** Applies one message and says what changed. Repeated and overtaken messages change nothing: newest wins per value, highest version per ticket. */
export function applyMessage(state: LiveState, message: LiveMessage): Changed {
  state.at = Math.max(state.at, message.at);
  switch (message.type) {
    case "snapshot":
      return applySnapshot(state, message);
    case "delta": {
      for (const station of message.stations) state.stations.set(station.id, mergeStation(state.stations.get(station.id), station));
      return { ...NOTHING, stations: message.stations.map((station) => station.id) };
    }
    case "ticket":
      return applyTicket(state, message);
    case "health":
      state.health = message.health;
      return NOTHING;
    default:
      return NOTHING; // a newer platform may say more than this page understands
  }
}

function applySnapshot(state: LiveState, message: Extract<LiveMessage, { type: "snapshot" }>): Changed {
  const known = new Map(state.stations);
  state.stations.clear();
  for (const station of message.stations)
    state.stations.set(station.id, { ...station, intervalMs: known.get(station.id)?.intervalMs ?? null });
  for (const [id, ticket] of state.tickets) if (isOpen(ticket.state)) state.tickets.delete(id);
  for (const ticket of message.tickets) state.tickets.set(ticket.id, ticket);
  trimClosed(state);
  state.simulated = message.simulated;
  // What this tab missed came before the snapshot. A platform restored from a backup counts from an earlier number: follow it.
  state.ticketSequence = message.ticketSequence;
  return { stations: [...state.stations.keys()], tickets: true, news: [], snapshot: true };
}

function applyTicket(state: LiveState, message: Extract<LiveMessage, { type: "ticket" }>): Changed {
  // A refresh of the evidence is no event: it comes with the sequence of the newest one.
  const refresh = message.event === "refreshed" && message.ticketSequence === state.ticketSequence;
  if (!refresh && state.ticketSequence !== null && message.ticketSequence <= state.ticketSequence) return NOTHING;
  state.ticketSequence = message.ticketSequence;
  const known = state.tickets.get(message.ticket.id);
  if (known === undefined || known.version <= message.ticket.version) {
    // Deleted first: insertion order is the order of the last change, which is what trimming goes by.
    state.tickets.delete(message.ticket.id);
    state.tickets.set(message.ticket.id, message.ticket);
    trimClosed(state);
  }
  if (refresh) return { ...NOTHING, tickets: true };
  const news: TicketNews = { at: message.at, sequence: message.ticketSequence, event: message.event, ticket: message.ticket };
  state.news.push(news);
  if (state.news.length > TICKET_EVENTS_MAX) state.news.shift();
  return { ...NOTHING, tickets: true, news: [news] };
}

function trimClosed(state: LiveState): void {
  const closed = [...state.tickets.values()].filter((ticket) => !isOpen(ticket.state));
  for (const ticket of closed.slice(0, Math.max(0, closed.length - CLOSED_TICKETS_MAX))) state.tickets.delete(ticket.id);
}

/** Intervals longer than this are outages, not a rhythm. */
const INTERVAL_MS_MAX = 3_600_000;
const SMOOTHING = 0.3;

function mergeStation(known: StationState | undefined, news: StationLive): StationState {
  if (known === undefined) return { ...news, intervalMs: null };
  const values: Record<string, StationLive["values"][string]> = { ...known.values };
  for (const [asset, fresh] of Object.entries(news.values)) {
    const merged: Record<string, (typeof fresh)[keyof typeof fresh]> = { ...values[asset] };
    for (const [signal, value] of Object.entries(fresh)) {
      const before = merged[signal];
      if (value !== undefined && (before === undefined || value[0] >= before[0])) merged[signal] = value;
    }
    values[asset] = merged;
  }
  const stepMs = known.dataAt === null || news.dataAt === null ? 0 : news.dataAt - known.dataAt;
  const rhythm = stepMs > 0 && stepMs <= INTERVAL_MS_MAX;
  return {
    id: news.id,
    connection: news.connection,
    dataAt: latest(known.dataAt, news.dataAt),
    receivedAt: latest(known.receivedAt, news.receivedAt),
    values,
    derived: { ...known.derived, ...news.derived },
    intervalMs: !rhythm
      ? known.intervalMs
      : known.intervalMs === null
        ? stepMs
        : known.intervalMs + SMOOTHING * (stepMs - known.intervalMs),
  };
}

const latest = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));

/** Live values older than this turn grey, unless the station reports more slowly than that. */
const FRESH_MS_MAX = 10_000;
/** Assumed before the rhythm of a station is known. */
const INTERVAL_MS_DEFAULT = 60_000;

/**
 * Whether a station's numbers may no longer be read as "now": older than 10 s and than 3 of its own intervals, known to be gone,
 * or this tab lost the platform more than 10 s ago (`now`, `lostAt`: platform time, epoch ms; null: connected).
 */
export function isStale(station: StationState | undefined, now: number, lostAt: number | null): boolean {
  if (station === undefined || station.receivedAt === null || station.connection !== "online") return true;
  if (lostAt !== null && now - lostAt > FRESH_MS_MAX) return true;
  return now - station.receivedAt > Math.max(FRESH_MS_MAX, 3 * (station.intervalMs ?? INTERVAL_MS_DEFAULT));
}
