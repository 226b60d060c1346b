import { describe, expect, it } from "vitest";
import { createSeries, type Series } from "../../store/series.ts";
import { type Drop, dropBefore } from "../../store/series-drop.ts";
import type { WorkerClient } from "../../store/worker-client.ts";
import type { ChunkMessage, OldAnswer } from "../../store/worker-messages.ts";

/** What goes by age leaves memory before it leaves the disk: a reader in between is told that it is gone, and never finds a hole. */

const OLD: OldAnswer = {
  old: [
    {
      series: 7,
      chunks: [
        { id: 1, count: 100, to: 1_000 },
        { id: 2, count: 50, to: 2_000 },
      ],
      from: 2_100,
    },
  ],
  done: 1,
};

function seriesWith(points: number): Series {
  const series = createSeries(7, "S1", "t_out", undefined);
  series.points = points;
  series.from = 10;
  series.chunkTo = series.frontier = 9_000;
  return series;
}

function workerThat(drops: () => void): WorkerClient {
  return {
    async call(message: ChunkMessage) {
      await Promise.resolve();
      if (message.kind === "old") return OLD;
      expect(message).toEqual({ kind: "drop", old: OLD.old });
      drops();
      return null;
    },
  } as unknown as WorkerClient;
}

async function dropFrom(series: Series, drops: () => void = () => {}): Promise<Drop[]> {
  const lost: Drop[] = [];
  await dropBefore(5_000, [series], workerThat(drops), (drop) => lost.push(drop));
  return lost;
}

describe("dropping what is old", () => {
  it("says so and stops reading before the disk lets go, and not any more afterwards", async () => {
    const series = seriesWith(500);
    let asked = 0;
    const lost = await dropFrom(series, () => {
      asked++;
      expect(series).toMatchObject({ droppedTo: 2_000, from: 2_100, points: 350, removed: new Set([1, 2]) });
    });
    expect(asked).toBe(1);
    expect(series.removed).toBeUndefined();
    expect(lost).toEqual([{ series, pointsBefore: 500, lost: OLD.old[0]!.chunks }]);
  });

  it("counts a chunk that was rewritten not as lost: its points are in memory", async () => {
    const series = seriesWith(500);
    series.removed = new Set([1, 9]);
    const lost = await dropFrom(series);
    expect(lost[0]!.lost).toEqual([{ id: 2, count: 50, to: 2_000 }]);
    expect(series).toMatchObject({ points: 450, droppedTo: 2_000, removed: new Set([9]) });
  });

  it("goes on not reading what memory has given up when the disk refuses", async () => {
    const series = seriesWith(500);
    const isFull = (): void => {
      throw new Error("SQLITE_FULL");
    };
    await expect(dropFrom(series, isFull)).rejects.toThrow("SQLITE_FULL");
    expect(series).toMatchObject({ points: 350, droppedTo: 2_000, removed: new Set([1, 2]) });
    const lost = await dropFrom(series);
    expect(lost[0]!.lost).toEqual([]);
    expect(series).toMatchObject({ points: 350, removed: undefined });
  });
});
