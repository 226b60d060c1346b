import { type DeviceState, readDeviceState, writeDeviceState } from "./device-state.ts";
import type { DeviceOptions } from "./device-options.ts";
import { demoFaults, NEXT_SCENARIO_AFTER_MS, type Scene, SCENARIOS_MAX } from "./demo-scenario.ts";
import { type Fault, gatewaySilent } from "./faults.ts";
import { Gateway, type GatewayFigures } from "./gateway.ts";
import { createPlant, type Plant, type StationPlant } from "./plant.ts";

/** All simulated gateways over one plant: first the history, then the present, and what has been sent so far. */

const HOUR_MS = 3_600_000;
/** The last hour of the history is polled as often as the present, so that the newest curves have detail. */
const RECENT_MS = HOUR_MS;
/** History is simulated this far ahead of what the broker took: objects that wait per gateway. */
const HISTORY_AHEAD_OBJECTS = 240;
const HISTORY_CHUNK_MS = 6 * HOUR_MS;
/** After a pause of the machine: older missed polls are sent as history, and at the pace of history. */
const LATE_MS = 120_000;
const STATE_EVERY_MS = 5_000;

export interface Progress {
  /** Event time that was simulated and queued, epoch ms. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export class Fleet {
  readonly plant: Plant;
  readonly faults: readonly Fault[];
  /** An earlier start has sent something: the plant is first simulated again up to there, some 0.2 s a day. */
  readonly isContinued: boolean;
  readonly #options: DeviceOptions;
  readonly #state: DeviceState;
  readonly #gateways: readonly Gateway[];
  readonly #byStation = new Map<string, Gateway>();
  /** Event time of the next poll, by station. */
  readonly #nextAt = new Map<string, number>();
  readonly #silent = new Set<string>();
  readonly #clock: () => number;
  #stopped = false;
  #liveTimer: NodeJS.Timeout | undefined;
  #stateTimer: NodeJS.Timeout | undefined;

