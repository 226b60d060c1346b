/** Tells a gateway that delivers what it held back from one whose messages are simply always late. */

/** After so long it is looked whether a station that is behind has gained on the clock … */
const GAIN_AFTER_MS = 600_000;
/** … by at least this share of the time: a backlog comes in faster than time goes by. */
const GAIN_SHARE_MIN = 0.1;

interface Lag {
  readonly at: number;
  readonly lagMs: number;
  readonly isGaining: boolean;
}

export interface BacklogWatch {
  /** Whether a station that is behind with its newest reading (epoch ms) may be catching up. Until it has shown that it does not, it may. */
  isCatchingUp(station: string, watermark: number, now: number): boolean;
  /** The station is up to date, or nothing arrives. */
  forget(station: string): void;
}

export function createBacklogWatch(): BacklogWatch {
  const lags = new Map<string, Lag>();
  return {
    isCatchingUp(station, watermark, now) {
      const lagMs = now - watermark;
      const before = lags.get(station);
      if (before !== undefined && now - before.at < GAIN_AFTER_MS) return before.isGaining;
      const isGaining = before === undefined || before.lagMs - lagMs >= GAIN_SHARE_MIN * (now - before.at);
      lags.set(station, { at: now, lagMs, isGaining });
      return isGaining;
    },
    forget: (station) => void lags.delete(station),
  };
}
