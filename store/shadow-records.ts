import type { Shadow } from "../model/backtest.ts";
import type { AppDatabase } from "./database.ts";

/** Shadows that were begun: which limits, by whom, why, from when to when. */

export type ShadowRecord = Omit<Shadow, "ready" | "stations">;

export interface ShadowRecords {
  newest(): ShadowRecord | undefined;
  /** In the caller's transaction if there is one, as `end`. */
  append(shadow: ShadowRecord): void;
  /** The newest one has ended. */
  end(at: number): void;
}

export function openShadowRecords({ sql }: AppDatabase): ShadowRecords {
  const newest = sql.prepare("SELECT sequence, body FROM shadows ORDER BY sequence DESC LIMIT 1");
  const insert = sql.prepare("INSERT INTO shadows (body) VALUES (?)");
  const update = sql.prepare("UPDATE shadows SET body = ? WHERE sequence = ?");
  const recordOf = (row: Record<string, unknown>): ShadowRecord => JSON.parse(String(row["body"])) as ShadowRecord;
  return {
    newest() {
      const row = newest.get();
      return row === undefined ? undefined : recordOf(row);
    },
    append: (shadow) => void insert.run(JSON.stringify(shadow)),
    end(at) {
      const row = newest.get();
      if (row !== undefined) update.run(JSON.stringify({ ...recordOf(row), endedAt: at } satisfies ShadowRecord), Number(row["sequence"]));
    },
  };
}
