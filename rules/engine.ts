import type { Event, Reading } from "../model/reading.ts";
import { applyDecisions, nextDecisionAt } from "./decisions.ts";
import { evaluate, observe } from "./evaluate.ts";
import { type Frame, type StationFold, type Transition, slotFor } from "./fold.ts";
import type { Watch } from "./plan.ts";
import { admit, trimExcluded } from "./quality.ts";
import type { Slot } from "./state.ts";

/**
 * The one fold over readings. When a rule is evaluated depends on event times of readings, on the engine's own grid and on
 * the end of hold and keep times, never on when or in what order something was delivered: live, late data, restart and backtest all
 * end here.
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Frames this close behind the newest reading may still grow: parts of one poll come with times a little apart. */
const REORDER_MS = 2_000;
/** Frames that may be open at once; beyond it the oldest is closed. */
const FRAMES_MAX = 64;
/** A station that has been silent for so long is looked at once an hour: nothing can change by the minute. */
const SLOW_GRID_AFTER_MS = DAY_MS;
/** Cleared episodes are kept so long. */
const EPISODES_KEPT_MS = 14 * DAY_MS;
const EXCLUDED_KEPT_MS = 43_200_000;

const NOTHING: readonly Transition[] = [];

/**
 * Takes in one event. A reading only joins its frame; it is judged when a later one or a tick closes the frame.
 * @throws if the reading is not later than what has been evaluated (the host rewinds for such).
 */
export function step(fold: StationFold, event: Event): readonly Transition[] {
  if ("tickAt" in event) {
    closeFrames(fold, event.tickAt);
    runTo(fold, event.tickAt);
    if (event.tickAt > fold.view.at) fold.view.moveTo(event.tickAt);
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
    const { gridMs } = fold.plan;
    state.gridAt = Math.ceil(frame.at / gridMs) * gridMs - gridMs;
    applyDecisions(fold, frame.at);
  } else runTo(fold, frame.at - 1);
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
    if (slot.isPlatform) continue;
    for (let place = slot.place; place >= 0 && heardAt[place] !== at; place = parents[place]!) heardAt[place] = at;
  }
  return touched.size < 2 ? [...touched] : [...touched].sort((a, b) => a.index - b.index);
}

/** Everything that falls due after the last time up to `to`, inclusive, in the order of event time. */
function runTo(fold: StationFold, to: number): void {
  // Time begins with the first reading that was judged.
  if (fold.state.at === -Infinity) return;
  for (;;) {
    const minute = nextMinute(fold);
    const at = Math.min(minute, fold.nextWakeAt, nextDecisionAt(fold));
    if (at > to) return;
    if (at > fold.state.at) fold.state.at = at;
    applyDecisions(fold, at);
    fold.view.moveTo(at);
    if (at === minute) runMinute(fold, minute);
    if (at >= fold.nextWakeAt) wake(fold, at);
  }
}

function runMinute(fold: StationFold, minute: number): void {
  const { plan } = fold;
  fold.state.gridAt = minute;
  for (const { everyMs, members } of plan.postGrid) if (minute % everyMs === 0) for (const post of members) observe(fold, post);
  // What was observed may have changed the phase.
  fold.view.moveTo(minute);
  for (const { everyMs, members } of plan.watchGrid)
    if (minute % everyMs === 0) for (const watch of members) if (fold.evaluatedAt[watch.index] !== minute) evaluate(fold, watch, minute);
  if (minute % HOUR_MS === 0) closeHour(fold, minute);
}

function wake(fold: StationFold, at: number): void {
  const { wakeAt } = fold.state;
  for (const watch of fold.plan.watches) if (wakeAt[watch.index]! <= at && fold.evaluatedAt[watch.index] !== at) evaluate(fold, watch, at);
  let next = Infinity;
  for (let index = 0; index < wakeAt.length; index++) if (wakeAt[index]! < next) next = wakeAt[index]!;
  fold.nextWakeAt = next;
}

function nextMinute(fold: StationFold): number {
  const { gridAt, heardAt, startedAt } = fold.state;
  const minute = gridAt + fold.plan.gridMs;
  const heard = heardAt[0]!;
  return minute - (Number.isNaN(heard) ? startedAt : heard) > SLOW_GRID_AFTER_MS ? Math.ceil(minute / HOUR_MS) * HOUR_MS : minute;
}

function closeHour(fold: StationFold, at: number): void {
  trimExcluded(fold.state.gate, at - EXCLUDED_KEPT_MS);
  while (fold.cleared.length > 0 && fold.cleared[0]!.clearedAt! < at - EPISODES_KEPT_MS) fold.cleared.shift();
  fold.onHour?.();
}
