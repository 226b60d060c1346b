import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../store/database.ts";
import { openTicketRecords } from "../../store/ticket-records.ts";
import { ticketClock } from "../../tickets/clock.ts";
import { DEFAULT_SLA } from "../../tickets/sla.ts";
import { seededRandom } from "../support/random.ts";
import { town } from "./world.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "heatsteward-kill-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const KILLS = 6;
const SEED = 20261120;

/** Lets a desk work until it has said `lines` things, kills it at once, and answers what it had said. */
function workAndKill(file: string, round: number, lines: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "desk-process.ts"), file, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = new Map<string, number>();
  let count = 0;
  let rest = "";
  child.stdout.on("data", (chunk) => {
    const parts = (rest + String(chunk)).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const [id, version] = part.split(" ");
      said.set(id!, Number(version));
      if (++count >= lines) child.kill("SIGKILL");
    }
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (_code, signal) =>
      signal === "SIGKILL" ? done(said) : fail(new Error(`the desk ended by itself: seed ${SEED}, round ${round}`)),
    );
  });
}

describe("kill -9", () => {
  it("loses nothing that was committed, and leaves no half change", async () => {
    const file = join(folder, "app.db");
    const random = seededRandom(SEED);
    const said = new Map<string, number>();
    for (let round = 0; round < KILLS; round++) {
      for (const [id, version] of await workAndKill(file, round, 1 + Math.floor(random() * 60))) said.set(id, version);
      const database = openDatabase(file);
      const records = openTicketRecords(database, { clock: ticketClock(DEFAULT_SLA, "Asia/Shanghai"), zone: town().timezone });
      expect(database.sql.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
      for (const [id, version] of said) expect(records.get(id)?.version).toBeGreaterThanOrEqual(version);
      const ids = database.sql
        .prepare("SELECT id FROM tickets")
        .all()
        .map((row) => String(row["id"]));
      for (const id of ids) {
        expect(records.replay(id)).toEqual(records.record(id));
        expect(records.get(id)?.history).toHaveLength(records.record(id)!.version);
      }
      // A merge is written on both sides or on neither.
      const merges = records
        .logAfter(0, 1_000)
        .filter(({ event }) => event === "merge")
        .map(({ ticket }) => records.get(ticket.id)!);
      for (const merged of merges)
        expect(
          records.get(merged.mergedInto!)?.history.some((event) => event.text?.en === `Ticket ${merged.id} merged into this one`),
        ).toBe(true);
      database.close();
    }
    expect(said.size).toBeGreaterThan(KILLS);
  });
});
