import { loadConfig } from "../config.ts";
import { InputError } from "../model/input-error.ts";
import { bufferObjectsOf, Fleet, type FleetFigures, type GatewayLogin, type Progress } from "../simulators/device-fleet.ts";
import type { Scenario } from "../simulators/scenario.ts";
import { createWorld, type WorldEvent } from "../simulators/world.ts";
import { runCommand } from "./command.ts";
import { libraryNames, openScenario } from "./scenario-library.ts";
import { loginsOf, registrationLines } from "./simulate-access.ts";
import { iso, readSimulateOptions, SIMULATE_HELP, type SimulateOptions, type Span, spanOf } from "./simulate-options.ts";
import { callPoster, openTruthFile, writeNetworkFile } from "./simulate-record.ts";

/** `npm run simulate`: a scenario over MQTT, as its gateways would send it. */

const PROGRESS_EVERY_MS = 1_000;
/** Whatever hangs at the end, the process is gone after this. */
const STOP_MS_MAX = 2_500;
const DEFAULT_PORT = 1883;

type CallEvent = Extract<WorldEvent, { type: "call" }>;

await runCommand(SIMULATE_HELP, async (write, warn) => {
  const options = readSimulateOptions(process.argv.slice(2));
  if (options === undefined) return "help";
  if (options.list) {
    for (const name of libraryNames()) write(name);
    return "done";
  }
  const given = options.scenario ?? "";
  const scenario = openScenario(given, { seed: options.seed, stations: options.stations });
  const span = spanOf(scenario, options, Date.now());
  if (options.network !== undefined) {
    writeNetworkFile(options.network, scenario, span.shiftMs);
    write(
      `wrote ${options.network}: ${scenario.network.stations.length} stations${span.shiftMs === 0 ? "" : `, season moved by ${span.shiftMs / 86_400_000} days`}`,
    );
    return "done";
  }
  const gateways = await loginsOf(scenario.network, scenario.name, options);
  if (gateways === undefined) {
    for (const line of registrationLines(scenario.network, given)) write(line);
    throw new InputError(
      "--credentials",
      "how the gateways log in",
      "nothing",
      "the commands above register them; --register does it by itself; see --help",
    );
  }
  await play({ scenario, span, gateways, options, write, warn });
  return "done";
});

interface Play {
  readonly scenario: Scenario;
  readonly span: Span;
  readonly gateways: readonly GatewayLogin[];
  readonly options: SimulateOptions;
  readonly write: (line: string) => void;
  readonly warn: (line: string) => void;
}

async function play({ scenario, span, gateways, options, write, warn }: Play): Promise<void> {
  const { from, to, shiftMs, speed } = span;
  const world = createWorld(scenario);
  const truth = options.truth === undefined ? undefined : openTruthFile(options.truth, world.truth, shiftMs);
  const poster = options.calls === undefined ? undefined : callPoster(options.calls, options.token ?? "", shiftMs, warn);
  const url = options.mqttUrl ?? `mqtt://127.0.0.1:${portOf(options)}`;
  let calls = 0;
  const fleet = new Fleet<CallEvent>({
    mqttUrl: url,
    gateways,
    seed: scenario.seed,
    events: within(world.events(), from, to),
    from,
    to,
    shiftMs,
    speed,
    clock: Date.now,
    log: warn,
    ...(options.bufferObjects === undefined ? {} : { bufferObjects: options.bufferObjects }),
    onOther: async (call) => {
      calls++;
      const { type: _, ...own } = call;
      truth?.call(own);
      await poster?.post(own);
    },
  });
  const stop = async (): Promise<void> => {
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
    await fleet.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => void stop());
  write(
    `${scenario.name} (${scenario.title.zh}): ${gateways.length} gateways to ${url}, ${iso(from + shiftMs)} to ${iso(to + shiftMs)}, ` +
      `speed ${speed}, each buffers ${options.bufferObjects ?? bufferObjectsOf(gateways.length)} objects`,
  );
  const reporter = progressReporter(fleet, span, write);
  const connecting = fleet.start();
  try {
    await fleet.play(reporter.note);
    await connecting;
    await fleet.settled();
  } finally {
    reporter.end();
    const isStopped = fleet.isStopped;
    const left = fleet.figures();
    await stop();
    truth?.close();
    write(`${isStopped ? "stopped" : "done"}: ${summary(left)}${calls === 0 ? "" : `, ${calls} calls${posted(poster)}`}`);
  }
}

