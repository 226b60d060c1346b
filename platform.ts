import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createLiveSource } from "./api/live-source.ts";
import { buildServer } from "./api/server.ts";
import type { Config } from "./config.ts";
import { createContacts } from "./contacts.ts";
import { DASHBOARD_FOLDER } from "./dashboard-build.ts";
import { createFaultWatch, type FaultWatch } from "./fault-watch.ts";
import { createGatewayAccess } from "./gateway-access.ts";
import { createHealth } from "./health.ts";
import { startBroker } from "./ingest/broker.ts";
import type { ClockState } from "./ingest/clock.ts";
import { connectExternal } from "./ingest/external.ts";
import { createImportDoor } from "./ingest/import-door.ts";
import { announceRunning } from "./store/running-file.ts";
import { openCommandTokens } from "./store/command-tokens.ts";
import type { Reading } from "./model/reading.ts";
import { createPipeline } from "./ingest/pipeline.ts";
import { createLog, type Log } from "./log.ts";
import { type LongTerm, openLongTerm } from "./long-term.ts";
import type { Decision } from "./model/decision.ts";
import { InputError } from "./model/input-error.ts";
import { platformMetrics } from "./platform-metrics.ts";
import { createBacktestDesk } from "./backtest-desk.ts";
import { createRuleDesk } from "./rule-desk.ts";
import { createRuleInsight } from "./rule-insight.ts";
import { createShadowDesk, type ShadowDesk } from "./shadow-desk.ts";
import { openRuleMemory, type RuleMemory } from "./rule-memory.ts";
import { LIMITS, RULES } from "./rules/catalogue.ts";
import { RuleHost } from "./rules/host.ts";
import { type Accounts, openAccounts } from "./store/accounts.ts";
import { openAudit } from "./store/audit.ts";
import { createBackups } from "./store/backup.ts";
import { openClocks } from "./store/clocks.ts";
import { openAppDatabase } from "./store/database.ts";
import { type GatewayAccounts, openGatewayAccounts } from "./store/gateway-accounts.ts";
import { openRuleSnapshots } from "./store/rule-snapshots.ts";
import type { TelemetryStore } from "./store/telemetry.ts";
import { openTelemetryStore } from "./store/telemetry-store.ts";
import packageFile from "./package.json" with { type: "json" };
import { createTicketDesk, type TicketDesk } from "./ticket-desk.ts";

/** The one place that wires everything: parts are started in the order of the flow and stopped backwards. */

export interface Platform {
  readonly httpUrl: string;
  readonly mqttUrl: string;
  /** The one-time token for the first administrator; undefined once there is a user. */
  readonly setupToken: string | undefined;
  readonly accounts: Accounts;
  readonly gateways: GatewayAccounts;
  readonly desk: TicketDesk;
  /** Takes no more, lets what was taken be committed and acknowledged, closes. Safe to call twice. */
  stop(): Promise<void>;
}

export interface PlatformOptions {
  readonly log?: Log;
  /** Every screen says that the data are simulated. */
  readonly simulated?: boolean;
  readonly now?: () => number;
}

/** Snapshots of a station kept on disk: hours, then quarters of a day, then days (rules/snapshot.ts). */
const SNAPSHOTS_PER_STATION = 48;
/** Raise it when the saved form changes; the rules check the rest themselves. */
const SNAPSHOT_FORMAT = "rules-3";
/** Tickets of limits that are tried beside the live ones, in the data folder. */
const SHADOW_FILE = "shadow.db";
const EXTERNAL_CLIENT_ID = "heatsteward";

