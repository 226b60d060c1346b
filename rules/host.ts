import type { Episode, RootedEpisode } from "../model/finding.ts";
import type { Insight, Learning } from "../model/insight.ts";
import type { CircuitDerived, RuleStatus } from "../model/live.ts";
import type { Network } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { STATUS_SIGNAL } from "../model/signals.ts";
import { LIMITS, RULES } from "./catalogue.ts";
import { type Decision, byTime } from "../model/decision.ts";
import { type ActiveWork, skipDecisions, takeDecisions } from "./decisions.ts";
import { deriveCircuits } from "./derived.ts";
import { phaseOf, type StationPhase } from "./station-phase.ts";
import { step } from "./engine.ts";
import type { Transition } from "./fold.ts";
import { type LimitVersions, limitVersions } from "./limit-versions.ts";
import type { Limit, LimitOverrides } from "./limits.ts";
import { type History, refold, restore } from "./rewind.ts";
import type { Rule } from "./rule.ts";
import { holdStatus } from "./statuses.ts";
import { type SavedState, loadSnapshots, saveSnapshot } from "./saved.ts";
import { NetworkWatch } from "./network-watch.ts";
import type { RootCauses } from "./root-cause.ts";
import { type StationRun, createRun, isReachable, ownEpisodes, rewindRun, rootCauses, takeStatuses } from "./station-run.ts";
import { insightOf, learningOf } from "./insight.ts";
import { traceLines } from "./trace.ts";

/** The rules at work on all stations: takes readings as they come in, rewinds for late ones, and answers what is found. */

export interface RuleHostOptions {
  readonly network: Network;
  /** Stored readings of a station with from <= at < to, sorted by time. Must contain everything that `accept` is given. */
  readonly history: History;
  readonly overrides?: LimitOverrides;
  /** The findings of a station may have changed. Called after the work of `accept`, `tick`, `settle` or `resume` on it. */
  readonly onChange?: (station: string) => void;
  /** Monotonic milliseconds, for the budget of `settle` only; without it the budget is not kept. */
  readonly elapsedMs?: () => number;
  /** Other rules than the catalogue's. */
  readonly rules?: readonly Rule[];
  readonly limits?: Readonly<Record<string, Limit>>;
}

export interface RuleHostCounts {
  readonly stations: number;
  readonly readings: number;
  readonly late: number;
  /** Readings too old to be judged (stored all the same). */
  readonly tooLate: number;
  readonly rewinds: number;
  readonly refolded: number;
  readonly dirty: number;
  readonly evaluations: number;
  readonly failures: number;
  readonly lastFailure: string | undefined;
  readonly episodesDropped: number;
  readonly snapshots: number;
  readonly snapshotBytes: number;
}

export class RuleHost {
  readonly #options: RuleHostOptions;
  readonly #rules: readonly Rule[];
  readonly #limits: LimitVersions;
  readonly #runs = new Map<string, StationRun>();
  readonly #dirty = new Set<string>();
  #decisions: readonly Decision[] = [];
  readonly #larger: NetworkWatch;
  readonly #counts = { readings: 0, late: 0, tooLate: 0, rewinds: 0, refolded: 0 };

  constructor(options: RuleHostOptions) {
    this.#options = options;
    this.#larger = new NetworkWatch(options.network);
    this.#rules = options.rules ?? RULES;
    this.#limits = limitVersions(options.network, options.limits ?? LIMITS, options.overrides ?? {}, () => this.#decisions);
  }

