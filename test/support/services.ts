import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { createLiveSource } from "../../api/live-source.ts";
import { buildServer, type ServerOptions } from "../../api/server.ts";
import type { AccountService, ApiServices, Contact, GatewayState, LoginOutcome, RuleService, User } from "../../api/services.ts";
import type { Curve } from "../../model/curve.ts";
import type { Episode, FaultKind } from "../../model/finding.ts";
import type { CircuitDerived, Health, LatestValue } from "../../model/live.ts";
import { Network } from "../../model/network.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { Reject } from "../../model/reading.ts";
import { ROLES, type Role } from "../../model/role.ts";
import { SIGNALS, type SignalId } from "../../model/signals.ts";
import type { NewTicket } from "../../model/ticket-record.ts";
import { openAudit, type Audit } from "../../store/audit.ts";
import { openDatabase } from "../../store/database.ts";
import { openTicketRecords, type TicketRecords } from "../../store/ticket-records.ts";
import type { TelemetryStore } from "../../store/telemetry.ts";
import { createTicketDesk } from "../../ticket-desk.ts";

/** The API over real tickets and small in-memory ports for the rest, on a clock that the test moves. */

export const START = Date.UTC(2026, 11, 20, 2, 0);
export const ADMIN_TOKEN = "admin-token-of-the-tests";
export const SETUP_TOKEN = "set-up-token-of-the-tests";
export const PASSWORD = "correct horse battery";

const NETWORK = `
name: 测试网
timezone: Asia/Shanghai
areas: [{ id: north, name: 北区 }]
stewards: [{ id: w1, name: 王师傅, areas: [north], phone: "13800000000" }]
stations:
  - id: S01
    name: 北苑
    area: north
    circuits:
      - id: S01-H
        name: 高区
        heating: radiator
        buildings:
          - id: B03
            name: 3号楼
            units:
              - { id: B03-U1, name: 1单元 }
              - { id: B03-U2, name: 2单元, rooms: [{ id: R-101, name: "101" }] }
  - id: S02
    name: 南苑
    area: north
    circuits: [{ id: S02-L, name: 低区, heating: floor }]
  - { id: S03, name: 东苑, area: north }
`;

export const testNetwork = (): Network => parseNetworkFile(NETWORK, "network.yaml");

type Latest = Partial<Record<SignalId, LatestValue>>;

/** Latest values and rejects in memory; curves are a value per minute. */
export interface MemoryTelemetry extends Pick<TelemetryStore, "latestOf" | "curve" | "rejects" | "rejectCounts" | "stats"> {
  set(asset: string, signal: SignalId, at: number, value: number | null): void;
  readonly rejected: Reject[];
}

