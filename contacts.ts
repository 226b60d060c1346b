import type { Connection } from "./model/live.ts";
import type { Network } from "./model/network.ts";
import type { Reading } from "./model/reading.ts";
import { STATUS_SIGNAL } from "./model/signals.ts";
import type { TelemetryStore } from "./store/telemetry.ts";

/** How far each station is heard: newest data, when it came in, its rhythm, and whether its gateway says it is there. */

/** A station whose rhythm is not known yet is silent after this. */
const SILENT_MS_MIN = 180_000;
const SILENT_INTERVALS = 3;
/** A pause longer than this is an outage, not a rhythm. */
const INTERVAL_MS_MAX = 3_600_000;
const SMOOTHING = 0.2;

interface Heard {
  /** Undefined: only its status was heard. */
  dataAt: number | undefined;
  receivedAt: number;
  intervalMs: number | undefined;
  online: boolean | undefined;
}

export interface Contacts {
  /** Takes note of fresh readings, received at `receivedAt` (epoch ms). */
  hear(readings: readonly Reading[], receivedAt: number): void;
  contact(station: string): { readonly connection: Connection; readonly dataAt: number | null; readonly receivedAt: number | null };
  /** Whether anything of the station came in since the start. */
  heardSinceStart(station: string): boolean;
  /** When the last message of the station came in since the start. */
  lastReceivedAt(station: string): number | undefined;
}

/** Begins with what the store knows, so that a restart does not make every station look new. */
export function createContacts(network: Network, store: Pick<TelemetryStore, "extent" | "latest">, now: () => number): Contacts {
  const heard = new Map<string, Heard>();
  const sinceStart = new Map<string, number>();
  for (const { id } of network.stations) {
    const extent = store.extent(id);
    const status = store.latest(id, STATUS_SIGNAL);
    if (extent !== undefined)
      heard.set(id, {
        dataAt: extent.to,
        receivedAt: extent.to,
        intervalMs: undefined,
        online: status === undefined ? undefined : status[1] === 1,
      });
  }
  return {
    hear(readings, receivedAt) {
      for (const { point, at, value } of readings) {
        let known = heard.get(point.station);
        if (known === undefined)
          heard.set(point.station, (known = { dataAt: undefined, receivedAt, intervalMs: undefined, online: undefined }));
        sinceStart.set(point.station, receivedAt);
        known.receivedAt = receivedAt;
        if (point.signal === STATUS_SIGNAL) {
          known.online = value === 1;
          continue;
        }
        const stepMs = known.dataAt === undefined ? Infinity : at - known.dataAt;
        if (stepMs <= 0) continue;
        if (stepMs <= INTERVAL_MS_MAX)
          known.intervalMs = known.intervalMs === undefined ? stepMs : known.intervalMs + SMOOTHING * (stepMs - known.intervalMs);
        known.dataAt = at;
      }
    },
    contact(station) {
      const known = heard.get(station);
      if (known === undefined) return { connection: "never", dataAt: null, receivedAt: null };
      const { dataAt, receivedAt, intervalMs, online } = known;
      const silent = now() - (dataAt ?? receivedAt) > Math.max(SILENT_MS_MIN, SILENT_INTERVALS * (intervalMs ?? 0));
      return { connection: online === false ? "offline" : silent ? "silent" : "online", dataAt: dataAt ?? null, receivedAt };
    },
    heardSinceStart: (station) => sinceStart.has(station),
    lastReceivedAt: (station) => sinceStart.get(station),
  };
}
