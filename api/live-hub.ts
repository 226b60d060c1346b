import type { WebSocket } from "ws";
import type { LiveMessage, LiveRequest } from "../model/live.ts";
import { isStillIn, type Principal } from "./auth.ts";
import { LiveStations } from "./live-stations.ts";
import type { ApiServices, Metric, TicketLogEntry } from "./services.ts";

/** Owns the live sockets: who is connected, what each has seen, and when to give up on one that does not read. */

export interface LiveLimits {
  readonly clientsMax: number;
  /** Rounds per second in which deltas go out. */
  readonly flushMs: number;
  /** A client with more than this unread gets nothing new … */
  readonly bufferedBytesMax: number;
  /** … and is closed after this long. */
  readonly stuckMs: number;
  /** A ping every so often; one that is not answered by the next ends the connection. */
  readonly pingMs: number;
  readonly healthMs: number;
  /** Ticket messages in one round and client; the rest follows in the next. */
  readonly ticketsPerFlush: number;
  /** A reconnecting client that missed more than this gets the snapshot instead. */
  readonly replayMax: number;
  readonly requestsPerPing: number;
}

export const LIVE_LIMITS: LiveLimits = {
  clientsMax: 500,
  flushMs: 250,
  bufferedBytesMax: 256 * 1024,
  stuckMs: 30_000,
  pingMs: 15_000,
  healthMs: 10_000,
  ticketsPerFlush: 500,
  replayMax: 5_000,
  requestsPerPing: 100,
};

/** WebSocket close codes: policy violation, try again later, and ours for an ended session (RFC 6455 7.4). */
const CLOSE = { goingAway: 1001, policy: 1008, sessionEnded: 4401 } as const;
const CLOSING_MS_MAX = 1_000;
/** Unread input of one client: its only request is a short one. */
export const REQUEST_BYTES_MAX = 4 * 1024;

interface Client {
  readonly socket: WebSocket;
  readonly principal: Principal;
  sentRound: number;
  sentSequence: number;
  focus: string | null;
  stuckSince: number | null;
  pinged: boolean;
  requests: number;
  /** We are closing it: it gets nothing more and is counted once. */
  leaving: boolean;
}

export class LiveHub {
  readonly #services: ApiServices;
  readonly #limits: LiveLimits;
  readonly #stations: LiveStations;
  readonly #clients = new Set<Client>();
  readonly #counts = { opened: 0, stuck: 0, silent: 0, ended: 0, refused: 0, misused: 0, skipped: 0, sentMessages: 0, snapshots: 0 };
  /** Deltas of this round by the round they start from: clients in step share one text. */
  readonly #deltas = new Map<number, string | undefined>();
  #timers: NodeJS.Timeout[] = [];
  #unsubscribe: (() => void) | undefined;
  #everyStation = true;

  constructor(services: ApiServices, limits: LiveLimits) {
    this.#services = services;
    this.#limits = limits;
    this.#stations = new LiveStations(services);
  }

