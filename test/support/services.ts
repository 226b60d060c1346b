import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { createLiveSource } from "../../api/live-source.ts";
import { buildServer, type ServerOptions } from "../../api/server.ts";
import type { ApiServices, Contact } from "../../api/services.ts";
import { createImportDoor } from "../../ingest/import-door.ts";
import type { FaultKind } from "../../model/finding.ts";
import { InputError } from "../../model/input-error.ts";
import type { Health } from "../../model/live.ts";
import type { Network } from "../../model/network.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { Role } from "../../model/role.ts";
import { openAudit, type Audit } from "../../store/audit.ts";
import { openDatabase } from "../../store/database.ts";
import { openTicketRecords, type TicketRecords } from "../../store/ticket-records.ts";
import { createTicketDesk } from "../../ticket-desk.ts";
import { createMemoryStore } from "./memory-store.ts";
import { memoryAccounts, memoryTelemetry, type MemoryAccounts, type MemoryTelemetry } from "./memory-services.ts";
import { ruleServices } from "./rule-services.ts";
import { memoryRules, newTicket } from "./sample-faults.ts";

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
  const accounts = memoryAccounts(now, { setUpToken: SETUP_TOKEN, password: PASSWORD });
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
  const rules = ruleServices({ database, network, networkText: NETWORK, desk, now });
  const services = change({
    now,
    simulated: true,
    network,
    telemetry,
    rules: memoryRules(START),
    ...rules,
    tickets: desk,
    accounts,
    contacts: { contact: (station) => contacts.get(station) ?? { connection: "never", dataAt: null, receivedAt: null } },
    live: createLiveSource(),
    imports: createImportDoor({ network, store: createMemoryStore(), onFresh: () => undefined, now }),
    backups: { run: ({ folder }) => Promise.reject(new InputError("folder", "a disk that can be written", folder)) },
    readings: async function* () {
      // Nothing is stored.
    },
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
  app.addHook("onClose", async () => {
    rules.shadow.close();
    await rules.backtests.close();
  });
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
