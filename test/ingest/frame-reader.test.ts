import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { generate } from "mqtt-packet";
import { frameBytes, FrameReader, parsePublish, type FrameLimits, type FrameStatus } from "../../ingest/frame-reader.ts";

const LIMITS: FrameLimits = { publishBytesMax: 300_000, controlBytesMax: 4_096, skipBytesMax: 1_000_000 };

interface Read {
  readonly first: number;
  readonly body: Buffer;
  readonly skippedBytes: number;
}

function readAll(reader: FrameReader, chunks: readonly Buffer[]): { frames: Read[]; last: FrameStatus } {
  const frames: Read[] = [];
  let last: FrameStatus = "more";
  for (const chunk of chunks) {
    reader.feed(chunk);
    while ((last = reader.next()) === "frame")
      frames.push({ first: reader.first, body: Buffer.from(reader.body), skippedBytes: reader.skippedBytes });
    if (last !== "more") break;
  }
  return { frames, last };
}

function publish(topic: string, payload: Buffer, messageId = 7): Buffer {
  return generate({ cmd: "publish", topic, payload, qos: 1, messageId, retain: false, dup: false });
}

test("packets come out whole, however the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 10_000, max: 40_000 })), { minLength: 1, maxLength: 5 }),
      fc.array(fc.oneof(fc.integer({ min: 100, max: 20_000 }), fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 20 }),
      (sizes, cuts) => {
        const packets = sizes.map((size, index) => publish("heat/v1/S01/telemetry", Buffer.alloc(size, index + 1), index + 1));
        const stream = Buffer.concat([...packets, generate({ cmd: "pingreq" })]);
        const chunks: Buffer[] = [];
        for (let offset = 0, each = 0; offset < stream.length; each++) {
          const size = cuts[each % cuts.length]!;
          chunks.push(Buffer.from(stream.subarray(offset, offset + size)));
          offset += size;
        }
        const { frames, last } = readAll(new FrameReader(LIMITS), chunks);
        expect(last).toBe("more");
        expect(Buffer.concat(frames.map(({ first, body }) => frameBytes(first, body))).equals(stream)).toBe(true);
      },
    ),
    { seed: 3, numRuns: 200 },
  );
});

test("byte by byte", () => {
  const stream = Buffer.concat([publish("a/b", Buffer.from("hello")), publish("a/b", Buffer.alloc(200, 1))]);
  const { frames } = readAll(
    new FrameReader(LIMITS),
    Array.from(stream, (byte) => Buffer.from([byte])),
  );
  expect(frames.map(({ first, body }) => parsePublish(first, body)?.payload.length)).toEqual([5, 200]);
});

describe("limits", () => {
  test("256 MB announced are refused at the length, and nothing is kept for them", () => {
    const reader = new FrameReader({ publishBytesMax: 4_096, controlBytesMax: 4_096, skipBytesMax: 0 });
    const before = process.memoryUsage().arrayBuffers;
    expect(readAll(reader, [Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])])).toMatchObject({ frames: [], last: "too_large" });
    expect(readAll(new FrameReader(LIMITS), [Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])])).toMatchObject({
      frames: [],
      last: "too_large",
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
  });

  test("a packet of exactly the limit passes, one byte more does not", () => {
    const control = (size: number): Buffer => frameBytes(0x82, Buffer.alloc(size));
    expect(readAll(new FrameReader(LIMITS), [control(4_096)])).toMatchObject({ frames: [{ skippedBytes: 0 }], last: "more" });
    expect(readAll(new FrameReader(LIMITS), [control(4_097)]).last).toBe("too_large");
  });

  test("a publish that is too large is read over: its head is kept, and the next packet is understood", () => {
    const large = publish("heat/v1/S01/telemetry", Buffer.alloc(400_000, 1), 77);
    const stream = Buffer.concat([large, publish("heat/v1/S01/telemetry", Buffer.from("{}"), 78)]);
    const chunks = Array.from({ length: Math.ceil(stream.length / 65_536) }, (_, index) =>
      stream.subarray(index * 65_536, (index + 1) * 65_536),
    );
    const { frames } = readAll(new FrameReader(LIMITS), chunks);
    expect(frames.map(({ skippedBytes, first, body }) => [skippedBytes > 0, parsePublish(first, body)?.messageId, body.length])).toEqual([
      [true, 77, 1_024],
      [false, 78, 27],
    ]);
  });

  test("a length of more than four bytes is malformed", () => {
    expect(readAll(new FrameReader(LIMITS), [Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])]).last).toBe("malformed");
  });
});

describe("a PUBLISH", () => {
  test("is read as mqtt-packet wrote it", () => {
    const { frames } = readAll(new FrameReader(LIMITS), [publish("heat/v1/S01/telemetry", Buffer.from("{}"), 513)]);
    expect(parsePublish(frames[0]!.first, frames[0]!.body)).toEqual({
      topic: "heat/v1/S01/telemetry",
      qos: 1,
      messageId: 513,
      retain: false,
      payload: Buffer.from("{}"),
    });
  });

  test.each([
    ["QoS 3", 0x36, [0, 1, 97, 0, 1]],
    ["no topic", 0x30, [0, 0]],
    ["a topic longer than the packet", 0x30, [0, 9, 97]],
    ["no room for the packet identifier", 0x32, [0, 1, 97, 0]],
    ["packet identifier 0", 0x32, [0, 1, 97, 0, 0]],
    ["nothing at all", 0x30, []],
  ])("with %s is malformed", (_, first, bytes) => {
    expect(parsePublish(first, Buffer.from(bytes))).toBeUndefined();
  });
});
