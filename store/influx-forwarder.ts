import type { Network } from "../model/network.ts";
import { type Backfill, createBackfill, sliceLines } from "./backfill.ts";
import { type BatchSource, type Chunk, createChunkReader } from "./influx-chunk.ts";
import type { ForwarderStore, ReplayLetter, ReplayResult } from "./influx-messages.ts";
import { type Marks, createMarks, readMarker, writeMarker } from "./influx-marker.ts";
import { createNoteKeeper } from "./influx-notes.ts";
import { type ForwarderProgress, createProgress } from "./influx-progress.ts";
import { type FailedOutcome, Interrupted } from "./influx-refused.ts";
import { replayLetters } from "./influx-replay.ts";
import { pauseMs } from "./influx-retry.ts";
import { type Sent, sendLanes } from "./influx-send.ts";
import { InfluxError, type InfluxQuery, type InfluxTarget, type InfluxWriter } from "./influx.ts";
import { BACKFILL_NOTE, INSTANCE_NOTE, MARKS_NOTE, ROLLUP_NOTE } from "./journal-notes.ts";
import { type RollupBuckets, EVENT_TIME_MAX, createRollupBuckets } from "./rollup-buckets.ts";
import { rollupLines, rollupSlice } from "./rollup-work.ts";
import type { NewDeadLetter } from "./worker-messages.ts";

/**
 * Forwards the journal to InfluxDB: one thing at a time, and nothing counts as done before the cursor is moved. Whatever fails is
 * simply done again from the cursor, which InfluxDB does not mind: the same point written twice is one point.
 */

export interface InfluxConnection {
  readonly version: string | undefined;
  readonly writer: InfluxWriter;
  readonly query: InfluxQuery;
  /** How long InfluxDB keeps raw points, ms; undefined: for ever. */
  readonly retentionMs: number | undefined;
  /** What its owner should know: statements to run, settings that differ. */
  readonly notices: readonly string[];
}

export interface ForwarderParts {
  readonly network: Network;
  readonly source: BatchSource;
  readonly store: ForwarderStore;
  /** Finds out what answers, and makes the schema. Rejects with InfluxError. */
  readonly connect: () => Promise<InfluxConnection>;
  readonly spoolBytesMax: number;
  readonly now: () => number;
  /** Resolves after so long, or when `stop` is called. */
  readonly sleep: (ms: number) => Promise<void>;
  /** 0…1. */
  readonly random: () => number;
  readonly uuid: () => string;
  readonly log: (line: string) => void;
}

export interface Forwarder {
  /** Runs until `stop`; never rejects. */
  run(): Promise<void>;
  stop(): void;
  replay(letters: readonly ReplayLetter[]): Promise<ReplayResult>;
  readonly progress: ForwarderProgress;
}

/** Small commits gather for so long, so that requests are worth their while. */
const GATHER_MS = 1000;
/** While it catches up it rests this share of the time it worked: what comes in and what people ask need the processor too. */
const BREATH_SHARE = 0.5;
const BREATH_MS_MAX = 300;
/** What InfluxDB takes between a marker and a backup cannot be told from what it forgot: as little as a small request is worth. */
const MARKER_WRITE_MS = 1000;
const MARKER_READ_MS = 60_000;
/** How full the spool is, is asked this seldom while all is well. */
const RELIEF_MS = 10_000;
/** Buckets of one round of rollups, and those that may wait while points have precedence: history has a bucket for every few points, 40 B each. */
const ROLLUPS_AT_ONCE = 4096;
const ROLLUPS_WAITING_MAX = 300_000;
/** Rollups, marker and backfill rest so long when only they are not allowed. */
const REST_MS = 30_000;
/** Points near the end of InfluxDB's retention are not sent: it would refuse them a moment later. */
const RETENTION_MARGIN_MS = 60_000;