  /** Whether one more client may come; a refusal is counted. */
  hasRoom(): boolean {
    if (this.#clients.size < this.#limits.clientsMax) return true;
    this.#counts.refused++;
    return false;
  }

  /** Takes over an open socket. `since`: the last ticket sequence that the browser saw before it lost the last one. */
  add(socket: WebSocket, principal: Principal, since: number | undefined): void {
    if (this.#clients.size === 0) this.#start();
    const client: Client = {
      socket,
      principal,
      sentRound: -1,
      sentSequence: 0,
      focus: null,
      stuckSince: null,
      pinged: false,
      requests: 0,
      leaving: false,
    };
    this.#clients.add(client);
    this.#counts.opened++;
    socket.on("pong", () => (client.pinged = false));
    socket.on("message", (data: Buffer, binary: boolean) => this.#receive(client, data, binary));
    socket.on("close", () => this.#remove(client));
    this.#refresh();
    if (since !== undefined) this.#sendMissedTickets(client, since);
    this.#sendSnapshot(client);
    this.#send(client, { type: "health", at: this.#services.now(), health: this.#services.health.health() });
  }

  /** Says goodbye to everybody; resolves when all sockets are closed. */
  async stop(): Promise<void> {
    const closed = [...this.#clients].map(async ({ socket }) => {
      const gone = new Promise((resolve) => socket.once("close", resolve));
      socket.close(CLOSE.goingAway, "the platform stops");
      const giveUp = setTimeout(() => socket.terminate(), CLOSING_MS_MAX);
      await gone;
      clearTimeout(giveUp);
    });
    await Promise.all(closed);
    this.#halt();
  }

  metrics(): Metric[] {
    const { opened, skipped, sentMessages, snapshots, ...reasons } = this.#counts;
    return [
      { name: "live_clients", type: "gauge", help: "Open live sockets", samples: [{ value: this.#clients.size }] },
      { name: "live_opened_total", type: "counter", help: "Live sockets opened", samples: [{ value: opened }] },
      { name: "live_messages_total", type: "counter", help: "Live messages sent", samples: [{ value: sentMessages }] },
      { name: "live_snapshots_total", type: "counter", help: "Snapshots sent", samples: [{ value: snapshots }] },
      {
        name: "live_skipped_total",
        type: "counter",
        help: "Rounds that a client missed because it did not read; the newest values follow later",
        samples: [{ value: skipped }],
      },
      {
        name: "live_dropped_total",
        type: "counter",
        help: "Live sockets refused or closed by us, by reason",
        samples: Object.entries(reasons).map(([reason, value]) => ({ labels: { reason }, value })),
      },
    ];
  }

  #start(): void {
    const { flushMs, pingMs, healthMs } = this.#limits;
    this.#everyStation = true;
    this.#timers = [
      setInterval(() => this.#flush(), flushMs),
      setInterval(() => this.#ping(), pingMs),
      setInterval(() => this.#sendHealth(), healthMs),
    ];
    this.#unsubscribe = this.#services.tickets.subscribe(() => {
      for (const client of this.#clients) if (this.#isReady(client)) this.#sendTickets(client);
    });
  }

  #halt(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  #remove(client: Client): void {
    if (!this.#clients.delete(client)) return;
    if (client.focus !== null) this.#stations.release(client.focus);
    if (this.#clients.size === 0) this.#halt();
  }

  #refresh(): void {
    this.#deltas.clear();
    const touched = this.#services.live.take();
    this.#stations.refresh(this.#everyStation ? this.#stations.ids() : new Set([...touched, ...this.#stations.contactChanges()]));
    this.#everyStation = false;
  }

  #flush(): void {
    this.#refresh();
    for (const client of this.#clients) {
      if (!this.#isReady(client)) {
        this.#counts.skipped++;
        continue;
      }
      this.#sendTickets(client);
      this.#sendDelta(client);
    }
  }

  /** Whether a client may be sent more: not while it has too much unread. One that stays so for too long is dropped. */
  #isReady(client: Client): boolean {
    if (client.leaving) return false;
    if (client.socket.bufferedAmount <= this.#limits.bufferedBytesMax) {
      client.stuckSince = null;
      return true;
    }
    const at = performance.now();
    client.stuckSince ??= at;
    if (at - client.stuckSince > this.#limits.stuckMs) this.#leave(client, "stuck", () => client.socket.terminate());
    return false;
  }

  #leave(client: Client, reason: "stuck" | "silent" | "ended" | "misused", close: () => void): void {
    if (client.leaving) return;
    client.leaving = true;
    this.#counts[reason]++;
    close();
  }

  #sendTickets(client: Client): void {
    const { tickets } = this.#services;
    if (client.sentSequence >= tickets.sequence()) return;
    const entries = tickets.logAfter(client.sentSequence, this.#limits.ticketsPerFlush);
    if (entries === undefined) this.#sendSnapshot(client);
    else for (const entry of entries) this.#sendTicket(client, entry);
  }

  /** All that a reconnecting client missed, in order, before its snapshot; nothing when that is too much or not known any more. */
  #sendMissedTickets(client: Client, since: number): void {
    const { tickets } = this.#services;
    const missed = tickets.sequence() - since;
    if (missed > this.#limits.replayMax) return;
    client.sentSequence = since;
    while (client.sentSequence < tickets.sequence()) {
      const entries = tickets.logAfter(client.sentSequence, this.#limits.ticketsPerFlush);
      if (entries === undefined || entries.length === 0) return;
      for (const entry of entries) this.#sendTicket(client, entry);
    }
  }

  #sendTicket(client: Client, { sequence, at, event, ticket }: TicketLogEntry): void {
    client.sentSequence = sequence;
    this.#send(client, { type: "ticket", at, ticketSequence: sequence, event, ticket });
  }

  #sendSnapshot(client: Client): void {
    const { tickets, now, simulated } = this.#services;
    const ticketSequence = tickets.sequence();
    client.sentSequence = ticketSequence;
    client.sentRound = this.#stations.round;
    this.#counts.snapshots++;
    this.#send(client, { type: "snapshot", at: now(), ticketSequence, simulated, stations: this.#stations.all(), tickets: tickets.open() });
  }

  #sendDelta(client: Client): void {
    const from = client.sentRound;
    client.sentRound = this.#stations.round;
    if (!this.#deltas.has(from)) {
      const stations = this.#stations.changedSince(from);
      this.#deltas.set(
        from,
        stations.length === 0 ? undefined : JSON.stringify({ type: "delta", at: this.#services.now(), stations } satisfies LiveMessage),
      );
    }
    const delta = this.#deltas.get(from);
    if (delta !== undefined) this.#sendText(client, delta);
    if (client.focus !== null) this.#sendFocus(client, client.focus, from);
  }

  #sendFocus(client: Client, focus: string, from: number): void {
    const station = this.#stations.focusedSince(focus, from);
    if (station !== undefined) this.#send(client, { type: "delta", at: this.#services.now(), stations: [station] });
  }

  #sendHealth(): void {
    const text = JSON.stringify({ type: "health", at: this.#services.now(), health: this.#services.health.health() } satisfies LiveMessage);
    for (const client of this.#clients) if (this.#isReady(client)) this.#sendText(client, text);
  }

  #ping(): void {
    for (const client of this.#clients) {
      client.requests = 0;
      if (client.pinged) this.#leave(client, "silent", () => client.socket.terminate());
      else if (!isStillIn(client.principal, this.#services)) {
        this.#leave(client, "ended", () => client.socket.close(CLOSE.sessionEnded, "the session has ended"));
      } else {
        client.pinged = true;
        client.socket.ping();
      }
    }
  }

  #receive(client: Client, data: Buffer, binary: boolean): void {
    if (client.leaving) return;
    const request = binary ? undefined : parseRequest(data);
    if (request === undefined || ++client.requests > this.#limits.requestsPerPing) {
      const why = request === undefined ? 'expected {"type":"focus","station":id or null}' : "too many requests";
      this.#leave(client, "misused", () => client.socket.close(CLOSE.policy, why));
      return;
    }
    if (client.focus !== null) this.#stations.release(client.focus);
    client.focus = request.station !== null && this.#stations.follow(request.station) ? request.station : null;
    if (client.focus !== null) this.#sendFocus(client, client.focus, -1);
  }

  #send(client: Client, message: LiveMessage): void {
    this.#sendText(client, JSON.stringify(message));
  }

  #sendText(client: Client, text: string): void {
    if (client.socket.readyState !== client.socket.OPEN) return;
    this.#counts.sentMessages++;
    client.socket.send(text);
  }
}

function parseRequest(data: Buffer): LiveRequest | undefined {
  try {
    const sent = JSON.parse(data.toString()) as Partial<LiveRequest> | null;
    if (sent?.type !== "focus") return undefined;
    return sent.station === null || typeof sent.station === "string" ? { type: "focus", station: sent.station } : undefined;
  } catch {
    return undefined;
  }
}
