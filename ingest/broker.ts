import type { EventEmitter } from "node:events";
import { Aedes, type Client } from "aedes";
import { parseTopic } from "../model/topic.ts";
import { createAdmission } from "./admission.ts";
import { type Authenticate, createDoor, type RefusalReason } from "./broker-door.ts";
import { createListener, listen, type TlsTexts } from "./broker-listener.ts";
import { BROKER_LIMITS, type BrokerLimits } from "./broker-limits.ts";
import { readStatus } from "./decode.ts";
import { type ConnectionParts, DeviceConnection, type EndReason } from "./device-connection.ts";
import type { IngestLog } from "./limits.ts";
import { maySubscribe, SUBSCRIPTIONS_MAX } from "./permissions.ts";
import type { Pipeline } from "./pipeline.ts";
import { createQuietWarn } from "./quiet-log.ts";

/** The MQTT 3.1.1 broker in this process: gateways log in here and publish into the pipeline, and that is all they can do. */

export interface BrokerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly pipeline: Pipeline;
  readonly authenticate: Authenticate;
  readonly log: IngestLog;
  readonly now: () => number;
  readonly limits?: Partial<BrokerLimits>;
  /** `mqtts` instead of `mqtt`. */
  readonly tls?: TlsTexts;
}

export interface BrokerStats {
  readonly connections: number;
  readonly connectionsTotal: number;
  /** Connections that were not let in, by reason. */
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
  /** Connections that the broker ended, by reason. */
  readonly ended: Readonly<Partial<Record<EndReason | "keepalive" | "connect_timeout", number>>>;
  readonly takenOver: number;
  readonly subscriptionsRefused: number;
  readonly qos0Messages: number;
  readonly heldConnections: number;
}

export interface Broker {
  readonly url: string;
  readonly port: number;
  stats(): BrokerStats;
  /** True while a connection with this username is open. */
  connected(username: string): boolean;
  /** Ends the gateway's connection at once (credentials revoked); false when there was none. */
  kick(username: string): boolean;
  /** Takes no more, waits for what was taken to be committed and acknowledged, closes. Wills stay unsaid: the gateways are not offline, we are. */
  close(): Promise<void>;
}

const TICK_MS = 1_000;
const CLOSE_MS = 5_000;
/** After it, at the end, sockets that do not take their last bytes are torn down. */
const LINGER_MS = 500;