  /** `clock` gives the present, epoch ms. Reads the state file; throws InputError when that is damaged. */
  constructor(options: DeviceOptions, clock: () => number, log: (line: string) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#state = withScene(options, options.stateFile === undefined ? undefined : readDeviceState(options.stateFile));
    this.isContinued = Object.keys(this.#state.sentUntil).length > 0;
    this.faults = demoFaults(options.network, this.#state.scenes);
    this.plant = createPlant({
      network: options.network,
      seed: this.#state.seed,
      climate: options.climate,
      startAt: this.#state.startAt,
      faults: this.faults,
      unitIntervalMs: options.unitIntervalMs,
    });
    this.#gateways = options.gateways.map(
      (credentials) => new Gateway({ ...credentials, url: options.mqttUrl, seed: this.#state.seed, log }),
    );
    for (const gateway of this.#gateways) for (const station of gateway.stations) this.#byStation.set(station, gateway);
    for (const id of this.#byStation.keys()) this.#nextAt.set(id, this.#firstPoll(id));
  }

  /** Connects every gateway. */
  start(): void {
    for (const gateway of this.#gateways) gateway.start();
    if (this.#options.stateFile !== undefined) this.#stateTimer = setInterval(() => this.saveState(), STATE_EVERY_MS);
  }

  /**
   * Sends everything from where the last start ended up to the present, all stations side by side, as fast as the broker
   * acknowledges. Calls `report` after each piece.
   */
  async sendHistory(report: (progress: Progress) => void): Promise<void> {
    const from = Math.min(...this.#nextAt.values());
    for (let chunkEnd = from; !this.#stopped;) {
      const to = this.#clock();
      chunkEnd = Math.min(to, chunkEnd + HISTORY_CHUNK_MS);
      for (const [id, gateway] of this.#byStation) {
        this.#pollHistory(id, gateway, chunkEnd, to);
        await gateway.drained(HISTORY_AHEAD_OBJECTS);
        if (this.#stopped) return;
      }
      report({ at: chunkEnd, from, to });
      if (chunkEnd >= to) return;
    }
  }

  /** Resolves when the broker has acknowledged all that was queued. */
  async settled(): Promise<void> {
    for (const gateway of this.#gateways) if (!this.#silent.has(gateway.name)) await gateway.drained(0);
  }

  /** Polls in the pace of the clock until `stop`. */
  goLive(): void {
    const tick = (): void => {
      if (this.#stopped) return;
      const now = this.#clock();
      this.#switchSilence(now);
      for (const [id, gateway] of this.#byStation) this.#pollDue(id, gateway, now);
      const next = Math.min(...this.#nextAt.values());
      this.#liveTimer = setTimeout(tick, Math.max(20, Math.min(1000, next - this.#clock())));
    };
    tick();
  }

  /** Ends polling, says goodbye to the broker and saves the state; at most 2 s. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#liveTimer);
    clearInterval(this.#stateTimer);
    await Promise.all(this.#gateways.map((gateway) => gateway.stop()));
    this.saveState();
  }

  figures(): GatewayFigures {
    const all = this.#gateways.map((gateway) => gateway.figures());
    const sum = (pick: (figures: GatewayFigures) => number): number => all.reduce((total, figures) => total + pick(figures), 0);
    return {
      connected: all.every((figures) => figures.connected),
      waiting: sum((figures) => figures.waiting),
      inFlight: sum((figures) => figures.inFlight),
      sentObjects: sum((figures) => figures.sentObjects),
      sentValues: sum((figures) => figures.sentValues),
      droppedObjects: sum((figures) => figures.droppedObjects),
    };
  }

  saveState(): void {
    if (this.#options.stateFile === undefined) return;
    const sentUntil: Record<string, number> = { ...this.#state.sentUntil };
    for (const [id, gateway] of this.#byStation) {
      const until = gateway.acknowledgedUntil(id);
      if (until !== undefined) sentUntil[id] = Math.max(sentUntil[id] ?? 0, until);
    }
    writeDeviceState(this.#options.stateFile, { ...this.#state, sentUntil });
  }

  #firstPoll(id: string): number {
    const { startAt, sentUntil } = this.#state;
    const after = sentUntil[id];
    // In the rhythm that the missed time would have had: on the grid of the history alone the curve would gape for minutes.
    return after === undefined
      ? alignUp(startAt, this.#options.historyIntervalMs, 0)
      : this.#pollAfter(this.plant.station(id), after, this.#clock());
  }

  #pollHistory(id: string, gateway: Gateway, until: number, to: number): void {
    const station = this.plant.station(id);
    let at = this.#nextAt.get(id)!;
    while (at <= until) {
      gateway.send(station.sample(at), true);
      at = this.#pollAfter(station, at, to);
    }
    this.#nextAt.set(id, at);
  }

  /** The next poll of the history: coarse long ago, fine in the last hour. */
  #pollAfter(station: StationPlant, at: number, to: number): number {
    const { historyIntervalMs, liveIntervalMs } = this.#options;
    if (at < to - RECENT_MS && historyIntervalMs > liveIntervalMs) return alignUp(at + 1, historyIntervalMs, 0);
    return alignUp(at + 1, liveIntervalMs, this.#phaseMs(station.id));
  }

  /** Stations poll one after the other within the interval, on the plant's grid of seconds. */
  #phaseMs(id: string): number {
    const position = this.plant.stations.findIndex((station) => station.id === id);
    return Math.floor((position * this.#options.liveIntervalMs) / this.plant.stations.length / 1000) * 1000;
  }

  #pollDue(id: string, gateway: Gateway, now: number): void {
    const station = this.plant.station(id);
    let at = this.#nextAt.get(id)!;
    while (at <= now) {
      gateway.send(station.sample(at), now - at > LATE_MS);
      at = this.#pollAfter(station, at, now);
    }
    this.#nextAt.set(id, at);
  }

  /** Cuts off gateways that fall silent and lets those return whose fault is over. */
  #switchSilence(now: number): void {
    for (const gateway of this.#gateways) {
      const silent = gateway.stations.some((station) => gatewaySilent(this.faults, station, now));
      if (silent === this.#silent.has(gateway.name)) continue;
      if (silent) {
        this.#silent.add(gateway.name);
        gateway.cut();
      } else {
        this.#silent.delete(gateway.name);
        gateway.start();
      }
    }
  }
}

/** The state of the last start, with a scene for this one when it is the first or the last is long ago. */
function withScene(options: DeviceOptions, known: DeviceState | undefined): DeviceState {
  if (known === undefined)
    return {
      seed: options.seed,
      startAt: options.startAt,
      scenes: [{ now: options.firstNow, unsentFrom: options.startAt }],
      sentUntil: {},
    };
  const last = known.scenes.at(-1);
  if (last !== undefined && options.now - last.now < NEXT_SCENARIO_AFTER_MS) return known;
  const scene: Scene = { now: options.now, unsentFrom: Math.max(known.startAt, ...Object.values(known.sentUntil)) };
  return { ...known, scenes: [...known.scenes, scene].slice(-SCENARIOS_MAX) };
}

/** The first instant at or after `at` that is a multiple of `stepMs` plus `phaseMs`. */
function alignUp(at: number, stepMs: number, phaseMs: number): number {
  return Math.ceil((at - phaseMs) / stepMs) * stepMs + phaseMs;
}
