import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type { Network } from "../../model/network.ts";
import { openBatchSource } from "../../store/influx-chunk.ts";
import { type Forwarder, type InfluxConnection, createForwarder } from "../../store/influx-forwarder.ts";
import { forwarderStore } from "../../store/influx-link.ts";
import { InfluxError, type InfluxSettings, type InfluxTable, type InfluxTarget, type WriteOutcome } from "../../store/influx.ts";
import type { Forwarded } from "../../store/journal-follower.ts";
import type { Spool } from "../../store/spool.ts";
import { parseLine } from "../support/fake-influx.ts";

/** An InfluxDB in memory that fails as it is told, and a forwarder in virtual time: every sleep passes at once. */

export type Failure =
  | Exclude<WriteOutcome, { type: "written" }>
  | "cut_stored"
  | "cut_lost"
  | { readonly refuse: (line: string) => boolean };

export interface MemoryInflux {
  /** Keyed "target measurement,tags time field". */
  points: Map<string, number>;
  /** What the next requests meet; none: they are taken. */
  failures: Failure[];
  /** As `failures`, until it is set back. */
  always: Failure | undefined;
  readonly requests: { readonly target: InfluxTarget; readonly lines: readonly string[] }[];
  readonly inFlightMost: () => number;
  /** Lines of one series that were in two requests at once. */
  readonly overlaps: () => number;
  readonly connect: () => Promise<InfluxConnection>;
}

export function memoryInflux(options: { retentionMs?: number; clock?: () => number } = {}): MemoryInflux {
  const requests: { target: InfluxTarget; lines: readonly string[] }[] = [];
  const inFlight = new Set<readonly string[]>();
  let most = 0;
  let overlaps = 0;
  const seriesOf = (line: string): string => line.slice(0, line.indexOf(" "));

  function store(target: InfluxTarget, line: string): void {
    const { series, at, fields } = parseLine(line);
    for (const [field, value] of fields) influx.points.set(`${target} ${series} ${at} ${field}`, value);
  }

  async function write(target: InfluxTarget, lines: readonly string[]): Promise<WriteOutcome> {
    requests.push({ target, lines });
    for (const other of inFlight) {
      const there = new Set(other.map(seriesOf));
      if (lines.some((line) => there.has(seriesOf(line)))) overlaps++;
    }
    inFlight.add(lines);
    most = Math.max(most, inFlight.size);
    await turn();
    inFlight.delete(lines);
    const failure = influx.failures.shift() ?? influx.always;
    if (failure === "cut_lost") return { type: "unavailable", reason: "the answer was cut off" };
    if (typeof failure === "object" && "refuse" in failure) {
      const refused = lines.filter(failure.refuse);
      for (const line of lines) if (!refused.includes(line)) store(target, line);
      if (refused.length > 0) return { type: "refused", status: 400, reason: "partial write: a value is not as it was" };
      return { type: "written" };
    }
    if (typeof failure === "object") return failure;
    for (const line of lines) store(target, line);
    return failure === "cut_stored" ? { type: "unavailable", reason: "the answer was cut off" } : { type: "written" };
  }

  async function query(
    target: InfluxTarget,
    statement: string,
    parameters: Readonly<Record<string, string | number>> = {},
  ): Promise<InfluxTable[]> {
    const failure = influx.always;
    if (typeof failure === "object" && "type" in failure) throw new InfluxError(failure.type, failure.reason);
    const [, fieldText = "", measurement = "", tag = ""] = /^SELECT (.+) FROM "(\w+)" WHERE "(\w+)"/.exec(statement) ?? [];
    const fields = fieldText.split(", ").map((field) => field.slice(1, -1));
    const [from, to] = ["from", "to"].map((name) => (parameters[name] === undefined ? undefined : Date.parse(String(parameters[name]))));
    const rows = new Map<number, (number | null)[]>();
    for (const [key, value] of influx.points) {
      const [where, series, at, name] = key.split(" ") as [string, string, string, string];
      if (where !== target || !fields.includes(name) || !series.startsWith(`${measurement},`)) continue;
      if (!`${series},`.includes(`,${tag}=${parameters["id"] ?? parameters["instance"]},`)) continue;
      if ((from !== undefined && Number(at) < from) || (to !== undefined && Number(at) >= to)) continue;
      const row = rows.get(Number(at)) ?? [Number(at), ...fields.map(() => null)];
      row[1 + fields.indexOf(name)] = value;
      rows.set(Number(at), row);
    }
    const sorted = [...rows.values()].sort((a, b) => a[0]! - b[0]!);
    return sorted.length === 0 ? [] : [{ name: measurement, tags: {}, columns: ["time", ...fields], rows: sorted }];
  }

  const influx: MemoryInflux = {
    points: new Map(),
    failures: [],
    always: undefined,
    requests,
    inFlightMost: () => most,
    overlaps: () => overlaps,
    async connect() {
      const failure = influx.always;
      if (typeof failure === "object" && "type" in failure) throw new InfluxError(failure.type, failure.reason);
      return {
        version: "memory",
        writer: { write, close: async () => {} },
        query: { query },
        retentionMs: options.retentionMs,
        notices: [],
      };
    },
  };
  return influx;
}

