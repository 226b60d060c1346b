import { InputError } from "../model/input-error.ts";
import { DemoFleet } from "./demo-fleet.ts";
import type { Progress } from "./device-fleet.ts";
import { DEVICES_HELP, type DeviceOptions, readDeviceOptions } from "./device-options.ts";

/** The process of the simulated devices: history through the broker, then live, until it is told to stop or its parent is gone. */

const PROGRESS_EVERY_MS = 1_000;
const PARENT_EVERY_MS = 500;
/** Whatever hangs at the end, the process is gone after this. */
const STOP_MS_MAX = 1_900;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function run(options: DeviceOptions): Promise<void> {
  const clock = (): number => Date.now() + options.clockAheadMs;
  const fleet = new DemoFleet(options, clock, say);
  const stop = async (): Promise<void> => {
    setTimeout(() => process.exit(0), STOP_MS_MAX).unref();
    await fleet.stop();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => void stop());
  // A parent that was killed cannot send a signal: then another process becomes the parent.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void stop();
  }, PARENT_EVERY_MS).unref();

  if (fleet.isContinued) say("devices: continuing, the plant is simulated again from its beginning");
  void fleet.start();
  const report = progressLine(fleet);
  let wasLive = false;
  await fleet.play((progress) => {
    if (!wasLive) report(progress);
    if (!progress.isLive || wasLive || options.historyOnly) return;
    wasLive = true;
    report({ ...progress, at: progress.to });
    say(`devices: live, ${options.gateways.length} gateways, one poll of each station every ${options.liveIntervalMs / 1000} s`);
  });
  if (!options.historyOnly) return;
  await fleet.settled();
  const { sentObjects, sentValues } = fleet.figures();
  say(`devices: history sent, ${sentObjects} messages, ${sentValues} values, ${cpuSeconds()} s of CPU`);
  await stop();
}

/** One line a second: how far, how fast, how long still. */
function progressLine(fleet: DemoFleet): (progress: Progress) => void {
  const started = performance.now();
  let last = started - PROGRESS_EVERY_MS;
  return ({ at, from, to }) => {
    const now = performance.now();
    if (now - last < PROGRESS_EVERY_MS && at < to) return;
    last = now;
    const share = to <= from ? 1 : Math.min(1, Math.max(0, (at - from) / (to - from)));
    const seconds = Math.max(0.001, (now - started) / 1000);
    const { sentObjects, sentValues } = fleet.figures();
    const left = share <= 0 ? 0 : (seconds * (1 - share)) / share;
    say(
      `devices: history ${(share * 100).toFixed(0)} %, ${Math.round(sentObjects / seconds)} messages/s, ${Math.round(sentValues / seconds)} values/s, ${left.toFixed(0)} s left`,
    );
  };
}

function cpuSeconds(): string {
  const { user, system } = process.cpuUsage();
  return ((user + system) / 1e6).toFixed(1);
}

try {
  const options = readDeviceOptions(process.argv.slice(2), Date.now());
  if (options === undefined) say(DEVICES_HELP);
  else await run(options);
} catch (error) {
  const usage = error instanceof InputError || (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS") === true;
  process.stderr.write(`${usage ? (error as Error).message : String((error as Error).stack ?? error)}\n`);
  process.exit(usage ? 2 : 1);
}
