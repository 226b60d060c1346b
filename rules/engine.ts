import type { Episode } from "../model/finding.ts";
import type { Event, Reading } from "../model/reading.ts";
import { advanceHold } from "./hold.ts";
import type { Watch } from "./plan.ts";
import { admit, trimExcluded } from "./quality.ts";
import type { Verdict } from "./rule.ts";
import { type Frame, type StationFold, type Transition, slotFor } from "./fold.ts";
import type { Slot } from "./state.ts";
import { createTrace, traceVerdict } from "./trace.ts";

/**
 * The one fold over readings. When a rule is evaluated depends on event times of readings and on the engine's own grid of
 * minutes, never on when or in what order something was delivered: live, late data, restart and backtest all end here.
 */

const GRID_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Frames this close behind the newest reading may still grow: parts of one poll come with times a little apart. */
const REORDER_MS = 2_000;
/** Frames that may be open at once; beyond it the oldest is closed. */
const FRAMES_MAX = 64;
/** A station that has been silent for so long is looked at once an hour: nothing can change by the minute. */
const SLOW_GRID_AFTER_MS = DAY_MS;
/** Cleared episodes that are kept, by age and by number: in a large station everything may clear at once, and none of it may be lost. */
const EPISODES_KEPT_MS = 14 * DAY_MS;
const EPISODES_MAX = 200;
const EPISODES_PER_WATCH = 1;
/** An active finding is explained anew after 10 min, and then ever more rarely: after a sixth of its age. */
const REFRESH_MS_MIN = 600_000;
const REFRESH_AGE_SHARE = 1 / 6;
const EXCLUDED_KEPT_MS = 43_200_000;

const NOTHING: readonly Transition[] = [];
const OUT_OF_SEASON: Verdict = { state: "normal" };
const UNKNOWN: Verdict = { state: "unknown" };

/**
 * Takes in one event. A reading only joins its frame; it is judged when a later one or a tick closes the frame.
 * @throws if the reading is not later than what has been evaluated (the host rewinds for such).
 */
export function step(fold: StationFold, event: Event): readonly Transition[] {
  if ("tickAt" in event) {
    closeFrames(fold, event.tickAt);
    runGrid(fold, event.tickAt);
  } else {
    join(fold, event);
    closeFrames(fold, event.at - REORDER_MS);
    if (fold.frames.length > FRAMES_MAX) closeFrames(fold, fold.frames[0]!.at);
  }
  if (fold.out.length === 0) return NOTHING;
  const transitions = fold.out;
  fold.out = [];
  return transitions;
}

function join(fold: StationFold, reading: Reading): void {
  const { frames } = fold;
  let index = frames.length - 1;
  while (index >= 0 && frames[index]!.at > reading.at) index--;
  const frame = frames[index];
  if (frame?.at === reading.at) frame.readings.push(reading);
  else if (reading.at > fold.state.at) frames.splice(index + 1, 0, { at: reading.at, readings: [reading] });
  else throw new Error(`a reading of ${reading.at} came after ${fold.state.at} had been evaluated`);
}

function closeFrames(fold: StationFold, to: number): void {
  while (fold.frames.length > 0 && fold.frames[0]!.at <= to) closeFrame(fold, fold.frames.shift()!);
}

function closeFrame(fold: StationFold, frame: Frame): void {
  const { state } = fold;
  if (state.at === -Infinity) {
    state.startedAt = frame.at;
    state.gridAt = Math.ceil(frame.at / GRID_MS) * GRID_MS - GRID_MS;
  } else runGrid(fold, frame.at - 1);
  const touched = apply(fold, frame);
  state.at = frame.at;
  fold.view.moveTo(frame.at);
  for (const watch of touched) evaluate(fold, watch, frame.at);
}

/** Puts a frame's readings through the gate, the last one of each point. Returns the watches that they wake, in the order of the plan. */
function apply(fold: StationFold, frame: Frame): readonly Watch[] {
  const { at } = frame;
  const slots: Slot[] = [];
  for (const reading of frame.readings) {
    const slot = slotFor(fold, reading.point);
    if (slot.frameAt !== at) {
      slot.frameAt = at;
      slots.push(slot);
    }
    slot.value = reading.value;
  }
  const { heardAt, gate } = fold.state;
  const { parents } = fold.plan;
  const touched = new Set<Watch>();
  for (const slot of slots) {
    admit(gate, slot.index, slot.point.signal, at, slot.value, slot.series);
    slot.frameAt = NaN;
    for (const watch of slot.listeners) touched.add(watch);
    if (slot.isStatus) continue;
    for (let place = slot.place; place >= 0 && heardAt[place] !== at; place = parents[place]!) heardAt[place] = at;
  }
  return touched.size < 2 ? [...touched] : [...touched].sort((a, b) => a.index - b.index);
}

