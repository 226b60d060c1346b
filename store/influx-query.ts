import { InfluxError, type InfluxDialect, type InfluxQuery, type InfluxSettings, type InfluxTable } from "./influx.ts";
import { askInflux, placeOf, readable, refusalError, type InfluxAnswer } from "./influx-http.ts";

/** InfluxQL over `/query`: bound parameters, times as epoch ms, whole answers only. */

const QUERY_TIMEOUT_MS = 30_000;
/** Some 3 million numbers. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

type Parameters = Readonly<Record<string, string | number>>;

/**
 * The target says which database and retention policy a bare measurement is looked for in, so a statement is the same for every
 * version: `SELECT "t2_supply" FROM "circuit" WHERE "id" = $id AND time >= $from`. Times are bound as `influxTime(ms)`.
 */
export function createInfluxQuery(
  settings: InfluxSettings,
  dialect: InfluxDialect,
  limits: { readonly timeoutMs?: number; readonly answerBytesMax?: number } = {},
): InfluxQuery {
  const own: InfluxSettings = { ...settings, dialect };
  return {
    async query(target, statement, parameters = {}, signal) {
      const place = placeOf(own, dialect, target);
      const form: Record<string, string> = { db: place.database, epoch: "ms" };
      if (place.policy !== undefined) form["rp"] = place.policy;
      // 1.x and 2.x bind parameters themselves; `/query` of 3 Core does not, and reads its URL only.
      form["q"] = dialect === "v3" ? bindParameters(statement, parameters) : statement;
      if (dialect !== "v3" && Object.keys(parameters).length > 0) form["params"] = JSON.stringify(parameters);
      const path = dialect === "v3" ? `/query?${new URLSearchParams(form).toString()}` : "/query";
      const answer = await askInflux(own, {
        method: dialect === "v3" ? "GET" : "POST",
        path,
        ...(dialect === "v3" ? {} : { form }),
        timeoutMs: limits.timeoutMs ?? QUERY_TIMEOUT_MS,
        bytesMax: limits.answerBytesMax ?? ANSWER_BYTES_MAX,
        signal,
      });
      return tablesOf(own, answer);
    },
  };
}

interface RawResult {
  readonly error?: string;
  readonly partial?: boolean;
  readonly series?: readonly {
    readonly name?: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly columns?: readonly string[];
    readonly values?: readonly (readonly (string | number | boolean | null)[])[];
    readonly partial?: boolean;
  }[];
}

function tablesOf(settings: InfluxSettings, answer: InfluxAnswer): InfluxTable[] {
  if (answer.status !== 200) throw refusalError(settings, answer);
  let parsed: { readonly error?: string; readonly results?: readonly RawResult[] };
  try {
    parsed = JSON.parse(answer.text) as typeof parsed;
  } catch (error) {
    throw new InfluxError("unavailable", "the answer is not whole: no JSON", { cause: error, status: 200 });
  }
  const tables: InfluxTable[] = [];
  if (parsed.error !== undefined) throw refusedInside(settings, parsed.error);
  for (const result of parsed.results ?? []) {
    if (result.error !== undefined) throw refusedInside(settings, result.error);
    for (const { name = "", tags = {}, columns = [], values = [], partial } of result.series ?? []) {
      if (partial === true || result.partial === true)
        throw new InfluxError("refused", "the answer was cut off at the server's max-row-limit: ask for less at once", { status: 200 });
      tables.push({ name, tags, columns, rows: values });
    }
  }
  return tables;
}

/** An error inside an answer 200: what is missing, what the server could not finish in its time, and the rest, which will not get better. */
function refusedInside(settings: InfluxSettings, error: string): InfluxError {
  const type = /not found/i.test(error)
    ? "missing"
    : /time ?out|interrupted|killed|engine is closed|max-concurrent/i.test(error)
      ? "unavailable"
      : "refused";
  return new InfluxError(type, readable(settings, error), { status: 200 });
}

/** A time to compare `time` with, as every version reads it. Plain numbers would be nanoseconds, beyond what a float holds. */
export function influxTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

/**
 * Puts parameters into a statement as literals, for a server that does not bind them. `$name` inside quotes is text and stays.
 * Throws InfluxError when a parameter is missing, as a server that binds does.
 */
export function bindParameters(statement: string, parameters: Parameters): string {
  return statement.replaceAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\$(\w+)/gs, (whole, name: string | undefined) => {
    if (name === undefined) return whole;
    if (!Object.hasOwn(parameters, name)) throw new InfluxError("refused", `missing parameter: ${name}`);
    return literal(parameters[name]!);
  });
}

function literal(value: string | number): string {
  if (typeof value === "string") return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`;
  if (!Number.isFinite(value)) throw new InfluxError("refused", `no number for a statement: ${value}`);
  // InfluxQL has no exponents.
  if (Number.isInteger(value)) return BigInt(value).toString();
  return String(value).includes("e") ? value.toFixed(20) : String(value);
}
