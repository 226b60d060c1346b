import { DatabaseSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import { numberOf, setDurable } from "./telemetry-files.ts";
import type { ChunkMessage, ChunkWorkerData, Dropped } from "./worker-messages.ts";
import { inTransaction, serve } from "./worker-serve.ts";

/** The thread that writes chunks and heads, and drops what is too old. */

const { path } = workerData as ChunkWorkerData;
/** Pages given back to the file system in one go. */
const FREE_PAGES_AT_ONCE = 4096;

const database = new DatabaseSync(path, { timeout: 5000 });
setDurable(database);

const addChunk = database.prepare(
  "INSERT OR REPLACE INTO chunk (id, series, from_at, to_at, count, good, min, max, sum, first, last, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const removeChunk = database.prepare("DELETE FROM chunk WHERE id = ?");
const setHead = database.prepare("INSERT OR REPLACE INTO head (series, points, from_at, chunk_to, open, tail) VALUES (?, ?, ?, ?, ?, ?)");
const countOld = database.prepare("SELECT sum(count) AS number FROM chunk WHERE series = ? AND to_at < ?");
const removeOld = database.prepare("DELETE FROM chunk WHERE series = ? AND to_at < ?");
const oldest = database.prepare("SELECT from_at FROM chunk WHERE series = ? ORDER BY to_at LIMIT 1");
const setOldest = database.prepare("UPDATE head SET points = points - ?, from_at = ? WHERE series = ?");

function write({ chunks, removed, heads }: Extract<ChunkMessage, { kind: "write" }>): null {
  return inTransaction(database, () => {
    for (const id of removed) removeChunk.run(id);
    for (const chunk of chunks) {
      const { id, series, from, to, count, good, min, max, sum, first, last, data } = chunk;
      addChunk.run(id, series, from, to, count, good, min, max, sum, first, last, data);
    }
    for (const { series, points, from, chunkTo, open, tail } of heads) setHead.run(series, points, from, chunkTo, open, tail);
    return null;
  });
}

function drop({ series, before }: Extract<ChunkMessage, { kind: "drop" }>): Dropped[] {
  const dropped = inTransaction(database, () => {
    const found: Dropped[] = [];
    for (const id of series) {
      const points = Number(countOld.get(id, before)?.["number"] ?? 0);
      if (points === 0) continue;
      removeOld.run(id, before);
      const from = (oldest.get(id)?.["from_at"] as number | undefined) ?? null;
      setOldest.run(points, from, id);
      found.push({ series: id, points, from });
    }
    return found;
  });
  if (numberOf(database, "SELECT freelist_count AS number FROM pragma_freelist_count") > 0)
    database.exec(`PRAGMA incremental_vacuum(${FREE_PAGES_AT_ONCE})`);
  return dropped;
}

serve(database, (message: ChunkMessage) => (message.kind === "write" ? write(message) : drop(message)));