/** Starts the platform. Throws InputError for what its owner can mend: a port in use, a folder that cannot be written or is in use. */
export async function startPlatform(config: Config, options: PlatformOptions = {}): Promise<Platform> {
  const { network } = config;
  const log = options.log ?? createLog(config.logLevel);
  const now = options.now ?? Date.now;
  const startedAt = now();
  const closers: (() => unknown)[] = [];
  // One part that cannot be closed must not keep the journal and its lock open.
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    // Both are told of things that happen while they are being made.
    let memory: RuleMemory | undefined;
    let watch: FaultWatch | undefined;
    let saveClocks: (() => void) | undefined;
    let longTerm: LongTerm | undefined;
    let shadow: ShadowDesk | undefined;
    const networkText = readFileSync(config.networkFile, "utf8");
    const store = await openTelemetryStore({
      folder: config.dataFolder,
      network,
      now,
      log: (line) => log.warn(line),
      beforeCheckpoint: () => {
        memory?.save();
        saveClocks?.();
      },
      influx: config.influx !== undefined,
      holdRetention: () => longTerm?.holdRetention(),
      ...(config.retentionMs === undefined ? {} : { retentionMs: config.retentionMs }),
      ...(config.storeBytesMax === undefined ? {} : { storeBytesMax: config.storeBytesMax }),
    });
    closers.push(() => store.close());
    const backups = createBackups({
      dataFolder: config.dataFolder,
      settingsFile: config.file,
      networkFile: config.networkFile,
      version: packageFile.version,
      now,
      hold: (work) => store.holdCheckpoints(work),
    });
    closers.push(() => backups.close());
    const database = openAppDatabase(config.dataFolder);
    closers.push(() => database.close());
    const accounts = openAccounts(database, { now });
    const gateways = openGatewayAccounts(database, { network, now });
    const clocks = openClocks<ClockState>(database);
    longTerm = openLongTerm({ settings: config.influx, network, store, audit: openAudit(database), now, log });
    closers.push(() => longTerm?.close());

    const live = createLiveSource();
    const contacts = createContacts(network, store, now);
    const desk = createTicketDesk({ database, network, now });
    const host = new RuleHost({
      network,
      history: (station, from, to) => store.readings(station, from, to),
      onChange: (station) => watch?.changed(station),
      elapsedMs: () => performance.now(),
    });
    // What people decided has to be known before readings are folded again.
    const ruleDesk = createRuleDesk({ database, network, host, limits: LIMITS, now, onDecision: (all) => shadow?.decide(all) });
    const decisions = (): readonly Decision[] => ruleDesk.decisions();
    memory = openRuleMemory({
      host,
      store,
      network,
      now,
      log,
      snapshots: openRuleSnapshots(database, { format: SNAPSHOT_FORMAT, keep: SNAPSHOTS_PER_STATION }),
    });
    memory.start();
    closers.push(() => memory?.stop());
    watch = createFaultWatch({ network, host, desk, contacts, now, log });
    desk.retireUnknownStations();
    const { readings } = longTerm;
    const extent: TelemetryStore["extent"] = (station) => store.extent(station);
    const backtests = createBacktestDesk({ database, network, networkText, readings, extent, decisions, limits: LIMITS, desk, now });
    closers.push(() => backtests.close());
    shadow = createShadowDesk({
      database,
      file: join(config.dataFolder, SHADOW_FILE),
      network,
      host,
      history: (station, from, to) => store.readings(station, from, to),
      extent,
      decisions,
      limits: LIMITS,
      desk,
      contacts,
      now,
      log,
    });
    closers.push(() => shadow?.close());

    const onFresh = (readings: readonly Reading[], receivedAt: number): void => {
      contacts.hear(readings, receivedAt);
      watch?.fresh(readings);
      shadow?.fresh(readings);
      for (const station of new Set(readings.map(({ point }) => point.station))) live.touch(station);
    };
    const commandTokens = openCommandTokens(database);
    const pipeline = createPipeline({
      network,
      store,
      now,
      log,
      clocks: clocks.load(),
      onFresh: (readings, info) => onFresh(readings, info.receivedAt),
    });
    // A process that is killed must not have to learn again whose clock is wrong: what it learns with would be misplaced.
    saveClocks = () => {
      try {
        clocks.save(pipeline.clocks());
      } catch (error) {
        log.warn(`what is known of the gateways' clocks could not be saved: ${(error as Error).message}`);
      }
    };
    closers.push(() => {
      saveClocks?.();
      saveClocks = undefined;
    });
    closers.push(() => pipeline.drain());
    watch.start();
    shadow.resume();
    closers.push(() => watch?.stop());

    const source =
      config.mqtt.url === undefined
        ? await startBroker({
            host: config.mqtt.host,
            port: config.mqtt.port,
            ...(config.mqtt.tls === undefined ? {} : { tls: config.mqtt.tls }),
            pipeline,
            log,
            now,
            authenticate: (name, password) => gateways.authenticateGateway(name, password),
          })
        : undefined;
    const external =
      config.mqtt.url === undefined
        ? undefined
        : connectExternal({ url: config.mqtt.url, clientId: EXTERNAL_CLIENT_ID, pipeline, log, now });
    closers.push(
      () => source?.close(),
      () => external?.close(),
    );
    const access = createGatewayAccess({ gateways, broker: source, pipeline, log });
    access.start();
    closers.push(() => access.stop());

    const watched = { influx: longTerm.state, spoolBytesMax: config.influx?.spoolBytesMax, disk: () => store.diskState() };
    const health = createHealth({ startedAt, store, pipeline, host, watch, broker: source, external, network, contacts, ...watched });
    const server = buildServer({
      now,
      simulated: options.simulated ?? false,
      network,
      telemetry: { ...store, curve: longTerm.curve },
      rules: Object.assign(host, { catalogue: RULES, limits: LIMITS }),
      tickets: desk,
      accounts: { ...accounts, ...access.service },
      contacts,
      live,
      commands: { command: (token) => commandTokens.command(token, now()) },
      imports: createImportDoor({ network, store, onFresh, now }),
      readings,
      ruleDesk,
      backtests,
      shadow,
      insight: createRuleInsight({ network, networkText, host, readings, decisions }),
      influx: longTerm.influx,
      backups,
      health,
      metrics: () => platformMetrics({ store, pipeline, host, watch, broker: source, external, memory, ...watched }),
      settings: {
        adminToken: config.adminToken,
        secure: config.http.secure,
        origins: config.http.origins,
        dashboardFolder: DASHBOARD_FOLDER,
      },
      log: {
        error: (message, fields) => log.error(`${message} ${JSON.stringify(fields)}`),
        warn: (message, fields) => log.warn(`${message} ${JSON.stringify(fields)}`),
      },
    });
    closers.push(() => server.close());
    await listen(server, config.http);
    const address = server.server.address();
    const httpUrl = `http://${config.http.host.includes(":") ? `[${config.http.host}]` : config.http.host}:${typeof address === "object" && address !== null ? address.port : config.http.port}`;
    closers.push(announceRunning(config.dataFolder, { httpUrl, pid: process.pid }));
    return {
      httpUrl,
      mqttUrl: source?.url ?? "external broker",
      setupToken: accounts.setupToken(),
      accounts,
      gateways,
      desk,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listen(server: ReturnType<typeof buildServer>, { host, port }: Config["http"]): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EACCES" && code !== "EADDRNOTAVAIL") throw error;
    const found =
      code === "EADDRINUSE" ? "in use by another program" : code === "EACCES" ? "not allowed for this user" : "no address of this machine";
    throw new InputError(
      `http ${host}:${port}`,
      "an address and port that are free",
      found,
      "set http.port in heatsteward.yaml or HEATSTEWARD_HTTP_PORT",
    );
  }
}
