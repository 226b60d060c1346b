import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Reject, RejectReason } from "../../model/reading.ts";
import { REJECT_TEXT_MAX } from "../../store/rejects-table.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { START, smallNetwork, temporaryFolder } from "./telemetry-support.ts";

let folder = temporaryFolder();
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

const openIn = (rejectsMax?: number): Promise<LocalTelemetryStore> =>
  openTelemetryStore({
    folder: folder.path,
    network: smallNetwork(),
    now: () => START,
    ...(rejectsMax === undefined ? {} : { rejectsMax }),
  });

const rejectOf = (number: number, reason: RejectReason = "unknown_signal", station = "S1"): Reject => ({
  at: START + number,
  topic: `heat/v1/${station}/telemetry`,
  station,
  reason,
  expected: "a known signal",
  found: `"t_${number}"`,
});

describe("rejects", () => {
  test("are paged newest first, by station and reason, also after a restart", async () => {
    const first = await openIn();
    const all = Array.from({ length: 25 }, (_, number) =>
      rejectOf(number, number % 2 === 0 ? "not_json" : "unknown_signal", number % 5 === 0 ? "S2" : "S1"),
    );
    await first.commit({ readings: [], rejects: all.slice(0, 10) });
    await first.commit({ readings: [], rejects: all.slice(10) });
    await first.close();
    const store = await openIn();
    const seen: Reject[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = store.rejects({ limit: 7, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(7);
      seen.push(...page.items);
      cursor = page.next;
    }
    expect(seen).toEqual(all.toReversed());
    expect(store.rejects({ limit: 100, station: "S2", reason: "not_json" }).items).toEqual([all[20], all[10], all[0]]);
    expect(store.rejects({ limit: 3, station: "S2", reason: "not_json" }).next).toBeNull();
    expect(() => store.rejects({ limit: 10, cursor: "nonsense" })).toThrow("cursor: expected `next` of the page before");
    expect(store.rejectCounts()).toEqual({ not_json: 13, unknown_signal: 12 });
    await store.close();
  });

  test("beyond the limit drop the oldest, counted, and the counts of reasons stay whole", async () => {
    const store = await openIn(10);
    for (let number = 0; number < 4; number++)
      await store.commit({ readings: [], rejects: Array.from({ length: 6 }, (_, index) => rejectOf(number * 6 + index)) });
    const kept = store.rejects({ limit: 100 }).items;
    expect(kept.map(({ at }) => at - START)).toEqual([23, 22, 21, 20, 19, 18, 17, 16, 15, 14]);
    expect(store.rejectCounts()).toEqual({ unknown_signal: 24 });
    expect(store.stats().rejectsDropped).toBe(14);
    await store.close();
  });

  test("keep only the start of an endless text", async () => {
    const store = await openIn();
    await store.commit({ readings: [], rejects: [{ ...rejectOf(1), found: "x".repeat(100_000) }] });
    expect(store.rejects({ limit: 1 }).items[0]!.found).toBe(`${"x".repeat(REJECT_TEXT_MAX)}…`);
    await store.close();
  });
});