function posted(poster: ReturnType<typeof callPoster> | undefined): string {
  if (poster === undefined) return "";
  const { posted: taken, refused } = poster.figures();
  return ` (${taken} posted, ${refused} refused)`;
}

function portOf(options: SimulateOptions): number {
  if (!options.register && options.config === undefined) return DEFAULT_PORT;
  return loadConfig({ file: options.config, environment: process.env, folder: process.cwd() }).mqtt.port;
}

/** What comes before is simulated and not sent; the last word of each gateway on its connection still counts. */
function* within(events: Iterable<WorldEvent>, from: number, to: number): Generator<WorldEvent> {
  const silent = new Map<string, WorldEvent>();
  let hasBegun = false;
  for (const event of events) {
    if (event.at >= to) return;
    if (event.at < from) {
      if (event.type === "status") silent.set(event.station, { ...event, at: from });
      continue;
    }
    if (!hasBegun) for (const status of silent.values()) yield status;
    hasBegun = true;
    yield event;
  }
}

function summary(figures: FleetFigures): string {
  const { sentObjects, sentValues, waiting, inFlight, droppedObjects } = figures;
  const unsent = waiting > 0 || inFlight > 0 ? `, ${waiting} objects and ${inFlight} payloads not acknowledged` : "";
  return `${sentObjects} objects with ${sentValues} values acknowledged${unsent}${droppedObjects > 0 ? `, ${droppedObjects} objects dropped from full buffers` : ""}`;
}

/** A line a second: where in the scenario, how fast, how much is left, and what waits. On a terminal it stays one line. */
function progressReporter(
  fleet: Fleet<CallEvent>,
  span: Span,
  write: (line: string) => void,
): { readonly note: (progress: Progress) => void; readonly end: () => void } {
  const { isTTY } = process.stdout;
  const started = performance.now();
  let reached = span.from;
  let wasLive = false;
  const line = (): string => {
    const seconds = Math.max(0.001, (performance.now() - started) / 1000);
    const { sentObjects, sentValues, gateways, connected, waiting, droppedObjects } = fleet.figures();
    const share = (reached - span.from) / (span.to - span.from);
    // As fast as it goes: judged by what is done. At a pace: what is left of it.
    const pace = wasLive ? 1 : span.speed;
    const leftS = pace !== "max" ? (span.to - reached) / 1000 / pace : share > 0 ? (seconds * (1 - share)) / share : undefined;
    const parts = [
      iso(reached + span.shiftMs).slice(0, 19),
      `${(100 * share).toFixed(1)} %`,
      `${Math.round(sentObjects / seconds)} objects/s`,
      `${Math.round(sentValues / seconds)} values/s`,
    ];
    if (leftS !== undefined) parts.push(`${duration(leftS)} left`);
    if (connected < gateways) parts.push(`${connected} of ${gateways} gateways connected`);
    if (waiting > 0) parts.push(`${waiting} objects waiting`);
    if (droppedObjects > 0) parts.push(`${droppedObjects} dropped`);
    return parts.join(", ");
  };
  const timer = setInterval(() => {
    if (isTTY) process.stdout.write(`\r${line()}\u001b[K`);
    else write(line());
  }, PROGRESS_EVERY_MS);
  return {
    note: ({ at, isLive }) => {
      reached = at;
      if (!isLive || wasLive) return;
      wasLive = true;
      if (!span.isPast) write(`${isTTY ? "\n" : ""}caught up with the clock: live from here on, at speed 1`);
    },
    end: () => {
      clearInterval(timer);
      if (isTTY) process.stdout.write("\n");
    },
  };
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
