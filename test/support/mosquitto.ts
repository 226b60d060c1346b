import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { until } from "./until.ts";

/** Debian's mosquitto on a free port of 127.0.0.1, its sessions kept in a temporary folder. */
export interface Mosquitto {
  readonly port: number;
  readonly url: string;
  /** Ends the process; the folder and so the sessions stay. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

export async function startMosquitto(): Promise<Mosquitto> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "heatsteward-mosquitto-"));
  // It gives up root rights by itself and still has to write here.
  chmodSync(folder, 0o777);
  const config = join(folder, "mosquitto.conf");
  const settings = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "persistence true",
    `persistence_location ${folder}/`,
    "max_inflight_messages 1000",
    "max_queued_messages 0",
  ];
  writeFileSync(config, `${settings.join("\n")}\n`);
  let child: ReturnType<typeof spawn> | undefined;

  async function start(): Promise<void> {
    child = spawn("mosquitto", ["-c", config], { stdio: "ignore" });
    await until("mosquitto listens", () => listens(port));
  }
  async function stop(): Promise<void> {
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
    child = undefined;
  }
  await start();
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    start,
    stop,
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
