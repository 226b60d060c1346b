import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOffline, openOnline } from "../../cli/import-target.ts";
import type { RunningPlatform } from "../../cli/running-platform.ts";
import type { Reading } from "../../model/reading.ts";
import { openAppDatabase } from "../../store/database.ts";
import { openRuleSnapshots } from "../../store/rule-snapshots.ts";
import { importNetwork } from "../support/import-network.ts";

const network = importNetwork();
const point = network.point("S01-H", "t2_supply")!;
const AT = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;
const readings = (count: number, from = 0): Reading[] =>
  Array.from({ length: count }, (_, index) => ({ point, at: AT + (from + index) * 1_000, value: 48 }));

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "heatsteward-target-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A platform that answers with these statuses, then always takes everything. */
function platformOf(statuses: number[]): { platform: RunningPlatform; bodies: string[] } {
  const bodies: string[] = [];
  const request = async (_path: string, init?: RequestInit): Promise<Response> => {
    const body = init?.body as string;
    bodies.push(body);
    const status = statuses.shift() ?? 200;
    const lines = body.trim().split("\n").length;
    const answer = status === 200 ? { stored: lines, known: 0, rejects: [] } : { error: { message: `no: ${status}` } };
    return new Response(JSON.stringify(answer), { status });
  };
  return { platform: { httpUrl: "http://127.0.0.1:8080", pid: 1, request, ask: request, close: () => undefined }, bodies };
}

describe("a platform that runs", () => {
  it("gets what it could not take once more, and nothing overtakes it", async () => {
    const { platform, bodies } = platformOf([503, 429]);
    const waits: number[] = [];
    const target = openOnline(platform, { dataFolder: folder }, async (ms) => void waits.push(ms));
    const [first, second] = await Promise.all([target.store(readings(10), []), target.store(readings(5, 10), [])]);
    await target.close();
    expect([first.stored, second.stored]).toEqual([10, 5]);
    expect(waits).toEqual([500, 1_000]);
    expect(bodies.map((body) => body.split("\n").length - 1)).toEqual([10, 10, 10, 5]);
    expect(new Set(bodies.slice(0, 3)).size).toBe(1);
  });

  it("gets a long piece in several requests", async () => {
    const { platform, bodies } = platformOf([]);
    const target = openOnline(platform, { dataFolder: folder });
    expect((await target.store(readings(45_000), [])).stored).toBe(45_000);
    await target.close();
    expect(bodies.map((body) => body.split("\n").length - 1)).toEqual([20_000, 20_000, 5_000]);
  });

  it("that refuses for another reason, or for long, is told at once, or in the end", async () => {
    for (const [statuses, asked] of [
      [[403], 1],
      [Array.from({ length: 20 }, () => 503), 13],
    ] as const) {
      const { platform, bodies } = platformOf([...statuses]);
      const target = openOnline(platform, { dataFolder: folder }, async () => undefined);
      const message = `http://127.0.0.1:8080: expected an answer of the running platform, found ${statuses[0]} no: ${statuses[0]}`;
      await expect(target.store(readings(1), [])).rejects.toThrow(message);
      await target.close();
      expect(bodies.length).toBe(asked);
    }
  });
});

describe("the files of a platform that does not run", () => {
  it("lose the states of the rules that do not contain what comes, and no others", async () => {
    const database = openAppDatabase(folder);
    const snapshots = openRuleSnapshots(database, { format: "rules", keep: 9 });
    const hours = (station: string): number[] => snapshots.all(station).map(({ at }) => (at - AT) / HOUR_MS);
    snapshots.save(
      ["S01", "S02"].flatMap((station) => [1, 2, 3, 4].map((hour) => ({ station, at: AT + hour * HOUR_MS, state: {} }))),
      AT,
    );
    const target = await openOffline({ dataFolder: folder, network }, () => AT + 24 * HOUR_MS);
    const at = (hour: number): Reading[] => [{ point, at: AT + hour * HOUR_MS, value: 48 }];
    await target.store(at(5), []);
    expect(hours("S01")).toEqual([1, 2, 3, 4]);
    // A state of the very time of a reading may not contain it.
    await target.store(at(3), []);
    expect(hours("S01")).toEqual([1, 2]);
    await target.store(at(4), []);
    await target.store(at(1.5), []);
    expect([hours("S01"), hours("S02")]).toEqual([[1], [1, 2, 3, 4]]);
    await target.finish();
    await target.close();
    database.close();
  });
});
