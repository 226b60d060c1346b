import { parentPort, workerData } from "node:worker_threads";
import { parseNetworkFile } from "../model/network-file.ts";
import { LIMITS, RULES } from "../rules/catalogue.ts";
import { limitVersions } from "../rules/limit-versions.ts";
import { createUnpacker } from "./reading-columns.ts";
import { foldStation, type StationFolding } from "./station-fold.ts";
import type { FoldSetup, FromFolder, ToFolder } from "./fold-crew.ts";

/** One thread of a backtest: folds the stations that it is given, one after the other. */

const { networkText, overrides, decisions } = workerData as FoldSetup;
const network = parseNetworkFile(networkText, "network");
const limits = limitVersions(network, LIMITS, overrides, () => decisions);
const port = parentPort!;
const say = (message: FromFolder): void => port.postMessage(message);

let folding: StationFolding | undefined;
let unpack = createUnpacker(network);

port.on("message", (message: ToFolder) => {
  try {
    if (message.type === "begin") {
      const { start } = message;
      const parts = { network, rules: RULES, limits, decisions };
      const warm = start === undefined ? [] : createUnpacker(network)(start.warm);
      folding = foldStation(message.station, parts, start === undefined ? undefined : { saved: start.saved, warm });
      unpack = createUnpacker(network);
      say({ type: "ready" });
    } else if (message.type === "readings") {
      folding!.take(unpack(message.columns));
      say({ type: "ready" });
    } else if (message.type === "look") say({ type: "looked", look: folding!.look(message.asset) });
    else say({ type: "folded", outcome: folding!.finish(message.to) });
  } catch (error) {
    say({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
