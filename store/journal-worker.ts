import { DatabaseSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import type { Reject } from "../model/reading.ts";
import { numberOf, setDurable } from "./telemetry-files.ts";
import type { Advanced, JournalMessage, JournalWorkerData } from "./worker-messages.ts";
import { inTransaction, serve } from "./worker-serve.ts";

/** The thread that writes the journal: one transaction per group of batches, on the disk before it answers. */

const { path, bytesMax, rejectsMax, deadLettersMax } = workerData as JournalWorkerData;
/** Batches that one transaction removes, so that the next commit does not wait long. */
const REMOVE_BATCHES_MAX = 64;
/** Free pages beyond this go back to the file system, this many at a time: 64 MB of 4 KB pages stay for the next burst. */
const FREE_PAGES_MAX = 16_384;
const FREE_PAGES_AT_ONCE = 512;

const database = new DatabaseSync(path, { timeout: 5000 });
setDurable(database);
database.exec(`PRAGMA max_page_count = ${Math.ceil(bytesMax / numberOf(database, "SELECT page_size AS number FROM pragma_page_size"))}`);

const addBatch = database.prepare("INSERT INTO batch (sequence, data) VALUES (?, ?)");
const addSeries = database.prepare("INSERT OR IGNORE INTO series (id, asset, signal) VALUES (?, ?, ?)");
const addReject = database.prepare("INSERT INTO reject (reason, station, body) VALUES (?, ?, ?)");
const countReject = database.prepare(
  "INSERT INTO reject_count (reason, count) VALUES (?, 1) ON CONFLICT (reason) DO UPDATE SET count = count + 1",
);
const dropRejects = database.prepare("DELETE FROM reject WHERE id <= (SELECT max(id) FROM reject) - ?");
const setCursor = database.prepare(
  "INSERT INTO cursor (name, sequence) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sequence = max(sequence, excluded.sequence)",
);
const removeBatches = database.prepare(
  "DELETE FROM batch WHERE sequence IN (SELECT sequence FROM batch WHERE sequence <= (SELECT min(sequence) FROM cursor) ORDER BY sequence LIMIT ?)",
);
const setNote = database.prepare("INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
const removeNote = database.prepare("DELETE FROM note WHERE name = ?");
const addDeadLetter = database.prepare("INSERT INTO dead_letter (at, target, line, reason) VALUES (?, ?, ?, ?)");
const removeDeadLetter = database.prepare("DELETE FROM dead_letter WHERE id = ?");
const dropOldest = database.prepare("DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter ORDER BY id LIMIT ?)");

function commit(message: Extract<JournalMessage, { kind: "commit" }>): null {
  return inTransaction(database, () => {
    for (const { id, asset, signal } of message.series) addSeries.run(id, asset, signal);
    if (message.data !== undefined) addBatch.run(message.sequence, message.data);
    if (message.rejects.length > 0) addRejects(message.rejects);
    return null;
  });
}

function addRejects(rejects: readonly Reject[]): void {
  for (const reject of rejects) {
    addReject.run(reject.reason, reject.station ?? null, JSON.stringify(reject));
    countReject.run(reject.reason);
  }
  dropRejects.run(rejectsMax);
}

/** Batches that every reader is past go in small steps; a call removes one step. */
function advance({ name, sequence, notes = {}, deadLetters = [] }: Extract<JournalMessage, { kind: "advance" }>): Advanced {
  const advanced: Advanced = inTransaction(database, () => {
    setCursor.run(name, sequence);
    for (const [note, value] of Object.entries(notes)) {
      if (value === null) removeNote.run(note);
      else setNote.run(note, value);
    }
    for (const { at, target, line, reason } of deadLetters) addDeadLetter.run(at, target, line, reason);
    return {
      more: removeBatches.run(REMOVE_BATCHES_MAX).changes === REMOVE_BATCHES_MAX,
      dropped: deadLetters.length === 0 ? 0 : dropDeadLetters(),
    };
  });
  if (!advanced.more && numberOf(database, "SELECT freelist_count AS number FROM pragma_freelist_count") > FREE_PAGES_MAX) {
    database.exec(`PRAGMA incremental_vacuum(${FREE_PAGES_AT_ONCE})`);
  }
  return advanced;
}

function dropDeadLetters(): number {
  const count = numberOf(database, "SELECT count(*) AS number FROM dead_letter");
  if (count <= deadLettersMax) return 0;
  return Number(dropOldest.run(count - deadLettersMax).changes);
}

function removeDeadLetters(ids: readonly number[]): number {
  return inTransaction(database, () => ids.reduce((sum, id) => sum + Number(removeDeadLetter.run(id).changes), 0));
}

serve(database, (message: JournalMessage) => {
  switch (message.kind) {
    case "commit":
      return commit(message);
    case "advance":
      return advance(message);
    default:
      return removeDeadLetters(message.ids);
  }
});
