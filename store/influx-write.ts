import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { HttpError, InfluxDB, type Transport, type WriteApi } from "@influxdata/influxdb-client";
import type { InfluxDialect, InfluxSettings, InfluxTarget, InfluxWriter, WriteOutcome } from "./influx.ts";
import { authorizationOf, noAnswer, PARTLY_WRITTEN, placeOf, refusalOf } from "./influx-http.ts";

/**
 * Writes over the official client, one request and one outcome per call. The client's own batching, retries and logging are off: it
 * drops what it cannot deliver, and what was delivered has to be known before the cursor of the spool moves.
 */

/** From the first byte to the end of the answer. Longer than the server's own 10 s limit on a write. */
const REQUEST_TIMEOUT_MS = 15_000;
/** Connections that are kept: more requests than this wait for one. */
const CONNECTIONS_MAX = 8;
const GZIP_BYTES_MIN = 1000;
const REFUSAL_BYTES_MAX = 64 * 1024;

/** How one request ended, beside what the client tells of it. */
interface Ending {
  status: number | undefined;
  body: string;
  timedOut: boolean;
}

/**
 * `requestTimeoutMs` is for tests. `write` never rejects; after `close` every write is `unavailable`.
 */
export function createInfluxWriter(settings: InfluxSettings, dialect: InfluxDialect, requestTimeoutMs = REQUEST_TIMEOUT_MS): InfluxWriter {
  const agentOptions = { keepAlive: true, maxSockets: CONNECTIONS_MAX };
  const agent = settings.url.startsWith("https:") ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const authorization = authorizationOf({ ...settings, dialect });
  const inner = new InfluxDB({
    url: settings.url,
    // Of the client: limits silence only, and leaves the connection open. `send` below ends the request itself.
    timeout: undefined as unknown as number,
    transportOptions: { agent },
    headers: authorization === undefined ? {} : { authorization },
  }).transport;
  const inFlight = new Set<AbortController>();
  let closed = false;

  async function write(target: InfluxTarget, lines: readonly string[]): Promise<WriteOutcome> {
    if (closed) return { type: "unavailable", reason: "the writer is closed" };
    if (lines.length === 0) return { type: "written" };
    const abort = new AbortController();
    const ending: Ending = { status: undefined, body: "", timedOut: false };
    inFlight.add(abort);
    const timer = setTimeout(() => {
      ending.timedOut = true;
      abort.abort();
    }, requestTimeoutMs);
    try {
      const api = openApi(observed(inner, abort.signal, ending), target);
      // All lines as one record: the client must not cut them into requests of its own.
      api.writeRecord(lines.join("\n"));
      await api.flush();
      // The client takes every 201 for success.
      return ending.status === PARTLY_WRITTEN
        ? refusalOf(settings, { status: ending.status, text: ending.body, header: () => null })
        : { type: "written" };
    } catch (error) {
      if (ending.timedOut) return { type: "unavailable", reason: `no answer within ${requestTimeoutMs / 1000} s` };
      return outcomeOf(settings, error);
    } finally {
      clearTimeout(timer);
      inFlight.delete(abort);
    }
  }

  function openApi(transport: Transport, target: InfluxTarget): WriteApi {
    const place = placeOf(settings, dialect, target);
    const api = new InfluxDB({ url: settings.url, transport }).getWriteApi(settings.org ?? "", place.bucket, "ms", {
      // One record a request is all there ever is; none may be sent by itself, later, or again.
      batchSize: 2,
      maxBatchBytes: Number.MAX_SAFE_INTEGER,
      flushInterval: 0,
      maxRetries: 0,
      gzipThreshold: settings.gzip ? GZIP_BYTES_MIN : Number.MAX_SAFE_INTEGER,
      // Without it the client prints the error.
      writeFailed: passOn,
    });
    if (dialect === "v1") {
      const parameters = new URLSearchParams({
        db: place.database,
        ...(place.policy === undefined ? {} : { rp: place.policy }),
        precision: "ms",
      });
      api.path = `/write?${parameters.toString()}`;
    }
    return api;
  }

  return {
    write,
    async close() {
      closed = true;
      for (const abort of inFlight) abort.abort();
      agent.destroy();
    },
  };
}

async function passOn(error: Error): Promise<never> {
  throw error;
}

/** The client's transport with a way to end one request, and with the status of its answer: the client keeps both to itself. */
function observed(inner: Transport, signal: AbortSignal, ending: Ending): Transport {
  return {
    chunkCombiner: inner.chunkCombiner,
    iterate: inner.iterate.bind(inner),
    request: inner.request.bind(inner),
    send(path, body, options, callbacks = {}) {
      inner.send(
        path,
        body,
        { ...options, signal },
        {
          ...callbacks,
          responseStarted(headers, status) {
            ending.status = status;
            callbacks.responseStarted?.(headers, status);
          },
          next(data: Uint8Array) {
            if (ending.body.length < REFUSAL_BYTES_MAX) ending.body += Buffer.from(data).toString("utf8");
            return callbacks.next?.(data);
          },
        },
      );
    },
  };
}

function outcomeOf(settings: InfluxSettings, error: unknown): WriteOutcome {
  // An answer that was cut off, a connection that broke: whether the server has the lines is unknown, and the same lines may go again.
  if (!(error instanceof HttpError)) return { type: "unavailable", reason: noAnswer(error) };
  const header = (name: string): string | null => {
    const value = error.headers?.[name];
    return value === undefined ? null : String(value);
  };
  return refusalOf(settings, { status: error.statusCode, text: error.body ?? "", header });
}
