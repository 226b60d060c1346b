import mqtt, { type IClientOptions, type MqttClient, type Packet } from "mqtt";
import { TOPIC_ROOT } from "../model/topic.ts";
import type { IngestLog } from "./limits.ts";
import type { Pipeline } from "./pipeline.ts";
import { createQuietWarn } from "./quiet-log.ts";

/** Messages of a broker that somebody else runs: a durable session, each message acknowledged after its commit. */

export interface ExternalOptions {
  /** `mqtt://host:1883`, `mqtts://…`. */
  readonly url: string;
  /** Fixed: the broker keeps the session, and what comes while we are away, under it. */
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly pipeline: Pipeline;
  readonly log: IngestLog;
  readonly now: () => number;
  /** Between attempts to connect, ms. */
  readonly reconnectMs?: number;
}

export interface ExternalStats {
  readonly connected: boolean;
  readonly connects: number;
  readonly messages: number;
  /** Acknowledgements not sent because the connection that brought the message is gone: it comes again. */
  readonly staleAcks: number;
  readonly lastError: string | undefined;
}

export interface ExternalBroker {
  stats(): ExternalStats;
  /** Resolves when the subscriptions of the current connection are granted. */
  ready(): Promise<void>;
  /** Takes no more, waits for what was taken to be acknowledged, disconnects. The session stays at the broker. */
  close(): Promise<void>;
}

const EXTERNAL_FILTERS = [`${TOPIC_ROOT}/+/telemetry`, `${TOPIC_ROOT}/+/+/telemetry`, `${TOPIC_ROOT}/+/status`] as const;
const RECONNECT_MS = 1_000;
const CONNECT_MS = 5_000;
const CLOSE_MS = 5_000;
const DISCONNECT_MS = 1_000;
const KEEPALIVE_SECONDS = 30;

/** The private method through which the client sends every packet: the exact version in package.json, and a test, hold it still. */
const SEND_PACKET = "_sendPacket";
type SendPacket = (packet: Packet, done?: (error?: Error) => void, ...rest: unknown[]) => void;

/** Connects and keeps connecting: a broker that is away delays, it does not fail. */
export function connectExternal(options: ExternalOptions): ExternalBroker {
  const { pipeline, log, now } = options;
  const warn = createQuietWarn(log, now);
  const totals = { connects: 0, messages: 0, staleAcks: 0 };
  let lastError: string | undefined;
  let closing = false;
  /** Counts connections: a packet identifier means nothing on another one. */
  let connection = 0;
  let subscribed = false;
  let subscription = Promise.withResolvers<void>();
  const held: (() => void)[] = [];

  const place = withoutCredentials(options.url);
  const client: MqttClient = mqtt.connect(options.url, clientOptions(options));
  const sender = client as unknown as Record<typeof SEND_PACKET, SendPacket>;
  const send = sender[SEND_PACKET].bind(client);
  // The client wants to acknowledge as soon as the handler returns; it may go on, but the acknowledgement waits for the commit.
  sender[SEND_PACKET] = (packet, done, ...rest) => {
    if (packet.cmd === "puback") done?.();
    else send(packet, done, ...rest);
  };

  client.handleMessage = (packet, next) => {
    // A message that comes while we close is not taken and not acknowledged: the session keeps it.
    if (closing) return;
    const from = connection;
    const { messageId, qos } = packet;
    totals.messages++;
    pipeline.accept({ topic: packet.topic, payload: toBytes(packet.payload), receivedAt: now() }, (error) => {
      if (qos !== 1 || messageId === undefined) return;
      if (from !== connection || !client.connected) totals.staleAcks++;
      else if (error === undefined) send({ cmd: "puback", messageId });
      // Not stored: only a new connection makes the broker send it again.
      else if (!closing) client.stream.destroy(error);
    });
    if (pipeline.full) held.push(() => next());
    else next();
  };

  const unwatch = pipeline.watchFull((full) => {
    if (!full) for (const goOn of held.splice(0)) goOn();
  });

  client.on("connect", (connack) => {
    connection++;
    totals.connects++;
    lastError = undefined;
    log.info(`connected to ${place}${connack.sessionPresent ? ", the session was kept" : ""}`);
    client.subscribe([...EXTERNAL_FILTERS], { qos: 1 }, (error, granted) => {
      const refused = granted?.filter(({ qos }) => qos > 1).map(({ topic }) => topic) ?? [];
      if (error === null && refused.length === 0) {
        subscribed = true;
        subscription.resolve();
      } else
        warn(
          "subscribe",
          `${place} refused the subscription to ${refused.join(", ")}${error === null ? "" : `: ${error.message}`}; allow user ${options.username ?? options.clientId} to read ${TOPIC_ROOT}/#`,
        );
    });
  });
  client.on("close", () => {
    connection++;
    // What the old connection was still waiting with will come again on the next one.
    held.length = 0;
    if (subscribed) subscription = Promise.withResolvers<void>();
    subscribed = false;
    if (!closing) warn("close", `the connection to ${place} is gone; trying again`);
  });
  client.on("error", (error) => {
    lastError = error.message === "" ? ((error as NodeJS.ErrnoException).code ?? error.name) : error.message;
    warn(`error ${lastError}`, `${place}: ${lastError}`);
  });

  return {
    stats: () => ({ connected: client.connected, ...totals, lastError }),
    ready: () => subscription.promise,
    async close() {
      if (closing) return;
      closing = true;
      unwatch();
      await Promise.race([pipeline.flush(), new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
      await Promise.race([client.endAsync(!client.connected), new Promise((resolve) => setTimeout(resolve, DISCONNECT_MS).unref())]);
      client.stream.destroy();
    },
  };
}

/** The address for the log: a password in it is nobody's business there. */
function withoutCredentials(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

function clientOptions(options: ExternalOptions): IClientOptions {
  return {
    clientId: options.clientId,
    protocolVersion: 4,
    clean: false,
    keepalive: KEEPALIVE_SECONDS,
    reconnectPeriod: options.reconnectMs ?? RECONNECT_MS,
    connectTimeout: CONNECT_MS,
    reconnectOnConnackError: true,
    // Subscribed anew by the handler of every connection.
    resubscribe: false,
    queueQoSZero: false,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
  };
}

function toBytes(payload: string | Buffer): Uint8Array {
  return typeof payload === "string" ? Buffer.from(payload) : payload;
}
