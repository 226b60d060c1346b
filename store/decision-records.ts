import type { Decision } from "../model/decision.ts";
import type { AppDatabase } from "./database.ts";

/** What people decided about the rules' work, append-only: phases, planned work, relearning, published limits. */

export interface DecisionRecords {
  /** All of them, in the order in which they were made. */
  all(): Decision[];
  /** Writes one, in the caller's transaction if there is one. Throws when its id is taken. */
  append(decision: Decision): void;
}

export function openDecisionRecords(database: AppDatabase): DecisionRecords {
  const read = database.sql.prepare("SELECT body FROM decisions ORDER BY sequence");
  const insert = database.sql.prepare("INSERT INTO decisions (body) VALUES (?)");
  return {
    all: () => read.all().map((row) => JSON.parse(String(row["body"])) as Decision),
    append: (decision) => void insert.run(JSON.stringify(decision)),
  };
}
