import { join } from "node:path";
import { createLiveSource } from "../../api/live-source.ts";
import { buildServer } from "../../api/server.ts";
import type { ApiServices, Contact } from "../../api/services.ts";
import type { Health } from "../../model/live.ts";
import type { Network } from "../../model/network.ts";
import type { Reading, Reject } from "../../model/reading.ts";
import { LIMITS, RULES } from "../../rules/catalogue.ts";
import { openDatabase } from "../../store/database.ts";
import { openTicketRecords, type TicketRecords } from "../../store/ticket-records.ts";
import { createTicketDesk } from "../../ticket-desk.ts";
import { fakeNetworkText, fakePlant, type Plant } from "./fake-plant.ts";
import { overviewSeeds, seedTicket, type TicketSeed } from "./fake-tickets.ts";
import { memoryAccounts, type MemoryAccounts } from "./memory-services.ts";
import { ruleServices, type RuleServices } from "./rule-services.ts";
import { PASSWORD, SETUP_TOKEN } from "./services.ts";

/** The real API and dashboard over an invented plant: what screens are looked at and tested against. `node test/support/fake-api.ts` serves it. */

export { PASSWORD, SETUP_TOKEN };

const CURVE_MEASURE = { name: { zh: "供温偏差", en: "Deviation of the supply" }, unit: "K", faultWhen: "above" } as const;
const LEAK_MEASURE = { name: { zh: "补水超额", en: "Makeup beyond usual" }, unit: "L/h", faultWhen: "above" } as const;

export interface FakeApiOptions {
  readonly dashboardFolder: string;
  readonly stations?: number;
  readonly intervalMs?: number;
  /** Wall clock of the platform at the start, epoch ms; the machine's own unless said. */
  readonly startAt?: number;
  /** `empty`: nothing was ever received; `setup`: nor is there an account. */
  readonly scene?: "running" | "empty" | "setup";
  readonly simulated?: boolean;
  readonly port?: number;
  /** A span without any reading, as [hours ago, hours ago]. */
  readonly gapHours?: readonly [number, number];
  /** What the rules have read up to the start, one station after the other; nothing unless said. */
  readonly judged?: (network: Network, startedAt: number) => readonly Reading[];
}

export interface FakeApi {
  readonly url: string;
  readonly network: Network;
  readonly plant: Plant;
  readonly records: TicketRecords;
  readonly accounts: MemoryAccounts;
  readonly health: { current: Health };
  readonly rejects: Reject[];
  /** The rules at work over what they have read. */
  readonly rules: RuleServices;
  now(): number;
  /** No more readings from a station, or from "all": time goes on without them. */
  silence(station: string): void;
  /** An empty plant starts to send. */
  begin(): void;
  open(seed: TicketSeed): Promise<string>;
  close(): Promise<void>;
}

const FLUSH_MS = 200;

