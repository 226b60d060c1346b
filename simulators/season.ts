import type { Season } from "../model/network.ts";

/** The year of a network in its phases (DOMAIN 6), as its plant goes through them; `circuit-season.ts` says what one circuit does in each. */

export type PlantPhase = "off" | "filling" | "cold_circulation" | "commissioning" | "heating" | "shutdown";

const DAY_MS = 86_400_000;
/** Where the network file names only some dates, the others lie so far from them. */
const COMMISSIONING_MS = 10 * DAY_MS;
const FILLING_MS = 16 * DAY_MS;
/** Cold circulation: the last days before commissioning, at most this share of the time since filling began. */
const COLD_MS = 4 * DAY_MS;
const COLD_SHARE_MAX = 0.4;
/** After the end the water cools, the pumps stop, and the circuits are laid up wet. */
const SHUTDOWN_MS = 5 * DAY_MS;

/** First instants of the phases, epoch ms; what never comes is Infinity, what always was is -Infinity. */
export interface SeasonDates {
  readonly filling: number;
  readonly coldCirculation: number;
  readonly commissioning: number;
  readonly heating: number;
  readonly end: number;
  readonly off: number;
}

const ALWAYS: SeasonDates = {
  filling: -Infinity,
  coldCirculation: -Infinity,
  commissioning: -Infinity,
  heating: -Infinity,
  end: Infinity,
  off: Infinity,
};

/**
 * The dates of the network file with the missing ones filled in: commissioning 10 days before heating, filling 16 days before
 * commissioning, cold circulation the last 4 days (at most 40 %) of the filling, no end. Without a beginning (only `end`, or
 * nothing) the network always heats.
 */
export function seasonDates(season: Season): SeasonDates {
  const end = season.end ?? Infinity;
  const heatingKnown =
    season.heating ?? plus(season.commissioning, COMMISSIONING_MS) ?? plus(season.filling, FILLING_MS + COMMISSIONING_MS);
  if (heatingKnown === undefined) return { ...ALWAYS, end, off: end + SHUTDOWN_MS };
  const heating = Math.min(heatingKnown, end);
  const commissioning = Math.min(
    season.commissioning ?? Math.max(heating - COMMISSIONING_MS, plus(season.filling, DAY_MS) ?? -Infinity),
    heating,
  );
  const filling = Math.min(season.filling ?? commissioning - FILLING_MS, commissioning);
  const coldCirculation = commissioning - Math.min(COLD_MS, COLD_SHARE_MAX * (commissioning - filling));
  return { filling, coldCirculation, commissioning, heating, end, off: end + SHUTDOWN_MS };
}

const plus = (at: number | undefined, ms: number): number | undefined => (at === undefined ? undefined : at + ms);

/** The phase of a network at an instant (epoch ms). */
export function phaseAt(season: Season, at: number): PlantPhase {
  const dates = seasonDates(season);
  if (at >= dates.off) return "off";
  if (at >= dates.end) return "shutdown";
  if (at >= dates.heating) return "heating";
  if (at >= dates.commissioning) return "commissioning";
  if (at >= dates.coldCirculation) return "cold_circulation";
  return at >= dates.filling ? "filling" : "off";
}

/** A start in a phase that remembers its beginning goes back this far before that beginning, and such a phase lasts at most so long. */
const BEFORE_MS = 1.5 * DAY_MS;
const HEATING_UP_MS = 12 * DAY_MS;

/**
 * When to begin, unseen, so that a plant looks at `startAt` as if it had run through the whole year: `settleMs` before; from
 * before the heating up where that is not long ago, and from before the end where the water is still cooling. What else a
 * circuit remembers (how far it is filled, which units are vented) follows from the dates. Approximated: laid-up and emptied
 * circuits begin with water as warm as the rooms, and their meters do not count what was filled before.
 */
export function beginOf(dates: SeasonDates, startAt: number, settleMs: number): number {
  const settled = startAt - settleMs;
  if (settled >= dates.end && settled < dates.off) return dates.end - BEFORE_MS;
  if (settled >= dates.commissioning && settled < dates.commissioning + HEATING_UP_MS) return dates.commissioning - BEFORE_MS;
  if (settled >= dates.coldCirculation && settled < dates.commissioning) return dates.coldCirculation - BEFORE_MS;
  return settled;
}
