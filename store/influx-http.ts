import { InfluxError, type InfluxDialect, type InfluxSettings, type WriteOutcome } from "./influx.ts";

/** One request to InfluxDB over fetch, bounded in time and size, and what each way of being refused means. */

const REASON_CHARACTERS_MAX = 500;
const SECRET_CHARACTERS_MIN = 4;
/** Bad line, body too long, points beyond the retention of a bucket. */
const PERMANENT: ReadonlySet<number> = new Set([400, 413, 422]);
/** How InfluxDB 3 says that it took a part of the lines only. */
export const PARTLY_WRITTEN = 201;
/** However long the server asks for, it is tried again after this: it may be back earlier than it thought. */
const RETRY_AFTER_MS_MAX = 300_000;

export interface InfluxRequest {
  readonly method: "GET" | "POST" | "PATCH";
  /** Path and query below the URL of the settings. */
  readonly path: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly timeoutMs: number;
  readonly bytesMax: number;
  readonly signal?: AbortSignal | undefined;
}

type Refusal = Exclude<WriteOutcome, { type: "written" }>;

export interface InfluxAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Resolves with whatever the server answered; rejects with InfluxError when it did not answer, or with more than `bytesMax`. */
export async function askInflux(settings: InfluxSettings, request: InfluxRequest, fetcher = fetch): Promise<InfluxAnswer> {
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
  const authorization = authorizationOf(settings);
  const headers: Record<string, string> = { accept: "application/json", ...(authorization === undefined ? {} : { authorization }) };
  let body: string | URLSearchParams | undefined;
  if (request.form !== undefined) body = new URLSearchParams(request.form);
  else if (request.json !== undefined) {
    body = JSON.stringify(request.json);
    headers["content-type"] = "application/json";
  }
  try {
    const url = `${settings.url.replace(/\/+$/, "")}${request.path}`;
    // A redirect would carry the credentials to wherever it points.
    const response = await fetcher(url, {
      method: request.method,
      headers,
      signal,
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: response.headers, text: await readText(response, request.bytesMax) };
  } catch (error) {
    if (error instanceof InfluxError) throw error;
    if (request.signal?.aborted === true) throw new InfluxError("unavailable", "the question was taken back", { cause: error });
    if (deadline.aborted) throw new InfluxError("unavailable", `no answer within ${request.timeoutMs / 1000} s`, { cause: error });
    throw new InfluxError("unavailable", noAnswer(error), { cause: error });
  }
}

async function readText(response: Response, bytesMax: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new InfluxError("refused", `the answer is longer than ${bytesMax} bytes: ask for less at once`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** "no answer (ECONNREFUSED)": the code only, as messages of the runtime may hold addresses that a reader should not see. */
export function noAnswer(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (typeof code === "string") return `no answer (${code})`;
  }
  return `no answer (${error instanceof Error ? error.message : String(error)})`;
}

/** The token of 2.x and 3, else user and password of 1.x. */
export function authorizationOf(settings: InfluxSettings): string | undefined {
  if (settings.token !== undefined && settings.dialect !== "v1") return `Token ${settings.token}`;
  if (settings.user === undefined) return undefined;
  return `Basic ${Buffer.from(`${settings.user}:${settings.password ?? ""}`, "utf8").toString("base64")}`;
}

/**
 * What an answer other than success means. 400, 413 and 422 are about what was sent; everything that is not known to be permanent is
 * worth another try, so that no misconfigured proxy can send points to the dead letters.
 */
export function refusalOf(
  settings: InfluxSettings,
  answer: { readonly status: number; readonly text: string; readonly header: (name: string) => string | null },
): Refusal {
  const { status, text, header } = answer;
  const words = wordsOf(text);
  const reason = words === "" ? `answer ${status}` : `answer ${status}: ${readable(settings, words)}`;
  if (/\b(database|bucket|retention policy|organization)\b.*not found|not found: (database|bucket)|database is required/i.test(words))
    return { type: "missing", reason };
  if (status === 401 || status === 403) return { type: "unauthorized", reason };
  if (status === 404) return { type: "missing", reason };
  const fromInflux = !(header("content-type") ?? "").includes("html");
  if ((PERMANENT.has(status) && fromInflux) || status === PARTLY_WRITTEN) return { type: "refused", status, reason };
  const retryAfterMs = retryAfterOf(header);
  return { type: "unavailable", reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** As `refusalOf`, of an answer to `askInflux`. */
export function refusalError(settings: InfluxSettings, { status, text, headers }: InfluxAnswer): InfluxError {
  const refusal = refusalOf(settings, { status, text, header: (name) => headers.get(name) });
  return new InfluxError(refusal.type, refusal.reason, { status });
}

/** What the server says went wrong, in its own words. */
function wordsOf(text: string): string {
  try {
    const { error, message, data } = JSON.parse(text) as { error?: unknown; message?: unknown; data?: unknown };
    // InfluxDB 3 says in `data` which line it did not take and why.
    const more = data === undefined || data === null ? "" : ` ${JSON.stringify(data)}`;
    if (typeof error === "string") return error + more;
    if (typeof message === "string") return message + more;
  } catch {
    // Not JSON: a proxy in between, or an old server. Its text is the best there is.
  }
  return text.trim();
}

/** Words of a server without our secrets, and no longer than a person reads. */
export function readable(settings: InfluxSettings, words: string): string {
  let text = words;
  for (const secret of [settings.token, settings.password])
    // What is shorter is in half of all words, and no secret.
    if (secret !== undefined && secret.length >= SECRET_CHARACTERS_MIN) text = text.replaceAll(secret, "…");
  return text.length > REASON_CHARACTERS_MAX ? `${text.slice(0, REASON_CHARACTERS_MAX)}…` : text;
}

/** Retry-After in seconds, or as a date that is compared with the server's own. */
function retryAfterOf(header: (name: string) => string | null): number | undefined {
  const word = header("retry-after");
  if (word === null || word === "") return undefined;
  const ms = /^\d+$/.test(word) ? Number(word) * 1000 : Date.parse(word) - Date.parse(header("date") ?? "");
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_MS_MAX) : undefined;
}

/** Databases, policies and measurements as InfluxQL wants names. */
export function quoteName(name: string): string {
  return `"${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

/** Where a target is: `database` and `policy` for InfluxQL, `bucket` for `/api/v2/write`. */
export interface InfluxPlace {
  readonly database: string;
  /** undefined: the default one. */
  readonly policy: string | undefined;
  readonly bucket: string;
}

export const ROLLUP_POLICY = "rollup";

/** 1.x: two retention policies of one database. 2.x and 3: two buckets; one named "database/policy" is mapped to these (as an upgrade from 1.x does). */
export function placeOf(settings: InfluxSettings, dialect: InfluxDialect, target: "raw" | "rollup"): InfluxPlace {
  if (dialect === "v1")
    return { database: settings.database, policy: target === "raw" ? undefined : ROLLUP_POLICY, bucket: settings.database };
  const bucket = target === "raw" ? settings.bucket : `${settings.bucket}_${ROLLUP_POLICY}`;
  const [database = bucket, ...policy] = bucket.split("/");
  return {
    database: dialect === "v3" ? bucket : database,
    policy: dialect === "v3" || policy.length === 0 ? undefined : policy.join("/"),
    bucket,
  };
}
