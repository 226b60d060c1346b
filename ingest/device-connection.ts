import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { addAck, newAckBuffer, takeAcks } from "./ack-buffer.ts";
import { parseTopic } from "../model/topic.ts";
import {
  frameBytes,
  FrameReader,
  PACKET_CONNECT,
  PACKET_PUBLISH,
  parsePublish,
  type FrameLimits,
  type FrameStatus,
} from "./frame-reader.ts";
import type { GatewayGrant } from "./permissions.ts";
import type { Pipeline } from "./pipeline.ts";

/**
 * One device's socket. It stands between the socket and aedes: packets are cut and limited here before aedes sees a byte,
 * what a device publishes goes straight to the pipeline and is acknowledged from here after its commit, and everything else
 * (connect, subscribe, ping, disconnect, will) is aedes' business.
 */

/** Why a connection was ended by us. */
export type EndReason = "too_large" | "malformed" | "not_connect" | "qos_2" | "slow_reader" | "not_stored" | "kicked";

export interface ConnectionParts {
  readonly pipeline: Pipeline;
  readonly now: () => number;
  readonly connectLimits: FrameLimits;
  readonly openLimits: FrameLimits;
  /** Beyond either, of what is not acknowledged yet, the socket is not read. */
  readonly inFlightMessagesMax: number;
  readonly inFlightBytesMax: number;
  /** A device that does not take its acknowledgements for this long is cut off. */
  readonly drainMs: number;
  readonly onEnd: (connection: DeviceConnection, reason: EndReason, detail: string) => void;
  readonly onQos0: () => void;
  /** A status message is on disk: the broker keeps it for subscribers. */
  readonly onStatus: (topic: string, payload: Buffer) => void;
}

/** Bytes of acknowledgements that may wait in the socket. */
const WAITING_ACK_BYTES_MAX = 65_536;
const STATUS_BYTES_MAX = 7;
/** After the last byte was handed to the kernel, the peer has this long to take it. */
const LINGER_MS = 2_000;

/** Private in aedes: it counts only the packets that it is given, and publishes are not among them. */
const KEEPALIVE_TIMER = "_keepaliveTimer";

/** Owns the socket. */
export class DeviceConnection extends Duplex {
  readonly address: string;
  grant: GatewayGrant | undefined;
  stations: ReadonlySet<string> = new Set();
  /** Set by aedes. */
  client: { readonly [KEEPALIVE_TIMER]?: NodeJS.Timeout | null } | undefined;
  readonly #socket: Socket;
  readonly #parts: ConnectionParts;
  readonly #reader: FrameReader;
  #state: "new" | "connecting" | "open" = "new";
  #held = false;
  #paused = false;
  #pumping = false;
  #controlBlocked = false;
  #inFlightMessages = 0;
  #inFlightBytes = 0;
  readonly #acks = newAckBuffer();
  #flushPlanned = false;
  #undrainedSince: number | undefined;
  #endPushed = false;

