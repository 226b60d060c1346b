import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { answerQuery, type FakeDatabases, type FakePoint } from "./fake-influx-query.ts";
import { freePort } from "./free-port.ts";

/**
 * A server that speaks as much of InfluxDB 1.x as the forwarder needs, remembers every point and fails on demand. The words of
 * its failures are those of InfluxDB 1.6.7.
 */

/**
 * ok · down: connection refused · hang: takes the request, never answers · slow: answers after so many ms · status: answers with it
 * and stores nothing · cut: takes the body, stores it or not, resets the connection · partial: refuses the chosen lines, stores the
 * others · diskfull: 500 as on a full disk.
 */
export type FakeMode =
  | "ok"
  | "down"
  | "hang"
  | "diskfull"
  | { readonly slow: number }
  | { readonly status: number; readonly retryAfterS?: number }
  | { readonly cut: "stored" | "lost" }
  | { readonly partial: (line: string) => boolean };

export interface FakeInflux {
  readonly url: string;
  readonly port: number;
  /** Keyed "target measurement,tags time field". */
  readonly points: Map<string, FakePoint>;
  readonly databases: FakeDatabases;
  /** Requests to write that arrived, answered or not. */
  readonly writeRequests: number;
  /** Lines that were stored, rewritten ones included. */
  readonly linesStored: number;
  /** Writes that changed the value of a point which was there. */
  readonly changes: number;
  /** Greatest number of requests to write in flight at once. */
  readonly inFlightMax: number;
  readonly mode: FakeMode;
  set(mode: FakeMode): Promise<void>;
  value(target: string, series: string, at: number, field: string): number | undefined;
  /** Points of a target, of one measurement when it is given. */
  count(target: string, measurement?: string): number;
  /** All points as they are; `load` puts them back, as a restore from a backup does. */
  save(): Map<string, FakePoint>;
  load(saved: ReadonlyMap<string, FakePoint>): void;
  close(): Promise<void>;
}

