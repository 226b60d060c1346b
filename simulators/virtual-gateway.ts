import type { Network } from "../model/network.ts";
import { assetTelemetryTopic, telemetryTopic } from "../model/topic.ts";
import { zoneOffsetMs } from "../model/zone.ts";
import { batchesOf, type Kept } from "./backlog-batches.ts";
import type { DeviceEvent } from "./device-event.ts";
import type { Fault } from "./faults.ts";
import { createClock, type Gap, type GatewayClock, type LinkState, outagesOfDay, plantedGaps } from "./gateway-link.ts";
import type { Vices } from "./gateway-vices.ts";
import { draws, subSeed, uniformAt } from "./random.ts";
import type { StationSample } from "./station-sample.ts";

/** One gateway in virtual time: when it polls, what becomes of the poll on its way, what it keeps while its connection is away. */

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
/** A broker speaks the will of a silent client after 1.5 times its keep-alive of 30 s. */
const WILL_MS = 45_000;
/** From the return of the line, or of power, to the first message. */
const RECONNECT_MS = [1_000, 30_000] as const;
/** Objects that gateways keep while they are away; the oldest goes first. */
const BUFFER_OBJECTS = [1_000, 5_000, 20_000] as const;
/** Arrays of a backlog follow one another. */
const BATCH_EVERY_MS = 400;
/** Sent again after an interruption, because nobody had acknowledged it: at most so many of the last objects before it. */
const RESENT_MAX = 3;
/** Polls that a gateway collects, where it does. */
const COLLECTED_POLLS = [2, 5] as const;
/** Gateways that pass on units and rooms as messages of their own. */
const UNITS_APART_SHARE = 0.4;
/** Most polls take no time at all, few take long: this power of a uniform draw leaves four of five under a third of the largest latency. */
const LATENCY_POWER = 5;
const DUPLICATE_AFTER_MS = [200, 20_000] as const;

export interface VirtualGatewayOptions {
  readonly network: Network;
  readonly station: string;
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly vices: Vices;
  /** Interval of the polls at an instant. */
  readonly pollMsAt: (at: number) => number;
  /** Share of the interval by which this station polls after others. */
  readonly phaseShare: number;
  /** Reads every sensor that is due; called in order of time. */
  readonly sample: (at: number) => StationSample;
  /** First instant, epoch ms. */
  readonly from: number;
  readonly emit: (event: DeviceEvent) => void;
}

export interface GatewayCounts {
  polls: number;
  lost: number;
  duplicates: number;
  late: number;
  backlog: number;
  /** Objects that a full buffer gave up. */
  dropped: number;
}

export class VirtualGateway {
  readonly name: string;
  readonly counts: GatewayCounts = { polls: 0, lost: 0, duplicates: 0, late: 0, backlog: 0, dropped: 0 };
  readonly #options: VirtualGatewayOptions;
  readonly #seed: number;
  /** Seeds of its streams of chance, by what they decide. */
  readonly #streams = new Map<string, number>();
  readonly #clock: GatewayClock;
  readonly #unitsApart: boolean;
  readonly #marksHistory: boolean;
  readonly #bufferMax: number;
  readonly #remembers: boolean;
  /** Levels of the assets whose reports come by radio. */
  readonly #byRadio: ReadonlySet<string>;
  #gaps: Gap[];
  #gapsUntilDay: number;
  /** Begins and ends of gaps up to here are done. */
  #reached: number;
  #link: LinkState = "up";
  #connected = false;
  #connectAt: number;
  #willAt = Infinity;
  #nominalPollAt: number;
  #pollAt: number;
  #sequence = 0;
  /** Polls that go into one message, and those that wait for the next. */
  readonly #collectPolls: number;
  #collected: Kept[] = [];
  #buffer: Kept[] = [];
  /** The last objects that went out, which may have to go again. */
  #recent: Kept[] = [];

