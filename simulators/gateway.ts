import mqtt, { type MqttClient } from "mqtt";
import { statusTopic } from "../model/topic.ts";
import { Backlog, type BacklogItem, type Batch } from "./backlog.ts";
import { type TelemetryObject, valuesIn } from "./device-event.ts";
import { draws, subSeed } from "./random.ts";

/** One simulated gateway: a real MQTT client that sends the polls of its stations, at least once, through any interruption. */

/** Payloads sent and not yet acknowledged. */
export const IN_FLIGHT_MAX = 16;
/** Pause before the next attempt to connect, ms: drawn anew each time so that a thousand gateways do not return at once. */
const RECONNECT_MS = { least: 500, most: 4_000 } as const;
const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_S = 30;
/** Orderly goodbye; after that the socket is cut. */
const STOP_MS_MAX = 1_500;

export interface GatewayOptions {
  readonly url: string;
  /** Client id, and user name unless that is given. */
  readonly name: string;
  readonly user?: string;
  readonly password: string;
  readonly stations: readonly string[];
  readonly seed: number;
  readonly log: (line: string) => void;
  readonly backlogItemsMax?: number;
}

export interface GatewayFigures {
  readonly connected: boolean;
  readonly waiting: number;
  readonly inFlight: number;
  readonly sentObjects: number;
  readonly sentValues: number;
  readonly droppedObjects: number;
}

export class Gateway {
  readonly name: string;
  readonly stations: readonly string[];
  readonly #options: GatewayOptions;
  readonly #backlog: Backlog;
  readonly #inFlight = new Set<Batch>();
  readonly #newestAt = new Map<string, number>();
  #client: MqttClient | undefined;
  #connection = 0;
  #sentObjects = 0;
  #sentValues = 0;
  #lastProblem = "";
  #waiters: { readonly limit: number; readonly resolve: () => void }[] = [];

  constructor(options: GatewayOptions) {
    this.name = options.name;
    this.stations = options.stations;
    this.#options = options;
    this.#backlog = new Backlog(options.backlogItemsMax);
  }

  /** Begins to connect and keeps trying; sends what is waiting as soon as it is connected. */
  start(): void {
    if (this.#client !== undefined) return;
    const draw = draws(subSeed(this.#options.seed, "reconnect", this.name, ++this.#connection));
    const pause = (): number => Math.round(draw.between(RECONNECT_MS.least, RECONNECT_MS.most));
    const first = this.stations[0];
    const client = mqtt.connect(this.#options.url, {
      clientId: this.name,
      username: this.#options.user ?? this.name,
      password: this.#options.password,
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: pause(),
      reconnectOnConnackError: true,
      ...(first === undefined
        ? {}
        : { will: { topic: statusTopic(first), payload: Buffer.from("offline"), qos: 1 as const, retain: true } }),
    });
    this.#client = client;
    client.on("connect", () => {
      this.#lastProblem = "";
      for (const station of this.stations) client.publish(statusTopic(station), "online", { qos: 1, retain: true });
      this.#pump();
    });
    client.on("reconnect", () => {
      client.options.reconnectPeriod = pause();
    });
    client.on("error", (error) => this.#report(error.message));
  }

  /** Queues objects of one topic. */
  send(station: string, topic: string, objects: readonly TelemetryObject[]): void {
    for (const object of objects) {
      this.#newestAt.set(station, Math.max(this.#newestAt.get(station) ?? -Infinity, object.ts));
      this.#backlog.add({ station, topic, at: object.ts, text: JSON.stringify(object), values: valuesIn(object) });
    }
    this.#pump();
  }

  /** Resolves when at most `limit` objects wait to be sent (0: and everything is acknowledged), or at `stop`. */
  async drained(limit: number): Promise<void> {
    if (this.#isDrained(limit)) return;
    await new Promise<void>((resolve) => this.#waiters.push({ limit, resolve }));
  }

  /** Everything of this station up to this event time (epoch ms) was acknowledged; undefined before anything was sent. */
  acknowledgedUntil(station: string): number | undefined {
    let oldest = this.#backlog.oldestAt(station);
    for (const batch of this.#inFlight) {
      const at = Math.min(...batch.items.map((item) => item.at));
      if (batch.station === station && (oldest === undefined || at < oldest)) oldest = at;
    }
    return oldest === undefined ? this.#newestAt.get(station) : oldest - 1;
  }

  figures(): GatewayFigures {
    return {
      connected: this.#client?.connected ?? false,
      waiting: this.#backlog.length,
      inFlight: this.#inFlight.size,
      sentObjects: this.#sentObjects,
      sentValues: this.#sentValues,
      droppedObjects: this.#backlog.dropped,
    };
  }

  /** Falls silent as in a loss of power: no goodbye, so the broker speaks its will. Polls go on into the backlog. `start` ends it. */
  cut(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.stream?.destroy();
    client?.end(true);
    this.#takeBackInFlight();
  }

  /** Says goodbye and disconnects, within 1.5 s whatever the broker does. */
  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    for (const waiter of this.#waiters.splice(0)) waiter.resolve();
    if (client === undefined) return;
    await new Promise<void>((resolve) => {
      const cutOff = setTimeout(() => {
        client.end(true);
        resolve();
      }, STOP_MS_MAX);
      client.end(!client.connected, {}, () => {
        clearTimeout(cutOff);
        resolve();
      });
    });
    this.#takeBackInFlight();
  }

  #pump(): void {
    const client = this.#client;
    if (client === undefined || !client.connected) return;
    while (this.#inFlight.size < IN_FLIGHT_MAX) {
      const batch = this.#backlog.take();
      if (batch === undefined) break;
      this.#inFlight.add(batch);
      client.publish(batch.topic, payloadOf(batch.items), { qos: 1 }, (error) => this.#settle(batch, error ?? undefined));
    }
  }

  #settle(batch: Batch, error: Error | undefined): void {
    // A batch that a cut took back is not ours to settle any more.
    if (!this.#inFlight.delete(batch)) return;
    if (error !== undefined) {
      this.#backlog.giveBack(batch.items);
      return;
    }
    this.#sentObjects += batch.items.length;
    for (const item of batch.items) this.#sentValues += item.values;
    this.#pump();
    const ready = this.#waiters.filter((waiter) => this.#isDrained(waiter.limit));
    if (ready.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
    for (const waiter of ready) waiter.resolve();
  }

  #isDrained(limit: number): boolean {
    return this.#backlog.length <= limit && (limit > 0 || this.#inFlight.size === 0);
  }

  #takeBackInFlight(): void {
    const batches = [...this.#inFlight];
    this.#inFlight.clear();
    this.#backlog.giveBack(batches.flatMap((batch) => batch.items));
  }

  #report(problem: string): void {
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    this.#options.log(`gateway ${this.name}: ${problem}`);
  }
}

/** One object as it is, several as an array. */
function payloadOf(items: readonly BacklogItem[]): string {
  if (items.length === 1) return items[0]!.text;
  return `[${items.map((item) => item.text).join(",")}]`;
}
