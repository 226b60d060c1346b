import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.ts";

/** The platform as its owner runs it: a process of its own, in a temporary folder, on free ports. */

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const ADMIN_TOKEN = "token-of-the-tests";

export interface PlatformFolder {
  readonly path: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly environment: NodeJS.ProcessEnv;
  /** Runs `npm run device -- add` with these arguments. */
  addDevice(...options: string[]): string;
  remove(): void;
}

export async function platformFolder(networkYaml: string, prefix = "heatsteward-"): Promise<PlatformFolder> {
  const path = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(join(path, "network.yaml"), networkYaml);
  writeFileSync(join(path, "heatsteward.yaml"), "network: network.yaml\n");
  const [httpPort, mqttPort] = [await freePort(), await freePort()];
  const environment = {
    ...process.env,
    HEATSTEWARD_HTTP_PORT: String(httpPort),
    HEATSTEWARD_MQTT_PORT: String(mqttPort),
    HEATSTEWARD_ADMIN_TOKEN: ADMIN_TOKEN,
    HEATSTEWARD_LOG: "warn",
  };
  return {
    path,
    httpPort,
    mqttPort,
    environment,
    addDevice: (...options) =>
      execFileSync(process.execPath, [join(root, "cli/device.ts"), "add", ...options], { cwd: path, env: environment, encoding: "utf8" }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export interface RunningPlatform {
  readonly process: ChildProcess;
  /** From spawn to the line that names the addresses, ms. */
  readonly readyMs: number;
  readonly stderr: () => string;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts `main.ts` and waits for its ready line; fails with what it printed when it ends before. */
export function startPlatformProcess(folder: PlatformFolder): Promise<RunningPlatform> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(root, "main.ts")], {
    cwd: folder.path,
    env: folder.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-20_000);
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  return new Promise((resolve, reject) => {
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (!stdout.includes("HeatSteward  http")) return;
      resolve({
        process: child,
        readyMs: performance.now() - started,
        stderr: () => stderr,
        kill: (signal) => {
          child.kill(signal);
          return ended;
        },
      });
    });
    void ended.then((code) => reject(new Error(`the platform ended with ${code} before it was ready: ${stderr}`)));
  });
}
