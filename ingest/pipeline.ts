import type { Network } from "../model/network.ts";
import type { Reading, Reject, RejectReason } from "../model/reading.ts";
import { STATUS_SIGNAL } from "../model/signals.ts";
import type { TelemetryStore } from "../store/telemetry.ts";
import type { ClockState } from "./clock.ts";
import { withClockNote } from "./clock-note.ts";
import { CommitQueue, type Acknowledge, type CommitInfo } from "./commit-queue.ts";
import { decodeMessage, type Message } from "./decode.ts";
import { createGateways, type Gateway, type GatewayFigures } from "./gateways.ts";
import { latencyPercentile } from "./latency.ts";
import { INGEST_LIMITS, type IngestLimits, type IngestLog } from "./limits.ts";
import { addReject, newRejectList, sumUpRejects, type RejectPlace } from "./rejects.ts";
import { settleTimes } from "./times.ts";

/** From a message off the wire to an acknowledged commit: decode, correct the clock, group, commit, acknowledge, tell the rules. */

export interface PipelineParts {
  readonly network: Network;
  readonly store: Pick<TelemetryStore, "commit">;
  /** Called after the acknowledgements with what the store had not seen, in order. Must not throw; if it does, it is logged. */
  readonly onFresh: (readings: readonly Reading[], info: CommitInfo) => void;
  readonly now: () => number;
  readonly log: IngestLog;
  readonly limits?: Partial<IngestLimits>;
  /** What `clocks()` of an earlier run returned. */
  readonly clocks?: Readonly<Record<string, ClockState>>;
}

interface StatusMessage {
  readonly station: string;
  readonly online: boolean;
  readonly gateway?: string;
  readonly receivedAt: number;
}

export interface PipelineStats {
  readonly messages: number;
  readonly readings: number;
  readonly bytes: number;
  readonly rejects: Readonly<Partial<Record<RejectReason, number>>>;
  /** Rejects that were counted but not kept one by one. */
  readonly rejectsUnlisted: number;
  /** Messages refused without an acknowledgement, because the queue was full or the pipeline closed. */
  readonly dropped: number;
  readonly queueMessages: number;
  readonly queueBytes: number;
  readonly full: boolean;
  readonly failing: string | undefined;
  readonly ackMsP50: number;
  readonly ackMsP99: number;
  readonly gateways: readonly GatewayFigures[];
}

export interface Pipeline {
  /** Takes one message. `acknowledge` is called once, in order of acceptance: without an error after the synced commit. */
  accept(message: Message, acknowledge: Acknowledge): void;
  acceptStatus(status: StatusMessage, acknowledge: Acknowledge): void;
  /** Keeps the reason why a message was not even read (too large); acknowledged like all others. */
  refuse(
    message: Omit<Message, "payload">,
    reason: RejectReason,
    expected: string,
    found: string,
    acknowledge: Acknowledge,
    place?: RejectPlace & { readonly station?: string },
  ): void;
  /** True from the queue's limit until half of it: sources have to stop reading. */
  readonly full: boolean;
  /** Calls back on every change of `full`; returns the way to stop that. */
  watchFull(listener: (full: boolean) => void): () => void;
  /** Time of receipt of the last message of a station that held anything usable. */
  received(station: string): number | undefined;
  stats(): PipelineStats;
  clocks(): Record<string, ClockState>;
  /** Resolves when everything accepted so far and since is committed. */
  flush(): Promise<void>;
  /** Takes no more, waits at most `limitMs` for the rest to be committed, then gives up on it; false if it had to. */
  drain(limitMs?: number): Promise<boolean>;
}

const DRAIN_MS = 5_000;
/** The queue's limit stops the sources; one that does not listen is refused at this multiple of it. */
const OVERFULL_FACTOR = 2;

