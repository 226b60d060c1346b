import { execFile } from "node:child_process";
import { ADMIN_TOKEN, type PlatformFolder } from "./platform-process.ts";

/** Outside the platform, as other programs see it: its HTTP API, its metrics, and Debian's mosquitto_pub. */

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

const ASK_MS_MAX = 10_000;

export async function ask<Body>({ httpPort }: Pick<PlatformFolder, "httpPort">, path: string, body?: unknown): Promise<Answer<Body>> {
  const response = await fetch(`http://127.0.0.1:${httpPort}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ASK_MS_MAX),
  });
  const text = await response.text();
  return { status: response.status, body: (/json/.test(response.headers.get("content-type") ?? "") ? JSON.parse(text) : text) as Body };
}

/** One sample of `GET /metrics`, 0 if it is not there. `name` without the prefix, with its labels if any. */
export async function metric(folder: Pick<PlatformFolder, "httpPort">, name: string): Promise<number> {
  const { body } = await ask<string>(folder, "/metrics");
  const line = body.split("\n").find((each) => each.startsWith(`heatsteward_${name} `));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(" ")));
}

export interface Shown {
  readonly value: number | null;
  readonly at: number;
  readonly unit: string;
}

/** The latest value of an asset's signal as the API shows it. */
export async function latest(
  folder: Pick<PlatformFolder, "httpPort">,
  station: string,
  asset: string,
  signal: string,
): Promise<Shown | undefined> {
  const { body } = await ask<{ values: Record<string, Record<string, Shown>> }>(folder, `/api/stations/${station}`);
  return body.values[asset]?.[signal];
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const RUN_MS_MAX = 30_000;

/** Runs a program to its end, whatever its exit code; 124 if it did not end in time. */
export function runProgram(
  file: string,
  options: readonly string[],
  where: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly timeoutMs?: number } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      file,
      options,
      { encoding: "utf8", timeout: where.timeoutMs ?? RUN_MS_MAX, killSignal: "SIGKILL", cwd: where.cwd, env: where.env ?? process.env },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.killed ? 124 : Number(error.code ?? 1);
        resolve({ code, stdout, stderr });
      },
    );
  });
}

export interface Publication {
  readonly port: number;
  readonly gateway: string;
  readonly password: string;
  readonly clientId?: string;
  readonly topic: string;
  /** Text, or a file that holds the payload. */
  readonly payload: string | { readonly file: string };
}

/** Publishes with QoS 1 as a gateway and waits for the acknowledgement; the exit code is mosquitto_pub's. */
export function publish({ port, gateway, password, clientId, topic, payload }: Publication): Promise<Ended> {
  const message = typeof payload === "string" ? (payload === "" ? ["-n"] : ["-m", payload]) : ["-f", payload.file];
  return runProgram("mosquitto_pub", [
    "-h",
    "127.0.0.1",
    "-p",
    String(port),
    "-i",
    clientId ?? gateway,
    "-u",
    gateway,
    "-P",
    password,
    "-q",
    "1",
    "-t",
    topic,
    ...message,
  ]);
}