  constructor(options: VirtualGatewayOptions) {
    const { network, station, vices, from } = options;
    this.name = `gw-${station}`;
    this.#options = options;
    this.#seed = subSeed(options.seed, "gateway", station);
    const draw = draws(this.#seed);
    this.#unitsApart = draw.between(0, 1) < UNITS_APART_SHARE;
    this.#marksHistory = draw.between(0, 1) < vices.markedHistoryShare;
    this.#bufferMax = draw.pick(BUFFER_OBJECTS);
    const collects = draw.between(0, 1) < vices.collectingShare;
    const several = draw.whole(...COLLECTED_POLLS);
    this.#collectPolls = collects ? several : 1;
    this.#remembers = draw.between(0, 1) >= vices.forgetfulShare;
    this.#clock = createClock({
      vices,
      seed: this.#seed,
      faults: options.faults,
      station,
      zoneOffsetMs: (at) => zoneOffsetMs(network.timezone, at),
      setAt: from,
    });
    this.#byRadio = new Set([...network.below(station, "unit"), ...network.below(station, "room")].map(({ id }) => id));
    this.#reached = from;
    this.#gaps = plantedGaps(options.faults, station, this.#remembers);
    this.#gapsUntilDay = Math.floor(from / DAY_MS) + 1;
    // An interruption that began the day before may last.
    this.#addOutages(this.#gapsUntilDay - 2, this.#gapsUntilDay);
    this.#gaps = this.#gaps.filter(({ to }) => to > from);
    this.#link = this.#stateAt(from);
    this.#connectAt = this.#link === "up" ? from : Infinity;
    this.#willAt = this.#link === "up" ? Infinity : from;
    this.#nominalPollAt = this.#alignUp(from);
    this.#pollAt = this.#jittered(from);
  }

  /** When something happens next, epoch ms. */
  nextAt(): number {
    return Math.min(this.#pollAt, this.#nextChangeAt(), this.#connectAt, this.#willAt);
  }

  /** Does what is due at `at`, which `nextAt` said. */
  step(at: number): void {
    if (at === this.#nextChangeAt()) this.#change(at);
    if (at === this.#willAt) this.#will(at);
    if (at === this.#connectAt) this.#connect(at);
    if (at === this.#pollAt) this.#poll(at);
  }

  #stateAt(at: number): LinkState {
    let state: LinkState = "up";
    for (const gap of this.#gaps)
      if (at >= gap.from && at < gap.to) {
        if (gap.state === "dead") return "dead";
        state = "away";
      }
    return state;
  }

  /** The next begin or end of a gap after what was reached; gaps that are over are forgotten on the way. */
  #nextChangeAt(): number {
    let next = Infinity;
    for (const { from, to } of this.#gaps) next = Math.min(next, from > this.#reached ? from : to);
    return next;
  }

  #change(at: number): void {
    this.#reached = at;
    this.#gaps = this.#gaps.filter(({ to }) => to > at);
    const before = this.#link;
    this.#link = this.#stateAt(at);
    if (this.#link === before) return;
    if (this.#link === "dead") {
      this.#buffer.length = 0;
      this.#recent.length = 0;
      this.#collected.length = 0;
      this.#sequence = 0;
    }
    if (this.#link === "up") {
      this.#connectAt = at + Math.round(RECONNECT_MS[0] + (RECONNECT_MS[1] - RECONNECT_MS[0]) * this.#chance("connect", at));
      return;
    }
    this.#connectAt = Infinity;
    if (before === "up" && this.#connected && this.#willAt === Infinity) this.#willAt = at + WILL_MS;
    this.#connected = false;
  }

  #will(at: number): void {
    this.#willAt = Infinity;
    this.#status(at, false);
  }

  #connect(at: number): void {
    this.#connectAt = Infinity;
    this.#willAt = Infinity;
    this.#connected = true;
    this.#status(at, true);
    this.#sendBuffer(at);
  }

  #status(at: number, online: boolean): void {
    this.#options.emit({ type: "status", at, gateway: this.name, station: this.#options.station, online });
  }

  #poll(at: number): void {
    this.#nominalPollAt = this.#alignUp(this.#nominalPollAt + 1);
    this.#pollAt = this.#jittered(at + 1);
    this.#lookAhead(at);
    if (this.#link === "dead") return;
    this.counts.polls++;
    const sample = this.#options.sample(at);
    const kept = this.#objectsOf(sample, at);
    if (!this.#connected) {
      for (const one of [...this.#collected.splice(0), ...kept]) this.#keep(one);
      return;
    }
    const [ofStation, ...others] = kept;
    for (const one of others) this.#send([one], at);
    if (ofStation !== undefined) this.#collected.push(ofStation);
    if (this.#collected.length >= this.#collectPolls) this.#send(this.#collected.splice(0), at);
  }

  /** What a poll becomes on the wire: one object of the station, and where units report apart one for each of them. */
  #objectsOf(sample: StationSample, at: number): Kept[] {
    const { vices } = this.#options;
    const ts = at + this.#clock.offsetMs(at);
    const { station } = this.#options;
    const topic = telemetryTopic(station);
    if (!this.#unitsApart && vices.unitLossShare <= 0) return [{ topic, object: { ts, seq: ++this.#sequence, assets: sample.assets } }];
    const together: Record<string, (typeof sample.assets)[string]> = {};
    const apart: Kept[] = [];
    for (const asset in sample.assets) {
      const values = sample.assets[asset]!;
      const isRadio = this.#byRadio.has(asset);
      if (isRadio && vices.unitLossShare > 0 && this.#chance(`radio ${asset}`, at) < vices.unitLossShare) continue;
      if (isRadio && this.#unitsApart)
        apart.push({ topic: assetTelemetryTopic(station, asset), object: { ts, seq: ++this.#sequence, values } });
      else together[asset] = values;
    }
    return [{ topic, object: { ts, seq: ++this.#sequence, assets: together } }, ...apart];
  }

  /** One message, with whatever happens to it on its way. */
  #send(kept: readonly Kept[], at: number): void {
    const { vices } = this.#options;
    const { seq = 0 } = kept[0]!.object;
    if (this.#chance("loss", seq + at) < vices.lossShare) {
      this.counts.lost += kept.length;
      return;
    }
    let receivedAt = at + Math.round(vices.latencyMs * this.#chance("latency", seq + at) ** LATENCY_POWER);
    if (this.#chance("late", seq + at) < vices.reorderShare) {
      this.counts.late++;
      receivedAt += Math.round(this.#options.pollMsAt(at) * (1.1 + this.#chance("how late", seq + at)));
    }
    this.#deliver(receivedAt, kept);
    if (this.#chance("duplicate", seq + at) < vices.duplicateShare) {
      this.counts.duplicates++;
      const [least, most] = DUPLICATE_AFTER_MS;
      this.#deliver(receivedAt + Math.round(least + (most - least) * this.#chance("when again", seq + at)), kept);
    }
    this.#recent = [...this.#recent, ...kept].slice(-RESENT_MAX);
  }

  #deliver(at: number, kept: readonly Kept[]): void {
    const objects = kept.map(({ object }) => object);
    this.#options.emit({ type: "message", at, gateway: this.name, topic: kept[0]!.topic, objects, batch: objects.length > 1 });
  }

  #keep(one: Kept): void {
    if (this.#remembers) this.#buffer.push(one);
    else this.counts.dropped++;
    if (this.#buffer.length <= this.#bufferMax) return;
    this.#buffer.shift();
    this.counts.dropped++;
  }

  /** The backlog as arrays, oldest first, behind what may have been lost when the line broke. */
  #sendBuffer(at: number): void {
    if (this.#buffer.length === 0) return;
    const again = this.#chance("again", at) < 0.5 ? Math.floor(this.#chance("how many again", at) * (RESENT_MAX + 1)) : 0;
    const all = [...this.#recent.slice(this.#recent.length - again), ...this.#buffer];
    this.counts.duplicates += Math.min(again, this.#recent.length);
    this.counts.backlog += this.#buffer.length;
    this.#buffer = [];
    for (const [index, { topic, objects }] of batchesOf(all, this.#marksHistory).entries())
      this.#options.emit({ type: "message", at: at + (index + 1) * BATCH_EVERY_MS, gateway: this.name, topic, objects, batch: true });
  }

  /** First instant of the poll grid at or after `at`. */
  #alignUp(at: number): number {
    const pollMs = this.#options.pollMsAt(at);
    const phaseMs = Math.floor((this.#options.phaseShare * pollMs) / SECOND_MS) * SECOND_MS;
    return Math.ceil((at - phaseMs) / pollMs) * pollMs + phaseMs;
  }

  /** The next poll: its place in the grid, a little too early or too late, never before `least`. */
  #jittered(least: number): number {
    const at = this.#nominalPollAt;
    const { jitterShare } = this.#options.vices;
    if (jitterShare <= 0) return Math.max(least, at);
    const shiftMs = this.#options.pollMsAt(at) * Math.min(0.45, jitterShare) * (2 * this.#chance("jitter", at) - 1);
    return Math.max(least, Math.round((at + shiftMs) / SECOND_MS) * SECOND_MS);
  }

  #lookAhead(at: number): void {
    const day = Math.floor(at / DAY_MS) + 1;
    if (day <= this.#gapsUntilDay) return;
    this.#addOutages(this.#gapsUntilDay + 1, day);
    this.#gapsUntilDay = day;
  }

  #addOutages(fromDay: number, toDay: number): void {
    for (let day = fromDay; day <= toDay; day++) this.#gaps.push(...outagesOfDay(this.#options.vices, this.#seed, day, this.#remembers));
  }

  #chance(what: string, position: number): number {
    let stream = this.#streams.get(what);
    if (stream === undefined) this.#streams.set(what, (stream = subSeed(this.#seed, what)));
    return uniformAt(stream, position);
  }
}
