import { batch, createSignal, onCleanup, type Accessor } from "solid-js";
import type { Health, LiveMessage, LiveRequest, TicketSummary } from "../model/live.ts";
import { applyMessage, emptyLiveState, isStale, type StationState, type TicketNews } from "./live-state.ts";

/** The live socket of this tab: connects, reconnects with jitter, rests while hidden, and turns messages into signals. */

/** `connecting`: the first attempt runs. */
type LiveStatus = "connecting" | "open" | "reconnecting" | "offline" | "resting";

export interface Live {
  readonly status: Accessor<LiveStatus>;
  /** Platform time now, epoch ms; ticks once a second. */
  readonly now: Accessor<number>;
  /** When the connection was lost (platform time); null while connected. */
  readonly lostAt: Accessor<number | null>;
  /** True after the first snapshot. */
  readonly ready: Accessor<boolean>;
  readonly simulated: Accessor<boolean>;
  readonly health: Accessor<Health | undefined>;
  /** The platform was started again since this page was loaded: network and page may be of yesterday. */
  readonly restarted: Accessor<boolean>;
  /** All stations; tracked as a whole (once per message). The map itself is not to be changed. */
  readonly stations: Accessor<ReadonlyMap<string, StationState>>;
  /** One station; only its own changes are seen. */
  readonly station: (id: string) => StationState | undefined;
  /** Open tickets and the last closed ones. */
  readonly tickets: Accessor<ReadonlyMap<string, TicketSummary>>;
  /** Whether the numbers of a station have to be shown in grey. */
  readonly stale: (id: string) => boolean;
  /** Asks for the units and rooms of one station too; null takes it back. */
  readonly focus: (station: string | null) => void;
  /** Called for every ticket event, in order, none twice; returns the way to stop. */
  readonly onNews: (listener: (news: TicketNews) => void) => () => void;
  /** Called after a snapshot: whatever was fetched over HTTP may have aged meanwhile. */
  readonly onResume: (listener: () => void) => () => void;
  readonly reconnect: () => void;
  readonly close: () => void;
}

/** Close code of the platform for a session that ended. */
const SESSION_ENDED = 4401;
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 20_000;
/** A hidden tab keeps its socket this long: switching tabs for a moment costs nothing. */
const HIDDEN_MS_MAX = 30_000;
/** Health comes every 10 s: a socket that says nothing for longer than this is dead even if the browser has not noticed. */
const SILENCE_MS_MAX = 35_000;

