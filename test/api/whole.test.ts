import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createLiveSource } from "../../api/live-source.ts";
import { buildServer } from "../../api/server.ts";
import type { ApiServices } from "../../api/services.ts";
import { createContacts } from "../../contacts.ts";
import type { Reading } from "../../model/reading.ts";
import type { SignalId } from "../../model/signals.ts";
import { LIMITS, RULES } from "../../rules/catalogue.ts";
import { RuleHost } from "../../rules/host.ts";
import { openAccounts, type Accounts } from "../../store/accounts.ts";
import { openAppDatabase, type AppDatabase } from "../../store/database.ts";
import { openGatewayAccounts } from "../../store/gateway-accounts.ts";
import { openTelemetryStore, type LocalTelemetryStore } from "../../store/telemetry-store.ts";
import { createTicketDesk } from "../../ticket-desk.ts";
import { openLive } from "../support/live-client.ts";
import { testEpisode } from "../support/sample-faults.ts";
import { ruleServices } from "../support/rule-services.ts";
import { checkAnswers, START, testNetwork } from "../support/services.ts";

/** The API over the real store, rules, tickets and accounts: from the set-up token to a ticket that is dispatched under its maker's name. */

const network = testNetwork();
const clock = { at: START };
const now = (): number => clock.at;
let folder: string;
let store: LocalTelemetryStore;
let database: AppDatabase;
let accounts: Accounts;
let app: ReturnType<typeof buildServer>;
let feed: (asset: string, values: Partial<Record<SignalId, number>>) => Promise<void>;
let openTicket: () => string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "heatsteward-api-"));
  store = await openTelemetryStore({ folder, network, now });
  database = openAppDatabase(folder);
  accounts = openAccounts(database, { now });
  const gateways = openGatewayAccounts(database, { network, now });
  const desk = createTicketDesk({ database, network, now });
  const host = new RuleHost({ network, history: (station, from, to) => store.readings(station, from, to) });
  const contacts = createContacts(network, store, now);
  const live = createLiveSource();
  const services: ApiServices = {
    now,
    simulated: false,
    network,
    telemetry: store,
    rules: Object.assign(host, { catalogue: RULES, limits: LIMITS }),
    ...ruleServices({ database, network, networkText: "", desk, now }),
    tickets: desk,
    accounts: {
      ...accounts,
      gateways: () =>
        gateways.gateways().map(({ name, stations, createdAt }) => ({ name, stations, createdAt, connected: false, lastSeenAt: null })),
      addGateway: (name, stations, by) => gateways.addGateway(name, stations, by),
    },
    contacts,
    live,
    health: { health: () => ({ status: "ok", version: "0.1.0", startedAt: START, parts: {} }) },
    metrics: () => [],
    settings: { adminToken: undefined, secure: false, origins: [], dashboardFolder: join(folder, "none") },
    log: { error: (message, fields) => expect.fail(`${message} ${JSON.stringify(fields)}`), warn: () => undefined },
  };
  app = buildServer(services, { live: { flushMs: 10 } });
  checkAnswers(app);
  await app.listen({ port: 0, host: "127.0.0.1" });
  feed = async (asset, values) => {
    const readings = Object.entries(values).map(([signal, value]): Reading => ({
      point: network.point(asset, signal as SignalId)!,
      at: clock.at,
      value,
    }));
    const { fresh } = await store.commit({ readings, rejects: [] });
    contacts.hear(fresh, clock.at);
    host.accept(fresh);
    for (const { point } of fresh) live.touch(point.station);
  };
  openTicket = () => desk.reconcile("S01", [{ episode: testEpisode("leak", "S01-H", clock.at - 600_000), root: undefined }], []);
});
afterAll(async () => {
  await app.close();
  await store.close();
  database.close();
  rmSync(folder, { recursive: true });
});

