import type { AppDatabase } from "./database.ts";

/** States of gateways' clocks between two runs, opaque here: a gateway that is known to be late stays known. */

export interface Clocks<State> {
  load(): Record<string, State>;
  save(clocks: Readonly<Record<string, State>>): void;
}

export function openClocks<State>(database: AppDatabase): Clocks<State> {
  const read = database.sql.prepare("SELECT name, state FROM gateway_clocks");
  const write = database.sql.prepare("INSERT OR REPLACE INTO gateway_clocks (name, state) VALUES (?, ?)");
  return {
    load: () => Object.fromEntries(read.all().map((row) => [String(row["name"]), JSON.parse(String(row["state"])) as State])),
    save(clocks) {
      database.transaction(() => {
        for (const [name, state] of Object.entries(clocks)) write.run(name, JSON.stringify(state));
      });
    },
  };
}