export function createPipeline(parts: PipelineParts): Pipeline {
  const { network, store, onFresh, now, log } = parts;
  const limits: IngestLimits = { ...INGEST_LIMITS, ...parts.limits };
  const gateways = createGateways(limits.gatewaysMax, parts.clocks);
  const received = new Map<string, number>();
  const rejectCounts: Partial<Record<RejectReason, number>> = {};
  const fullListeners = new Set<(full: boolean) => void>();
  const onFull = (full: boolean): void => {
    for (const listener of fullListeners) listener(full);
  };
  const queue = new CommitQueue({ store, limits, now, log, onFresh, onFull });
  const totals = { messages: 0, readings: 0, bytes: 0, dropped: 0, rejectsUnlisted: 0 };
  let closed = false;

  function turnedAway(acknowledge: Acknowledge): boolean {
    const overfull = queue.messages >= limits.queueMessagesMax * OVERFULL_FACTOR || queue.bytes >= limits.queueBytesMax * OVERFULL_FACTOR;
    if (!closed && !overfull) return false;
    totals.dropped++;
    acknowledge(new Error(closed ? "the platform is stopping" : "the queue is full"));
    return true;
  }

  function enqueue(
    readings: readonly Reading[],
    rejects: readonly Reject[],
    bytes: number,
    receivedAt: number,
    gateway: Gateway | undefined,
    acknowledge: Acknowledge,
  ): void {
    totals.messages++;
    totals.readings += readings.length;
    totals.bytes += bytes;
    for (const { reason } of rejects) rejectCounts[reason] = (rejectCounts[reason] ?? 0) + 1;
    if (gateway !== undefined) {
      gateway.lastSeenAt = receivedAt;
      gateway.messages++;
      gateway.readings += readings.length;
      gateway.rejects += rejects.length;
    }
    queue.push({ readings, rejects, bytes, receivedAt, gateway, acknowledge });
  }

  return {
    accept(message, acknowledge) {
      if (turnedAway(acknowledge)) return;
      const { receivedAt, payload } = message;
      const decoded = decodeMessage({ ...message, network, limits });
      // Behind an external broker a gateway has no name: the station's clock is the one that counts.
      const name = message.gateway ?? decoded.station;
      const gateway = name === undefined ? undefined : gateways.get(name);
      const readings = withClockNote(network, decoded.station, gateway, settleTimes(decoded, gateway?.clock, receivedAt));
      sumUpRejects(decoded.rejects);
      totals.rejectsUnlisted += decoded.rejects.unlisted;
      if (decoded.station !== undefined && readings.length > 0) received.set(decoded.station, receivedAt);
      enqueue(readings, decoded.rejects.items, payload.length, receivedAt, gateway, acknowledge);
    },

    acceptStatus({ station, online, gateway, receivedAt }, acknowledge) {
      if (turnedAway(acknowledge)) return;
      const point = network.asset(station)?.level === "station" ? network.point(station, STATUS_SIGNAL) : undefined;
      const readings: Reading[] = point === undefined ? [] : [{ point, at: receivedAt, value: online ? 1 : 0 }];
      enqueue(readings, [], 0, receivedAt, gateway === undefined ? undefined : gateways.get(gateway), acknowledge);
    },

    refuse(message, reason, expected, found, acknowledge, place = {}) {
      if (turnedAway(acknowledge)) return;
      const list = newRejectList(message, limits.rejectsPerMessageMax);
      list.station = place.station;
      addReject(list, reason, expected, found, place);
      enqueue(
        [],
        list.items,
        0,
        message.receivedAt,
        message.gateway === undefined ? undefined : gateways.get(message.gateway),
        acknowledge,
      );
    },

    get full() {
      return queue.full;
    },

    watchFull(listener) {
      fullListeners.add(listener);
      return () => fullListeners.delete(listener);
    },

    received: (station) => received.get(station),

    stats: () => ({
      ...totals,
      rejects: { ...rejectCounts },
      rejectsUnlisted: totals.rejectsUnlisted + queue.rejectsUnlisted,
      queueMessages: queue.messages,
      queueBytes: queue.bytes,
      full: queue.full,
      failing: queue.failing,
      ackMsP50: latencyPercentile(queue.latency, 0.5),
      ackMsP99: latencyPercentile(queue.latency, 0.99),
      gateways: gateways.figures(),
    }),

    clocks: () => gateways.clocks(),
    flush: () => queue.idle(),

    async drain(limitMs = DRAIN_MS) {
      closed = true;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), limitMs);
      });
      const done = await Promise.race([queue.idle().then(() => true), late]);
      clearTimeout(timer);
      queue.stop();
      return done;
    },
  };
}
