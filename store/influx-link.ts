import { Worker } from "node:worker_threads";
import type { Network } from "../model/network.ts";
import { isSignalId } from "../model/signals.ts";
import type { DeadLetterPage } from "./dead-letters.ts";
import { readDeadLetter } from "./dead-letter-line.ts";
import { type DeadLetter, type InfluxDialect, InfluxError, type InfluxQuery, type InfluxSettings, type InfluxState } from "./influx.ts";
import type {
  CurrentPoint,
  ForwarderData,
  ForwarderStore,
  FromForwarder,
  ReplayLetter,
  ReplayResult,
  ToForwarder,
} from "./influx-messages.ts";
import type { ForwarderStatus } from "./influx-progress.ts";
import { createInfluxQuery } from "./influx-query.ts";
import type { Forwarded } from "./journal-follower.ts";
import { FORWARDER_NOTES } from "./journal-notes.ts";
import type { SeriesPoints, Spool } from "./spool.ts";

/** The main thread's end of the forwarding to InfluxDB: starts the thread, answers it from the store, tells how it stands. */

export interface InfluxLink {
  state(): InfluxState;
  deadLetters(query: { readonly limit: number; readonly cursor?: string | undefined }): DeadLetterPage;
  /** Sends dead letters once more; those that InfluxDB takes are dead no longer. Rejects when it cannot be reached. */
  replay(ids: readonly number[] | "all"): Promise<ReplayOutcome>;
  /** For reading; rejects with InfluxError until it is known which InfluxDB answers. */
  readonly query: InfluxQuery;
  /** Resolves when InfluxDB was reached for the first time. */
  readonly ready: Promise<void>;
  /** Event time from which InfluxDB may not have everything yet; undefined: it has all. */
  holdRetention(): number | undefined;
  /** What is in flight is given up; it goes again at the next start. */
  close(): Promise<void>;
}

export interface ReplayOutcome {
  readonly written: number;
  readonly refused: number;
}

export interface InfluxLinkParts {
  readonly settings: InfluxSettings;
  readonly network: Network;
  readonly spool: Spool;
  readonly log: (line: string) => void;
  /** Epoch ms. */
  readonly now: () => number;
  /** The thread; another one in tests. */
  readonly workerUrl?: URL;
}

/** Older than this, what waits is told of as a delay. */
const BEHIND_MS = 60_000;
const SPOOL_SHARE_WARN = 0.8;
/** A thread that died is started again after this, twice as long each time. */
const RESTART_MS_MIN = 500;
const RESTART_MS_MAX = 30_000;
const CLOSE_MS_MAX = 1500;
const REPLAY_LETTERS_MAX = 1000;

const NOTHING: ForwarderStatus = {
  phase: "connecting",
  version: undefined,
  pointsWritten: 0,
  rollupsWritten: 0,
  requests: 0,
  retries: 0,
  pointsTooOld: 0,
  spoolJumps: 0,
  backfill: undefined,
  lastError: undefined,
  lastErrorAt: undefined,
};

