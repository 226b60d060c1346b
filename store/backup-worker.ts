import { DatabaseSync } from "node:sqlite";
import { checkDatabase, factsOf, sealOf } from "./backup-check.ts";
import type { CopyAnswer, CopyMessage } from "./backup-copier.ts";
import { syncPath } from "./sync.ts";

/** The process that copies databases for a backup: one of its own, so that it can run behind everything else and be ended at any moment. */

function copy({ from, to, name }: CopyMessage): CopyAnswer {
  try {
    const database = new DatabaseSync(from, { readOnly: true, timeout: 5000 });
    try {
      // One read transaction: the state of one moment, with what is still in the write-ahead log.
      database.prepare("VACUUM INTO ?").run(to);
    } finally {
      database.close();
    }
    syncPath(to);
    checkDatabase(to);
    return { ok: true, ...sealOf(to), facts: factsOf(to, name) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

process.on("message", (message: CopyMessage) => process.send!(copy(message)));
// Whoever asked is gone.
process.on("disconnect", () => process.exit(0));
