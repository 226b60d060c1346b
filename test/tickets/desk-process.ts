import { openDatabase } from "../../store/database.ts";
import { createTicketDesk } from "../../ticket-desk.ts";
import { alone, episode, HOUR, T0, town, under } from "./world.ts";

/** A desk that is killed by its test: opens, joins, moves and closes without end, and says what was committed. */

const network = town();
let at = T0 + Number(process.argv[3]) * 1_000 * HOUR;
const desk = createTicketDesk({ database: openDatabase(process.argv[2]!), network, now: () => at });
const dispatcher = { name: "dispatcher", role: "dispatcher" } as const;

for (;;) {
  at += 100 * HOUR;
  const pump = episode(network, "pump_failure", "S01-L", { detectedAt: at });
  const cold = ["B7-U1", "B7-U2"].map((asset) => episode(network, "under_heated", asset, { detectedAt: at }));
  const recent = [pump, ...cold].map(({ kind, asset }) => episode(network, kind, asset, { detectedAt: at, clearedAt: at + HOUR }));
  for (const id of desk.reconcile("S01", alone(...cold), [])) process.stdout.write(`${id} 1\n`);
  desk.reconcile("S01", under(pump, ...cold), []);
  desk.due();
  desk.reconcile("S01", [], recent);
  for (const { id } of desk.open()) {
    const outcome = desk.move(id, "close", { override: "test" }, undefined, dispatcher);
    if (outcome.type === "moved") process.stdout.write(`${id} ${outcome.ticket.version}\n`);
  }
}
