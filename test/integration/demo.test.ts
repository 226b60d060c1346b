import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Ticket } from "../../model/ticket.ts";
import { freePort } from "../support/free-port.ts";
import { ask, metric } from "../support/platform-api.ts";
import { ADMIN_TOKEN } from "../support/platform-process.ts";
import { until } from "../support/until.ts";

/** `npm run demo` as a newcomer meets it: starts, loads its history, shows curves and tickets, stops at once, continues. */

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const STOP_MS_MAX = 5_000;
const MINUTE = 60_000;
/** How long a first ticket is waited for; it is printed, not asserted. */
const TICKET_WAIT_MS = 20_000;
/** Stations are polled every 30 s. */
const POLL_WAIT_MS = 60_000;

interface Demo {
  readonly process: ChildProcess;
  readonly startedMs: number;
  text(): string;
  /** Sends SIGINT; answers how long the end took, and which processes are left. */
  interrupt(): Promise<{ readonly ms: number; readonly left: number[] }>;
}

let data: string;
let httpPort: number;
let environment: NodeJS.ProcessEnv;
let running: Demo | undefined;
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "heatsteward-demo-"));
  httpPort = await freePort();
  environment = {
    ...process.env,
    HEATSTEWARD_HTTP_PORT: String(httpPort),
    HEATSTEWARD_MQTT_PORT: String(await freePort()),
    HEATSTEWARD_ADMIN_TOKEN: ADMIN_TOKEN,
  };
});
afterAll(async () => {
  if (running?.process.exitCode === null) await running.interrupt();
  rmSync(data, { recursive: true, force: true });
});

/** Processes whose parent is `pid`. */
function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}

function startDemo(): Demo {
  const child = spawn(process.execPath, [join(ROOT, "demo.ts"), "--data", data, "--days", "2", "--seed", "5"], {
    cwd: data,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const take = (chunk: string): void => void (output += chunk);
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  return {
    process: child,
    startedMs: performance.now(),
    text: () => output,
    async interrupt() {
      const all = [child.pid!, ...childrenOf(child.pid!)];
      const started = performance.now();
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGINT");
      await ended;
      const ms = performance.now() - started;
      return { ms, left: all.filter((pid) => existsSync(`/proc/${pid}`)) };
    },
  };
}

const tickets = async (): Promise<Ticket[]> => (await ask<{ items: Ticket[] }>({ httpPort }, "/api/tickets?limit=200")).body.items;
const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);

/** Raw times of a signal that every circuit reports with every poll. */
async function timesOf(circuit: string, from: number): Promise<number[]> {
  const { body } = await ask<{ raw: boolean; times: number[] }>(
    { httpPort },
    `/api/series?asset=${circuit}&signal=t2_supply&from=${from}&to=${Date.now() + MINUTE}&px=4000`,
  );
  expect(body.raw).toBe(true);
  return body.times;
}

it(
  "prints where to open it and how to sign in, loads two days, shows a curve, stops, and continues where it was",
  { timeout: 170_000 },
  async () => {
    const first = (running = startDemo());
    const [, url, user, password] = await until(
      "address and login are printed",
      () => /open +(http:\S+)\n +user +(\S+)\n +password +(\S+)/.exec(first.text()),
      20_000,
    );
    expect(url).toBe(`http://127.0.0.1:${httpPort}`);
    const login = await fetch(`${url}/api/session`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url! },
      body: JSON.stringify({ name: user, password }),
    });
    expect(login.status, await login.text()).toBe(200);
    const { body: list } = await ask<{ items: { id: string }[] }>({ httpPort }, "/api/stations");
    const station = list.items[0]!.id;
    const { body: detail } = await ask<{ circuits: string[] }>({ httpPort }, `/api/stations/${station}`);
    const circuit = detail.circuits[0]!;
    const begun = Date.now();

    await until(
      "the first curve",
      async () => {
        const { status, body } = await ask<{ times: number[] }>(
          { httpPort },
          `/api/series?asset=${circuit}&signal=t2_supply&from=${begun - 3 * 24 * 60 * MINUTE}&to=${begun}&px=800`,
        );
        return status === 200 && body.times.length > 50;
      },
      30_000,
    );
    const curveS = seconds(first.startedMs);
    expect(first.text(), "progress of the history").toMatch(/history +\d+ %, \d+ messages\/s/);
    await until("the history is loaded", () => /devices: live/.test(first.text()), 90_000);
    const historyS = seconds(first.startedMs);
    const ticketS = await until("a ticket", async () => (await tickets()).length > 0 && seconds(first.startedMs), TICKET_WAIT_MS).catch(
      () => `none within ${TICKET_WAIT_MS / 1000} s of the live phase`,
    );
    expect(
      (await tickets()).filter(({ kind }) => kind === "offline"),
      "loading history is no silence",
    ).toEqual([]);
    const points = await metric({ httpPort }, "store_points");
    const before = await tickets();
    const stoppedAt = Date.now();
    const stop = await first.interrupt();
    expect(stop.left).toEqual([]);
    expect(stop.ms).toBeLessThan(STOP_MS_MAX);

    const second = (running = startDemo());
    await until("it continues", () => /seed 5, continued/.test(second.text()), 20_000);
    const openedAt = Date.now();
    expect(second.text()).toContain(password);
    await until("it is live again", () => /devices: live/.test(second.text()), 60_000);
    await until("points grow", async () => (await metric({ httpPort }, "store_points")) > points);
    await until("a live poll arrives", async () => (await timesOf(circuit, stoppedAt - 10 * MINUTE)).at(-1)! > openedAt, POLL_WAIT_MS);
    const times = await timesOf(circuit, stoppedAt - 10 * MINUTE);
    const gaps = times.slice(1).map((at, index) => at - times[index]!);
    expect(Math.max(...gaps), "no gap wider than the time it was down").toBeLessThanOrEqual(openedAt - stoppedAt + MINUTE);
    const after = await tickets();
    expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
    const open = after.filter(({ state }) => state !== "closed" && state !== "merged").map(({ kind, asset }) => `${kind} ${asset}`);
    expect(new Set(open).size, open.join()).toBe(open.length);
    expect(after.filter(({ kind }) => kind === "offline")).toEqual([]);
    const again = await second.interrupt();
    expect(again.left).toEqual([]);
    expect(again.ms).toBeLessThan(STOP_MS_MAX);
    console.log(
      `demonstration: first curve after ${curveS} s, two days loaded after ${historyS} s, first ticket after ${ticketS} s (${before.map(({ kind, asset }) => `${kind} ${asset}`).join(", ") || "none"}), ` +
        `${points} points, stopped in ${stop.ms.toFixed(0)} and ${again.ms.toFixed(0)} ms, widest gap over the restart ${(Math.max(...gaps) / 1000).toFixed(0)} s`,
    );
  },
);
