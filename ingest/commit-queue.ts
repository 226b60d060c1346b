import type { Reading, Reject } from "../model/reading.ts";
import type { CommitOutcome, TelemetryStore } from "../store/telemetry.ts";
import type { Gateway } from "./gateways.ts";
import { newLatencyRing, recordLatency, type LatencyRing } from "./latency.ts";
import type { IngestLimits, IngestLog } from "./limits.ts";

/** The group commit: messages wait, in order, for one synced commit; only then is each acknowledged. */

/** Told once per message: without an error it is on disk, with one it is not and has to be sent again. */
export type Acknowledge = (error?: Error) => void;

export interface Entry {
  readonly readings: readonly Reading[];
  readonly rejects: readonly Reject[];
  /** Size of the payload, the measure of what the queue holds. */
  readonly bytes: number;
  readonly receivedAt: number;
  readonly gateway: Gateway | undefined;
  readonly acknowledge: Acknowledge;
}

export interface CommitInfo {
  readonly messages: number;
  readonly duplicates: number;
  /** Receipt of the batch's oldest message, epoch ms. */
  readonly receivedAt: number;
}

export interface CommitQueueParts {
  readonly store: Pick<TelemetryStore, "commit">;
  readonly limits: IngestLimits;
  readonly now: () => number;
  readonly log: IngestLog;
  readonly onFresh: (readings: readonly Reading[], info: CommitInfo) => void;
  /** The queue went over, or back under half of, one of its limits. */
  readonly onFull: (full: boolean) => void;
}

/** What messages without a value leave to be stored. */
const NOTHING: CommitOutcome = { fresh: [], duplicates: 0 };

/** Owns the waiting messages and the one commit in flight. */
export class CommitQueue {
  readonly latency: LatencyRing = newLatencyRing();
  readonly #parts: CommitQueueParts;
  #waiting: Entry[] = [];
  #waitingReadings = 0;
  #inFlight: Entry[] = [];
  #messages = 0;
  #bytes = 0;
  #full = false;
  #timer: NodeJS.Timeout | undefined;
  #failing: string | undefined;
  #retryMs = 0;
  #stopped = false;
  #rejectsUnlisted = 0;
  #idleListeners: (() => void)[] = [];

  constructor(parts: CommitQueueParts) {
    this.#parts = parts;
  }

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get full(): boolean {
    return this.#full;
  }

  /** Why the disk refuses, while it does. */
  get failing(): string | undefined {
    return this.#failing;
  }

  /** Rejects that were counted but not kept, because one commit brought too many. */
  get rejectsUnlisted(): number {
    return this.#rejectsUnlisted;
  }

  push(entry: Entry): void {
    const { limits, onFull } = this.#parts;
    this.#waiting.push(entry);
    this.#waitingReadings += entry.readings.length;
    this.#messages++;
    this.#bytes += entry.bytes;
    if (!this.#full && (this.#messages >= limits.queueMessagesMax || this.#bytes >= limits.queueBytesMax)) {
      this.#full = true;
      onFull(true);
    }
    if (this.#inFlight.length > 0) return;
    if (this.#waiting.length >= limits.commitMessagesMax || this.#waitingReadings >= limits.commitReadingsMax) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), limits.commitWindowMs);
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    return this.#messages === 0 ? Promise.resolve() : new Promise((resolve) => this.#idleListeners.push(resolve));
  }

  /** Gives up what is not committed: every waiting message is told so and will be sent again. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    // What is in flight may be on disk or not; without an acknowledgement it comes again and is stored once.
    this.#forget([...this.#inFlight, ...this.#waiting], new Error("the platform is stopping"));
    this.#inFlight = [];
    this.#waiting = [];
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#stopped || this.#inFlight.length > 0 || this.#waiting.length === 0) return;
    this.#inFlight = this.#take();
    this.#commit(this.#inFlight, this.#batch(this.#inFlight));
  }

  /** The oldest messages that fit one commit; at least one. */
  #take(): Entry[] {
    const { commitMessagesMax, commitReadingsMax } = this.#parts.limits;
    let count = 0;
    let readings = 0;
    for (const entry of this.#waiting) {
      if (count > 0 && (count >= commitMessagesMax || readings + entry.readings.length > commitReadingsMax)) break;
      readings += entry.readings.length;
      count++;
    }
    this.#waitingReadings -= readings;
    const taken = count === this.#waiting.length ? this.#waiting : this.#waiting.slice(0, count);
    this.#waiting = count === this.#waiting.length ? [] : this.#waiting.slice(count);
    return taken;
  }

  #batch(entries: readonly Entry[]): { readings: Reading[]; rejects: Reject[] } {
    const { rejectsPerCommitMax } = this.#parts.limits;
    const readings: Reading[] = [];
    const rejects: Reject[] = [];
    for (const entry of entries) {
      for (const reading of entry.readings) readings.push(reading);
      for (const reject of entry.rejects) {
        if (rejects.length < rejectsPerCommitMax) rejects.push(reject);
        else this.#rejectsUnlisted++;
      }
    }
    return { readings, rejects };
  }

