import { randomBytes } from "node:crypto";
import type { AccountService, GatewayState, LoginOutcome, User } from "../../api/services.ts";
import type { Curve } from "../../model/curve.ts";
import type { LatestValue } from "../../model/live.ts";
import type { Reject } from "../../model/reading.ts";
import { ROLES } from "../../model/role.ts";
import { SIGNALS, type SignalId } from "../../model/signals.ts";
import type { TelemetryStore } from "../../store/telemetry.ts";

/** Ports of the API that are small enough to be kept in memory: telemetry and accounts. */

type Latest = Partial<Record<SignalId, LatestValue>>;

/** Latest values and rejects in memory; curves are a value per minute. */
export interface MemoryTelemetry extends Pick<TelemetryStore, "latestOf" | "curve" | "rejects" | "rejectCounts" | "stats"> {
  set(asset: string, signal: SignalId, at: number, value: number | null): void;
  readonly rejected: Reject[];
}

export function memoryTelemetry(): MemoryTelemetry {
  const latest = new Map<string, Latest>();
  const rejected: Reject[] = [];
  return {
    rejected,
    set(asset, signal, at, value) {
      latest.set(asset, { ...latest.get(asset), [signal]: [at, value] });
    },
    latestOf: (asset) => latest.get(asset) ?? {},
    curve({ points, from, to, px }): Curve {
      const minutes = Math.min(Math.floor((to - from) / 60_000), 5_000);
      const identity = ({ asset, signal }: (typeof points)[number]) => ({ asset, signal, unit: SIGNALS[signal].unit });
      if (minutes <= px) {
        const times = Array.from({ length: minutes }, (_, index) => from + index * 60_000);
        return {
          from,
          to,
          raw: true,
          times,
          series: points.map((point) => ({ ...identity(point), values: times.map((_, index) => (index % 10 === 9 ? null : index)) })),
        };
      }
      const bucketMs = Math.max(1, Math.ceil((to - from) / px));
      const times = Array.from({ length: Math.ceil((to - from) / bucketMs) }, (_, index) => from + index * bucketMs);
      return {
        from,
        to,
        raw: false,
        bucketMs,
        times,
        series: points.map((point) => ({
          ...identity(point),
          min: times.map(() => 1),
          max: times.map(() => 2),
          count: times.map(() => 3),
        })),
      };
    },
    rejects({ limit, reason, station, cursor }) {
      const start = cursor === undefined ? 0 : Number(cursor) || 0;
      const found = rejected.filter(
        (reject) => (reason === undefined || reject.reason === reason) && (station === undefined || reject.station === station),
      );
      const items = found.slice(start, start + limit);
      return { items, next: start + limit < found.length ? String(start + limit) : null };
    },
    rejectCounts: () =>
      Object.fromEntries(rejected.map(({ reason }) => [reason, rejected.filter((other) => other.reason === reason).length])),
    stats: () => ({
      points: 12,
      duplicates: 1,
      commits: 3,
      commitMsP50: 1,
      commitMsP99: 2,
      journalBytes: 4096,
      storeBytes: 8192,
      failing: undefined,
    }),
  };
}

/** One user per role, named as the role; the first wrong passwords of an address are counted as the real service does. */
export interface MemoryAccounts extends AccountService {
  empty: boolean;
  readonly sessions: Map<string, User>;
}

export function memoryAccounts(now: () => number, secrets: { readonly setUpToken: string; readonly password: string }): MemoryAccounts {
  const failures = new Map<string, number>();
  const gateways: GatewayState[] = [{ name: "gw-1", stations: ["S01"], createdAt: now(), connected: true, lastSeenAt: now() }];
  const refuse = (address: string): LoginOutcome => {
    const count = (failures.get(address) ?? 0) + 1;
    failures.set(address, count);
    return count > 5 ? { type: "throttled", retryAfterMs: 90_000 } : { type: "refused" };
  };
  const accounts: MemoryAccounts = {
    empty: false,
    sessions: new Map(),
    needsSetUp: () => accounts.empty,
    setUp(token, name, _password, address) {
      if (!accounts.empty) return { type: "done_before" };
      if (token !== secrets.setUpToken) return refuse(address);
      accounts.empty = false;
      return { type: "ok", user: { name, role: "admin" } };
    },
    async authenticate(name, password, address) {
      const role = ROLES.find((known) => known === name);
      return role === undefined || password !== secrets.password ? refuse(address) : { type: "ok", user: { name, role } };
    },
    openSession(user) {
      const token = randomBytes(32).toString("base64url");
      accounts.sessions.set(token, user);
      return { token, expiresAt: now() + 8 * 3_600_000 };
    },
    session: (token) => accounts.sessions.get(token),
    endSession: (token) => void accounts.sessions.delete(token),
    gateways: () => gateways,
    addGateway(name, stations) {
      if (gateways.some((gateway) => gateway.name === name)) return undefined;
      gateways.push({ name, stations, createdAt: now(), connected: false, lastSeenAt: null });
      return { password: randomBytes(16).toString("base64url") };
    },
  };
  return accounts;
}
