import { demoFaults, NEXT_SCENARIO_AFTER_MS, type Scene, SCENARIOS_MAX } from "./demo-scenario.ts";
import { Fleet, type FleetFigures, type Progress } from "./device-fleet.ts";
import type { DeviceOptions } from "./device-options.ts";
import { type DeviceState, readDeviceState, writeDeviceState } from "./device-state.ts";
import type { Fault } from "./faults.ts";
import { VICES } from "./gateway-vices.ts";
import { createPlant, type Plant } from "./plant.ts";
import { createDevices } from "./virtual-devices.ts";

/** The devices of a demonstration: its faults around "now", a coarse past and a fine present, and what earlier starts have sent. */

/** The last hour of the history is polled as often as the present, so that the newest curves have detail. */
const RECENT_MS = 3_600_000;
const STATE_EVERY_MS = 5_000;

export class DemoFleet {
  readonly plant: Plant;
  readonly faults: readonly Fault[];
  /** An earlier start has sent something: the plant is first simulated again up to there, some 0.2 s a day. */
  readonly isContinued: boolean;
  readonly #options: DeviceOptions;
  readonly #state: DeviceState;
  readonly #fleet: Fleet;
  readonly #log: (line: string) => void;
  #saveProblem = "";
  #isStopped = false;
  #stateTimer: NodeJS.Timeout | undefined;

  /** `clock` gives the present, epoch ms. Reads the state file; throws InputError when that is damaged. */
  constructor(options: DeviceOptions, clock: () => number, log: (line: string) => void) {
    this.#options = options;
    this.#log = log;
    this.#state = withScene(options, options.stateFile === undefined ? undefined : readDeviceState(options.stateFile));
    const { seed, startAt, sentUntil } = this.#state;
    this.isContinued = Object.keys(sentUntil).length > 0;
    const { network, unitIntervalMs, historyIntervalMs, liveIntervalMs } = options;
    this.faults = demoFaults(network, this.#state.scenes);
    this.plant = createPlant({ network, seed, climate: options.climate, startAt, faults: this.faults, unitIntervalMs });
    const fineFrom = clock() - RECENT_MS;
    const devices = createDevices({
      plant: this.plant,
      network,
      seed,
      faults: this.faults,
      vices: VICES.none,
      gear: "usual",
      pollMs: (at) => (at < fineFrom ? Math.max(historyIntervalMs, liveIntervalMs) : liveIntervalMs),
      unitIntervalMs,
    });
    const to = options.historyOnly ? clock() : Infinity;
    this.#fleet = new Fleet<never>({
      mqttUrl: options.mqttUrl,
      gateways: options.gateways,
      seed,
      events: devices.events(startAt, to),
      from: Math.max(startAt, ...Object.values(sentUntil)),
      to: clock(),
      shiftMs: 0,
      speed: "max",
      clock,
      log,
      isSent: (station, ts) => ts <= (sentUntil[station] ?? -Infinity),
    });
  }

  /** Begins to connect every gateway. */
  async start(): Promise<void> {
    if (this.#options.stateFile !== undefined) this.#stateTimer = setInterval(() => this.#saveState(), STATE_EVERY_MS);
    await this.#fleet.start();
  }

  /** Sends everything from where the last start ended, then goes on in the pace of the clock until `stop` (or, history only, ends). */
  async play(report: (progress: Progress) => void): Promise<void> {
    await this.#fleet.play(report);
  }

  async settled(): Promise<void> {
    await this.#fleet.settled();
  }

  /** Ends polling, says goodbye to the broker and saves the state; at most 2 s. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearInterval(this.#stateTimer);
    await this.#fleet.stop();
    this.#saveState();
  }

  figures(): FleetFigures {
    return this.#fleet.figures();
  }

  /** A disk that refuses ends nothing: the next start then sends a little again. */
  #saveState(): void {
    if (this.#options.stateFile === undefined) return;
    const sentUntil: Record<string, number> = { ...this.#state.sentUntil };
    for (const { stations } of this.#options.gateways)
      for (const station of stations) {
        const until = this.#fleet.acknowledgedUntil(station);
        if (until !== undefined) sentUntil[station] = Math.max(sentUntil[station] ?? 0, until);
      }
    try {
      writeDeviceState(this.#options.stateFile, { ...this.#state, sentUntil });
      this.#saveProblem = "";
    } catch (error) {
      const problem = (error as Error).message;
      if (problem !== this.#saveProblem) this.#log(`devices: the state could not be saved: ${problem}`);
      this.#saveProblem = problem;
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
