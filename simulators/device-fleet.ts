import { setTimeout as delay } from "node:timers/promises";
import { parseTopic } from "../model/topic.ts";
import type { DeviceEvent, TelemetryObject } from "./device-event.ts";
import { Gateway, type GatewayFigures } from "./gateway.ts";

/** All simulated gateways as real connections: what virtual ones send, in the pace of a clock, through whatever the broker does. */

/** An event this late is history: marked so on the wire, and sent only as fast as the broker takes it. */
export const LATE_MS = 120_000;
/** History is simulated this far ahead of what the broker took: objects that wait per gateway. */
const AHEAD_OBJECTS_MAX = 240;
/** Objects that all gateways together keep while the broker is away (some 1 kB each), and the least that each may. */
const BUFFER_OBJECTS_ALL = 100_000;
const BUFFER_OBJECTS_MIN = 200;
/** Gateways begin to connect in groups, so that a thousand do not knock at once. */
const CONNECT_GROUP = 50;
const CONNECT_EVERY_MS = 100;
/** Events handled before sockets and timers get their turn. */
const EVENTS_PER_TURN = 64;
const WAIT_MS_MAX = 250;
const SETTLE_CHECK_MS = 50;

export interface GatewayLogin {
  readonly name: string;
  readonly user?: string;
  readonly password: string;
  readonly stations: readonly string[];
}

interface OtherEvent {
  readonly type: "call";
  readonly at: number;
}

export interface FleetOptions<Other extends OtherEvent = never> {
  readonly mqttUrl: string;
  readonly gateways: readonly GatewayLogin[];
  readonly seed: number;
  /** In order of receipt. */
  readonly events: Iterable<DeviceEvent | Other>;
  /** The span of the events, epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Added to every time of the events, ms. */
  readonly shiftMs: number;
  /** Times the pace of the clock; "max": as fast as the broker acknowledges. Never ahead of the clock. */
  readonly speed: number | "max";
  /** The present, epoch ms. */
  readonly clock: () => number;
  readonly log: (line: string) => void;
  /** Objects that each gateway keeps while the broker is away. */
  readonly bufferObjects?: number;
  /** What is not sent, e.g. because an earlier start did. `ts` is the shifted time. */
  readonly isSent?: (station: string, ts: number) => boolean;
  readonly onOther?: (event: Other) => Promise<void> | void;
}

export interface Progress {
  /** How far the events have come, and their span, in their own time, epoch ms. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** Events come when they happen. */
  readonly isLive: boolean;
}

export interface FleetFigures extends Omit<GatewayFigures, "connected"> {
  readonly gateways: number;
  readonly connected: number;
}

export const bufferObjectsOf = (gateways: number): number =>
  Math.max(BUFFER_OBJECTS_MIN, Math.floor(BUFFER_OBJECTS_ALL / Math.max(1, gateways)));

export class Fleet<Other extends OtherEvent = never> {
  readonly #options: FleetOptions<Other>;
  readonly #gateways: readonly Gateway[];
  readonly #byStation = new Map<string, Gateway>();
  /** Stations whose gateway is silent by the scenario, and gateways that were cut for it. */
  readonly #silent = new Set<string>();
  readonly #cut = new Set<Gateway>();
  readonly #abort = new AbortController();
  /** When the play began, by the clock. */
  #startedAt = 0;
  #isLive = false;

  constructor(options: FleetOptions<Other>) {
    this.#options = options;
    const bufferObjects = options.bufferObjects ?? bufferObjectsOf(options.gateways.length);
    this.#gateways = options.gateways.map(
      (login) => new Gateway({ ...login, url: options.mqttUrl, seed: options.seed, log: options.log, backlogItemsMax: bufferObjects }),
    );
    for (const gateway of this.#gateways) for (const station of gateway.stations) this.#byStation.set(station, gateway);
  }

  get isStopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Begins to connect every gateway, and keeps trying. */
  async start(): Promise<void> {
    for (const [index, gateway] of this.#gateways.entries()) {
      if (this.isStopped) return;
      gateway.start();
      if (index % CONNECT_GROUP === CONNECT_GROUP - 1) await this.#wait(CONNECT_EVERY_MS);
    }
  }

