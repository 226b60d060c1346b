import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { Network } from "../model/network.ts";
import { openBatchSource } from "./influx-chunk.ts";
import { type InfluxConnection, createForwarder } from "./influx-forwarder.ts";
import type { ForwarderData, ForwarderStore, FromForwarder, ToForwarder } from "./influx-messages.ts";
import { createInfluxQuery } from "./influx-query.ts";
import { prepareSchema } from "./influx-schema.ts";
import { detectDialect } from "./influx-version.ts";
import { createInfluxWriter } from "./influx-write.ts";
import type { InfluxDialect } from "./influx.ts";

/** The thread that forwards to InfluxDB: reads the journal itself, asks the main thread for everything else. */

const { settings, path, assets } = workerData as ForwarderData;
/** How often the main thread is told how it stands. */
const STATUS_MS = 500;

/**
 * What comes in goes first, but on a machine that is short of time this thread must not starve. On Linux this is the priority of the
 * thread alone; elsewhere it would be that of the whole process.
 */
const NICE = 3;
if (process.platform === "linux") setPriority(0, NICE);

const port = parentPort!;
const network = new Network({ name: "", timezone: "UTC", season: {}, areas: [], stewards: [], assets });
const source = openBatchSource(path);
const ended = new AbortController();
const calls = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
let callId = 0;
let dialect: InfluxDialect | undefined;
let told = "";

function post(message: FromForwarder): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  port.postMessage(message);
}

function call<Answer>(name: keyof ForwarderStore, ...args: readonly unknown[]): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    calls.set(++callId, { resolve, reject });
    post({ kind: "call", id: callId, name, arguments: args });
  });
}

const store: ForwarderStore = {
  begin: () => call("begin"),
  waiting: () => call("waiting"),
  forwarded: (progress) => call("forwarded", progress),
  points: (asked) => call("points", asked),
  stationSlice: (station, from, to) => call("stationSlice", station, from, to),
  stations: () => call("stations"),
};

async function connect(): Promise<InfluxConnection> {
  const found = await detectDialect(settings);
  const query = createInfluxQuery(settings, found.dialect);
  const schema = await prepareSchema(settings, found.dialect, query);
  dialect = found.dialect;
  return {
    version: found.version,
    writer: createInfluxWriter(settings, found.dialect),
    query,
    retentionMs: schema.ready ? schema.rawRetentionMs : settings.retentionMs,
    notices: schema.ready
      ? schema.notices
      : [`InfluxDB lacks something that its owner has to make (${schema.reason}): ${schema.statements.join("; ")}`],
  };
}

const forwarder = createForwarder({
  network,
  source,
  store,
  connect,
  spoolBytesMax: settings.spoolBytesMax,
  now: Date.now,
  sleep: (ms) => sleep(ms, undefined, { signal: ended.signal }).catch(() => {}),
  random: Math.random,
  uuid: randomUUID,
  log: (line) => post({ kind: "log", line }),
});

function tell(): void {
  const status = forwarder.progress.status();
  const text = JSON.stringify(status);
  if (text === told) return;
  told = text;
  post({ kind: "status", status, dialect });
}

port.on("message", (message: ToForwarder) => {
  if (message.kind === "close") {
    ended.abort();
    forwarder.stop();
  } else if (message.kind === "answer") {
    const waiting = calls.get(message.id);
    calls.delete(message.id);
    if (message.ok) waiting?.resolve(message.value as never);
    else waiting?.reject(new Error(String(message.value)));
  } else {
    const { id } = message;
    forwarder.replay(message.letters).then(
      (result) => post({ kind: "replayed", id, result, reason: "" }),
      (error: unknown) => post({ kind: "replayed", id, result: undefined, reason: error instanceof Error ? error.message : String(error) }),
    );
  }
});

const telling = setInterval(tell, STATUS_MS);
await forwarder.run();
clearInterval(telling);
tell();
source.close();
port.close();
