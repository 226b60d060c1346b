import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Contacts, createContacts } from "../../contacts.ts";
import { createFaultWatch, type FaultWatch } from "../../fault-watch.ts";
import type { ClockState } from "../../ingest/clock.ts";
import { createPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import type { Episode } from "../../model/finding.ts";
import type { Network } from "../../model/network.ts";
import type { Ticket } from "../../model/ticket.ts";
import { openRuleMemory, type RuleMemory } from "../../rule-memory.ts";
import { RuleHost } from "../../rules/host.ts";
import { openClocks } from "../../store/clocks.ts";
import { type AppDatabase, openAppDatabase } from "../../store/database.ts";
import { openRuleSnapshots } from "../../store/rule-snapshots.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { createTicketDesk, type TicketDesk } from "../../ticket-desk.ts";

/**
 * The platform in virtual time: everything from the bytes of a message to the ticket in its database file, wired as in
 * `platform.ts`, without sockets and timers. Time is what the test says.
 */
export interface VirtualPlatform {
  readonly network: Network;
  readonly host: RuleHost;
  readonly desk: TicketDesk;
  readonly store: LocalTelemetryStore;
  readonly pipeline: Pipeline;
  /** Warnings and errors since the beginning. */
  readonly errors: readonly string[];
  now(): number;
  /** A message arrives now. */
  receive(topic: string, payload: string): void;
  /** The broker saw the gateway come or go. */
  status(station: string, online: boolean): void;
  /** Time goes on to `to` (epoch ms); what arrived is committed first, then the watch looks once. */
  moveTo(to: number): Promise<void>;
  /** Ends in an orderly way and starts again on the same folder, `downMs` later … */
  restart(downMs?: number): Promise<void>;
  /** … or dies here: what was on disk at this instant is all that the next start sees. */
  crash(): Promise<void>;
  /** Saves what the rules remember and checkpoints, as timers do in the running platform. */
  keepHouse(): Promise<void>;
  episodes(station: string): Episode[];
  tickets(): Ticket[];
  close(): Promise<void>;
}

interface Parts {
  readonly folder: string;
  readonly store: LocalTelemetryStore;
  readonly database: AppDatabase;
  readonly host: RuleHost;
  readonly memory: RuleMemory;
  readonly desk: TicketDesk;
  readonly contacts: Contacts;
  readonly watch: FaultWatch;
  readonly pipeline: Pipeline;
  readonly lastSave: () => void;
}

const GATEWAY = "gateway";
const TICKETS_MAX = 200;
const FILES = ["journal.db", "journal.db-wal", "chunks.db", "chunks.db-wal", "app.db", "app.db-wal"];

export async function startVirtualPlatform(network: Network, startAt: number): Promise<VirtualPlatform> {
  const root = mkdtempSync(join(tmpdir(), "heatsteward-story-"));
  const errors: string[] = [];
  let at = startAt;
  let folders = 0;
  const nextFolder = (): string => join(root, `data-${folders++}`);
  const now = (): number => at;
  const log = {
    debug: () => {},
    info: () => {},
    warn: (line: string) => void errors.push(line),
    error: (line: string) => void errors.push(line),
  };
  let parts = await open(network, nextFolder(), now, log);

  async function settle(): Promise<void> {
    await parts.pipeline.flush();
  }
  let ended = false;
  async function end(): Promise<void> {
    if (ended) return;
    ended = true;
    await parts.pipeline.drain();
    parts.lastSave();
    parts.memory.stop();
    parts.database.close();
    await parts.store.close();
  }
  return {
    network,
    get host() {
      return parts.host;
    },
    get desk() {
      return parts.desk;
    },
    get store() {
      return parts.store;
    },
    get pipeline() {
      return parts.pipeline;
    },
    errors,
    now,
    receive(topic, payload) {
      const acknowledge = (error?: Error): void => void (error !== undefined && errors.push(`not acknowledged: ${error.message}`));
      parts.pipeline.accept({ topic, payload: Buffer.from(payload), receivedAt: at, gateway: GATEWAY }, acknowledge);
    },
    status(station, online) {
      parts.pipeline.acceptStatus({ station, online, gateway: GATEWAY, receivedAt: at }, () => {});
    },
    async moveTo(to) {
      await settle();
      at = Math.max(at, to);
      parts.watch.look();
    },
    async restart(downMs = 0) {
      await settle();
      const { folder } = parts;
      await end();
      at += downMs;
      parts = await open(network, folder, now, log);
      ended = false;
    },
    async crash() {
      await settle();
      const folder = nextFolder();
      mkdirSync(folder);
      for (const file of FILES) if (existsSync(join(parts.folder, file))) cpSync(join(parts.folder, file), join(folder, file));
      await end();
      parts = await open(network, folder, now, log);
      ended = false;
    },
    async keepHouse() {
      await settle();
      parts.memory.save();
      await parts.store.checkpoint();
    },
    episodes: (station) => parts.host.episodes(station),
    tickets: () =>
      parts.desk
        .list({ limit: TICKETS_MAX })
        .items.map(({ id }) => parts.desk.get(id)!)
        .reverse(),
    async close() {
      await settle();
      await end();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function open(
  network: Network,
  folder: string,
  now: () => number,
  log: Parameters<typeof createFaultWatch>[0]["log"],
): Promise<Parts> {
  const store = await openTelemetryStore({
    folder,
    network,
    now,
    checkpointMs: Infinity,
    beforeCheckpoint: () => {
      memory?.save();
      saveClocks?.();
    },
  });
  let memory: RuleMemory | undefined;
  let watch: FaultWatch | undefined;
  let saveClocks: (() => void) | undefined;
  const database = openAppDatabase(folder);
  const clocks = openClocks<ClockState>(database);
  const contacts = createContacts(network, store, now);
  const desk = createTicketDesk({ database, network, now });
  const host = new RuleHost({
    network,
    history: (station, from, to) => store.readings(station, from, to),
    onChange: (station) => watch?.changed(station),
  });
  memory = openRuleMemory({ host, store, network, now, log, snapshots: openRuleSnapshots(database, { format: "story", keep: 48 }) });
  watch = createFaultWatch({ network, host, desk, contacts, now, log });
  const pipeline = createPipeline({
    network,
    store,
    now,
    log,
    clocks: clocks.load(),
    limits: { commitWindowMs: 0 },
    onFresh: (readings, info) => {
      contacts.hear(readings, info.receivedAt);
      watch?.fresh(readings);
    },
  });
  saveClocks = () => clocks.save(pipeline.clocks());
  const lastSave = (): void => {
    saveClocks?.();
    saveClocks = undefined;
  };
  return { folder, store, database, host, memory, desk, contacts, watch, pipeline, lastSave };
}