/** Starts listening. Throws InputError naming the port when that is impossible. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { pipeline, log, now } = options;
  const limits: BrokerLimits = { ...BROKER_LIMITS, ...options.limits };
  const warn = createQuietWarn(log, now);
  const connections = new Set<DeviceConnection>();
  const live = new Map<string, DeviceConnection>();
  const ended: Record<string, number> = {};
  const totals = { connectionsTotal: 0, takenOver: 0, subscriptionsRefused: 0, qos0Messages: 0 };
  const count = (reason: string): void => void (ended[reason] = (ended[reason] ?? 0) + 1);
  let closing = false;

  const door = createDoor({
    authenticate: options.authenticate,
    answerMs: limits.connectMs,
    keepaliveSecondsMax: limits.keepaliveSecondsMax,
    warn,
    onAdmitted({ name }, address) {
      const before = live.get(name);
      if (before === undefined) return;
      totals.takenOver++;
      warn(
        `taken over ${name}`,
        `gateway ${name} logged in again from ${address} while connected from ${before.address}: if that repeats, two devices share its credentials`,
      );
    },
  });
  const aedes = await Aedes.createBroker({
    concurrency: limits.concurrency,
    connectTimeout: limits.connectMs,
    drainTimeout: limits.drainMs,
    maxTopicLevels: limits.topicLevelsMax,
    preConnect: door.preConnect,
    authenticate: door.authenticate,
    authorizePublish(client, packet, done) {
      // Publishes never come this way: what does is a will, which is acknowledged to nobody but still stored before it is told.
      const connection = connectionOf(client);
      const topic = parseTopic(packet.topic);
      const online = readStatus(Buffer.from(packet.payload));
      // A clock that jumps makes aedes think that this broker died and left wills behind: those of living clients stay unsaid.
      const alive = client !== null && !client.closed;
      if (
        closing ||
        alive ||
        connection === undefined ||
        topic?.type !== "status" ||
        online === undefined ||
        !connection.stations.has(topic.station)
      ) {
        done(new Error("only a will on the own status topic is published"));
        return;
      }
      packet.retain = true;
      pipeline.acceptStatus({ station: topic.station, online, gateway: connection.grant?.name, receivedAt: now() }, done);
    },
    authorizeSubscribe(client, subscription, done) {
      const stations = connectionOf(client)?.stations ?? new Set<string>();
      const held = Object.keys((client as Client & { subscriptions: object }).subscriptions).length;
      if (held < SUBSCRIPTIONS_MAX && maySubscribe(subscription.topic, stations)) {
        done(null, subscription);
        return;
      }
      totals.subscriptionsRefused++;
      warn(
        `subscribe ${client.id}`,
        `gateway ${client.id} may not subscribe to ${subscription.topic}; allowed are at most ${SUBSCRIPTIONS_MAX} of heat/v1/{own station}/command and …/status`,
      );
      done(null, null);
    },
  });

  const parts: ConnectionParts = {
    pipeline,
    now,
    connectLimits: { publishBytesMax: limits.controlBytesMax, controlBytesMax: limits.controlBytesMax, skipBytesMax: 0 },
    openLimits: limits,
    inFlightMessagesMax: limits.inFlightMessagesMax,
    inFlightBytesMax: limits.inFlightBytesMax,
    drainMs: limits.drainMs,
    onQos0: () => totals.qos0Messages++,
    onEnd(connection, reason, detail) {
      count(reason);
      const who = connection.grant?.name ?? connection.address;
      warn(`${reason} ${who}`, `the connection of ${who} was closed (${reason}): ${detail}`);
    },
    onStatus(topic, payload) {
      if (readStatus(payload) === undefined || closing) return;
      aedes.publish({ cmd: "publish", topic, payload, qos: 1, retain: true, dup: false }, () => {});
    },
  };

  aedes.on("connackSent", (packet, client) => {
    const connection = connectionOf(client);
    const grant = door.grantOf(client);
    if (packet.returnCode !== 0 || connection === undefined || grant === undefined) return;
    live.set(grant.name, connection);
    connection.open(grant);
  });
  aedes.on("keepaliveTimeout", () => count("keepalive"));
  aedes.on("connectionError", (_client, error) => {
    if (error.message === "connect did not arrive in time") count("connect_timeout");
  });
  // A heartbeat or an internal publish that fails is not the gateways' fault, and must not end the process.
  const events: EventEmitter = aedes;
  events.on("error", (error: Error) => log.error(`broker: ${error.message}`));

  const mayConnect = createAdmission(limits);
  const admit = (address: string): boolean => {
    if (!closing && mayConnect(address, performance.now())) return true;
    door.count("rate");
    warn(`rate ${address}`, `more than ${limits.connectionsPerSecondMax} connections a second from ${address}: refused`);
    return false;
  };
  const { server, destroySockets } = createListener(options.tls, admit, (socket) => {
    totals.connectionsTotal++;
    const connection = new DeviceConnection(socket, parts);
    connections.add(connection);
    connection.once("close", () => {
      connections.delete(connection);
      if (connection.grant !== undefined && live.get(connection.grant.name) === connection) live.delete(connection.grant.name);
    });
    aedes.handle(connection);
  });
  server.maxConnections = limits.connectionsMax;
  server.on("drop", () => door.count("full"));

  const unwatch = pipeline.watchFull((full) => {
    for (const connection of connections) connection.hold(full && connection.grant !== undefined);
  });
  const ticker = setInterval(() => {
    // Not the wall clock: one that is set forward must not cut off everybody who has a full socket at that moment.
    const at = performance.now();
    for (const connection of connections) connection.tick(at);
  }, TICK_MS);

  try {
    await listen(server, options.host, options.port);
  } catch (error) {
    clearInterval(ticker);
    unwatch();
    aedes.close();
    throw error;
  }
  server.on("error", (error) => log.error(`broker: ${error.message}`));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;

  return {
    url: `${options.tls === undefined ? "mqtt" : "mqtts"}://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
    port,
    stats: () => ({
      connections: connections.size,
      ...totals,
      refused: door.refused(),
      ended: { ...ended },
      heldConnections: pipeline.full ? live.size : 0,
    }),
    connected: (username) => live.has(username),
    kick(username) {
      const connection = live.get(username);
      connection?.cutOff("kicked", "its credentials were withdrawn");
      return connection !== undefined;
    },
    async close() {
      if (closing) return;
      closing = true;
      unwatch();
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.hold(true);
      await Promise.race([pipeline.flush(), new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
      clearInterval(ticker);
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const connection of connections) connection.destroy();
      const cutOff = setTimeout(destroySockets, LINGER_MS);
      await stopped;
      clearTimeout(cutOff);
    },
  };
}

function connectionOf(client: Client | null): DeviceConnection | undefined {
  return client?.conn instanceof DeviceConnection ? client.conn : undefined;
}