export async function startFakeApi(options: FakeApiOptions): Promise<FakeApi> {
  const shiftMs = options.startAt === undefined ? 0 : options.startAt - Date.now();
  const realNow = (): number => Date.now() + shiftMs;
  let seedingAt: number | undefined;
  const now = (): number => seedingAt ?? realNow();
  const startedAt = realNow();
  const scene = options.scene ?? "running";
  const gap =
    options.gapHours === undefined
      ? undefined
      : ([startedAt - options.gapHours[0] * 3_600_000, startedAt - options.gapHours[1] * 3_600_000] as const);
  const stations = options.stations ?? 40;
  const plant = fakePlant({
    stations,
    intervalMs: options.intervalMs ?? 2_000,
    ...(gap === undefined ? {} : { gap }),
  });
  const { network } = plant;
  const quiet = new Map<string, number>();
  let begun = scene === "running";
  const heardUntil = (station: string): number => Math.min(now(), quiet.get(station) ?? Infinity, quiet.get("all") ?? Infinity);
  const contact = (station: string): Contact => {
    if (!begun) return { connection: "never", dataAt: null, receivedAt: null };
    const dataAt = plant.dataAt(station, heardUntil(station));
    return {
      connection: now() - dataAt > Math.max(12_000, 3 * (options.intervalMs ?? 2_000)) ? "silent" : "online",
      dataAt,
      receivedAt: dataAt + 120,
    };
  };

  const database = openDatabase(":memory:");
  const tickets = createTicketDesk({ database, network, now });
  const records = openTicketRecords(database, { clock: tickets.clock, zone: network.timezone });
  const accounts = memoryAccounts(now, { setUpToken: SETUP_TOKEN, password: PASSWORD });
  accounts.empty = scene === "setup";
  const health: { current: Health } = {
    current: {
      status: "ok",
      version: "0.1.0",
      startedAt,
      parts: { broker: { status: "ok", figures: { port: 1883 } }, store: { status: "ok", figures: { points: 12 } } },
    },
  };
  const rejects: Reject[] = [];
  const live = createLiveSource();
  const stored = options.judged?.(plant.network, startedAt) ?? [];
  const rules = ruleServices({ database, network, networkText: fakeNetworkText(stations), desk: tickets, now, stored });
  const services: ApiServices = {
    now,
    simulated: options.simulated ?? false,
    network,
    telemetry: {
      latestOf: (asset) => (begun ? plant.latest(asset, heardUntil(network.asset(asset)?.station ?? "")) : {}),
      curve: (query) => plant.curve(query, begun ? heardUntil(network.asset(query.points[0]!.asset)!.station) : 0),
      rejects: ({ limit }) => ({ items: rejects.slice(0, limit), next: null }),
      rejectCounts: () => ({}),
      stats: () => ({
        points: 0,
        duplicates: 0,
        commits: 0,
        commitMsP50: 0,
        commitMsP99: 0,
        journalBytes: 0,
        storeBytes: 0,
        failing: undefined,
      }),
    },
    rules: {
      catalogue: RULES,
      limits: LIMITS,
      episodes: () => [],
      rooted: () => [],
      derived: (station) => (begun ? plant.derived(station, heardUntil(station)) : {}),
      statuses: (station) =>
        network.below(station, "circuit").flatMap((circuit) => [
          {
            kind: "curve_drift" as const,
            asset: circuit.id,
            state: "normal" as const,
            value: 0.8,
            limit: 3,
            measure: CURVE_MEASURE,
            at: now(),
            opensAt: null,
          },
          {
            kind: "leak" as const,
            asset: circuit.id,
            state: "pending" as const,
            value: 14,
            limit: 20,
            measure: LEAK_MEASURE,
            at: now(),
            opensAt: now() + 7_200_000,
          },
        ]),
      watermark: () => now(),
    },
    ruleDesk: rules.ruleDesk,
    backtests: rules.backtests,
    shadow: rules.shadow,
    insight: rules.insight,
    tickets,
    accounts,
    contacts: { contact },
    live,
    health: { health: () => health.current },
    metrics: () => [],
    settings: { adminToken: undefined, secure: false, origins: [], dashboardFolder: options.dashboardFolder },
    log: { error: (message, fields) => console.error(message, fields), warn: () => undefined },
  };

  if (scene === "running") {
    const id = (index: number): string => network.stations[index]!.id;
    const hoursAgo = (hours: number): number => startedAt - hours * 3_600_000;
    plant.faults.push(
      { station: id(0), since: hoursAgo(6), supplyC: -6.2 },
      { station: id(5), since: hoursAgo(4), supplyC: -5.5 },
      { station: id(8), since: hoursAgo(5), makeupM3h: 2.5, returnKpa: -8 },
      { station: id(2), since: hoursAgo(3), supplyC: -3.7 },
      { station: id(4), since: hoursAgo(2), supplyC: 4.1, returnKpa: -95 },
      { station: id(7), since: hoursAgo(2), supplyC: -3.5 },
    );
    const seeds = overviewSeeds(id).sort((a, b) => b.agoMs - a.agoMs);
    for (const seed of seeds) await seedTicket({ records, tickets, network, at: (time) => (seedingAt = time) }, seed, startedAt);
    seedingAt = undefined;
  }
  rules.host.settle();
  for (const station of new Set(stored.map(({ point }) => point.station))) {
    rules.host.tick(startedAt, station);
    const rooted = rules.host.rooted(station);
    if (rooted.length === 0) continue;
    seedingAt = Math.max(...rooted.map(({ episode }) => episode.detectedAt));
    tickets.reconcile(station, rooted, []);
  }
  seedingAt = undefined;

  const app = buildServer(services, { live: { healthMs: 1_000, pingMs: 2_000 } });
  const url = await app.listen({ host: "127.0.0.1", port: options.port ?? 0 });
  const shown = new Map<string, number>();
  const timer = setInterval(() => {
    // What people decided about the past is judged again.
    rules.host.settle();
    if (!begun) return;
    for (const station of network.stations) {
      const at = plant.dataAt(station.id, heardUntil(station.id));
      if (shown.get(station.id) === at) continue;
      shown.set(station.id, at);
      live.touch(station.id);
    }
  }, FLUSH_MS);

  return {
    url,
    network,
    plant,
    records,
    accounts,
    health,
    rejects,
    rules,
    now,
    silence: (station) => void quiet.set(station, now()),
    begin: () => {
      begun = true;
    },
    open: (seed) =>
      seedTicket({ records, tickets, network, at: (time) => (seedingAt = time) }, seed, realNow()).finally(() => (seedingAt = undefined)),
    close: async () => {
      clearInterval(timer);
      await app.close();
      rules.shadow.close();
      await rules.backtests.close();
      database.close();
    },
  };
}

if (import.meta.main) {
  const fake = await startFakeApi({
    dashboardFolder: join(import.meta.dirname, "../../dist/dashboard"),
    stations: Number(process.env["STATIONS"] ?? 40),
    port: Number(process.env["PORT"] ?? 8099),
    scene: (process.env["SCENE"] ?? "running") as "running" | "empty" | "setup",
  });
  console.log(`${fake.url} — sign in as admin with "${PASSWORD}"; set-up token ${SETUP_TOKEN}`);
}
