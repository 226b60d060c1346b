import { describe, expect, it } from "vitest";
import { Backlog, BATCH_BYTES_MAX, BATCH_ITEMS_MAX } from "../../simulators/backlog.ts";

const item = (station: string, at: number, bytes = 40) => ({
  station,
  topic: `heat/v1/${station}/telemetry`,
  at,
  text: "x".repeat(bytes),
  values: 1,
});

describe("backlog", () => {
  it("hands out batches of one topic in order, within both limits", () => {
    const backlog = new Backlog();
    for (let at = 0; at < 2500; at++) backlog.add(item("S1", at));
    backlog.add(item("S2", 1));
    const sizes: number[] = [];
    const times: number[] = [];
    for (let batch = backlog.take(); batch !== undefined; batch = backlog.take()) {
      sizes.push(batch.items.length);
      if (batch.station === "S1") times.push(...batch.items.map(({ at }) => at));
    }
    // A topic that cannot be emptied at once lets the others through.
    expect(sizes).toEqual([BATCH_ITEMS_MAX, 1, BATCH_ITEMS_MAX, 500]);
    expect(times).toEqual(Array.from({ length: 2500 }, (_, at) => at));
    for (let at = 0; at < 100; at++) backlog.add(item("S1", at, 1500));
    const bytes = backlog.take()!.items.reduce((sum, { text }) => sum + text.length + 1, 2);
    expect(bytes).toBeLessThanOrEqual(BATCH_BYTES_MAX);
    expect(bytes).toBeGreaterThan(BATCH_BYTES_MAX - 1600);
  });

  it("sends a single object that is larger than a batch by itself", () => {
    const backlog = new Backlog();
    backlog.add(item("S1", 1, BATCH_BYTES_MAX + 10));
    backlog.add(item("S1", 2));
    expect(backlog.take()!.items.map(({ at }) => at)).toEqual([1]);
  });

  it("drops the oldest beyond its limit and counts them", () => {
    const backlog = new Backlog(100);
    for (let at = 0; at < 250; at++) backlog.add(item("S1", at));
    expect(backlog.length).toBe(100);
    expect(backlog.dropped).toBe(150);
    expect(backlog.take()!.items[0]!.at).toBe(150);
  });

  it("drops the oldest whatever its topic, and joins what lies between other topics", () => {
    const backlog = new Backlog(6);
    for (let at = 0; at < 10; at++) backlog.add(item(at % 2 === 0 ? "S1" : "S2", at));
    expect(backlog.dropped).toBe(4);
    expect(backlog.take()!.items.map(({ at }) => at)).toEqual([4, 6, 8]);
    expect(backlog.take()!.items.map(({ at }) => at)).toEqual([5, 7, 9]);
    expect([backlog.take(), backlog.length]).toEqual([undefined, 0]);
  });

  it("takes back what was not acknowledged, in front", () => {
    const backlog = new Backlog();
    for (let at = 0; at < 5; at++) backlog.add(item(at < 3 ? "S1" : "S2", at));
    const first = backlog.take()!;
    expect(backlog.oldestAt("S1")).toBeUndefined();
    backlog.giveBack(first.items);
    expect(backlog.oldestAt("S1")).toBe(0);
    expect(backlog.oldestAt("S2")).toBe(3);
    expect(backlog.take()!.items).toEqual(first.items);
  });
});