  /** Plays all events; resolves at their end, or at `stop`. Calls `report` again and again. */
  async play(report: (progress: Progress) => void): Promise<void> {
    const { from, to, shiftMs, clock } = this.#options;
    this.#startedAt = clock();
    let handled = 0;
    for (const event of this.#options.events) {
      const lateMs = await this.#due(event.at, report);
      if (this.isStopped) return;
      if (event.type === "status") this.#silence(event.station, !event.online);
      this.#isLive = clock() - event.at - shiftMs <= LATE_MS;
      if (this.#isLive) this.#switchSilence();
      if (event.type === "message") await this.#send(event, lateMs);
      else if (event.type === "call") await this.#options.onOther?.(event);
      if (++handled % EVENTS_PER_TURN !== 0) continue;
      report({ at: event.at, from, to, isLive: this.#isLive });
      await this.#wait(0);
      if (this.isStopped) return;
    }
    report({ at: to, from, to, isLive: this.#isLive });
  }

  /** Resolves when the broker has acknowledged all that was queued, but for gateways that are silent by the scenario; or at `stop`. */
  async settled(): Promise<void> {
    for (const gateway of this.#gateways)
      while (!this.isStopped && !this.#cut.has(gateway)) {
        const { waiting, inFlight } = gateway.figures();
        if (waiting === 0 && inFlight === 0) break;
        await this.#wait(SETTLE_CHECK_MS);
      }
  }

  /** Ends the play and says goodbye to the broker; at most 2 s. */
  async stop(): Promise<void> {
    if (this.isStopped) return;
    this.#abort.abort();
    await Promise.all(this.#gateways.map((gateway) => gateway.stop()));
  }

  figures(): FleetFigures {
    const sum = {
      gateways: this.#gateways.length,
      connected: 0,
      waiting: 0,
      inFlight: 0,
      sentObjects: 0,
      sentValues: 0,
      droppedObjects: 0,
    };
    for (const gateway of this.#gateways) {
      const { connected, ...own } = gateway.figures();
      if (connected) sum.connected++;
      for (const key of Object.keys(own) as (keyof typeof own)[]) sum[key] += own[key];
    }
    return sum;
  }

  /** Everything of a station up to this (shifted) event time was acknowledged; undefined before anything was. */
  acknowledgedUntil(station: string): number | undefined {
    return this.#byStation.get(station)?.acknowledgedUntil(station);
  }

  /** Waits until an event may go out; answers how late it is then, ms. */
  async #due(at: number, report: (progress: Progress) => void): Promise<number> {
    const { from, to, shiftMs, speed, clock } = this.#options;
    const paced = speed === "max" ? -Infinity : this.#startedAt + (at - from) / speed;
    // No device sends what has not happened yet.
    const dueAt = Math.max(paced, at + shiftMs);
    for (;;) {
      const leftMs = dueAt - clock();
      if (leftMs <= 0 || this.isStopped) return -leftMs;
      report({ at, from, to, isLive: this.#isLive });
      await this.#wait(Math.min(WAIT_MS_MAX, leftMs));
    }
  }

  async #send(event: DeviceEvent & { readonly type: "message" }, lateMs: number): Promise<void> {
    const { shiftMs, clock, isSent } = this.#options;
    const station = parseTopic(event.topic)?.station ?? "";
    const gateway = this.#byStation.get(station);
    if (gateway === undefined) return;
    const isHistory = clock() - event.at - shiftMs > LATE_MS;
    const objects: TelemetryObject[] = [];
    for (const object of event.objects) {
      const ts = object.ts + shiftMs;
      if (isSent?.(station, ts) === true) continue;
      objects.push(isHistory ? { ...object, ts, hist: true } : { ...object, ts });
    }
    if (objects.length === 0) return;
    gateway.send(station, event.topic, objects);
    // What is on time is never held up: it waits in the gateway's buffer. What is late waits here.
    if (lateMs > LATE_MS && !this.#cut.has(gateway)) await gateway.drained(AHEAD_OBJECTS_MAX);
  }

  #silence(station: string, isSilent: boolean): void {
    if (isSilent) this.#silent.add(station);
    else this.#silent.delete(station);
  }

  /** Cuts off gateways that fell silent, so that the broker speaks their will, and lets those return that are heard again. */
  #switchSilence(): void {
    if (this.#silent.size === 0 && this.#cut.size === 0) return;
    for (const gateway of this.#gateways) {
      const isSilent = gateway.stations.some((station) => this.#silent.has(station));
      if (isSilent === this.#cut.has(gateway)) continue;
      if (isSilent) {
        this.#cut.add(gateway);
        gateway.cut();
      } else {
        this.#cut.delete(gateway);
        gateway.start();
      }
    }
  }

  async #wait(ms: number): Promise<void> {
    if (this.isStopped) return;
    if (ms <= 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      return;
    }
    await delay(ms, undefined, { signal: this.#abort.signal }).catch(() => undefined);
  }
}
