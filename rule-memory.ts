import type { RuleHost } from "./rules/host.ts";
import type { SavedState } from "./rules/saved.ts";
import type { RuleSnapshots } from "./store/rule-snapshots.ts";
import type { TelemetryStore } from "./store/telemetry.ts";
import type { Network } from "./model/network.ts";
import type { Log } from "./log.ts";

/** What the rules remember across a restart: saved states, and the readings that came after them. */

const SAVE_MS = 300_000;

export interface RuleMemory {
  /** Writes what is new since the last save. */
  save(): void;
  start(): void;
  /** Saves a last time. */
  stop(): void;
  /** Saved states that could not be used since the start: another format, or broken. Their stations were folded again. */
  ignoredSnapshots(): number;
}

/** Loads the saved states into an empty host and folds the stored readings after them. */
export function openRuleMemory(parts: {
  host: RuleHost;
  snapshots: RuleSnapshots;
  store: TelemetryStore;
  network: Network;
  now: () => number;
  log: Log;
}): RuleMemory {
  const { host, snapshots, store, network, now, log } = parts;
  const written = new WeakSet<object>();
  const saved = network.stations.flatMap(({ id }) => {
    // A snapshot that is newer than the oldest reading of the replayed journal may not contain it.
    const replayed = store.replayedFrom(id) ?? Infinity;
    return snapshots.all(id).filter(({ at }) => at < replayed) as SavedState[];
  });
  for (const entry of saved) written.add(entry);
  const refused = host.load(saved);
  if (refused.length > 0) log.info(`rules or network have changed: ${refused.length} stations are folded again from their readings`);
  for (const { id } of network.stations) {
    const extent = store.extent(id);
    if (extent !== undefined) host.resume(id, extent);
  }
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const save = (): void => {
    if (stopped) return;
    const valid = host.save();
    const newestAt = new Map<string, number>(network.stations.map(({ id }) => [id, -1]));
    for (const { station, at } of valid) newestAt.set(station, Math.max(at, newestAt.get(station) ?? -1));
    const fresh = valid.filter((entry) => !written.has(entry));
    try {
      // Late readings made what came after them untrue; what is valid again comes as a new entry.
      for (const [station, at] of newestAt) snapshots.forgetAfter(station, at);
      snapshots.save(fresh, now());
      for (const entry of fresh) written.add(entry);
    } catch (error) {
      // Nothing is lost: a restart folds more readings.
      log.warn(`the state of the rules could not be saved: ${(error as Error).message}`);
    }
  };
  return {
    save,
    start() {
      timer ??= setInterval(save, SAVE_MS);
    },
    stop() {
      clearInterval(timer);
      save();
      stopped = true;
    },
    ignoredSnapshots: () => snapshots.ignoredCount(),
  };
}
