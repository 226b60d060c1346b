import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Data folders as version 1 of the layouts left them: 1,555 readings of two series, 25 of them only in the journal, one reject. */

const FIXTURES = join(import.meta.dirname, "fixtures");
export const VERSION_ONE_READINGS = 1555;

/** `ballastBytes`: chunks of a series that nobody knows, so that copying takes a while. */
export function versionOneFolder(folder: string, ballastBytes = 0): void {
  for (const name of ["journal", "chunks"]) {
    const database = new DatabaseSync(join(folder, `${name}.db`));
    database.exec(`BEGIN; ${readFileSync(join(FIXTURES, `${name}-version-1.sql`), "utf8")} COMMIT`);
    if (name === "chunks" && ballastBytes > 0)
      database.exec(`
        WITH RECURSIVE number (n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM number WHERE n < ${1000 + Math.ceil(ballastBytes / 2000)})
        INSERT INTO chunk SELECT n, 999, n, n, 1, 1, 0, 0, 0, 0, 0, randomblob(2000) FROM number`);
    database.close();
  }
}
