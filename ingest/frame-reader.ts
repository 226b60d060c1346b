/**
 * Cuts a byte stream into MQTT control packets without ever holding more than one packet of an allowed size: a length is
 * judged as soon as it is announced (MQTT 3.1.1, 2.2.3), before anything is kept.
 */

/** `frame`: one whole packet is in `first`, `body`. `more`: feed the next chunk. The others end the connection. */
export type FrameStatus = "frame" | "more" | "too_large" | "malformed";

/** Largest packet of each kind, in bytes after the fixed header. */
export interface FrameLimits {
  readonly publishBytesMax: number;
  readonly controlBytesMax: number;
  /** A PUBLISH between `publishBytesMax` and this is read over, with its head kept for the report. */
  readonly skipBytesMax: number;
}

export const PACKET_CONNECT = 1;
export const PACKET_PUBLISH = 3;
const EMPTY = Buffer.alloc(0);
/** Enough of a skipped PUBLISH for its topic and packet identifier. */
const HEAD_BYTES = 1_024;
const LENGTH_BYTES_MAX = 4;

/** Owns the bytes of the packet that is not complete yet. */
export class FrameReader {
  /** First byte of the current packet: type and flags. */
  first = 0;
  /** Bytes after the fixed header; only the head of them when `skippedBytes` is not 0. */
  body: Buffer = EMPTY;
  /** Announced length of a packet that was read over, else 0. */
  skippedBytes = 0;
  limits: FrameLimits;
  #chunk: Buffer = EMPTY;
  #offset = 0;
  /** Fixed header that is not complete yet. */
  #header: number[] = [];
  #partial: Buffer | undefined;
  #filled = 0;
  #skipLeft = 0;
  #announced = 0;

  constructor(limits: FrameLimits) {
    this.limits = limits;
  }

  /** True while bytes of the last chunk are still to be read with `next`. */
  get pending(): boolean {
    return this.#offset < this.#chunk.length;
  }

  /** Gives the next bytes. Only when nothing is pending. */
  feed(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#offset = 0;
  }

  /** Reads one packet, if it is complete. `body` may share memory with the chunk: use it before the next chunk's packets. */
  next(): FrameStatus {
    if (this.#partial === undefined) {
      const status = this.#readHeader();
      if (status !== "frame") return status;
      const available = this.#chunk.length - this.#offset;
      if (this.skippedBytes === 0 && available >= this.#announced) {
        this.body = this.#announced === 0 ? EMPTY : this.#chunk.subarray(this.#offset, this.#offset + this.#announced);
        this.#offset += this.#announced;
        return "frame";
      }
      const kept = this.skippedBytes === 0 ? this.#announced : HEAD_BYTES;
      this.#partial = Buffer.allocUnsafeSlow(kept);
      this.#filled = 0;
      this.#skipLeft = this.#announced - kept;
    }
    return this.#collect(this.#partial);
  }

  /** The fixed header: a byte of type and flags, then the length in 7-bit groups. */
  #readHeader(): FrameStatus {
    const chunk = this.#chunk;
    const header = this.#header;
    while (this.#offset < chunk.length) {
      const byte = chunk[this.#offset++]!;
      header.push(byte);
      if (header.length === 1 || byte >= 0x80) {
        if (header.length > LENGTH_BYTES_MAX) return "malformed";
        continue;
      }
      this.first = header[0]!;
      let length = 0;
      for (let index = header.length - 1; index > 0; index--) length = length * 128 + (header[index]! & 0x7f);
      header.length = 0;
      this.#announced = length;
      return this.#judgeLength(length);
    }
    return "more";
  }

  #judgeLength(length: number): FrameStatus {
    const publish = this.first >> 4 === PACKET_PUBLISH;
    this.skippedBytes = 0;
    if (length <= (publish ? this.limits.publishBytesMax : this.limits.controlBytesMax)) return "frame";
    this.skippedBytes = length;
    return publish && length <= this.limits.skipBytesMax ? "frame" : "too_large";
  }

  #collect(partial: Buffer): FrameStatus {
    const chunk = this.#chunk;
    const take = Math.min(partial.length - this.#filled, chunk.length - this.#offset);
    chunk.copy(partial, this.#filled, this.#offset, this.#offset + take);
    this.#filled += take;
    this.#offset += take;
    const skip = Math.min(this.#skipLeft, chunk.length - this.#offset);
    this.#skipLeft -= skip;
    this.#offset += skip;
    if (this.#filled < partial.length || this.#skipLeft > 0) return "more";
    this.body = partial;
    this.#partial = undefined;
    return "frame";
  }
}

/** The fixed header and body of a packet as bytes again, for the broker behind. */
export function frameBytes(first: number, body: Buffer): Buffer {
  const header = [first];
  let length = body.length;
  do {
    const group = length % 128;
    length = Math.floor(length / 128);
    header.push(length > 0 ? group | 0x80 : group);
  } while (length > 0);
  return Buffer.concat([Buffer.from(header), body]);
}

export interface Publish {
  readonly topic: string;
  readonly qos: number;
  readonly messageId: number;
  readonly retain: boolean;
  readonly payload: Buffer;
}

/** A PUBLISH packet (MQTT 3.1.1, 3.3); undefined when malformed. The payload shares memory with `body`. */
export function parsePublish(first: number, body: Buffer): Publish | undefined {
  const qos = (first >> 1) & 3;
  if (qos === 3 || body.length < 2) return undefined;
  const topicEnd = 2 + body.readUInt16BE(0);
  const payloadStart = qos === 0 ? topicEnd : topicEnd + 2;
  if (topicEnd === 2 || body.length < payloadStart) return undefined;
  const messageId = qos === 0 ? 0 : body.readUInt16BE(topicEnd);
  if (qos > 0 && messageId === 0) return undefined;
  return { topic: body.toString("utf8", 2, topicEnd), qos, messageId, retain: (first & 1) === 1, payload: body.subarray(payloadStart) };
}
