import { afterEach, describe, expect, test, vi } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { IngestLimits } from "../../ingest/limits.ts";
import { createPipeline, type Pipeline, type PipelineParts } from "../../ingest/pipeline.ts";
import { createMemoryStore } from "../support/memory-store.ts";
import { smallNetwork } from "../support/small-network.ts";
import { until } from "../support/until.ts";

const START = 1_795_132_800_000;
const opened: Pipeline[] = [];
afterEach(async () => {
  for (const pipeline of opened.splice(0)) await pipeline.drain(0);
});

function start(parts: Partial<PipelineParts> & { limits?: Partial<IngestLimits> } = {}) {
  const store = createMemoryStore();
  const network = smallNetwork();
  const lines: string[] = [];
  const fresh: Reading[] = [];
  /** What happened, in order. */
  const events: string[] = [];
  const clock = { now: START };
  const say = (text: string): void => void lines.push(text);
  const pipeline = createPipeline({
    network,
    store,
    now: () => clock.now,
    log: { info: say, warn: say, error: say },
    onFresh: (readings) => {
      events.push(`fresh ${readings.length}`);
      fresh.push(...readings);
    },
    ...parts,
  });
  opened.push(pipeline);
  const send = (name: string, body: unknown, topic = "heat/v1/S01/B03-U2/telemetry", gateway: string | undefined = "G1"): void => {
    const payload = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    pipeline.accept({ topic, payload, gateway, receivedAt: clock.now }, (error) =>
      events.push(error === undefined ? `ack ${name}` : `nack ${name}: ${error.message}`),
    );
  };
  return { store, network, pipeline, lines, fresh, events, clock, send };
}

const value = (ts: number, t_return: number) => ({ ts, values: { t_return } });

describe("acknowledged is stored", () => {
  test("nobody is acknowledged before the commit, all in order after it, then the rules are told", async () => {
    const { store, pipeline, events, send } = start();
    store.hold();
    for (let index = 0; index < 5; index++) send(String(index), value(START + index, 37));
    await until("the commit is on its way", () => store.held === 1);
    expect(events).toEqual([]);
    store.release();
    await pipeline.flush();
    expect(events).toEqual(["ack 0", "ack 1", "ack 2", "ack 3", "ack 4", "fresh 5"]);
    expect(store.batches).toHaveLength(1);
  });

  test("what comes while a commit is in flight makes the next one", async () => {
    const { store, pipeline, events, send } = start();
    store.hold();
    send("first", value(START, 37));
    await until("the first commit", () => store.held === 1);
    for (let index = 0; index < 50; index++) send(String(index), value(START + 1 + index, 38));
    store.release();
    await pipeline.flush();
    expect(store.batches.map(({ readings }) => readings.length)).toEqual([1, 50]);
    expect(events[0]).toBe("ack first");
    expect(events).toHaveLength(53);
  });

  test("a commit takes at most its number of messages and of readings", async () => {
    const { store, pipeline, send } = start({ limits: { commitMessagesMax: 10, commitReadingsMax: 12 } });
    for (let index = 0; index < 35; index++) send("x", value(START + index, 37));
    send(
      "wide",
      Array.from({ length: 40 }, (_, index) => value(START + 1_000 + index, 37)),
    );
    send("last", value(START + 2_000, 37));
    await pipeline.flush();
    expect(store.batches.map(({ readings }) => readings.length)).toEqual([10, 10, 10, 5, 40, 1]);
  });

  test("rejects are committed with the message, and it is acknowledged", async () => {
    const { store, pipeline, events, send } = start();
    send("bad", "no json");
    send("half", { values: { t_return: 37, p_supply: 0.35 } });
    await pipeline.flush();
    expect(events).toEqual(["ack bad", "ack half", "fresh 1"]);
    expect(store.rejectList.map(({ reason, gateway, station }) => [reason, gateway, station])).toEqual([
      ["not_json", "G1", "S01"],
      ["out_of_range", "G1", "S01"],
    ]);
    expect(pipeline.stats().rejects).toEqual({ not_json: 1, out_of_range: 1 });
  });

  test("duplicates are acknowledged, not told, and counted for the gateway that sent them", async () => {
    const { pipeline, events, send } = start();
    send("one", value(START, 37));
    await pipeline.flush();
    send("again", value(START, 37));
    send("other", value(START + 1, 37), undefined, "G2");
    send("thrice", value(START, 37), undefined, "G3");
    await pipeline.flush();
    expect(events).toEqual(["ack one", "fresh 1", "ack again", "ack other", "ack thrice", "fresh 1"]);
    expect(pipeline.stats().gateways.map(({ name, duplicates }) => [name, duplicates])).toEqual([
      ["G1", 1],
      ["G2", 0],
      ["G3", 1],
    ]);
  });

  test("a rules engine that throws costs a log line, not the ingest", async () => {
    const { pipeline, lines, events, send } = start({
      onFresh: () => {
        throw new Error("broken rule");
      },
    });
    send("a", value(START, 37));
    await pipeline.flush();
    send("b", value(START + 1, 37));
    await pipeline.flush();
    expect(events).toEqual(["ack a", "ack b"]);
    expect(lines.join()).toContain("broken rule");
  });
});

