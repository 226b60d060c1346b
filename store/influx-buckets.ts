import { InfluxError, type InfluxDialect, type InfluxQuery, type InfluxSettings, type InfluxTarget } from "./influx.ts";
import { askInflux, placeOf, refusalError, type InfluxAnswer, type InfluxRequest } from "./influx-http.ts";
import type { SchemaOutcome } from "./influx-schema.ts";

/** The buckets of 2.x with the names that InfluxQL finds them by, and the databases of 3 Core. */

const SCHEMA_TIMEOUT_MS = 15_000;
const SCHEMA_BYTES_MAX = 4 * 1024 * 1024;
const HOUR_S = 3600;
const DAY_S = 86_400;
/** As for 1.x (see influx-schema.ts): half a year. */
const ROLLUP_SHARD_S = 182 * DAY_S;

interface Bucket {
  readonly id: string;
  /** 0: for ever. */
  readonly everyS: number;
  /** We made it. */
  readonly isOurs: boolean;
}

/** Marks the buckets that we made: the others are not ours to change. */
const DESCRIPTION = "made by HeatSteward";

/** As `prepareSchema`. */
export async function prepareBuckets(
  settings: InfluxSettings,
  dialect: InfluxDialect,
  query: InfluxQuery,
  fetcher: typeof fetch,
): Promise<SchemaOutcome> {
  const ask = async (request: Pick<InfluxRequest, "method" | "path" | "json">): Promise<InfluxAnswer> =>
    askInflux({ ...settings, dialect }, { ...request, timeoutMs: SCHEMA_TIMEOUT_MS, bytesMax: SCHEMA_BYTES_MAX }, fetcher);
  return dialect === "v3" ? prepareDatabases(settings, ask) : prepareV2(settings, query, ask);
}

type Ask = (request: Pick<InfluxRequest, "method" | "path" | "json">) => Promise<InfluxAnswer>;

async function prepareV2(settings: InfluxSettings, query: InfluxQuery, ask: Ask): Promise<SchemaOutcome> {
  const org = settings.org ?? "";
  const notices: string[] = [];
  const statements: string[] = [];
  const reasons: string[] = [];
  let rawRetentionMs = settings.retentionMs;
  for (const target of ["raw", "rollup"] as const) {
    const { bucket: name, database, policy = "autogen" } = placeOf(settings, "v2", target);
    const everyS = target === "raw" ? wantedS(settings) : 0;
    const mapping = `influx v1 dbrp create --org ${shell(org)} --db ${shell(database)} --rp ${shell(policy)} --default --bucket-id `;
    let bucket = await findBucket(settings, ask, org, name);
    if (bucket === undefined) {
      const created = await createBucket(settings, ask, { org, name, everyS, target });
      if ("refused" in created) {
        reasons.push(created.refused);
        statements.push(
          `influx bucket create --org ${shell(org)} --name ${shell(name)} --retention ${everyS}s --shard-group-duration ${shardS(everyS, target)}s`,
        );
        continue;
      }
      bucket = created;
    } else if (bucket.everyS !== everyS) {
      const widened = bucket.isOurs && (everyS === 0 || (bucket.everyS !== 0 && everyS > bucket.everyS));
      if (!widened || !(await setRetention(settings, ask, bucket.id, everyS))) {
        if (target === "raw") rawRetentionMs = bucket.everyS === 0 ? undefined : bucket.everyS * 1000;
        const what = target === "raw" ? "raw points" : "rollups";
        notices.push(
          `the bucket ${name} keeps ${what} ${keptText(bucket.everyS)}, the settings say ${keptText(everyS)}: only a bucket that the platform made is widened, and none is narrowed. ` +
            `To change it: influx bucket update --id ${bucket.id} --retention ${everyS}s`,
        );
      }
    }
    const refused = await ensureMapping(settings, query, ask, target, bucket.id);
    if (refused !== undefined) {
      reasons.push(refused);
      statements.push(mapping + bucket.id);
    }
  }
  return reasons.length === 0 ? { ready: true, rawRetentionMs, notices } : { ready: false, reason: reasons.join("; "), statements };
}

async function findBucket(settings: InfluxSettings, ask: Ask, org: string, name: string): Promise<Bucket | undefined> {
  const parameters = new URLSearchParams({ org, name });
  const answer = await ask({ method: "GET", path: `/api/v2/buckets?${parameters.toString()}` });
  // A token that may not see the bucket gets the same answer as for one that is not there.
  if (answer.status === 404 && !/organization/i.test(answer.text)) return undefined;
  if (answer.status !== 200) throw refusalError(settings, answer);
  const { buckets = [] } = JSON.parse(answer.text) as {
    buckets?: { id: string; name: string; description?: string; retentionRules?: { everySeconds?: number }[] }[];
  };
  const found = buckets.find((bucket) => bucket.name === name);
  return found === undefined
    ? undefined
    : { id: found.id, everyS: found.retentionRules?.[0]?.everySeconds ?? 0, isOurs: found.description === DESCRIPTION };
}

