import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { linesOf } from "../../api/export-rows.ts";
import { importFiles } from "../../cli/import-run.ts";
import { openOffline } from "../../cli/import-target.ts";
import { EMPTY_MAPPING } from "../../ingest/import-mapping.ts";
import { ImportReport } from "../../ingest/import-report.ts";
import type { Reading } from "../../model/reading.ts";
import { openRuleMemory } from "../../rule-memory.ts";
import { RuleHost } from "../../rules/host.ts";
import { openAppDatabase } from "../../store/database.ts";
import { openRuleSnapshots } from "../../store/rule-snapshots.ts";
import { openTelemetryStore } from "../../store/telemetry-store.ts";
import { createTicketDesk } from "../../ticket-desk.ts";
import { DAY, HOUR, plantReadings, smallNetwork, START } from "../support/signals.ts";

/** A makeup pump stopped for a day last week. Nobody saw it: the gateway was not connected then. Now its history is imported. */

const STOP = START + 30 * HOUR;
/** The pressure is then below its need, but not so low that it would be refused as another unit. */
const LASTED = 3 * HOUR;
const END = START + 4 * DAY;
/** The gateway was connected on the third day. */
const CONNECTED = START + 3 * DAY;
const network = smallNetwork({ units: 1, staticKpa: 240 });
const readings = plantReadings({
  network,
  from: START,
  to: END,
  seed: 4,
  makeupWorks: (_circuit, at) => at < STOP || at > STOP + LASTED,
  lossM3h: (_circuit, at) => (at > STOP && at < STOP + LASTED ? 0.3 : 0),
});
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "heatsteward-judged-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a platform that starts on the folder finds, and the tickets that it opens; it keeps what the rules remember, and ends. */
async function start(fresh: readonly Reading[] = []) {
  const now = (): number => END;
  const store = await openTelemetryStore({ folder, network, now, checkpointMs: Infinity });
  const database = openAppDatabase(folder);
  const snapshots = openRuleSnapshots(database, { format: "rules", keep: 48 });
  const host = new RuleHost({ network, history: (station, from, to) => store.readings(station, from, to) });
  const memory = openRuleMemory({ host, store, network, now, log, snapshots });
  const desk = createTicketDesk({ database, network, now });
  if (fresh.length > 0) host.accept((await store.commit({ readings: fresh, rejects: [] })).fresh);
  const kept = snapshots.all("S1").length;
  desk.reconcile(
    "S1",
    host.rooted("S1"),
    host.episodes("S1").filter(({ clearedAt }) => clearedAt !== undefined),
  );
  const found = host.episodes("S1");
  const tickets = desk.list({ limit: 10 }).items;
  memory.save();
  memory.stop();
  await store.close();
  database.close();
  return { found, tickets, kept };
}

async function importFile(list: readonly Reading[]): Promise<void> {
  const path = join(folder, "history.ndjson");
  writeFileSync(path, linesOf(list));
  const report = new ImportReport();
  const target = await openOffline({ dataFolder: folder, network }, () => END);
  await importFiles([path], {
    network,
    mapping: EMPTY_MAPPING,
    mappingText: "",
    format: undefined,
    resume: true,
    target,
    report,
    stdin: process.stdin,
    now: () => END,
    onProgress: () => {},
    onResume: () => {},
  });
  await target.finish();
  expect(report.counts()).toMatchObject({ stored: list.length, rejected: 0 });
  await target.close();
}

it("a start judges what was imported as if it had come in its time, and opens no ticket for what is long over", async () => {
  const live = readings.filter(({ at }) => at >= CONNECTED);
  await start(live);
  const before = await start();
  expect(before.kept).toBeGreaterThan(0);
  expect(before.found.filter(({ kind }) => kind === "low_pressure")).toEqual([]);

  await importFile(readings.filter(({ at }) => at < CONNECTED));
  const after = await start();
  expect(after.found.filter(({ kind }) => kind === "low_pressure")).toMatchObject([{ asset: "S1-A", severity: "urgent" }]);
  expect(after.tickets).toEqual([]);

  const whole = new RuleHost({ network, history: () => [] });
  whole.accept(readings);
  expect(after.found).toEqual(whole.episodes("S1"));
});

it("keeps the states of the rules that an import cannot have changed", async () => {
  await start(readings.filter(({ at }) => at < CONNECTED));
  const before = await start();
  await importFile(readings.filter(({ at }) => at >= CONNECTED));
  expect((await start()).kept).toBe(before.kept);
});
