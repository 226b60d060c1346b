import { createHmac, randomBytes } from "node:crypto";
import { InputError, nearestWord } from "../model/input-error.ts";
import type { Network } from "../model/network.ts";
import type { Actor } from "../model/role.ts";
import { ASSET_ID } from "../model/topic.ts";
import { openAudit } from "./audit.ts";
import type { AppDatabase } from "./database.ts";
import { hashPassword, randomToken, sameHash, tokenHash, TooBusyError, verifyPassword } from "./passwords.ts";

/** Gateways: which may send for which stations, and with what they log in. Read from the database at every login, so that what the command line adds counts at once. */

/** Valid at a time: the newest, and the one before while it is being replaced. */
const SECRETS_PER_GATEWAY_MAX = 2;
/** How long the old secret stays valid beside a new one. */
export const ROTATION_GRACE_MS = 7 * 86_400_000;
const GATEWAY_PASSWORD_LENGTH_MAX = 256;
/** Verified and refused passwords remembered; the eldest is forgotten first and costs one more hash. */
const VERDICTS_MAX = 20_000;

interface GatewayGrant {
  readonly name: string;
  readonly stations: readonly string[];
}

interface GatewayLine extends GatewayGrant {
  readonly createdAt: number;
  readonly revokedAt: number | undefined;
  readonly secrets: number;
}

export interface GatewayAccounts {
  /**
   * Registers a gateway and answers its password, told this once; undefined when the name is taken. Without `password` it is 32
   * random bytes. Throws an InputError for a bad name, no station or an unknown one.
   */
  addGateway(name: string, stations: readonly string[], by: Actor, password?: string): Promise<{ readonly password: string } | undefined>;
  /** A further secret; the one before stays valid for `graceMs`. Throws an InputError for an unknown or revoked name. */
  rotateGateway(
    name: string,
    by: Actor,
    options?: { readonly password?: string | undefined; readonly graceMs?: number },
  ): Promise<{ readonly password: string }>;
  /** Ends it: no further login, and `gatewayRevision` moves so that the broker closes its connection. */
  revokeGateway(name: string, by: Actor): void;
  /** What a live gateway may do; undefined when unknown or revoked. */
  gateway(name: string): GatewayGrant | undefined;
  gateways(): GatewayLine[];
  /** Checks a login. A check that cannot be made because too many wait is a refusal; the gateway will try again. */
  authenticateGateway(name: string, password: string): Promise<GatewayGrant | undefined>;
  /** Grows with every change of a gateway, in whatever process: cheap enough to be asked every second. */
  gatewayRevision(): number;
}

interface Secret {
  readonly id: number;
  readonly form: "token" | "password";
  readonly hash: string;
}