export function createInfluxLink({ settings, network, spool, log, now, workerUrl }: InfluxLinkParts): InfluxLink {
  const data: ForwarderData = { settings, path: spool.path, assets: [...network.assets()] };
  const store = forwarderStore(spool);
  const replays = new Map<number, { resolve: (result: ReplayResult) => void; reject: (error: Error) => void }>();
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  let status = NOTHING;
  /** Counters of threads that died. */
  let before = NOTHING;
  let dialect: InfluxDialect | undefined;
  let query: InfluxQuery | undefined;
  let worker: Worker | undefined;
  let restartMs = RESTART_MS_MIN;
  let restarting: NodeJS.Timeout | undefined;
  let closed = false;
  let replayId = 0;
  let logged = "";
  let spoolWarned = false;
  let deadLetters = spool.deadLetterCount();

  function start(): void {
    const started = new Worker(workerUrl ?? new URL("./influx-worker.ts", import.meta.url), { workerData: data });
    worker = started;
    let cause = "it ended";
    started.on("message", (message: FromForwarder) => hear(started, message));
    started.on("error", (error: Error) => (cause = error.message));
    started.on("exit", () => {
      if (worker === started) worker = undefined;
      for (const { reject } of replays.values()) reject(new Error("the forwarding to InfluxDB ended; try again"));
      replays.clear();
      if (closed) return;
      log(`the thread that forwards to InfluxDB died and is started again: ${cause}`);
      before = status;
      restarting = setTimeout(start, restartMs);
      restartMs = Math.min(RESTART_MS_MAX, restartMs * 2);
    });
  }

  function hear(from: Worker, message: FromForwarder): void {
    if (message.kind === "call") void answer(from, message);
    else if (message.kind === "status") heardStatus(message.status, message.dialect);
    else if (message.kind === "log") log(message.line);
    else {
      const waiting = replays.get(message.id);
      replays.delete(message.id);
      if (message.result === undefined) waiting?.reject(new Error(message.reason));
      else waiting?.resolve(message.result);
    }
  }

  async function answer(to: Worker, { id, name, arguments: args }: Extract<FromForwarder, { kind: "call" }>): Promise<void> {
    try {
      const value = await (store[name] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
      if (name === "forwarded" && (args[0] as Forwarded).deadLetters !== undefined) deadLetters = spool.deadLetterCount();
      post(to, { kind: "answer", id, ok: true, value }, buffersOf(value));
    } catch (error) {
      post(to, { kind: "answer", id, ok: false, value: error instanceof Error ? error.message : String(error) });
    }
  }

  function heardStatus(heard: ForwarderStatus, found: InfluxDialect | undefined): void {
    status = {
      ...heard,
      pointsWritten: before.pointsWritten + heard.pointsWritten,
      rollupsWritten: before.rollupsWritten + heard.rollupsWritten,
      requests: before.requests + heard.requests,
      retries: before.retries + heard.retries,
      pointsTooOld: before.pointsTooOld + heard.pointsTooOld,
      spoolJumps: before.spoolJumps + heard.spoolJumps,
    };
    if (found !== undefined && found !== dialect) {
      dialect = found;
      query = createInfluxQuery(settings, found);
    }
    if (heard.phase === "up") {
      restartMs = RESTART_MS_MIN;
      isReady();
    }
    tellChange();
  }

  /** One line per change, never per try. */
  function tellChange(): void {
    const { bytes } = spool.waiting();
    const isFull = bytes >= SPOOL_SHARE_WARN * settings.spoolBytesMax;
    if (isFull && !spoolWarned)
      log(
        `${bytes} bytes wait for InfluxDB, ${Math.round((100 * bytes) / settings.spoolBytesMax)} % of what may: beyond it they are taken from the local store later`,
      );
    spoolWarned = isFull;
    const { phase } = status;
    if (phase === logged || phase === "connecting") return;
    if (phase === "up") log(`InfluxDB ${status.version ?? ""} at ${placeOf(settings.url)} takes points`);
    else log(`InfluxDB: ${status.lastError?.en ?? "it does not answer"}; points wait in the journal (said once)`);
    logged = phase;
  }

  function state(): InfluxState {
    const { phase, backfill, spoolJumps: _jumps, ...counts } = status;
    const { bytes, points, since } = spool.waiting();
    const behindMs = since === undefined ? 0 : Math.max(0, now() - since);
    const up = behindMs > BEHIND_MS ? "behind" : backfill === undefined ? "forwarding" : "backfilling";
    return {
      ...counts,
      state: phase === "up" ? up : phase,
      behindMs,
      spoolBytes: bytes,
      spoolPoints: points,
      backfill,
      deadLetters,
      deadLettersDropped: spool.deadLettersDropped(),
    };
  }

  async function replay(ids: readonly number[] | "all"): Promise<ReplayOutcome> {
    let written = 0;
    let refused = 0;
    for (const page of ids === "all" ? allLetters() : idPages(ids)) {
      const result = await send(page.map((letter) => withCurrent(letter, network, spool)));
      await spool.removeDeadLetters(result.written);
      deadLetters = spool.deadLetterCount();
      written += result.written.length;
      refused += result.refused.length;
    }
    return { written, refused };
  }

  function* allLetters(): Generator<readonly DeadLetter[]> {
    const last = spool.deadLetters({ limit: 1 }).items[0]?.id ?? 0;
    for (let after = 0; after < last;) {
      const page = spool.deadLettersAfter(after, REPLAY_LETTERS_MAX).filter(({ id }) => id <= last);
      if (page.length === 0) return;
      after = page.at(-1)!.id;
      yield page;
    }
  }

  function* idPages(ids: readonly number[]): Generator<readonly DeadLetter[]> {
    for (let start = 0; start < ids.length; start += REPLAY_LETTERS_MAX) {
      const page = ids.slice(start, start + REPLAY_LETTERS_MAX).flatMap((id) => spool.deadLetter(id) ?? []);
      if (page.length > 0) yield page;
    }
  }

  function send(letters: readonly ReplayLetter[]): Promise<ReplayResult> {
    const to = worker;
    if (to === undefined) return Promise.reject(new Error("the forwarding to InfluxDB is not running; try again"));
    return new Promise((resolve, reject) => {
      replays.set(++replayId, { resolve, reject });
      post(to, { kind: "replay", id: replayId, letters });
    });
  }

  start();
  return {
    state,
    deadLetters: spool.deadLetters,
    replay,
    query: {
      query: (...question) =>
        query === undefined ? Promise.reject(new InfluxError("unavailable", "InfluxDB was not reached yet")) : query.query(...question),
    },
    ready,
    holdRetention: () => spool.missingFrom(),
    async close() {
      closed = true;
      clearTimeout(restarting);
      const ending = worker;
      if (ending === undefined) return;
      const ended = new Promise<void>((resolve) => ending.once("exit", () => resolve()));
      post(ending, { kind: "close" });
      const timer = setTimeout(() => void ending.terminate(), CLOSE_MS_MAX);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The store as the forwarding sees it. */
export function forwarderStore(spool: Spool): ForwarderStore {
  return {
    async begin() {
      const notes = FORWARDER_NOTES.flatMap((name) => {
        const value = spool.note(name);
        return value === undefined ? [] : [[name, value] as const];
      });
      return { cursor: spool.cursor, notes: Object.fromEntries(notes) };
    },
    async waiting() {
      const { bytes, from } = spool.waiting();
      return { bytes, newest: spool.newest, from };
    },
    forwarded: spool.forwarded,
    points: spool.points,
    stationSlice: spool.stationSlice,
    stations: async () => spool.stations(),
  };
}

/** What the local store has now of the points that a letter names; its own line counts where it has not all of them. */
function withCurrent({ id, target, line }: DeadLetter, network: Network, spool: Spool): ReplayLetter {
  const subject = readDeadLetter(line);
  const asset = subject === undefined ? undefined : network.asset(subject.asset);
  if (subject === undefined || asset === undefined) return { id, target, line, points: undefined, touched: [] };
  const signals = new Set(subject.fields.flatMap((field) => signalOf(field, target)));
  const touched: { series: number; at: number }[] = [];
  const points: CurrentPoint[] = [];
  for (const signal of signals) {
    if (!isSignalId(signal)) continue;
    const found = spool.current(asset.id, signal, subject.at);
    if (found === undefined) continue;
    touched.push({ series: found.series, at: subject.at });
    if (found.value !== undefined) points.push({ asset: asset.id, signal, at: subject.at, value: found.value });
  }
  return { id, target, line, points: target === "raw" && points.length === signals.size ? points : undefined, touched };
}

/** The field of a rollup is its signal and a suffix: "t2_supply_first_at". */
function signalOf(field: string, target: DeadLetter["target"]): string {
  return target === "raw" ? field : field.replace(/_(min|max|sum|count|first|last|samples|first_at|last_at)$/, "");
}

function post(worker: Worker, message: ToForwarder, transfer: readonly ArrayBuffer[] = []): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage(message, transfer as ArrayBuffer[]);
}

/** Columns of points go over without a copy. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (!Array.isArray(value)) return [];
  const columns = (value as readonly Partial<SeriesPoints>[]).flatMap(({ times }) => times ?? []);
  return [...new Set(columns.map(({ buffer }) => buffer))];
}

/** A URL without the credentials that it may hold. */
function placeOf(url: string): string {
  return new URL(url).host;
}