  constructor(socket: Socket, parts: ConnectionParts) {
    super({ readableHighWaterMark: 16_384, writableHighWaterMark: 16_384 });
    this.#socket = socket;
    this.#parts = parts;
    this.#reader = new FrameReader(parts.connectLimits);
    this.address = socket.remoteAddress ?? "unknown";
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#reader.feed(chunk);
      this.pump();
    });
    socket.on("end", () => {
      this.#endPushed = true;
      this.push(null);
    });
    socket.on("drain", () => this.pump());
    socket.on("error", (error) => this.destroy(error));
    // After a clean end aedes reads what is left (a DISCONNECT, perhaps) and closes by itself.
    socket.on("close", () => {
      if (!this.#endPushed) this.destroy();
    });
  }

  /** The gateway is known: publishes are welcome. */
  open(grant: GatewayGrant): void {
    this.grant = grant;
    this.stations = new Set(grant.stations);
    this.#state = "open";
    this.#reader.limits = this.#parts.openLimits;
    this.pump();
  }

  /** Stops reading (back-pressure, shutdown) or goes on. */
  hold(held: boolean): void {
    this.#held = held;
    if (held) this.#pause();
    else this.pump();
  }

  /** Once a second, `at` in ms of any steady clock: a device that we do not read cannot ping, and one that does not read us is cut off. */
  tick(at: number): void {
    if (this.#paused) this.client?.[KEEPALIVE_TIMER]?.refresh();
    if (this.#socket.writableLength < WAITING_ACK_BYTES_MAX) this.#undrainedSince = undefined;
    else if ((this.#undrainedSince ??= at) + this.#parts.drainMs < at)
      this.cutOff("slow_reader", `${this.#socket.writableLength} bytes not taken`);
  }

  /** Ends the connection for a reason that is counted and logged. */
  cutOff(reason: EndReason, detail: string): void {
    if (this.destroyed) return;
    this.#parts.onEnd(this, reason, detail);
    this.destroy(new Error(detail));
  }

  /** Reads packets until the chunk is used up or something has to be waited for. */
  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    let read = false;
    while (!this.destroyed) {
      if (this.#mustWait()) {
        this.#pause();
        break;
      }
      const status = this.#reader.next();
      if (status === "more") {
        this.#resume();
        break;
      }
      read = true;
      if (status === "frame") this.#handleFrame();
      else this.#refuseFrame(status);
    }
    if (read) this.client?.[KEEPALIVE_TIMER]?.refresh();
    this.#pumping = false;
  }

  #mustWait(): boolean {
    if (this.#held || this.#controlBlocked || this.#state === "connecting") return true;
    if (this.#state === "new") return false;
    const { pipeline, inFlightMessagesMax, inFlightBytesMax } = this.#parts;
    return (
      pipeline.full ||
      this.#inFlightMessages >= inFlightMessagesMax ||
      this.#inFlightBytes >= inFlightBytesMax ||
      this.#socket.writableLength >= WAITING_ACK_BYTES_MAX
    );
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  #handleFrame(): void {
    const { first, body } = this.#reader;
    const type = first >> 4;
    if (this.#state === "open" && type === PACKET_PUBLISH) {
      this.#handlePublish(first, body);
      return;
    }
    if (this.#state === "new") {
      // MQTT-3.1.0-1
      if (type !== PACKET_CONNECT) {
        this.cutOff("not_connect", `a packet of type ${type} before CONNECT`);
        return;
      }
      this.#state = "connecting";
    }
    this.#controlBlocked = !this.push(frameBytes(first, body));
  }

  #refuseFrame(status: FrameStatus): void {
    const { first, skippedBytes } = this.#reader;
    const publish = this.#state === "open" && first >> 4 === PACKET_PUBLISH;
    if (status === "malformed") {
      this.cutOff("malformed", "a packet length of more than four bytes");
      return;
    }
    const { publishBytesMax, controlBytesMax } = this.#reader.limits;
    const expected = `a packet of at most ${publish ? publishBytesMax : controlBytesMax} bytes`;
    if (publish) this.#refuse("", "too_large", expected, `${skippedBytes} bytes announced; the connection was closed`, ignore);
    this.cutOff("too_large", `expected ${expected}, found ${skippedBytes} bytes announced`);
  }

  #handlePublish(first: number, body: Buffer): void {
    const { pipeline, now, onQos0 } = this.#parts;
    const publish = parsePublish(first, body);
    if (publish === undefined) {
      this.cutOff("malformed", "a PUBLISH that cannot be read");
      return;
    }
    const { topic, qos, payload } = publish;
    if (qos === 2) {
      this.#refuse(topic, "bad_shape", "QoS 0 or 1", "QoS 2", ignore);
      this.cutOff("qos_2", `QoS 2 on ${topic}; QoS 0 and 1 are served`);
      return;
    }
    if (qos === 0) onQos0();
    const bytes = body.length;
    this.#inFlightMessages++;
    this.#inFlightBytes += bytes;
    const { messageId } = publish;
    // Copied, so that what waits for its commit does not keep the chunk that it came in.
    const status = this.#isOwnStatus(topic) && payload.length <= STATUS_BYTES_MAX ? Buffer.from(payload) : undefined;
    const acknowledge = (error?: Error): void => {
      if (status !== undefined && error === undefined) this.#parts.onStatus(topic, status);
      this.#acknowledged(qos, messageId, bytes, error);
    };
    const { skippedBytes } = this.#reader;
    if (skippedBytes > 0) {
      this.#refuse(topic, "too_large", `at most ${this.#reader.limits.publishBytesMax} bytes`, `${skippedBytes} bytes`, acknowledge);
    } else {
      pipeline.accept({ topic, payload, gateway: this.grant?.name, stations: this.stations, receivedAt: now() }, acknowledge);
    }
  }

  #isOwnStatus(topic: string): boolean {
    if (!topic.endsWith("/status")) return false;
    const parsed = parseTopic(topic);
    return parsed?.type === "status" && this.stations.has(parsed.station);
  }

  #refuse(topic: string, reason: "too_large" | "bad_shape", expected: string, found: string, acknowledge: (error?: Error) => void): void {
    const station = topic.split("/")[2];
    const known = station !== undefined && this.stations.has(station) ? { station } : {};
    this.#parts.pipeline.refuse(
      { topic, gateway: this.grant?.name, receivedAt: this.#parts.now() },
      reason,
      expected,
      found,
      acknowledge,
      known,
    );
  }

  /** The message is on disk, or will have to come again. */
  #acknowledged(qos: number, messageId: number, bytes: number, error: Error | undefined): void {
    this.#inFlightMessages--;
    this.#inFlightBytes -= bytes;
    if (this.destroyed) return;
    if (error !== undefined) {
      if (qos === 1) this.cutOff("not_stored", error.message);
      return;
    }
    if (qos === 1) addAck(this.#acks, messageId);
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    process.nextTick(() => {
      this.#flushPlanned = false;
      this.#flushAcks();
      if (this.#paused) this.pump();
    });
  }

  /** All acknowledgements of one commit in one write. */
  #flushAcks(): void {
    if (this.#acks.length > 0 && this.#socket.writable) this.#socket.write(takeAcks(this.#acks));
  }

  override _read(): void {
    if (!this.#controlBlocked) return;
    this.#controlBlocked = false;
    process.nextTick(() => this.pump());
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#writeControl(chunk, done);
  }

  /** What aedes answers. Acknowledgements go out in the order of the publishes, and never after a later packet. */
  #writeControl(bytes: Buffer, done: (error?: Error | null) => void): void {
    this.#flushAcks();
    if (this.#socket.destroyed) done(new Error("the connection is closed"));
    else if (this.#socket.write(bytes)) done();
    else this.#socket.once("drain", () => done());
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#writeControl(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const socket = this.#socket;
    // What is on disk is acknowledged even when the connection ends in this very turn.
    this.#flushAcks();
    // A refused CONNECT still gets its CONNACK, but nobody may keep a dead socket by not reading it.
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once("close", () => clearTimeout(timer));
    if (socket.destroyed) clearTimeout(timer);
    else {
      socket.resume();
      socket.destroySoon();
    }
    done(error);
  }
}

function ignore(): void {}