export function openGatewayAccounts(
  database: AppDatabase,
  { network, now }: { readonly network: Network; readonly now: () => number },
): GatewayAccounts {
  const { sql } = database;
  const audit = openAudit(database);
  const insert = sql.prepare(
    "INSERT INTO gateways (name, stations, created_at, revision) VALUES (?, ?, ?, (SELECT coalesce(max(revision), 0) + 1 FROM gateways))",
  );
  const touch = sql.prepare("UPDATE gateways SET revision = (SELECT max(revision) + 1 FROM gateways), revoked_at = ? WHERE name = ?");
  const insertSecret = sql.prepare("INSERT INTO gateway_secrets (gateway, form, hash, created_at) VALUES (?, ?, ?, ?)");
  const expireSecrets = sql.prepare(
    "UPDATE gateway_secrets SET expires_at = ? WHERE gateway = ? AND (expires_at IS NULL OR expires_at > ?)",
  );
  const dropSecrets = sql.prepare(
    "DELETE FROM gateway_secrets WHERE gateway = ? AND id NOT IN (SELECT id FROM gateway_secrets WHERE gateway = ? ORDER BY id DESC LIMIT ?)",
  );
  const find = sql.prepare("SELECT name, stations, revoked_at FROM gateways WHERE name = ?");
  const all = sql.prepare(
    "SELECT name, stations, created_at, revoked_at, (SELECT count(*) FROM gateway_secrets s WHERE s.gateway = g.name AND (s.expires_at IS NULL OR s.expires_at > ?)) AS secrets FROM gateways g ORDER BY name",
  );
  const secretsOf = sql.prepare(
    "SELECT id, form, hash FROM gateway_secrets WHERE gateway = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY id DESC",
  );
  const revision = sql.prepare("SELECT max(revision) AS revision FROM gateways");
  const verdicts = createVerdicts();

  const gateway = (name: string): GatewayGrant | undefined => {
    const row = find.get(name);
    return row === undefined || row["revoked_at"] !== null
      ? undefined
      : { name: String(row["name"]), stations: JSON.parse(String(row["stations"])) as string[] };
  };
  const live = (name: string): GatewayGrant => {
    const found = gateway(name);
    if (found !== undefined) return found;
    const names = all.all(now()).map((row) => String(row["name"]));
    const nearest = nearestWord(name, names);
    throw new InputError(
      "NAME",
      "the name of a gateway that is not revoked",
      JSON.stringify(name),
      nearest === undefined || nearest === name ? undefined : `did you mean "${nearest}"?`,
    );
  };
  const newSecret = async (given: string | undefined): Promise<{ password: string; form: Secret["form"]; hash: string }> => {
    const password = given ?? randomToken();
    if (given === undefined) return { password, form: "token", hash: tokenHash(password).toString("base64url") };
    if (given.length < 1 || given.length > GATEWAY_PASSWORD_LENGTH_MAX)
      throw new InputError("--password", `1 to ${GATEWAY_PASSWORD_LENGTH_MAX} characters`, `${given.length}`);
    return { password, form: "password", hash: await hashPassword(given) };
  };

  return {
    async addGateway(name, stations, by, password) {
      if (!ASSET_ID.test(name)) throw new InputError("NAME", "1 to 64 of A-Z a-z 0-9 . _ -", JSON.stringify(name.slice(0, 80)));
      const ids = checkedStations(stations, network);
      const secret = await newSecret(password);
      return database.transaction(() => {
        if (find.get(name) !== undefined) return undefined;
        insert.run(name, JSON.stringify(ids), now());
        insertSecret.run(name, secret.form, secret.hash, now());
        audit.append({ at: now(), who: by.name, ip: by.ip, what: "gateway.add", subject: name, after: { stations: ids }, result: "ok" });
        return { password: secret.password };
      });
    },
    async rotateGateway(name, by, { password, graceMs = ROTATION_GRACE_MS } = {}) {
      live(name);
      const secret = await newSecret(password);
      database.transaction(() => {
        live(name);
        expireSecrets.run(now() + graceMs, name, now() + graceMs);
        insertSecret.run(name, secret.form, secret.hash, now());
        dropSecrets.run(name, name, SECRETS_PER_GATEWAY_MAX);
        touch.run(null, name);
        audit.append({ at: now(), who: by.name, ip: by.ip, what: "gateway.rotate", subject: name, after: { graceMs }, result: "ok" });
      });
      return { password: secret.password };
    },
    revokeGateway(name, by) {
      database.transaction(() => {
        const before = live(name);
        touch.run(now(), name);
        dropSecrets.run(name, name, 0);
        audit.append({
          at: now(),
          who: by.name,
          ip: by.ip,
          what: "gateway.revoke",
          subject: name,
          before: { stations: before.stations },
          result: "ok",
        });
      });
    },
    gateway,
    gateways: () =>
      all.all(now()).map((row) => ({
        name: String(row["name"]),
        stations: JSON.parse(String(row["stations"])) as string[],
        createdAt: Number(row["created_at"]),
        revokedAt: row["revoked_at"] === null ? undefined : Number(row["revoked_at"]),
        secrets: Number(row["secrets"]),
      })),
    async authenticateGateway(name, password) {
      const found = gateway(name);
      if (found === undefined || password.length > GATEWAY_PASSWORD_LENGTH_MAX) return undefined;
      for (const secret of secretsOf.all(name, now()) as unknown as Secret[]) {
        const right =
          secret.form === "token"
            ? sameHash(tokenHash(password), Buffer.from(secret.hash, "base64url"))
            : await verdicts.check(secret, password);
        // Revoked while the hash was computed: the newest word counts.
        if (right) return gateway(name);
      }
      return undefined;
    },
    gatewayRevision: () => Number(revision.get()?.["revision"] ?? 0),
  };
}

function checkedStations(stations: readonly string[], network: Network): string[] {
  if (stations.length === 0) throw new InputError("--station", "at least one station", "none");
  for (const id of stations) {
    if (network.asset(id)?.level === "station") continue;
    const nearest = nearestWord(
      id,
      network.stations.map((station) => station.id),
    );
    throw new InputError(
      "--station",
      "the id of a station in the network file",
      JSON.stringify(id),
      nearest === undefined ? undefined : `did you mean "${nearest}"?`,
    );
  }
  return [...new Set(stations)];
}

interface Verdicts {
  check(secret: Secret, password: string): Promise<boolean>;
}

/**
 * One slow hash per password that somebody thought up, however often the gateway comes back: its verdict is kept in memory
 * under a keyed hash, for wrong ones too, and those who ask at the same time wait for the same hash.
 */
function createVerdicts(): Verdicts {
  const key = randomBytes(32);
  const known = new Map<string, Promise<boolean>>();
  return {
    check(secret, password) {
      const mark = createHmac("sha256", key).update(`${secret.id}\n${secret.hash}\n${password}`).digest("base64url");
      const before = known.get(mark);
      if (before !== undefined) return before;
      const verdict = verifyPassword(password, secret.hash).catch((error: unknown) => {
        known.delete(mark);
        if (error instanceof TooBusyError) return false;
        throw error;
      });
      known.set(mark, verdict);
      if (known.size > VERDICTS_MAX) known.delete(known.keys().next().value!);
      return verdict;
    },
  };
}