function memoryTelemetry(): MemoryTelemetry {
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

export function memoryAccounts(now: () => number): MemoryAccounts {
  const failures = new Map<string, number>();
  const gateways: GatewayState[] = [{ name: "gw-1", stations: ["S01"], createdAt: START, connected: true, lastSeenAt: START }];
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
      if (token !== SETUP_TOKEN) return refuse(address);
      accounts.empty = false;
      return { type: "ok", user: { name, role: "admin" } };
    },
    async authenticate(name, password, address) {
      const role = ROLES.find((known) => known === name);
      return role === undefined || password !== PASSWORD ? refuse(address) : { type: "ok", user: { name, role } };
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

const text = (en: string): { zh: string; en: string } => ({ zh: en, en });

export function testEpisode(kind: FaultKind, asset: string, since: number): Episode {
  return {
    kind,
    asset,
    station: "S01",
    severity: "urgent",
    since,
    detectedAt: since + 60_000,
    clearedAt: undefined,
    summary: text("补水 4.1 m³/h"),
    evidence: [
      {
        asset: "S01-H",
        name: text("makeup"),
        unit: "m³/h",
        from: since,
        to: since + 60_000,
        value: 4.1,
        expected: 0.4,
        limit: 1,
        text: text("4.1"),
        curve: { times: [since], values: [4.1] },
      },
    ],
    causes: [{ id: "pipe", name: text("pipe"), share: 1, pro: [text("makeup")], contra: [] }],
    consequence: text("cold rooms"),
    action: [text("find the leak")],
  };
}

function memoryRules(): RuleService {
  const root = testEpisode("leak", "S01-H", START - 600_000);
  const child = { ...testEpisode("low_pressure", "S01-H", START - 300_000), clearedAt: START };
  return {
    catalogue: [
      {
        kind: "leak",
        level: "circuit",
        everyMs: 60_000,
        holdMs: 600_000,
        keepMs: 600_000,
        phases: ["heating"],
        cause: text("a pipe leaks"),
        consequence: text("pressure falls"),
        action: [text("search")],
        limits: ["leakM3h"],
      },
    ],
    limits: { leakM3h: { value: 0.5, floor: 0.3, unit: "m³/h", reason: text("DOMAIN 3.5") } },
    episodes: (station) => (station === "S01" ? [root, child] : []),
    rooted: (station) =>
      station === "S01"
        ? [
            { episode: root, root: undefined },
            { episode: child, root },
          ]
        : [],
    derived: (station): Record<string, CircuitDerived> =>
      station === "S01" ? { "S01-H": { supplyExpectedC: 45, makeupM3h: 4.1, makeupExpectedM3h: 0.4 } } : {},
    statuses: (station) =>
      station === "S01" ? [{ kind: "leak", asset: "S01-H", state: "firing", value: 4.1, limit: 0.5, at: START, opensAt: null }] : [],
    watermark: (station) => (station === "S01" ? START : undefined),
  };
}

function newTicket(kind: FaultKind, asset: string, at: number, station = "S01"): NewTicket {
  const { summary, evidence, causes, consequence, action } = testEpisode(kind, asset, at - 120_000);
  return {
    kind,
    asset,
    station,
    stations: [station],
    circuit: asset === station ? null : asset,
    building: null,
    unit: null,
    severity: "general",
    state: "open",
    source: "rule",
    openedAt: at,
    closedAt: null,
    recoveredAt: null,
    assignee: null,
    owner: null,
    mergedInto: null,
    firstCallAt: null,
    pinned: [],
    title: text(`${kind} ${asset}`),
    since: at - 120_000,
    detectedAt: at - 60_000,
    findings: [{ kind, asset, since: at - 120_000, detectedAt: at - 60_000, clearedAt: undefined, root: true, summary }],
    summary,
    evidence,
    causes,
    consequence,
    action,
  };
}

export interface TestApi {
  readonly app: FastifyInstance;
  readonly services: ApiServices;
  readonly clock: { at: number };
  readonly telemetry: MemoryTelemetry;
  readonly accounts: MemoryAccounts;
  readonly contacts: Map<string, Contact>;
  readonly records: TicketRecords;
  readonly audit: Audit;
  readonly health: { current: Health };
  readonly logged: { message: string; fields: Readonly<Record<string, unknown>> }[];
  /** Every route that was registered, as "METHOD /path". */
  readonly routes: readonly string[];
  /** Opens a ticket and returns its id. */
  open(kind: FaultKind, asset: string, station?: string): string;
  /** Headers of somebody with this role. */
  as(role: Role): Record<string, string>;
}

export async function testApi(
  change: (services: ApiServices) => ApiServices = (services) => services,
  options: ServerOptions = {},
): Promise<TestApi> {
  const clock = { at: START };
  const now = (): number => clock.at;
  const network = testNetwork();
  const telemetry = memoryTelemetry();
  const accounts = memoryAccounts(now);
  const contacts = new Map<string, Contact>();
  const health: { current: Health } = {
    current: {
      status: "ok",
      version: "0.1.0",
      startedAt: START,
      parts: { store: { status: "ok", figures: { points: 12, disk: "ok", lag: null } } },
    },
  };
  const database = openDatabase(":memory:");
  const desk = createTicketDesk({ database, network, now });
  const records = openTicketRecords(database, { clock: desk.clock, zone: network.timezone });
  const audit = openAudit(database);
  const logged: TestApi["logged"] = [];
  const services = change({
    now,
    simulated: true,
    network,
    telemetry,
    rules: memoryRules(),
    tickets: desk,
    accounts,
    contacts: { contact: (station) => contacts.get(station) ?? { connection: "never", dataAt: null, receivedAt: null } },
    live: createLiveSource(),
    health: { health: () => health.current },
    metrics: () => [{ name: "ingest_messages_total", type: "counter", help: "Messages", samples: [{ value: 7 }] }],
    settings: { adminToken: ADMIN_TOKEN, secure: false, origins: [], dashboardFolder: join(tmpdir(), "no-such-dashboard") },
    log: {
      error: (message, fields) => void logged.push({ message, fields }),
      warn: (message, fields) => void logged.push({ message, fields }),
    },
  });
  const app = buildServer(services, options);
  const routes: string[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    for (const each of [method].flat()) routes.push(`${each} ${url}`);
  });
  checkAnswers(app);
  await app.ready();
  return {
    app,
    services,
    clock,
    telemetry,
    accounts,
    contacts,
    records,
    audit,
    health,
    logged,
    routes,
    open: (kind, asset, station = "S01") =>
      records.apply([
        {
          type: "open",
          ticket: newTicket(kind, asset, clock.at, station),
          steps: [{ at: clock.at, kind: "opened", by: "system", set: {} }],
        },
      ])[0]!,
    as: (role) => {
      const token = `session-of-${role}`;
      accounts.sessions.set(token, { name: role, role });
      return { cookie: `heatsteward_session=${token}`, origin: "http://localhost:80", host: "localhost:80" };
    },
  };
}

/** Every JSON answer must be one that its route declares; one that is not fails the request with a 599 that no test expects. */
export function checkAnswers(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply, payload) => {
    const declared = request.routeOptions.schema?.response as Record<string, z.ZodType | { content: unknown }> | undefined;
    if (declared === undefined || request.is404 || typeof payload !== "string") return payload;
    const schema = declared[reply.statusCode];
    if (schema === undefined) {
      if (reply.statusCode === 500) return payload;
      reply.code(599);
      return JSON.stringify({ undeclared: request.routeOptions.url, payload });
    }
    if ("content" in schema) return payload;
    const checked = (schema as z.ZodType).safeParse(payload === "" ? undefined : JSON.parse(payload));
    if (checked.success) return payload;
    reply.code(599);
    return JSON.stringify({ mismatch: request.routeOptions.url, issues: checked.error.issues });
  });
}