  #commit(entries: Entry[], batch: { readings: Reading[]; rejects: Reject[] }): void {
    let attempt: Promise<CommitOutcome>;
    try {
      const empty = batch.readings.length === 0 && batch.rejects.length === 0;
      attempt = empty ? Promise.resolve(NOTHING) : this.#parts.store.commit(batch);
    } catch (error) {
      attempt = Promise.reject(error as Error);
    }
    attempt.then(
      (outcome) => this.#committed(entries, outcome),
      (error: unknown) => this.#refused(entries, batch, error),
    );
  }

  #committed(entries: Entry[], outcome: CommitOutcome): void {
    // Stopped meanwhile: these messages were told that they are not acknowledged.
    if (this.#stopped) return;
    const { log, now, onFresh } = this.#parts;
    if (this.#failing !== undefined) log.info(`the store commits again after: ${this.#failing}`);
    this.#failing = undefined;
    this.#retryMs = 0;
    this.#inFlight = [];
    if (outcome.duplicates > 0) attributeDuplicates(entries, outcome.fresh);
    const at = now();
    for (const entry of entries) recordLatency(this.latency, at - entry.receivedAt);
    this.#forget(entries, undefined);
    try {
      if (outcome.fresh.length > 0)
        onFresh(outcome.fresh, { messages: entries.length, duplicates: outcome.duplicates, receivedAt: entries[0]!.receivedAt });
    } catch (error) {
      log.error(
        `what follows a commit failed on ${outcome.fresh.length} readings: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
    if (this.#waiting.length > 0) this.#start();
    else this.#tellIdle();
  }

  #refused(entries: Entry[], batch: { readings: Reading[]; rejects: Reject[] }, error: unknown): void {
    if (this.#stopped) return;
    const { limits, log } = this.#parts;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#failing !== message) log.error(`the store refuses to commit: ${message}; ${this.#messages} messages wait unacknowledged`);
    this.#failing = message;
    this.#retryMs = Math.min(limits.retryLongestMs, Math.max(limits.retryFirstMs, this.#retryMs * 2));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#commit(entries, batch);
    }, this.#retryMs);
  }

  /** These messages do not wait any more; each is told how it ended. */
  #forget(entries: readonly Entry[], error: Error | undefined): void {
    const { limits, log, onFull } = this.#parts;
    for (const entry of entries) {
      this.#messages--;
      this.#bytes -= entry.bytes;
      try {
        entry.acknowledge(error);
      } catch (failure) {
        log.error(`an acknowledgement failed: ${failure instanceof Error ? failure.message : String(failure)}`);
      }
    }
    if (this.#full && this.#messages <= limits.queueMessagesMax / 2 && this.#bytes <= limits.queueBytesMax / 2) {
      this.#full = false;
      onFull(false);
    }
    if (this.#stopped) this.#tellIdle();
  }

  #tellIdle(): void {
    for (const listener of this.#idleListeners.splice(0)) listener();
  }
}

/** `fresh` is what is left of the batch, in its order: whatever is missing from an entry was a duplicate of its gateway. */
function attributeDuplicates(entries: readonly Entry[], fresh: readonly Reading[]): void {
  let next = 0;
  for (const { readings, gateway } of entries) {
    for (const reading of readings) {
      const candidate = fresh[next];
      if (candidate !== undefined && candidate.point === reading.point && candidate.at === reading.at) next++;
      else if (gateway !== undefined) gateway.duplicates++;
    }
  }
}