it("serves what was stored, judged and decided, to those who may see it", async () => {
  const { port } = app.server.address() as { port: number };
  const host = `127.0.0.1:${port}`;
  const origin = `http://${host}`;
  const send = async (method: "GET" | "POST" | "DELETE", url: string, payload?: object, cookie = "") => {
    const answer = await app.inject({
      method,
      url,
      headers: { host, origin, ...(cookie !== "" && { cookie }) },
      ...(payload !== undefined && { payload }),
    });
    return {
      status: answer.statusCode,
      body: answer.body === "" ? undefined : answer.json<Record<string, never>>(),
      cookie: String(answer.headers["set-cookie"] ?? "").split(";")[0]!,
    };
  };

  expect(await send("GET", "/api/session")).toMatchObject({ status: 401, body: { error: { code: "setup_required" } } });
  const setUp = { token: accounts.setupToken()!, name: "主管", password: "a long enough password" };
  expect((await send("POST", "/api/session/setup", { ...setUp, token: "guessed" })).status).toBe(401);
  const chief = await send("POST", "/api/session/setup", setUp);
  expect(chief).toMatchObject({ status: 200, body: { name: "主管", role: "admin" } });
  expect((await send("POST", "/api/session/setup", setUp)).status).toBe(409);

  await accounts.addUser({ name: "lina", role: "viewer", password: "another long password" }, { name: "主管", role: "admin" });
  expect((await send("POST", "/api/session", { name: "lina", password: "wrong password" })).status).toBe(401);
  const viewer = await send("POST", "/api/session", { name: "lina", password: "another long password" });
  expect(viewer.body).toMatchObject({ name: "lina", role: "viewer" });

  expect((await send("POST", "/api/gateways", { name: "gw", stations: ["S01"] }, viewer.cookie)).status).toBe(403);
  expect((await send("POST", "/api/gateways", { name: "gw", stations: ["S01"] }, chief.cookie)).status).toBe(201);
  expect((await send("GET", "/api/gateways", undefined, chief.cookie)).body).toMatchObject({ items: [{ name: "gw", stations: ["S01"] }] });

  const client = await openLive({ port, headers: { cookie: viewer.cookie, origin } });
  await client.next("snapshot");
  for (let minute = 0; minute < 30; minute++) {
    clock.at += 60_000;
    await feed("S01", { t_out: -3 });
    await feed("S01-H", { t2_supply: 48 + minute / 10, t2_return: 39 });
  }
  await client.next("delta", ({ stations }) => stations.some(({ values }) => values["S01-H"]?.t2_supply?.[1] === 50.9));

  expect((await send("GET", "/api/stations/S01", undefined, viewer.cookie)).body).toMatchObject({
    connection: "online",
    dataAt: clock.at,
    values: { "S01-H": { t2_supply: { value: 50.9, at: clock.at, unit: "°C" } } },
  });
  const curve = (await send("GET", `/api/series?asset=S01-H&signal=t2_supply&from=${START}&to=${clock.at + 1}`, undefined, viewer.cookie))
    .body as unknown as { raw: boolean; times: number[]; series: { values: number[] }[] };
  expect(curve).toMatchObject({ raw: true, series: [{ asset: "S01-H", signal: "t2_supply" }] });
  expect(curve.times).toHaveLength(30);
  expect(curve.series[0]!.values.at(-1)).toBe(50.9);
  expect(
    (await send("GET", `/api/series?asset=S01-H&signal=t2_supply&signal=t2_return&px=2`, undefined, viewer.cookie)).body,
  ).toMatchObject({ raw: false });
  expect((await send("GET", "/api/rules", undefined, viewer.cookie)).status).toBe(200);
  expect((await send("GET", "/api/rules/status?station=S01", undefined, viewer.cookie)).body).toMatchObject({ watermark: clock.at });
  expect((await send("GET", "/api/episodes?station=S01", undefined, viewer.cookie)).status).toBe(200);

  const [ticket] = openTicket();
  expect((await client.next("ticket")).ticket).toMatchObject({ id: ticket, kind: "leak", state: "open" });
  expect((await send("POST", `/api/tickets/${ticket!}/dispatch`, { to: "w1", version: 1 }, viewer.cookie)).status).toBe(403);
  expect(await send("POST", `/api/tickets/${ticket!}/dispatch`, { to: "w1", version: 1 }, chief.cookie)).toMatchObject({
    status: 200,
    body: { state: "dispatched", history: [{}, { by: "主管", to: "w1" }] },
  });
  await client.next("ticket", ({ event }) => event === "dispatch");
  expect((await send("GET", "/api/kpi", undefined, viewer.cookie)).body).toMatchObject({ open: 1, opened: 1 });

  expect((await send("DELETE", "/api/session", undefined, viewer.cookie)).status).toBe(204);
  expect((await send("GET", "/api/stations", undefined, viewer.cookie)).status).toBe(401);
  await client.end();
});