export interface Clock {
  at: number;
}

export interface ForwardingOptions {
  readonly network: Network;
  readonly spool: Spool;
  readonly influx: MemoryInflux;
  readonly clock: Clock;
  readonly spoolBytesMax?: number;
  /** Called at every sleep, when nothing is in flight. */
  readonly atSleep?: (ms: number) => Promise<void> | void;
  /** Called before every move of the cursor; throws to keep it from happening. */
  readonly beforeMove?: (progress: Forwarded) => void;
}

export interface Forwarding {
  readonly forwarder: Forwarder;
  readonly logged: string[];
  /** Runs until the question is answered with true; looks at it at every sleep. */
  readonly runUntil: (question: () => boolean, virtualMsMax?: number) => Promise<void>;
}

export function forwarding(options: ForwardingOptions): Forwarding {
  const { network, spool, influx, clock } = options;
  const source = openBatchSource(spool.path);
  const logged: string[] = [];
  let question: () => boolean = () => true;
  let deadline = Infinity;
  let overdue = false;
  const store = forwarderStore(spool);
  const forwarder: Forwarder = createForwarder({
    network,
    source,
    store: {
      ...store,
      async forwarded(progress) {
        options.beforeMove?.(progress);
        await store.forwarded(progress);
      },
    },
    connect: influx.connect,
    spoolBytesMax: options.spoolBytesMax ?? Infinity,
    now: () => clock.at,
    async sleep(ms) {
      clock.at += Math.max(1, ms);
      await turn();
      await options.atSleep?.(ms);
      overdue = clock.at > deadline;
      if (question() || overdue) forwarder.stop();
    },
    random: () => 0.5,
    uuid: randomUUID,
    log: (line) => logged.push(line),
  });
  return {
    forwarder,
    logged,
    async runUntil(wanted, virtualMsMax = 3_600_000) {
      question = wanted;
      deadline = clock.at + virtualMsMax;
      await forwarder.run();
      source.close();
      if (overdue && !wanted())
        throw new Error(`waited ${virtualMsMax} virtual ms in vain; last error ${forwarder.progress.status().lastError?.en}`);
    },
  };
}

export function influxSettings(url: string, more: Partial<InfluxSettings> = {}): InfluxSettings {
  return {
    url,
    dialect: undefined,
    token: undefined,
    org: undefined,
    bucket: "heatsteward",
    database: "heatsteward",
    user: undefined,
    password: undefined,
    retentionMs: undefined,
    gzip: false,
    spoolBytesMax: 10e9,
    ...more,
  };
}
