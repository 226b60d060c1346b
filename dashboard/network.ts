import { Network, type Area, type Asset, type Season, type Steward } from "../model/network.ts";
import type { LatestValue, StationLive } from "../model/live.ts";
import type { SignalId } from "../model/signals.ts";
import { get, type Result } from "./api.ts";

/** The topology as the API serves it, and where a number of a circuit is found in it. */

interface NetworkAnswer {
  readonly name: string;
  readonly timezone: string;
  readonly season: Season;
  readonly areas: readonly Area[];
  readonly stewards: readonly Steward[];
  readonly assets: readonly Asset[];
}

export async function loadNetwork(): Promise<Result<Network>> {
  const answer = await get<NetworkAnswer>("/api/network");
  return answer.ok ? { ok: true, value: new Network(answer.value) } : answer;
}

/** Newest value of a signal of an asset, wherever it is reported (CONTRACT 2: on the station or, measured per circuit, on the circuit). */
export function latestOf(
  network: Network,
  station: Pick<StationLive, "values"> | undefined,
  asset: string,
  signal: SignalId,
): LatestValue | undefined {
  if (station === undefined) return undefined;
  for (const carrier of network.carriers(asset, signal)) {
    const value = station.values[carrier]?.[signal];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The asset that carries a signal: what to ask a curve of. The asset, else its station; the asset itself while nothing was received. */
export function carrierOf(network: Network, station: Pick<StationLive, "values"> | undefined, asset: string, signal: SignalId): string {
  const carriers = [...network.carriers(asset, signal), network.asset(asset)?.station ?? asset];
  return carriers.find((carrier) => station?.values[carrier]?.[signal] !== undefined) ?? asset;
}

/** Outdoor temperature now: the median of what the stations say, so that one probe in the sun does not move it; null when none does. */
export function outdoorC(stations: Iterable<StationLive>, oldestAt: number): number | null {
  const found: number[] = [];
  for (const station of stations) {
    for (const values of Object.values(station.values)) {
      const reading = values.t_out;
      if (reading !== undefined && reading[1] !== null && reading[0] >= oldestAt) found.push(reading[1]);
    }
  }
  found.sort((a, b) => a - b);
  return found.length === 0 ? null : found[found.length >> 1]!;
}
