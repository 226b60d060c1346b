import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { until } from "./until.ts";

/** Debian's InfluxDB 1.6.7 on a free port of 127.0.0.1, its data in a temporary folder of its own. */
export interface InfluxServer {
  readonly url: string;
  readonly folder: string;
  readonly port: number;
  readonly pid: number | undefined;
  /** Ends the process as its owner would; the folder stays. */
  stop(): Promise<void>;
  /** Ends the process in the middle of whatever it does; the folder stays. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stop and start on the same folder and port. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

export interface InfluxServerOptions {
  /** Makes this administrator and refuses everybody else. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** More lines of `influxdb.conf` by section, such as `{ http: ["max-row-limit = 10"] }`. */
  readonly settings?: Readonly<Record<string, readonly string[]>>;
  /** Where the data is; otherwise a new temporary folder. `remove` leaves a folder that was given. */
  readonly folder?: string;
}

export async function startInflux(options: InfluxServerOptions = {}): Promise<InfluxServer> {
  const port = await freePort();
  const rpcPort = await freePort();
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "heatsteward-influx-"));
  chmodSync(folder, 0o755);
  const url = `http://127.0.0.1:${port}`;
  const config = join(folder, "influxdb.conf");
  const log = join(folder, "influxd.log");
  writeFileSync(config, settingsFile(folder, port, rpcPort, options));
  let child: ChildProcess | undefined;

  const killNow = (): void => void child?.kill("SIGKILL");
  async function start(): Promise<void> {
    const out = openSync(log, "a");
    const started = spawn("/usr/bin/influxd", ["run", "-config", config], { stdio: ["ignore", out, out] });
    closeSync(out);
    child = started;
    // A test run that is cut short must not leave a server behind.
    process.once("exit", killNow);
    started.once("exit", () => process.off("exit", killNow));
    await until("influxd answers", async () => {
      if (started.exitCode !== null) throw new Error(`influxd ended with ${started.exitCode}:\n${readFileSync(log, "utf8").slice(-2000)}`);
      return fetch(`${url}/ping`).then(
        (response) => response.status === 204,
        () => false,
      );
    });
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, "exit");
    running.kill(signal);
    await ended;
  }
  await start();
  if (options.auth !== undefined) await createAdministrator(url, options.auth);
  return {
    url,
    folder,
    port,
    get pid() {
      return child?.pid;
    },
    start,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    async restart() {
      await end("SIGTERM");
      await start();
    },
    async remove() {
      await end("SIGKILL");
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function settingsFile(folder: string, port: number, rpcPort: number, options: InfluxServerOptions): string {
  const sections: Record<string, string[]> = {
    meta: [`dir = "${folder}/meta"`],
    data: [`dir = "${folder}/data"`, `wal-dir = "${folder}/wal"`, "query-log-enabled = false", 'index-version = "tsi1"'],
    http: [`bind-address = "127.0.0.1:${port}"`, "log-enabled = false", `auth-enabled = ${options.auth !== undefined}`],
    monitor: ["store-enabled = false"],
    retention: ['check-interval = "10m"'],
    logging: ['level = "warn"'],
  };
  for (const [name, lines] of Object.entries(options.settings ?? {})) (sections[name] ??= []).push(...lines);
  const text = Object.entries(sections).map(([name, lines]) => `[${name}]\n${lines.map((line) => `  ${line}\n`).join("")}`);
  return `reporting-disabled = true\nbind-address = "127.0.0.1:${rpcPort}"\n${text.join("")}`;
}

async function createAdministrator(url: string, auth: { user: string; password: string }): Promise<void> {
  const quoted = auth.password.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  const statement = `CREATE USER "${auth.user}" WITH PASSWORD '${quoted}' WITH ALL PRIVILEGES`;
  const response = await fetch(`${url}/query`, { method: "POST", body: new URLSearchParams({ q: statement }) });
  const text = await response.text();
  if (!response.ok || text.includes("error")) throw new Error(`no administrator was created: ${response.status} ${text}`);
}
