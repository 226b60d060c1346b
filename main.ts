import { parseArgs } from "node:util";
import { runCommand } from "./cli/command.ts";
import { loadConfig } from "./config.ts";
import { ensureDashboard } from "./dashboard-build.ts";
import { createLog } from "./log.ts";
import { startPlatform } from "./platform.ts";

/** The process: `npm start [-- --config FILE]`. Starts the platform and stops it on a signal; knows nothing else. */

const HELP = `npm start -- [--config FILE]

Starts the platform: MQTT broker, ingest, rules, tickets, API and dashboard, from heatsteward.yaml (or FILE).
Environment variables win over the file: HEATSTEWARD_HTTP_PORT (8080), HEATSTEWARD_MQTT_PORT (1883), HEATSTEWARD_DATA (./data),
HEATSTEWARD_ADMIN_TOKEN, HEATSTEWARD_MQTT_URL (an external broker), HEATSTEWARD_LOG (debug, info, warn, error, silent).
`;

/** A stop that takes longer is cut off: what was acknowledged is on disk anyway. */
const STOP_MS_MAX = 5_000;

await runCommand(HELP, async () => {
  const { values } = parseArgs({ options: { config: { type: "string" }, help: { type: "boolean", short: "h" } } });
  if (values.help === true) return "help";
  const config = loadConfig({ file: values.config, environment: process.env, folder: process.cwd() });
  const log = createLog(config.logLevel);
  const [platform] = await Promise.all([startPlatform(config, { log }), ensureDashboard((line) => log.info(line))]);
  console.log(`HeatSteward  ${platform.httpUrl}  ${platform.mqttUrl}`);
  if (platform.setupToken !== undefined)
    console.log(`No user yet: open ${platform.httpUrl}/setup and enter the one-time token ${platform.setupToken}`);
  const stop = (signal: string): void => {
    log.info(`${signal}: stopping`);
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
    platform.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once("SIGINT", () => stop("SIGINT"));
  process.once("SIGTERM", () => stop("SIGTERM"));
  return "done";
});