/** The minutes after the last one up to `to`, inclusive. */
function runGrid(fold: StationFold, to: number): void {
  const { state, plan } = fold;
  // Time begins with the first reading that was judged.
  if (state.at === -Infinity) return;
  for (let minute = nextMinute(fold); minute <= to; minute = nextMinute(fold)) {
    state.gridAt = minute;
    if (minute > state.at) state.at = minute;
    fold.view.moveTo(minute);
    for (const { everyMs, watches } of plan.grid) {
      if (minute % everyMs !== 0) continue;
      for (const watch of watches) if (fold.evaluatedAt[watch.index] !== minute) evaluate(fold, watch, minute);
    }
    if (minute % HOUR_MS === 0) closeHour(fold, minute);
  }
}

function nextMinute(fold: StationFold): number {
  const { gridAt, heardAt, startedAt } = fold.state;
  const minute = gridAt + GRID_MS;
  const heard = heardAt[0]!;
  return minute - (Number.isNaN(heard) ? startedAt : heard) > SLOW_GRID_AFTER_MS ? Math.ceil(minute / HOUR_MS) * HOUR_MS : minute;
}

function closeHour(fold: StationFold, at: number): void {
  trimExcluded(fold.state.gate, at - EXCLUDED_KEPT_MS);
  while (fold.cleared.length > 0 && fold.cleared[0]!.clearedAt! < at - EPISODES_KEPT_MS) fold.cleared.shift();
  fold.onHour?.();
}

function evaluate(fold: StationFold, watch: Watch, at: number): void {
  const { state, view, counts } = fold;
  const { index, rule } = watch;
  fold.evaluatedAt[index] = at;
  const before = state.holds[index];
  let verdict: Verdict;
  if (rule.phases.includes(view.phase)) {
    counts.evaluations++;
    try {
      verdict = rule.evaluate((state.memories[index] ??= rule.start(watch.asset, view.network)), watch.asset, view);
    } catch (error) {
      verdict = noteFailure(fold, watch, error);
    }
  } else {
    // What it knew says nothing of the season that follows: the loop is drained, refilled and set anew meanwhile.
    state.memories[index] = undefined;
    if (before === undefined) return;
    verdict = OUT_OF_SEASON;
  }

  const { hold, change } = advanceHold(before, verdict, at, rule);
  if (hold !== before) state.holds[index] = hold;
  traceVerdict((fold.traces[index] ??= createTrace()), verdict, hold, at, rule);
  if (hold?.firing === true) {
    if (change === "opened") {
      hold.explainedAt = at;
      set(fold, watch, "opened", open(fold, watch, verdict.since ?? hold.since, at));
    } else if (change === "raised" || change === "lowered") {
      hold.explainedAt = at;
      set(fold, watch, change, { ...explained(fold, watch, state.open[index]!), severity: hold.severity });
    } else if (verdict.state === "fault") refresh(fold, watch, at);
  } else if (change === "cleared") clear(fold, watch, at);
}

function noteFailure(fold: StationFold, watch: Watch, error: unknown): Verdict {
  fold.counts.failures++;
  fold.counts.lastFailure = `${watch.key}: ${error instanceof Error ? error.message : String(error)}`;
  return UNKNOWN;
}

function set(fold: StationFold, watch: Watch, type: Transition["type"], episode: Episode): void {
  fold.state.open[watch.index] = episode;
  fold.out.push({ type, episode });
}

function open(fold: StationFold, watch: Watch, since: number, at: number): Episode {
  const { rule, asset } = watch;
  const bare: Episode = {
    kind: rule.kind,
    asset: asset.id,
    station: asset.station,
    severity: fold.state.holds[watch.index]!.severity,
    since: Math.min(since, at),
    detectedAt: at,
    clearedAt: undefined,
    summary: rule.cause,
    evidence: [],
    causes: [],
    consequence: rule.consequence,
    action: rule.action,
  };
  return explained(fold, watch, bare);
}

function explained(fold: StationFold, watch: Watch, episode: Episode): Episode {
  try {
    return { ...episode, ...watch.rule.explain(fold.state.memories[watch.index], watch.asset, fold.view, episode.since) };
  } catch (error) {
    noteFailure(fold, watch, error);
    return episode;
  }
}

function refresh(fold: StationFold, watch: Watch, at: number): void {
  const hold = fold.state.holds[watch.index]!;
  const episode = fold.state.open[watch.index]!;
  if (at - hold.explainedAt < Math.max(REFRESH_MS_MIN, (at - episode.detectedAt) * REFRESH_AGE_SHARE)) return;
  hold.explainedAt = at;
  set(fold, watch, "refreshed", explained(fold, watch, episode));
}

function clear(fold: StationFold, watch: Watch, at: number): void {
  const episode: Episode = { ...fold.state.open[watch.index]!, clearedAt: at };
  fold.state.open[watch.index] = undefined;
  fold.cleared.push(episode);
  fold.out.push({ type: "cleared", episode });
  if (fold.cleared.length > Math.max(EPISODES_MAX, EPISODES_PER_WATCH * fold.plan.watches.length)) {
    fold.cleared.shift();
    fold.counts.episodesDropped++;
  }
}
