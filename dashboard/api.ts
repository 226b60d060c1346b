/** The platform's HTTP interface (CONTRACT 5) as typed calls; a failure is a value, never an exception. */

export interface ApiError {
  /** HTTP status; 0: no answer (offline, refused, too slow). */
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
}

export type Result<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: ApiError };

/** Lists of CONTRACT 5, newest first. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

const ANSWER_MS_MAX = 15_000;

/** Set by the session: told of every 401, so that one expired cookie brings the login back wherever it shows first. */
let onUnauthenticated: () => void = () => {};
export function whenUnauthenticated(listener: () => void): void {
  onUnauthenticated = listener;
}

export const get = <Value>(path: string, query?: Query, abort?: AbortSignal): Promise<Result<Value>> =>
  call<Value>("GET", withQuery(path, query), undefined, abort);
export const post = <Value>(path: string, body?: unknown, abort?: AbortSignal): Promise<Result<Value>> =>
  call<Value>("POST", path, body ?? {}, abort);
export const remove = <Value>(path: string, abort?: AbortSignal): Promise<Result<Value>> => call<Value>("DELETE", path, undefined, abort);

function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (typeof value === "object") for (const item of value) search.append(key, item);
    else search.append(key, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

async function call<Value>(method: string, address: string, body: unknown, abort: AbortSignal | undefined): Promise<Result<Value>> {
  const limit = AbortSignal.timeout(ANSWER_MS_MAX);
  try {
    const answer = await fetch(address, {
      method,
      credentials: "same-origin",
      headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: abort === undefined ? limit : AbortSignal.any([abort, limit]),
    });
    const text = await answer.text();
    const json: unknown = text === "" ? undefined : JSON.parse(text);
    if (answer.ok) return { ok: true, value: json as Value };
    const error = (json as { error?: Partial<ApiError> } | undefined)?.error;
    if (answer.status === 401) onUnauthenticated();
    return {
      ok: false,
      error: {
        status: answer.status,
        code: error?.code ?? "http_error",
        message: error?.message ?? answer.statusText,
        details: error?.details,
      },
    };
  } catch (cause) {
    const aborted = abort?.aborted === true;
    return {
      ok: false,
      error: { status: 0, code: aborted ? "aborted" : limit.aborted ? "timeout" : "unreachable", message: String(cause) },
    };
  }
}