  /**
   * Everything that people have decided, before anything is loaded and again after every decision. Where that changes the past of a
   * station, `settle` folds it again from there, as for a late reading.
   */
  decide(decisions: readonly Decision[]): void {
    this.#decisions = decisions.toSorted(byTime);
    for (const [station, run] of this.#runs) {
      const changedAt = takeDecisions(run.fold, this.#decisions);
      if (changedAt <= (run.torn ?? run.fold.state).at) this.#markLate(station, run, changedAt);
      if (!this.#dirty.has(station)) skipDecisions(run.fold);
    }
  }

  /** Takes in readings of any stations in the order of their commits. Late ones only mark their station; `settle` rewinds it. */
  accept(readings: readonly Reading[]): void {
    const changed = new Set<string>();
    let run: StationRun | undefined;
    let station: string | undefined;
    for (const reading of readings) {
      if (run === undefined || reading.point.station !== station) {
        station = reading.point.station;
        run = this.#run(station);
      }
      this.#counts.readings++;
      if (reading.at <= (run.torn ?? run.fold.state).at) this.#markLate(station, run, reading.at);
      else if (reading.point.signal === STATUS_SIGNAL) holdStatus(run.statuses, reading);
      // A torn run takes it from the store when its rewind is repeated.
      else if (run.torn === undefined) {
        const isSaid = this.#note(run, takeStatuses(run, reading.at));
        if (this.#note(run, step(run.fold, reading)) || isSaid) changed.add(station);
      }
      if (reading.at > run.newestAt && reading.point.signal !== STATUS_SIGNAL) run.newestAt = reading.at;
    }
    this.#announce(changed);
  }

  /**
   * Rewinds stations that got late readings, the longest waiting first. With a budget (ms) it stops after the station that
   * exceeds it. Returns how many stations still wait.
   */
  settle(budgetMs = Infinity): number {
    const startedMs = this.#options.elapsedMs?.() ?? 0;
    for (const station of this.#dirty) {
      this.#rewind(station, this.#runs.get(station)!);
      if ((this.#options.elapsedMs?.() ?? 0) - startedMs >= budgetMs) break;
    }
    return this.#dirty.size;
  }

  /** Event time has reached `at` for one station or for all that have ever reported. What lies in the past is ignored. */
  tick(at: number, station?: string): void {
    const changed = new Set<string>();
    const targets = station === undefined ? this.#runs.keys() : [station];
    for (const id of targets) {
      const run = this.#runs.get(id);
      if (run === undefined || run.torn !== undefined) continue;
      const isSaid = this.#note(run, takeStatuses(run, at));
      const isChanged = this.#note(run, step(run.fold, { tickAt: at })) || isSaid;
      if (isChanged || (run.releaseAt !== undefined && run.fold.view.at >= run.releaseAt)) changed.add(id);
    }
    this.#announce(changed);
  }

  /** Active and cleared findings of the last 14 days, lifted ones included, by time of detection. */
  episodes(station: string): Episode[] {
    const run = this.#runs.get(station);
    if (run === undefined) return [];
    return [...ownEpisodes(run), ...this.#causes(run).lifted].sort(
      (a, b) => a.detectedAt - b.detectedAt || a.since - b.since || compare(a.asset, b.asset) || compare(a.kind, b.kind),
    );
  }

  /** The active findings, each with the one that explains it; roots first. */
  rooted(station: string): readonly RootedEpisode[] {
    const run = this.#runs.get(station);
    return run === undefined ? [] : this.#causes(run).rooted;
  }

  /** Derived numbers of every circuit of a station, by circuit. */
  derived(station: string): Record<string, CircuitDerived> {
    const run = this.#runs.get(station);
    return run === undefined ? {} : deriveCircuits(run.fold);
  }

  /** The last evaluation of every rule on every asset of a station. */
  statuses(station: string): RuleStatus[] {
    const { fold } = this.#runs.get(station) ?? {};
    if (fold === undefined) return [];
    return fold.plan.watches.flatMap(({ rule, asset, index }): RuleStatus[] => {
      const trace = fold.traces[index];
      const line = trace === undefined ? undefined : traceLines(trace).at(-1);
      return line === undefined ? [] : [{ kind: rule.kind, asset: asset.id, measure: rule.measure, ...line }];
    });
  }

  /** The last evaluations of the rules over an asset: why they did not fire. Undefined before the station's first reading. */
  insight(asset: string): Insight | undefined {
    const run = this.#runOf(asset);
    return run === undefined ? undefined : insightOf(run.fold, asset);
  }

  /** What was learned of an asset. Undefined before the station's first reading. */
  learning(asset: string): Learning | undefined {
    const run = this.#runOf(asset);
    return run === undefined ? undefined : learningOf(run.fold, asset);
  }

  /** Planned works that go on at a station, each with what it kept from being found. */
  works(station: string): readonly ActiveWork[] {
    return this.#runs.get(station)?.fold.state.works ?? [];
  }

  /** A work that goes on at a station, or one of the last that were over and had kept something back. */
  work(station: string, id: string): ActiveWork | undefined {
    const { works = [], pastWorks = [] } = this.#runs.get(station)?.fold.state ?? {};
    return [...works, ...pastWorks].find((work) => work.id === id);
  }

  /** The season phase of a station, what was set by a person, and what calendar and signals suggest. Undefined before the first reading. */
  phase(station: string): StationPhase | undefined {
    const run = this.#runs.get(station);
    return run === undefined ? undefined : phaseOf(run.fold);
  }

  /** Event time of the station's newest reading; undefined before the first. */
  watermark(station: string): number | undefined {
    const newestAt = this.#runs.get(station)?.newestAt;
    return newestAt === undefined || newestAt === -Infinity ? undefined : newestAt;
  }

  /** Event time up to which the station's readings are judged; undefined before the first. */
  evaluatedAt(station: string): number | undefined {
    const at = this.#runs.get(station)?.fold.state.at;
    return at === undefined || at === -Infinity ? undefined : at;
  }

  /** Whether a rewind could not be finished: until `settle` has brought it to its end, the station's findings are not to be used. */
  isTorn(station: string): boolean {
    return this.#runs.get(station)?.torn !== undefined;
  }

  /**
   * All that a restart needs, of all stations or of one, several entries a station. An entry never changes and comes back as the same object: what is
   * written need not be written again, and what no longer comes can be deleted. Readings committed after the save have to be
   * given to `accept` after `load` if any of them is older than its station's newest entry.
   */
  save(station?: string): SavedState[] {
    const runs = station === undefined ? [...this.#runs.values()] : [this.#runs.get(station)].filter((run) => run !== undefined);
    return runs.flatMap(({ fold, snapshots, dirtyAt }) =>
      snapshots.filter(({ at }) => dirtyAt === undefined || at < dirtyAt).map((snapshot) => saveSnapshot(fold, snapshot)),
    );
  }

  /** Takes up saved states into a host that is still empty. Returns the stations whose save does not fit (other network or rules). */
  load(saved: readonly SavedState[]): string[] {
    const refused: string[] = [];
    for (const [station, entries] of Map.groupBy(saved, (entry) => entry.station)) {
      const run = this.#options.network.asset(station)?.level === "station" ? this.#run(station) : undefined;
      if (run !== undefined && this.#takeUp(run, entries)) continue;
      this.#runs.delete(station);
      refused.push(station);
    }
    return refused;
  }

  /** False if the saves do not fit, or cannot be read: nothing is lost then, the store has every reading. */
  #takeUp(run: StationRun, entries: readonly SavedState[]): boolean {
    const snapshots = loadSnapshots(run.fold, entries, this.#options.network);
    if (snapshots === undefined) return false;
    try {
      restore(run.fold, snapshots.at(-1), this.#options.history, true);
    } catch {
      return false;
    }
    run.snapshots.splice(0, run.snapshots.length, ...snapshots);
    run.newestAt = run.fold.state.at;
    return true;
  }

  /**
   * Folds a station's stored readings from its newest state (from the beginning if there is none) to the end of `extent`, which
   * is that of its telemetry: what gateways said of themselves later waits. Returns how many.
   */
  resume(station: string, extent: { readonly from: number; readonly to: number }): number {
    const run = this.#run(station);
    const count = refold(run.fold, this.#options.history, extent.from, extent.to);
    for (const status of this.#options.history(station, extent.to + 1, Number.MAX_SAFE_INTEGER))
      if (status.at > run.fold.state.at) holdStatus(run.statuses, status);
    run.newestAt = Math.max(run.newestAt, extent.to);
    run.causes = undefined;
    this.#larger.forget();
    this.#counts.refolded += count;
    this.#announce(new Set([station]));
    return count;
  }

  counts(): RuleHostCounts {
    const runs = [...this.#runs.values()];
    const sum = (number: (run: StationRun) => number): number => runs.reduce((total, run) => total + number(run), 0);
    return {
      stations: runs.length,
      ...this.#counts,
      dirty: this.#dirty.size,
      evaluations: sum(({ fold }) => fold.counts.evaluations),
      failures: sum(({ fold }) => fold.counts.failures),
      lastFailure: runs.map(({ fold }) => fold.counts.lastFailure).find((failure) => failure !== undefined),
      episodesDropped: sum(({ fold }) => fold.counts.episodesDropped),
      snapshots: sum(({ snapshots }) => snapshots.length),
      snapshotBytes: sum(({ snapshots }) => snapshots.reduce((total, { bytes }) => total + bytes.byteLength, 0)),
    };
  }

  #runOf(asset: string): StationRun | undefined {
    const station = this.#options.network.asset(asset)?.station;
    return station === undefined ? undefined : this.#runs.get(station);
  }

  #run(station: string): StationRun {
    let run = this.#runs.get(station);
    if (run === undefined) {
      run = createRun(this.#options.network, station, this.#rules, this.#limits);
      takeDecisions(run.fold, this.#decisions);
      this.#runs.set(station, run);
    }
    return run;
  }

  #markLate(station: string, run: StationRun, at: number): void {
    this.#counts.late++;
    if (run.dirtyAt !== undefined && run.dirtyAt <= at) return;
    if (!isReachable(run, at)) {
      this.#counts.tooLate++;
      return;
    }
    run.dirtyAt = at;
    this.#dirty.add(station);
  }

  #rewind(station: string, run: StationRun): void {
    this.#dirty.delete(station);
    this.#counts.rewinds++;
    try {
      this.#counts.refolded += rewindRun(run, this.#options.history);
      this.#larger.forget();
    } catch (error) {
      // The store could not be read: the station stands somewhere in its past and has to be brought back before anything is said of it.
      this.#dirty.add(station);
      throw error;
    }
    this.#announce(new Set([station]));
  }

  #note(run: StationRun, transitions: readonly Transition[]): boolean {
    if (transitions.length > 0) run.causes = undefined;
    this.#larger.note(transitions);
    return transitions.length > 0;
  }

  #causes(run: StationRun): RootCauses {
    return rootCauses(run, this.#larger.leaderOf);
  }

  #announce(stations: ReadonlySet<string>): void {
    for (const station of new Set([...stations, ...this.#larger.regroup(this.#runs)])) {
      const run = this.#runs.get(station)!;
      run.releaseAt = this.#causes(run).nextReleaseAt;
      this.#options.onChange?.(station);
    }
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
