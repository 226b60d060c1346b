import { describe, expect, it } from "vitest";
import { createImportDoor } from "../../ingest/import-door.ts";
import type { Reading } from "../../model/reading.ts";
import { importNetwork } from "../support/import-network.ts";
import { createMemoryStore } from "../support/memory-store.ts";

const AT = Date.UTC(2026, 0, 5);

function door() {
  const store = createMemoryStore();
  const fresh: (readonly Reading[])[] = [];
  const made = createImportDoor({
    network: importNetwork(),
    store,
    onFresh: (readings) => void fresh.push(readings),
    now: () => AT + 86_400_000,
  });
  return { store, fresh, take: (...lines: string[]) => made.take(stream(lines), "import by 主管") };
}

async function* stream(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

const line = (minute: number, value: number): string => `{"asset":"S01-H","ts":${AT + minute * 60_000},"values":{"t2_supply":${value}}}`;

describe("history for a running platform", () => {
  it("is stored once, counted, and told to the rules in the order of its times", async () => {
    const { store, fresh, take } = door();
    expect(await take(line(2, 48), line(1, 47), line(3, 49))).toEqual({ lines: 3, stored: 3, known: 0, rejected: 0, rejects: [] });
    expect(await take(line(2, 48), line(4, 50))).toMatchObject({ stored: 1, known: 1 });
    expect(fresh.map((readings) => readings.map(({ value }) => value))).toEqual([[47, 48, 49], [50]]);
    expect(store.readings.length).toBe(4);
  });

  it("keeps what is good and lists the rest with its line", async () => {
    const { store, take } = door();
    const outcome = await take(line(1, 48), line(2, 148), "{", line(3, 248));
    expect(outcome).toMatchObject({ lines: 4, stored: 1, rejected: 3 });
    expect(outcome.rejects).toMatchObject([
      { count: 2, example: { topic: "import by 主管:2", reason: "out_of_range", asset: "S01-H", signal: "t2_supply" } },
      { count: 1, example: { topic: "import by 主管:3", reason: "not_json" } },
    ]);
    expect(store.rejectList.length).toBe(3);
  });

  it("is committed in pieces, each before more is read", async () => {
    const { store, take } = door();
    await take(...Array.from({ length: 12_000 }, (_, minute) => line(minute / 60, 40 + (minute % 50) / 10)));
    expect(store.batches.map(({ readings }) => readings.length)).toEqual(Array.from({ length: 12 }, () => 1_000));
  });

  it("is refused while the disk refuses, and what was committed stays", async () => {
    const { store, fresh, take } = door();
    store.refuse("the disk is full");
    await expect(take(line(1, 48))).rejects.toThrow("the disk is full");
    expect(fresh).toEqual([]);
    store.refuse(undefined);
    expect(await take(line(1, 48))).toMatchObject({ stored: 1 });
  });
});