async function createBucket(
  settings: InfluxSettings,
  ask: Ask,
  wanted: { org: string; name: string; everyS: number; target: InfluxTarget },
): Promise<Bucket | { refused: string }> {
  const { org, name, everyS, target } = wanted;
  const orgs = await ask({ method: "GET", path: `/api/v2/orgs?${new URLSearchParams({ org }).toString()}` });
  const listed = orgs.status === 200 ? (JSON.parse(orgs.text) as { orgs?: { id: string; name: string }[] }).orgs : undefined;
  const orgID = listed?.find((candidate) => candidate.name === org || candidate.id === org)?.id;
  if (orgID === undefined) return { refused: `the token may not see the organization ${org}, so the bucket ${name} was not made` };
  const retentionRules = [{ type: "expire", everySeconds: everyS, shardGroupDurationSeconds: shardS(everyS, target) }];
  const answer = await ask({ method: "POST", path: "/api/v2/buckets", json: { orgID, name, description: DESCRIPTION, retentionRules } });
  if (answer.status === 201) return { id: (JSON.parse(answer.text) as { id: string }).id, everyS, isOurs: true };
  const refusal = refusalError(settings, answer);
  if (refusal.type === "unavailable" || refusal.status === 401) throw refusal;
  return { refused: `the bucket ${name} was not made: ${refusal.message}` };
}

/** False when the token may not. */
async function setRetention(settings: InfluxSettings, ask: Ask, id: string, everyS: number): Promise<boolean> {
  const retentionRules = [{ type: "expire", everySeconds: everyS, shardGroupDurationSeconds: shardS(everyS, "raw") }];
  const answer = await ask({ method: "PATCH", path: `/api/v2/buckets/${encodeURIComponent(id)}`, json: { retentionRules } });
  if (answer.status === 200) return true;
  const refusal = refusalError(settings, answer);
  if (refusal.type === "unavailable") throw refusal;
  return false;
}

/** InfluxQL finds a bucket by database and policy. 2.3 and later map by name themselves; before that, or where somebody mapped otherwise, we do. */
async function ensureMapping(
  settings: InfluxSettings,
  query: InfluxQuery,
  ask: Ask,
  target: InfluxTarget,
  bucketID: string,
): Promise<string | undefined> {
  try {
    await query.query(target, "SHOW MEASUREMENTS LIMIT 1");
    return undefined;
  } catch (error) {
    if (!(error instanceof InfluxError) || error.type === "unavailable") throw error;
  }
  const { database, policy = "autogen" } = placeOf(settings, "v2", target);
  const answer = await ask({
    method: "POST",
    path: "/api/v2/dbrps",
    json: { org: settings.org, bucketID, database, retention_policy: policy, default: true },
  });
  if (answer.status === 201 || answer.status === 200) return undefined;
  const refusal = refusalError(settings, answer);
  if (refusal.type === "unavailable") throw refusal;
  return `${database} is not mapped for InfluxQL: ${refusal.message}`;
}

async function prepareDatabases(settings: InfluxSettings, ask: Ask): Promise<SchemaOutcome> {
  const reasons: string[] = [];
  const statements: string[] = [];
  for (const target of ["raw", "rollup"] as const) {
    const { database } = placeOf(settings, "v3", target);
    const everyS = target === "raw" ? wantedS(settings) : 0;
    const days = Math.ceil(everyS / DAY_S);
    const answer = await ask({
      method: "POST",
      path: "/api/v3/configure/database",
      json: { db: database, ...(everyS === 0 ? {} : { retention_period: `${days}d` }) },
    });
    // 409: it is there, with whatever retention it has; 3 Core makes no difference between its owner and us.
    if (answer.status === 200 || answer.status === 201 || answer.status === 409 || answer.text.includes("already exists")) continue;
    const refusal = refusalError(settings, answer);
    if (refusal.type === "unavailable" || refusal.status === 401) throw refusal;
    reasons.push(`the database ${database} was not made: ${refusal.message}`);
    statements.push(`influxdb3 create database ${everyS === 0 ? "" : `--retention-period ${days}d `}${shell(database)}`);
  }
  return reasons.length === 0
    ? { ready: true, rawRetentionMs: settings.retentionMs, notices: [] }
    : { ready: false, reason: reasons.join("; "), statements };
}

/** Whole hours; 0: for ever. */
function wantedS(settings: InfluxSettings): number {
  return settings.retentionMs === undefined ? 0 : Math.ceil(settings.retentionMs / (HOUR_S * 1000)) * HOUR_S;
}

function shardS(everyS: number, target: InfluxTarget): number {
  if (target === "rollup") return ROLLUP_SHARD_S;
  if (everyS === 0 || everyS > 180 * DAY_S) return 7 * DAY_S;
  return everyS < 2 * DAY_S ? HOUR_S : DAY_S;
}

function keptText(everyS: number): string {
  return everyS === 0 ? "for ever" : everyS % DAY_S === 0 ? `for ${everyS / DAY_S} days` : `for ${everyS / HOUR_S} hours`;
}

/** A word for a shell. */
function shell(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