/** Opens the socket under the current Solid owner and closes it with it. `onRefused`: the platform let a connection end or did not let it in; the session may be over. */
export function createLive(page: Window, onRefused: () => void): Live {
  const state = emptyLiveState();
  const [status, setStatus] = createSignal<LiveStatus>("connecting");
  const [ready, setReady] = createSignal(false);
  const [simulated, setSimulated] = createSignal(false);
  const [health, setHealth] = createSignal<Health | undefined>(undefined, { equals: false });
  const [restarted, setRestarted] = createSignal(false);
  const [lostAt, setLostAt] = createSignal<number | null>(null);
  const [stations, setStations] = createSignal<ReadonlyMap<string, StationState>>(state.stations, { equals: false });
  const [tickets, setTickets] = createSignal<ReadonlyMap<string, TicketSummary>>(state.tickets, { equals: false });
  const single = new Map<string, ReturnType<typeof createSignal<StationState | undefined>>>();
  const newsListeners = new Set<(news: TicketNews) => void>();
  const resumeListeners = new Set<() => void>();

  let offsetMs = 0;
  const platformNow = (): number => Date.now() + offsetMs;
  const [now, setNow] = createSignal(platformNow());
  const clock = setInterval(() => page.document.hidden || setNow(platformNow()), 1000);

  let socket: WebSocket | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let focused: string | null = null;
  let closed = false;

  const receive = (message: LiveMessage): void => {
    offsetMs = message.at - Date.now();
    const changed = applyMessage(state, message);
    batch(() => {
      if (changed.snapshot) {
        failures = 0;
        setReady(true);
        setSimulated(state.simulated);
        setStatus("open");
        setLostAt(null);
        setNow(platformNow());
      }
      if (message.type === "health") {
        if (health() !== undefined && health()!.startedAt !== message.health.startedAt) setRestarted(true);
        setHealth(state.health);
      }
      if (changed.stations.length > 0) {
        for (const id of changed.stations) single.get(id)?.[1](state.stations.get(id));
        setStations(state.stations);
      }
      if (changed.tickets) setTickets(state.tickets);
    });
    for (const news of changed.news) for (const listener of newsListeners) listener(news);
    if (changed.snapshot) for (const listener of resumeListeners) listener();
  };

  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => socket?.close(), SILENCE_MS_MAX);
  };

  const connect = (): void => {
    clearTimeout(retry);
    if (closed || socket !== undefined) return;
    const since = state.ticketSequence === null ? "" : `?since=${state.ticketSequence}`;
    const opening = new WebSocket(`${page.location.protocol === "https:" ? "wss" : "ws"}://${page.location.host}/api/live${since}`);
    socket = opening;
    listen();
    let opened = false;
    opening.addEventListener("open", () => {
      opened = true;
      if (focused !== null) send({ type: "focus", station: focused });
    });
    opening.addEventListener("message", (event: MessageEvent<string>) => {
      listen();
      receive(JSON.parse(event.data) as LiveMessage);
    });
    opening.addEventListener("close", ({ code }) => {
      if (socket !== opening) return;
      if (!closed && (code === SESSION_ENDED || !opened)) onRefused();
      socket = undefined;
      clearTimeout(silence);
      if (lostAt() === null && ready()) setLostAt(platformNow());
      if (closed || status() === "resting") return;
      setStatus(page.navigator.onLine ? "reconnecting" : "offline");
      const delayMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** failures++);
      retry = setTimeout(connect, delayMs * (0.5 + 0.5 * Math.random()));
    });
  };

  const send = (request: LiveRequest): void => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
  };

  const reconnect = (): void => {
    failures = 0;
    if (status() === "resting") setStatus("reconnecting");
    connect();
  };
  const visibility = (): void => {
    clearTimeout(rest);
    if (page.document.hidden) {
      rest = setTimeout(() => {
        clearTimeout(retry);
        setStatus("resting");
        socket?.close();
      }, HIDDEN_MS_MAX);
    } else {
      setNow(platformNow());
      reconnect();
    }
  };
  const offline = (): void => socket?.close();
  page.document.addEventListener("visibilitychange", visibility);
  page.addEventListener("online", reconnect);
  page.addEventListener("offline", offline);

  const close = (): void => {
    closed = true;
    for (const timer of [retry, rest, silence]) clearTimeout(timer);
    clearInterval(clock);
    page.document.removeEventListener("visibilitychange", visibility);
    page.removeEventListener("online", reconnect);
    page.removeEventListener("offline", offline);
    socket?.close();
  };
  onCleanup(close);
  connect();

  const station = (id: string): StationState | undefined => {
    let signal = single.get(id);
    if (signal === undefined) single.set(id, (signal = createSignal<StationState | undefined>(state.stations.get(id))));
    return signal[0]();
  };
  const subscribe = <Listener>(listeners: Set<Listener>, listener: Listener): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    status,
    now,
    lostAt,
    ready,
    simulated,
    health,
    restarted,
    stations,
    station,
    tickets,
    stale: (id) => isStale(station(id), now(), lostAt()),
    focus: (wanted) => {
      focused = wanted;
      send({ type: "focus", station: wanted });
    },
    onNews: (listener) => subscribe(newsListeners, listener),
    onResume: (listener) => subscribe(resumeListeners, listener),
    reconnect,
    close,
  };
}
