import { InfluxError, type InfluxDialect, type InfluxQuery, type InfluxSettings } from "./influx.ts";
import { prepareBuckets } from "./influx-buckets.ts";
import { placeOf, quoteName, ROLLUP_POLICY } from "./influx-http.ts";

/** Makes what InfluxDB has to have before the first point: databases, retention policies, buckets. Creates and widens, never narrows or drops. */

export type SchemaOutcome =
  | {
      readonly ready: true;
      /** How long raw points are really kept there, ms; undefined: for ever, or the server does not say. */
      readonly rawRetentionMs: number | undefined;
      /** What differs from the settings and was left alone, each with the statement that would change it. */
      readonly notices: readonly string[];
    }
  /** The rights lack: `statements` are what its owner has to run, in this order. */
  | { readonly ready: false; readonly reason: string; readonly statements: readonly string[] };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The policy of raw points in a database that we made. One that was there keeps its own name and rules. */
const RAW_POLICY = "raw";
/**
 * Half a year: a heating season lies in at most two shards, so that its curve opens few files; InfluxDB's own advice for data that
 * is kept for ever is long shards. A year would be compacted as one, for every late point.
 */
const ROLLUP_SHARD = "26w";

/**
 * Idempotent. Rejects with InfluxError when the server gives no answer or does not take the credentials at all; where they are good
 * but the rights lack, says what has to be run.
 */
export async function prepareSchema(
  settings: InfluxSettings,
  dialect: InfluxDialect,
  query: InfluxQuery,
  fetcher = fetch,
): Promise<SchemaOutcome> {
  return dialect === "v1" ? preparePolicies(settings, query) : prepareBuckets(settings, dialect, query, fetcher);
}

interface Policy {
  readonly name: string;
  /** undefined: for ever. */
  readonly durationMs: number | undefined;
  readonly isDefault: boolean;
}

async function preparePolicies(settings: InfluxSettings, query: InfluxQuery): Promise<SchemaOutcome> {
  const database = quoteName(settings.database);
  const wanted = durationText(settings.retentionMs);
  const createDatabase = `CREATE DATABASE ${database} WITH DURATION ${wanted} REPLICATION 1 SHARD DURATION ${shardText(settings.retentionMs)} NAME ${quoteName(RAW_POLICY)}`;
  const createRollup = `CREATE RETENTION POLICY ${quoteName(ROLLUP_POLICY)} ON ${database} DURATION INF REPLICATION 1 SHARD DURATION ${ROLLUP_SHARD}`;
  const everything = [createDatabase, createRollup];
  if (settings.user !== undefined) everything.push(`GRANT ALL ON ${database} TO ${quoteName(settings.user)}`);

  let policies: Policy[];
  try {
    policies = await listPolicies(settings, query);
  } catch (error) {
    if (!(error instanceof InfluxError)) throw error;
    if (error.status === 403) return { ready: false, reason: error.message, statements: everything };
    if (error.type !== "missing") throw error;
    const refused = await run(query, createDatabase);
    if (refused !== undefined) return { ready: false, reason: refused, statements: everything };
    policies = await listPolicies(settings, query);
  }

  const missing: string[] = [];
  if (!policies.some(({ isDefault }) => isDefault))
    missing.push(
      `CREATE RETENTION POLICY ${quoteName(RAW_POLICY)} ON ${database} DURATION ${wanted} REPLICATION 1 SHARD DURATION ${shardText(settings.retentionMs)} DEFAULT`,
    );
  if (!policies.some(({ name }) => name === ROLLUP_POLICY)) missing.push(createRollup);
  for (const [index, statement] of missing.entries()) {
    const refused = await run(query, statement);
    if (refused !== undefined) return { ready: false, reason: refused, statements: missing.slice(index) };
  }

  const notices: string[] = [];
  /** Answers what the policy keeps from now on. */
  async function reconcile(policy: Policy, what: string, wantedMs: number | undefined): Promise<number | undefined> {
    if (policy.durationMs === roundedUp(wantedMs)) return policy.durationMs;
    const alter = `ALTER RETENTION POLICY ${quoteName(policy.name)} ON ${database} DURATION ${durationText(wantedMs)} SHARD DURATION ${policy.name === ROLLUP_POLICY ? ROLLUP_SHARD : shardText(wantedMs)}`;
    const isWider = (wantedMs ?? Infinity) > (policy.durationMs ?? Infinity);
    const isOurs = policy.name === RAW_POLICY || policy.name === ROLLUP_POLICY;
    // Points can be written as it is: what the rights do not allow here stops nothing.
    const why = !isWider
      ? "narrowing it would delete points"
      : isOurs
        ? await run(query, alter)
        : `the retention policy ${policy.name} is not ours to widen`;
    if (why === undefined) return roundedUp(wantedMs);
    notices.push(
      `InfluxDB keeps ${what} ${keptText(policy.durationMs)}, the settings say ${keptText(wantedMs)}: ${why}. To change it: ${alter}`,
    );
    return policy.durationMs;
  }
  const raw = policies.find(({ isDefault }) => isDefault);
  const rawRetentionMs = raw === undefined ? roundedUp(settings.retentionMs) : await reconcile(raw, "raw points", settings.retentionMs);
  const rollup = policies.find(({ name }) => name === ROLLUP_POLICY);
  if (rollup !== undefined) await reconcile(rollup, "rollups", undefined);
  return { ready: true, rawRetentionMs, notices };
}

/** Why the rights do not allow a statement; undefined when it was done. Rejects when there was no answer. */
async function run(query: InfluxQuery, statement: string): Promise<string | undefined> {
  try {
    await query.query("raw", statement);
    return undefined;
  } catch (error) {
    if (error instanceof InfluxError && (error.status === 403 || error.type === "refused")) return error.message;
    throw error;
  }
}

async function listPolicies(settings: InfluxSettings, query: InfluxQuery): Promise<Policy[]> {
  const [table] = await query.query("raw", `SHOW RETENTION POLICIES ON ${quoteName(placeOf(settings, "v1", "raw").database)}`);
  const column = (name: string): number => table?.columns.indexOf(name) ?? -1;
  return (table?.rows ?? []).map((row) => ({
    name: String(row[column("name")]),
    durationMs: readDuration(String(row[column("duration")])),
    isDefault: row[column("default")] === true,
  }));
}

/** "720h0m0s"; "0s" is for ever. */
function readDuration(text: string): number | undefined {
  const [, hours = 0, minutes = 0, seconds = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  const ms = Number(hours) * HOUR_MS + Number(minutes) * 60_000 + Number(seconds) * 1000;
  return ms === 0 ? undefined : ms;
}

/** Whole hours: the least that a policy of InfluxDB can be. */
function roundedUp(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.ceil(ms / HOUR_MS) * HOUR_MS;
}

function durationText(ms: number | undefined): string {
  return ms === undefined ? "INF" : `${roundedUp(ms)! / HOUR_MS}h`;
}

/** InfluxDB's own table: an hour below two days, a day up to half a year, then a week. */
function shardText(retentionMs: number | undefined): string {
  if (retentionMs === undefined || retentionMs > 180 * DAY_MS) return "168h";
  return retentionMs < 2 * DAY_MS ? "1h" : "24h";
}

function keptText(ms: number | undefined): string {
  return ms === undefined ? "for ever" : ms % DAY_MS === 0 ? `for ${ms / DAY_MS} days` : `for ${ms / HOUR_MS} hours`;
}
