import { DatabaseSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import { numberOf, setDurable } from "./telemetry-files.ts";
import type { ChunkMessage, ChunkWorkerData, FileSize, OldAnswer, OldChunks } from "./worker-messages.ts";
import { inTransaction, serve } from "./worker-serve.ts";

/** The thread that writes chunks and heads, drops what is too old, and gives back the room. */

const { path } = workerData as ChunkWorkerData;
/** Pages given back to the file system in one go: 16 MB. */
const FREE_PAGES_AT_ONCE = 4096;
/** Chunks of one step of the retention: some 6 MB. */
const DROP_CHUNKS_MAX = 4096;
/** Chunks that are looked at to see where the bytes lie in time. */
const SAMPLE_CHUNKS = 2048;

const database = new DatabaseSync(path, { timeout: 5000 });
setDurable(database);
const pageBytes = numberOf(database, "SELECT page_size AS number FROM pragma_page_size");

const addChunk = database.prepare(
  "INSERT OR REPLACE INTO chunk (id, series, from_at, to_at, count, good, min, max, sum, first, last, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const removeChunk = database.prepare("DELETE FROM chunk WHERE id = ?");
// What was dropped stays so, even if the answer to the drop never arrived.
const setHead = database.prepare(
  `INSERT INTO head (series, points, from_at, chunk_to, dropped_to, open, tail) VALUES (?, ?, ?, ?, ?, ?, ?)
   ON CONFLICT (series) DO UPDATE SET points = excluded.points, from_at = excluded.from_at, chunk_to = excluded.chunk_to,
     dropped_to = coalesce(max(dropped_to, excluded.dropped_to), dropped_to, excluded.dropped_to), open = excluded.open, tail = excluded.tail`,
);
const oldOnes = database.prepare("SELECT id, count, to_at AS 'to' FROM chunk WHERE series = ? AND to_at < ? ORDER BY to_at LIMIT ?");
const fromAfter = database.prepare("SELECT from_at FROM chunk WHERE series = ? ORDER BY to_at LIMIT 1 OFFSET ?");
const setDropped = database.prepare(
  "UPDATE head SET points = points - ?, from_at = ?, dropped_to = max(coalesce(dropped_to, -1e999), ?) WHERE series = ?",
);
const sample = database.prepare("SELECT id, to_at AS 'to', length(data) AS bytes FROM chunk WHERE id >= ? ORDER BY id LIMIT 1");

function write({ chunks, removed, heads }: Extract<ChunkMessage, { kind: "write" }>): null {
  return inTransaction(database, () => {
    for (const id of removed) removeChunk.run(id);
    for (const chunk of chunks) {
      const { id, series, from, to, count, good, min, max, sum, first, last, data } = chunk;
      addChunk.run(id, series, from, to, count, good, min, max, sum, first, last, data);
    }
    for (const { series, points, from, chunkTo, droppedTo, open, tail } of heads)
      setHead.run(series, points, from, chunkTo, droppedTo === -Infinity ? null : droppedTo, open, tail);
    return null;
  });
}

function old({ series, before }: Extract<ChunkMessage, { kind: "old" }>): OldAnswer {
  const found: OldChunks[] = [];
  let room = DROP_CHUNKS_MAX;
  let done = 0;
  while (done < series.length && room > 0) {
    const id = series[done]!;
    const chunks = oldOnes.all(id, before, room) as unknown as OldChunks["chunks"];
    if (chunks.length > 0)
      found.push({ series: id, chunks, from: (fromAfter.get(id, chunks.length)?.["from_at"] as number | undefined) ?? null });
    room -= chunks.length;
    // The last one that fits may be the last there is, or not: the next step finds out.
    if (room > 0) done++;
  }
  return { old: found, done };
}

function drop({ old: all }: Extract<ChunkMessage, { kind: "drop" }>): null {
  return inTransaction(database, () => {
    for (const { series, chunks, from } of all) {
      for (const { id } of chunks) removeChunk.run(id);
      const points = chunks.reduce((sum, { count }) => sum + count, 0);
      setDropped.run(points, from, chunks[chunks.length - 1]!.to, series);
    }
    return null;
  });
}

function sizeOf(): FileSize {
  return {
    bytes: pageBytes * numberOf(database, "SELECT page_count AS number FROM pragma_page_count"),
    freeBytes: pageBytes * numberOf(database, "SELECT freelist_count AS number FROM pragma_freelist_count"),
  };
}

/** From a sample spread over all chunks: bytes that end up to each time. */
function cutTime(bytes: number): number | null {
  const ends = database.prepare("SELECT min(id) AS first, max(id) AS last FROM chunk").get();
  if (typeof ends?.["first"] !== "number" || typeof ends["last"] !== "number") return null;
  const { first, last } = ends as { first: number; last: number };
  const step = Math.max(1, (last + 1 - first) / SAMPLE_CHUNKS);
  const found: { readonly to: number; readonly bytes: number }[] = [];
  for (let at = first; at <= last;) {
    const row = sample.get(Math.floor(at)) as unknown as { id: number; to: number; bytes: number } | undefined;
    if (row === undefined) break;
    found.push(row);
    at = Math.max(at + step, row.id + 1);
  }
  found.sort((a, b) => a.to - b.to);
  const { bytes: all, freeBytes } = sizeOf();
  const wanted = (bytes / (all - freeBytes)) * found.reduce((sum, chunk) => sum + chunk.bytes, 0);
  let passed = 0;
  const cut = found.find((chunk) => (passed += chunk.bytes) >= wanted) ?? found[found.length - 1]!;
  return cut.to + 1;
}

function shrink(): FileSize {
  database.exec(`PRAGMA incremental_vacuum(${FREE_PAGES_AT_ONCE})`);
  return sizeOf();
}

function trim(): null {
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return null;
}

serve(database, (message: ChunkMessage) => {
  if (message.kind === "write") return write(message);
  if (message.kind === "old") return old(message);
  if (message.kind === "drop") return drop(message);
  if (message.kind === "cut") return cutTime(message.bytes);
  if (message.kind === "shrink") return shrink();
  return message.kind === "size" ? sizeOf() : trim();
});
