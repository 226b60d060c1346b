import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { type BacktestResult, runBacktest, withTriedLimits } from "../backtest/backtest.ts";
import { type Config, loadConfig } from "../config.ts";
import { InputError } from "../model/input-error.ts";
import type { Network } from "../model/network.ts";
import { KIND_WORDS } from "../model/words.ts";
import { LIMITS } from "../rules/catalogue.ts";
import { readOverrides } from "../rules/limit-file.ts";
import type { LimitOverrides } from "../rules/limits.ts";
import { openAppDatabase } from "../store/database.ts";
import { openDecisionRecords } from "../store/decision-records.ts";
import { localReadings } from "../store/reading-slices.ts";
import { openTelemetryStore } from "../store/telemetry-store.ts";
import { askPlatform } from "./backtest-online.ts";
import { backtestTable } from "./backtest-table.ts";
import { runCommand } from "./command.ts";
import { findRunningPlatform } from "./running-platform.ts";
import { timeOption } from "./time-option.ts";

/** `npm run backtest`: the rules over stored history, without touching live tickets. */

const HELP = `npm run backtest -- --from T --to T

Plays the stored readings through the rules as they are configured, in event time, and prints the tickets that they would have
opened. Live tickets are not touched. Rules learn from up to 28 days before T, as far as they are stored. While the platform runs it
does the work itself, in a thread beside the live path; Ctrl-C cancels it there.

  --from T, --to T   epoch milliseconds or ISO 8601; without them everything that is stored
  --station ID       only these; repeat for several
  --limits FILE      with other limits: YAML, "*" or an asset -> name of a limit -> number
  --workers N        threads; ${availableParallelism()} here (one while the platform runs)
  --json             {"tickets":[…]} in the shape of GET /api/tickets, and the figures
  --config FILE      settings (default heatsteward.yaml)
  --help             this text
`;

await runCommand(HELP, async (write) => {
  const { values: options } = parseArgs({
    options: {
      from: { type: "string" },
      to: { type: "string" },
      station: { type: "string", multiple: true },
      limits: { type: "string" },
      workers: { type: "string" },
      json: { type: "boolean" },
      config: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (options.help === true) return "help";
  const config = loadConfig({ file: options.config, environment: process.env, folder: process.cwd() });
  const { network } = config;
  const stations = options.station?.map((id) => knownStation(network, id));
  const overrides = options.limits === undefined ? undefined : readLimits(options.limits, network);
  const workers = options.workers === undefined ? availableParallelism() : threads(options.workers);
  const asked = { from: timeOption("--from", options.from), to: timeOption("--to", options.to) };
  const platform = findRunningPlatform(config.dataFolder, { command: "backtest", now: Date.now });
  const job: Job = { config, stations, overrides, workers, asked };
  const started = performance.now();
  const result =
    platform === undefined ? await playAlone(job) : await askPlatform(platform, { ...asked, stations, overrides }, showProgress());
  write(options.json === true ? json(result) : backtestTable(result, network, performance.now() - started));
  if (result.failures > 0) process.exitCode = 1;
  return "done";
});

interface Job {
  readonly config: Config;
  readonly stations: readonly string[] | undefined;
  readonly overrides: LimitOverrides | undefined;
  readonly workers: number;
  readonly asked: { readonly from: number | undefined; readonly to: number | undefined };
}

/** Nobody works on the store: it is opened here, and every core is free. */
async function playAlone({ config, stations, overrides, workers, asked }: Job): Promise<BacktestResult> {
  const { network } = config;
  const store = await openTelemetryStore({ folder: config.dataFolder, network, now: Date.now, checkpointMs: Infinity });
  const database = openAppDatabase(config.dataFolder);
  try {
    const decisions = openDecisionRecords(database).all();
    return await runBacktest({
      network,
      networkText: readFileSync(config.networkFile, "utf8"),
      overrides: {},
      decisions: overrides === undefined ? decisions : withTriedLimits(decisions, overrides),
      readings: localReadings(store),
      ...(stations === undefined ? {} : { stations }),
      ...windowOf(asked, store, network),
      workers,
      progress: showProgress(),
    });
  } finally {
    database.close();
    await store.close();
  }
}

function knownStation(network: Network, id: string): string {
  if (network.asset(id)?.level === "station") return id;
  throw new InputError("--station", "the id of a station of the network", JSON.stringify(id));
}

function threads(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
  throw new InputError("--workers", "a whole number from 1 to 64", JSON.stringify(text));
}

function readLimits(file: string, network: Network): LimitOverrides {
  let value: unknown;
  try {
    value = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new InputError(file, "a YAML file of limits", (error as NodeJS.ErrnoException).code ?? (error as Error).message.split("\n")[0]!);
  }
  return readOverrides(value, network, LIMITS, file);
}

/** What was asked for, else all that is stored. */
function windowOf(
  asked: { readonly from: number | undefined; readonly to: number | undefined },
  store: { extent(station: string): { readonly from: number; readonly to: number } | undefined },
  network: Network,
): { from: number; to: number } {
  const extents = network.stations.map(({ id }) => store.extent(id)).filter((extent) => extent !== undefined);
  const from = asked.from ?? Math.min(...extents.map((extent) => extent.from));
  const to = asked.to ?? Math.max(...extents.map((extent) => extent.to)) + 1;
  if (extents.length === 0) throw new InputError("the store", "readings", "none", "npm run import -- FILE… brings history in");
  if (from >= to) throw new InputError("--from", "a time before --to", new Date(from).toISOString());
  return { from, to };
}

function showProgress(): (share: number, station: string) => void {
  let told = -1;
  return (share, station) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${Math.floor(100 * share)} %  ${station}${share >= 1 ? "\n" : ""}`);
    else if (share - told >= 0.2 || share >= 1) {
      told = share;
      process.stderr.write(`${Math.floor(100 * share)} %\n`);
    }
  };
}

function json({ tickets, ...figures }: BacktestResult): string {
  const byKind = Object.fromEntries(
    Object.entries(figures.byKind).map(([kind, count]) => [kind, { count, words: KIND_WORDS[kind as keyof typeof KIND_WORDS] }]),
  );
  return JSON.stringify({ ...figures, byKind, tickets }, null, 1);
}