describe("the disk refuses", () => {
  test("messages wait unacknowledged, the commit is tried again, nothing is lost or doubled", async () => {
    const { store, pipeline, events, lines, send } = start({ limits: { retryFirstMs: 5, retryLongestMs: 10 } });
    store.refuse("database or disk is full");
    send("a", value(START, 37));
    await until("it was tried", () => pipeline.stats().failing !== undefined);
    send("b", value(START + 1, 38));
    expect(events).toEqual([]);
    expect(pipeline.stats()).toMatchObject({ failing: "database or disk is full", queueMessages: 2 });
    store.refuse(undefined);
    await pipeline.flush();
    expect(events).toEqual(["ack a", "fresh 1", "ack b", "fresh 1"]);
    expect(pipeline.stats()).toMatchObject({ failing: undefined, queueMessages: 0, queueBytes: 0 });
    expect(lines.filter((line) => line.includes("disk is full"))).toHaveLength(2);
  });

  test("pauses double up to the longest", async () => {
    vi.useFakeTimers();
    try {
      const { store, send } = start({ limits: { retryFirstMs: 100, retryLongestMs: 1_000 } });
      store.refuse("disk full");
      const attempts: number[] = [];
      const commit = store.commit.bind(store);
      store.commit = (batch) => {
        attempts.push(Date.now());
        return commit(batch);
      };
      send("a", value(START, 37));
      await vi.advanceTimersByTimeAsync(6_000);
      const pauses = attempts.slice(1).map((at, index) => at - attempts[index]!);
      expect(pauses.slice(0, 5).map((pause) => Math.round(pause / 100) * 100)).toEqual([100, 200, 400, 800, 1_000]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("the queue is bounded: full is said, and half of it is said too", async () => {
    const { store, pipeline, events, send } = start({ limits: { queueMessagesMax: 10 } });
    const changes: boolean[] = [];
    pipeline.watchFull((full) => changes.push(full));
    store.hold();
    for (let index = 0; index < 30; index++) send(String(index), value(START + index, 37));
    expect(changes).toEqual([true]);
    expect(pipeline.full).toBe(true);
    // A source that does not listen is refused at twice the limit.
    expect(pipeline.stats()).toMatchObject({ queueMessages: 20, dropped: 10 });
    expect(events).toEqual(Array.from({ length: 10 }, (_, index) => `nack ${20 + index}: the queue is full`));
    store.release();
    await pipeline.flush();
    expect(changes).toEqual([true, false]);
    expect(store.readings).toHaveLength(20);
  });

  test("bytes count as well", () => {
    const { store, pipeline, send } = start({ limits: { queueBytesMax: 1_000 } });
    store.hold();
    send("a", { note: "x".repeat(1_200), values: { t_return: 37 } });
    expect(pipeline.full).toBe(true);
  });
});

describe("the end", () => {
  test("drain takes no more and waits for what was taken", async () => {
    const { store, pipeline, events, send } = start();
    store.hold();
    send("a", value(START, 37));
    await until("the commit is on its way", () => store.held === 1);
    const drained = pipeline.drain();
    send("late", value(START + 1, 37));
    expect(events).toEqual(["nack late: the platform is stopping"]);
    store.release();
    expect(await drained).toBe(true);
    expect(events).toEqual(["nack late: the platform is stopping", "ack a", "fresh 1"]);
  });

  test("drain gives up on a disk that refuses, and acknowledges nothing", async () => {
    const { store, pipeline, events, send } = start();
    store.refuse("disk full");
    send("a", value(START, 37));
    expect(await pipeline.drain(20)).toBe(false);
    expect(events).toEqual(["nack a: the platform is stopping"]);
  });
});

describe("what the platform asks", () => {
  test("status messages are readings of the station at the time of receipt", async () => {
    const { pipeline, fresh, send } = start();
    send("s", "online", "heat/v1/S01/status");
    pipeline.acceptStatus({ station: "S02", online: false, receivedAt: START + 5 }, () => {});
    await pipeline.flush();
    expect(fresh.map(({ point, at, value: online }) => [point.station, point.signal, at, online])).toEqual([
      ["S01", "online", START, 1],
      ["S02", "online", START + 5, 0],
    ]);
  });

  test("received() is when a station last sent something usable", async () => {
    const { pipeline, clock, send } = start();
    expect(pipeline.received("S01")).toBeUndefined();
    send("a", value(START, 37));
    clock.now += 1_000;
    send("b", "garbage");
    expect(pipeline.received("S01")).toBe(START);
    expect(pipeline.received("S02")).toBeUndefined();
    await pipeline.flush();
  });

  test("a gateway whose clock is 15 minutes fast is corrected from its third message on, and after a restart at once", async () => {
    const { pipeline, clock, fresh, send } = start();
    for (let index = 0; index < 6; index++) {
      send("m", value(clock.now + 900_000, 37 + index));
      clock.now += 10_000;
    }
    await pipeline.flush();
    expect(fresh.map(({ point, at, value: t }) => [point.signal, at - START, t])).toEqual([
      ["t_return", 20_000, 39],
      ["clock_offset", 20_000, 900],
      ["t_return", 30_000, 40],
      ["t_return", 40_000, 41],
      ["t_return", 50_000, 42],
    ]);
    expect(pipeline.stats()).toMatchObject({
      rejects: { future_time: 2 },
      gateways: [{ name: "G1", clock: "skewed", offsetMs: -900_000, rejects: 2, lastSeenAt: START + 50_000 }],
    });

    const clocks = JSON.parse(JSON.stringify(pipeline.clocks())) as ReturnType<Pipeline["clocks"]>;
    const second = start({ clocks });
    second.send("m", value(START + 900_000, 37));
    await second.pipeline.flush();
    expect(second.fresh.map(({ at }) => at)).toEqual([START]);
  });

  test("behind an external broker each station has its own clock", async () => {
    const { pipeline, clock, fresh, send } = start();
    for (let index = 0; index < 4; index++) {
      send("fast", { ts: clock.now + 900_000, assets: { S02: { t_out: -1 } } }, "heat/v1/S02/telemetry", "");
      pipeline.accept(
        {
          topic: "heat/v1/S01/telemetry",
          payload: Buffer.from(JSON.stringify({ ts: clock.now, assets: { S01: { t_out: -2 } } })),
          receivedAt: clock.now,
        },
        () => {},
      );
      clock.now += 10_000;
    }
    await pipeline.flush();
    expect(fresh.filter(({ point }) => point.station === "S01").map(({ at }) => at - START)).toEqual([0, 10_000, 20_000, 30_000]);
  });

  test("refuse() keeps the reason of a message that was not read", async () => {
    const { pipeline, store, events } = start();
    pipeline.refuse(
      { topic: "heat/v1/S01/telemetry", gateway: "G1", receivedAt: START },
      "too_large",
      "at most 1 MB",
      "2 MB",
      () => events.push("ack"),
      { station: "S01" },
    );
    await pipeline.flush();
    expect(store.rejectList).toEqual([
      {
        at: START,
        topic: "heat/v1/S01/telemetry",
        gateway: "G1",
        station: "S01",
        reason: "too_large",
        expected: "at most 1 MB",
        found: "2 MB",
      },
    ]);
    expect(events).toEqual(["ack"]);
  });

  test("more rejects than one commit keeps are counted", async () => {
    const { pipeline, store, send } = start({ limits: { rejectsPerCommitMax: 5 } });
    for (let index = 0; index < 8; index++) send("x", "garbage");
    await pipeline.flush();
    expect(store.rejectList).toHaveLength(5);
    expect(pipeline.stats()).toMatchObject({ rejects: { not_json: 8 }, rejectsUnlisted: 3 });
  });

  test("at most so many gateways are remembered, the one silent for longest goes first", async () => {
    const { pipeline, clock, send } = start({ limits: { gatewaysMax: 2 } });
    for (const gateway of ["A", "B", "A", "C"]) {
      send("x", value(clock.now, 37), undefined, gateway);
      clock.now += 1_000;
    }
    expect(pipeline.stats().gateways.map(({ name }) => name)).toEqual(["A", "C"]);
    await pipeline.flush();
  });
});