export function createForwarder(parts: ForwarderParts): Forwarder {
  const { network, source, store, now } = parts;
  const reader = createChunkReader(source, network);
  const progress = createProgress(now);
  const rollups: RollupBuckets = createRollupBuckets();
  let backfill: Backfill = createBackfill(undefined);
  let marks: Marks = createMarks(undefined);
  let instance = "";
  let notes = createNoteKeeper([], {});
  let cursor = 0;
  let connection: InfluxConnection | undefined;
  const ended = new AbortController();
  let failures = 0;
  let replaying: { letters: readonly ReplayLetter[]; resolve: (result: ReplayResult) => void; reject: (error: Error) => void } | undefined;
  let markerWrittenAt = -Infinity;
  let markerReadAt = -Infinity;
  let relievedAt = -Infinity;
  let restUntil = -Infinity;
  let noticed = "";

  const oldest = (): number => (connection?.retentionMs === undefined ? -Infinity : now() - connection.retentionMs + RETENTION_MARGIN_MS);

  async function begin(): Promise<void> {
    const begun = await store.begin();
    const saved = begun.notes;
    cursor = begun.cursor;
    instance = saved[INSTANCE_NOTE] ?? parts.uuid();
    marks = createMarks(saved[MARKS_NOTE]);
    backfill = createBackfill(saved[BACKFILL_NOTE]);
    const left = rollups.restore(saved[ROLLUP_NOTE]);
    if (left < Infinity) backfill.add({ from: left, raw: false });
    marks.touch(left);
    const always = (): boolean => true;
    notes = createNoteKeeper(
      [
        { name: INSTANCE_NOTE, text: () => instance, isUrgent: always },
        { name: BACKFILL_NOTE, text: backfill.text, isUrgent: always },
        { name: ROLLUP_NOTE, text: rollups.note, isUrgent: () => rollups.isNoteStale },
        { name: MARKS_NOTE, text: marks.text, isUrgent: () => marks.isNoteStale },
      ],
      saved,
    );
  }

  /** One round: points, then what can wait. True: there is more to do at once. */
  async function round(): Promise<boolean> {
    await relieve();
    connection ??= await connect();
    if (now() - markerReadAt >= MARKER_READ_MS) await optional(checkMarker);
    if (connection === undefined) return true;
    if (replaying !== undefined) await answerReplay(connection);
    const { version } = connection;
    const began = now();
    const chunk = reader.read(cursor, oldest());
    if (chunk !== undefined) await forward(chunk);
    progress.reached(version);
    const isBehind = chunk?.more === true;
    let more = isBehind || (await optional(computeRollups));
    while (rollups.size > ROLLUPS_WAITING_MAX && (await optional(computeRollups)));
    if (now() - markerWrittenAt >= MARKER_WRITE_MS && marks.confirmed !== cursor) await optional(mark);
    if (!isBehind && !backfill.isIdle) more = (await optional(fillSlice)) || more;
    if (notes.isDue(now())) await saveNotes();
    if (isBehind) await parts.sleep(Math.min(BREATH_MS_MAX, (now() - began) * BREATH_SHARE));
    return more;
  }

  async function connect(): Promise<InfluxConnection> {
    const found = await parts.connect();
    for (const notice of found.notices) if (!noticed.includes(notice)) parts.log(notice);
    noticed = found.notices.join("\n");
    markerReadAt = -Infinity;
    return found;
  }

  function disconnect(): void {
    void connection?.writer.close();
    connection = undefined;
  }

  /** What points do not wait for: when only that is not allowed, it rests for a while. */
  async function optional(work: () => Promise<boolean>): Promise<boolean> {
    if (now() < restUntil || ended.signal.aborted || connection === undefined) return false;
    try {
      return await work();
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome === undefined || outcome.type === "unavailable") throw error;
      restUntil = now() + REST_MS;
      progress.failed(outcome, true);
      // Makes the schema again.
      if (outcome.type === "missing") disconnect();
      return false;
    }
  }

  /** A spool that is full jumps to the present; what it skips comes from the local store. */
  async function relieve(): Promise<void> {
    if (failures === 0 && now() - relievedAt < RELIEF_MS) return;
    relievedAt = now();
    const { bytes, newest, from } = await store.waiting();
    if (bytes <= parts.spoolBytesMax) return;
    backfill.add({ from, raw: true });
    await store.forwarded({ sequence: newest, notes: notes.take(now()) });
    parts.log(
      `the spool for InfluxDB is full (${bytes} bytes, at most ${parts.spoolBytesMax}): it goes on with the present, the rest is taken from the local store`,
    );
    cursor = newest;
    progress.jumped();
  }

  async function forward(chunk: Chunk): Promise<void> {
    const { refused, expired } = await send("raw", chunk.lanes);
    const at = now();
    for (const { times, series } of chunk.points)
      for (let index = 0; index < series.length; index++)
        if (times[index]! >= 0 && times[index]! < EVENT_TIME_MAX) rollups.touch(series[index]!, times[index]!, at);
    marks.touch(chunk.from);
    const deadLetters: NewDeadLetter[] = [
      ...refused.map(({ line, reason }) => ({ at, target: "raw" as const, line, reason })),
      ...chunk.unknown.map((line) => ({ at, target: "raw" as const, line, reason: "unknown_asset: the network file has no such asset" })),
    ];
    await store.forwarded({ sequence: chunk.sequence, notes: notes.take(now()), ...(deadLetters.length > 0 ? { deadLetters } : {}) });
    cursor = chunk.sequence;
    progress.wrotePoints(chunk.values - refused.length - expired, chunk.tooOld + expired);
  }

  async function send(target: InfluxTarget, lanes: readonly (readonly string[])[]): Promise<Sent> {
    const sent = await sendLanes(counted(connection!.writer), target, lanes, now);
    failures = 0;
    return sent;
  }

  function counted(writer: InfluxWriter): InfluxWriter {
    return { ...writer, write: (target, lines) => (progress.requested(), writer.write(target, lines)) };
  }

  async function computeRollups(): Promise<boolean> {
    const buckets = rollups.take(now(), ROLLUPS_AT_ONCE);
    if (buckets.length === 0) return false;
    try {
      const lines = await rollupLines(buckets, { network, place: reader.place, points: store.points }, connection!.query, oldest());
      await sendRollups(lines);
    } catch (error) {
      rollups.putBack(buckets);
      throw error;
    }
    return buckets.length === ROLLUPS_AT_ONCE;
  }

  async function sendRollups(lines: readonly string[]): Promise<void> {
    const { refused } = await send("rollup", [lines]);
    if (refused.length > 0) {
      const deadLetters = refused.map(({ line, reason }) => ({ at: now(), target: "rollup" as const, line, reason }));
      await store.forwarded({ sequence: cursor, deadLetters });
    }
    progress.wroteRollups(lines.length - refused.length);
  }

  async function fillSlice(): Promise<boolean> {
    const slice = backfill.next(await store.stations());
    progress.backfilled(backfill.share);
    if (slice === undefined) {
      await saveNotes();
      return false;
    }
    const points = await store.stationSlice(slice.station, slice.from, slice.to);
    if (ended.signal.aborted) return false;
    const raw = slice.raw ? sliceLines(points, reader.place, network, oldest()) : { lanes: [], values: 0 };
    const { refused } = await send("raw", raw.lanes);
    const lines = await rollupSlice(points, slice.from, slice.to, { network, place: reader.place }, connection!.query, oldest());
    await sendRollups(lines);
    marks.touch(slice.from);
    backfill.done(
      slice,
      points.reduce((sum, { times }) => sum + times.length, 0),
    );
    const deadLetters = refused.map(({ line, reason }) => ({ at: now(), target: "raw" as const, line, reason }));
    await store.forwarded({ sequence: cursor, notes: notes.take(now()), ...(deadLetters.length > 0 ? { deadLetters } : {}) });
    progress.wrotePoints(raw.values - refused.length, 0);
    return true;
  }

  async function mark(): Promise<boolean> {
    const sequence = cursor;
    await writeMarker(connection!.writer, instance, sequence);
    marks.confirm(sequence, Math.min(rollups.from(), backfill.from));
    markerWrittenAt = now();
    return false;
  }

  async function checkMarker(): Promise<boolean> {
    if (marks.confirmed !== undefined) {
      const found = await readMarker(connection!.query, instance);
      if (found === undefined || found < marks.confirmed) {
        const from = marks.since(found);
        parts.log(
          `InfluxDB is older than it was (${found === undefined ? "no marker" : `marker ${found}`} instead of ${marks.confirmed}): it was restored from a backup or emptied; history follows from the local store`,
        );
        backfill.add({ from, raw: true });
        // Confirmed anew, so that the same gap is not found twice.
        marks.reset(from);
        await saveNotes();
        await mark();
      }
    }
    markerReadAt = now();
    return false;
  }

  async function answerReplay({ writer }: InfluxConnection): Promise<void> {
    const { letters, resolve, reject } = replaying!;
    replaying = undefined;
    try {
      const touch = (series: number, at: number): void => rollups.touch(series, at, now());
      resolve(await replayLetters(letters, { writer: counted(writer), network, touch, now }));
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  async function saveNotes(): Promise<void> {
    const changed = notes.takeAll(now());
    if (Object.keys(changed).length > 0) await store.forwarded({ sequence: cursor, notes: changed });
  }

  async function pauseAfter(error: unknown): Promise<void> {
    const outcome = outcomeOf(error) ?? { type: "unavailable", reason: error instanceof Error ? error.message : String(error) };
    failures++;
    // Whoever answers next may have been restored from a backup.
    markerReadAt = -Infinity;
    if (outcome.type !== "unavailable") disconnect();
    // What was to be saved with a move of the cursor that failed is saved with the next one.
    notes.forget();
    progress.failed(outcome, false);
    replaying?.reject(new Error(outcome.reason));
    replaying = undefined;
    await parts.sleep(pauseMs(outcome, failures, parts.random()));
  }

  return {
    progress,
    async run() {
      let begun = false;
      while (!ended.signal.aborted) {
        try {
          if (!begun) await begin();
          begun = true;
          if (!(await round()) && !ended.signal.aborted) await parts.sleep(replaying === undefined ? GATHER_MS : 0);
        } catch (error) {
          if (!ended.signal.aborted) await pauseAfter(error);
        }
      }
      replaying?.reject(new Error("the forwarding to InfluxDB has ended"));
    },
    stop() {
      ended.abort();
      void connection?.writer.close();
    },
    replay(letters) {
      if (replaying !== undefined) return Promise.reject(new Error("a replay is running already"));
      if (ended.signal.aborted || connection === undefined || failures > 0)
        return Promise.reject(new Error("InfluxDB is not reachable: replay when it is back"));
      return new Promise((resolve, reject) => (replaying = { letters, resolve, reject }));
    },
  };
}

/** What InfluxDB said; undefined for an error of our own. */
function outcomeOf(error: unknown): FailedOutcome | undefined {
  if (error instanceof Interrupted) return error.outcome;
  if (!(error instanceof InfluxError)) return undefined;
  // A question that it refuses is a matter of rights or settings: to be asked again when somebody looked.
  return { type: error.type === "refused" ? "unauthorized" : error.type, reason: error.message };
}
