import { deserialize, serialize } from "node:v8";
import type { AppDatabase } from "./database.ts";

/** States of the rules by station and event time: where late data or a restart begins to fold again. Opaque here. */

interface RuleSnapshot {
  readonly station: string;
  /** Event time up to which the readings are folded in. */
  readonly at: number;
  /** Plain data: what `structuredClone` can carry. */
  readonly state: unknown;
}

export interface RuleSnapshots {
  /** Saves in one transaction, replacing those of the same station and time, and forgets the eldest of a station beyond `keep`. */
  save(snapshots: readonly RuleSnapshot[], savedAt: number): void;
  /** Every snapshot of a station that has this format, oldest first. */
  all(station: string): RuleSnapshot[];
  /** Late data changed what came after `at`: those snapshots are no longer true. */
  forgetAfter(station: string, at: number): void;
  /** Snapshots passed over since the start because of another format or a broken blob. */
  ignoredCount(): number;
}

export interface RuleSnapshotOptions {
  /** Names the shape of the state: change it with every change of rules or limits that makes old states useless. */
  readonly format: string;
  /** Snapshots kept per station. */
  readonly keep?: number;
}

const KEEP_DEFAULT = 4;

export function openRuleSnapshots(database: AppDatabase, options: RuleSnapshotOptions): RuleSnapshots {
  const { sql } = database;
  const keep = options.keep ?? KEEP_DEFAULT;
  const insert = sql.prepare("INSERT OR REPLACE INTO rule_snapshots (station, at, format, saved_at, state) VALUES (?, ?, ?, ?, ?)");
  const prune = sql.prepare(
    "DELETE FROM rule_snapshots WHERE station = ? AND at < (SELECT at FROM rule_snapshots WHERE station = ? ORDER BY at DESC LIMIT 1 OFFSET ?)",
  );
  const ofStation = sql.prepare("SELECT at, format, state FROM rule_snapshots WHERE station = ? ORDER BY at");
  const forget = sql.prepare("DELETE FROM rule_snapshots WHERE station = ? AND at > ?");
  let ignored = 0;

  return {
    all(station) {
      const found: RuleSnapshot[] = [];
      for (const row of ofStation.all(station) as unknown as { at: number; format: string; state: Uint8Array }[]) {
        const state = row.format === options.format ? revive(row.state) : undefined;
        if (state === undefined) ignored++;
        else found.push({ station, at: row.at, state: state.value });
      }
      return found;
    },
    save(snapshots, savedAt) {
      database.transaction(() => {
        for (const { station, at, state } of snapshots) {
          insert.run(station, at, options.format, savedAt, serialize(state));
          prune.run(station, station, keep - 1);
        }
      });
    },
    forgetAfter: (station, at) => void forget.run(station, at),
    ignoredCount: () => ignored,
  };
}

function revive(blob: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: deserialize(blob) };
  } catch {
    return undefined;
  }
}