export async function startFakeInflux(options: { mode?: FakeMode; port?: number; version?: string } = {}): Promise<FakeInflux> {
  const port = options.port ?? (await freePort());
  const version = options.version ?? "1.6.7~rc0";
  let mode: FakeMode = options.mode ?? "ok";
  let server: Server | undefined;
  let points = new Map<string, FakePoint>();
  const databases: FakeDatabases = new Map();
  const counters = { writeRequests: 0, linesStored: 0, changes: 0, inFlight: 0, inFlightMax: 0 };

  const store = (target: string, line: string): void => {
    const { measurement, tags, series, at, fields } = parseLine(line);
    counters.linesStored += 1;
    for (const [field, value] of fields) {
      const key = `${target} ${series} ${at} ${field}`;
      const known = points.get(key);
      if (known === undefined) points.set(key, { target, measurement, tags, at, field, value, writes: 1 });
      else {
        if (known.value !== value) counters.changes += 1;
        known.value = value;
        known.writes += 1;
      }
    }
  };

  async function write(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    counters.writeRequests += 1;
    counters.inFlight += 1;
    counters.inFlightMax = Math.max(counters.inFlightMax, counters.inFlight);
    try {
      const lines = (await readBody(request)).split("\n").filter((line) => line !== "");
      if (mode === "hang" || mode === "down") return;
      if (typeof mode === "object" && "slow" in mode) await new Promise((resolve) => setTimeout(resolve, (mode as { slow: number }).slow));
      // What the mode is now, not when the request came: a test changes it while requests wait.
      const now = mode as FakeMode;
      if (now === "diskfull")
        return fail(response, 500, "engine: error writing WAL entry: write /data/wal/_00001.wal: no space left on device");
      if (typeof now === "object" && "status" in now) {
        if (now.retryAfterS !== undefined) response.setHeader("retry-after", String(now.retryAfterS));
        return fail(response, now.status, STATUS_WORDS[now.status] ?? "it does not work");
      }
      const database = url.searchParams.get("db") ?? "";
      const policies = databases.get(database);
      if (policies === undefined) return fail(response, 404, `database not found: "${database}"`);
      const asked = url.searchParams.get("rp");
      if (asked !== null && !policies.has(asked)) return fail(response, 500, `retention policy not found: ${asked}`);
      const target = asked ?? "raw";
      if (typeof now === "object" && "cut" in now) {
        if (now.cut === "stored") for (const line of lines) store(target, line);
        request.socket.resetAndDestroy();
        return;
      }
      const refused = typeof now === "object" && "partial" in now ? lines.filter(now.partial) : [];
      for (const line of lines) if (!refused.includes(line)) store(target, line);
      if (refused.length > 0) {
        const reasons = refused.map((line) => `unable to parse '${line}': invalid number`).join("\n");
        return fail(response, 400, refused.length === lines.length ? reasons : `partial write: ${reasons} dropped=0`);
      }
      response.writeHead(204).end();
    } finally {
      counters.inFlight -= 1;
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://127.0.0.1:${port}`);
    response.setHeader("x-influxdb-version", version);
    if (url.pathname === "/write") return write(url, request, response);
    const body = await readBody(request);
    if (mode === "hang") return;
    if (typeof mode === "object" && "status" in mode) return fail(response, mode.status, STATUS_WORDS[mode.status] ?? "it does not work");
    if (url.pathname === "/ping") return void response.writeHead(204).end();
    if (url.pathname !== "/query") return void response.writeHead(404, { "content-type": "text/plain" }).end("404 page not found\n");
    const form = new URLSearchParams(body);
    for (const [name, value] of url.searchParams) form.set(name, value);
    const answer = answerQuery(databases, points, form);
    response.writeHead(answer.status, { "content-type": "application/json" }).end(`${JSON.stringify(answer.body)}\n`);
  }

  async function listen(): Promise<void> {
    if (server !== undefined) return;
    const started = createServer((request, response) => {
      handle(request, response).catch((error: unknown) => {
        // A client that went away in the middle of its body is part of the tests.
        if (!response.destroyed) fail(response, 500, String(error));
      });
    });
    await new Promise<void>((resolve, reject) => {
      started.once("error", reject);
      started.listen(port, "127.0.0.1", resolve);
    });
    server = started;
  }
  async function leave(): Promise<void> {
    const stopped = server;
    server = undefined;
    if (stopped === undefined) return;
    const closed = new Promise((resolve) => stopped.close(resolve));
    stopped.closeAllConnections();
    await closed;
  }

  if (mode !== "down") await listen();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    databases,
    get points() {
      return points;
    },
    get writeRequests() {
      return counters.writeRequests;
    },
    get linesStored() {
      return counters.linesStored;
    },
    get changes() {
      return counters.changes;
    },
    get inFlightMax() {
      return counters.inFlightMax;
    },
    get mode() {
      return mode;
    },
    async set(next) {
      const hung = mode === "hang";
      mode = next;
      if (next === "down") await leave();
      else await listen();
      // Requests that hang will never be answered: their clients have to ask again.
      if (hung && next !== "down" && next !== "hang") server?.closeAllConnections();
    },
    value: (target, series, at, field) => points.get(`${target} ${series} ${at} ${field}`)?.value,
    count(target, measurement) {
      let count = 0;
      for (const point of points.values())
        if (point.target === target && (measurement === undefined || point.measurement === measurement)) count += 1;
      return count;
    },
    save: () => new Map([...points].map(([key, point]) => [key, { ...point }])),
    load(saved) {
      points = new Map([...saved].map(([key, point]) => [key, { ...point }]));
    },
    close: leave,
  };
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  401: "authorization failed",
  429: "too many requests",
  500: "timeout",
  503: "service unavailable",
};

function fail(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { "content-type": "application/json", "x-influxdb-error": error.replaceAll("\n", " ") });
  response.end(`${JSON.stringify({ error })}\n`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return (request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString("utf8");
}

interface ParsedLine {
  readonly measurement: string;
  readonly tags: Record<string, string>;
  /** Measurement and tags as they were written. */
  readonly series: string;
  readonly at: number;
  readonly fields: readonly (readonly [string, number])[];
}

/** One line of line protocol with float fields and a time in ms. Throws on anything else. */
export function parseLine(line: string): ParsedLine {
  const [series, fieldText, time, ...more] = splitUnescaped(line, " ");
  if (series === undefined || fieldText === undefined || !/^-?\d+$/.test(time ?? "") || more.length > 0)
    throw new Error(`no line of line protocol with a time: ${line}`);
  const [measurement, ...tagTexts] = splitUnescaped(series, ",");
  const tags: Record<string, string> = {};
  for (const text of tagTexts) {
    const [key, value] = splitUnescaped(text, "=");
    tags[unescape(key!)] = unescape(value!);
  }
  const fields = splitUnescaped(fieldText, ",").map((text) => {
    const [key, value] = splitUnescaped(text, "=");
    if (value === undefined || !/^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(value)) throw new Error(`no float in ${text} of ${line}`);
    return [unescape(key!), Number(value)] as const;
  });
  return { measurement: unescape(measurement!), tags, series, at: Number(time), fields };
}

/** A separator behind a backslash is text, whatever is before the backslash: so InfluxDB reads it. */
function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] !== separator || text[index - 1] === "\\") continue;
    parts.push(text.slice(start, index));
    start = index + 1;
  }
  parts.push(text.slice(start));
  return parts;
}

function unescape(text: string): string {
  return text.includes("\\") ? text.replaceAll(/\\([ ,=])/g, "$1") : text;
}
