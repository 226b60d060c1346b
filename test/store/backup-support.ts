import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Backups, createBackups } from "../../store/backup.ts";
import { openAppDatabase } from "../../store/database.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { START, batchOf, pointOf, readingOf, smallNetwork } from "./telemetry-support.ts";

/** A site with data, settings and a network file, and its backups. */

const network = smallNetwork();
export const supply = pointOf(network, "S1-H", "t2_supply");
const SETTINGS = "network: network.yaml\ninflux:\n  token: secret\n";

export interface Site {
  readonly data: string;
  readonly backups: string;
  openStore(): Promise<LocalTelemetryStore>;
  /** Of a store that is open, or of files that nobody uses. */
  makeBackups(store?: LocalTelemetryStore): Backups;
}

export function siteIn(folder: string): Site {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "heatsteward.yaml"), SETTINGS);
  writeFileSync(join(folder, "network.yaml"), "stations: []\n");
  const data = join(folder, "data");
  return {
    data,
    backups: join(folder, "backups"),
    openStore: () => openTelemetryStore({ folder: data, network, checkpointMs: Infinity, now: () => START }),
    makeBackups: (store) =>
      createBackups({
        dataFolder: data,
        settingsFile: join(folder, "heatsteward.yaml"),
        networkFile: join(folder, "network.yaml"),
        version: "1.2.3",
        now: Date.now,
        hold: store === undefined ? (work) => work() : (work) => store.holdCheckpoints(work),
      }),
  };
}

/** `marks` readings of one series in a checkpoint, as many again in the journal only, and a row per mark in the application database. */
export async function fillSite(site: Site, marks: number, value: number): Promise<void> {
  const store = await site.openStore();
  const write = (first: number): Promise<unknown> =>
    store.commit(batchOf(...Array.from({ length: marks }, (_, index) => readingOf(supply, START + (first + index) * 1000, value))));
  await write(0);
  await store.checkpoint();
  await write(marks);
  await store.close();
  const app = openAppDatabase(site.data);
  const insert = app.sql.prepare("INSERT OR REPLACE INTO ticket_days (day, last) VALUES (?, ?)");
  app.transaction(() => {
    for (let mark = 0; mark < marks; mark++) insert.run(String(mark), value);
  });
  app.close();
}

/** What `fillSite` wrote there; throws when the two databases do not say the same. */
export async function markOf(site: Site): Promise<{ readonly readings: number; readonly value: number }> {
  const store = await site.openStore();
  const readings = store.readings("S1", -Infinity, Infinity);
  await store.close();
  const app = openAppDatabase(site.data);
  const days = app.sql.prepare("SELECT count(*) AS count, min(last) AS low, max(last) AS high FROM ticket_days").get()!;
  app.close();
  const value = readings[0]?.value ?? NaN;
  if (
    readings.some((reading) => reading.value !== value) ||
    days["low"] !== value ||
    days["high"] !== value ||
    readings.length !== 2 * Number(days["count"])
  )
    throw new Error(`a mixture: ${readings.length} readings of ${value}, ${JSON.stringify(days)}`);
  return { readings: readings.length, value };
}
