import type { Decision, WorkDecision } from "../model/decision.ts";
import type { FaultKind } from "../model/finding.ts";
import type { StationFold } from "./fold.ts";
import type { Watch } from "./plan.ts";

/** What people decided about the rules' work, applied to a station's fold when event time gets there. */

/** Suppressed findings that a work notes by name. */
const SUPPRESSED_MAX = 50;
/** Works that are over whose record is kept, of one station. */
const PAST_WORKS_MAX = 50;

/** A work that goes on at the moment. Plain data: part of every snapshot. */
export interface ActiveWork {
  readonly id: string;
  readonly asset: string;
  readonly until: number;
  readonly kinds: readonly FaultKind[] | null;
  /** What would have been found without it; nothing is suppressed without a record. */
  readonly suppressed: Suppressed[];
}

interface Suppressed {
  readonly kind: FaultKind;
  readonly asset: string;
  readonly firstAt: number;
  lastAt: number;
}

/**
 * Gives a fold the decisions (by time) that concern its station. Answers the event time from which on they differ from those that it had; Infinity
 * when they do not.
 */
export function takeDecisions(fold: StationFold, all: readonly Decision[]): number {
  const { places, station } = fold.plan;
  const concerns = (decision: Decision): boolean =>
    decision.type === "limits" || (decision.type === "phase" ? decision.station === station.id : places.has(decision.asset));
  const before = fold.decisions;
  const after = all.filter(concerns);
  fold.decisions = after;
  let index = 0;
  while (index < before.length && before[index]?.id === after[index]?.id) index++;
  return Math.min(before[index]?.from ?? Infinity, after[index]?.from ?? Infinity);
}

/** Leaves out decisions about a past that can no longer be judged anew. */
export function skipDecisions({ state, decisions }: StationFold): void {
  if ((decisions[state.decided - 1]?.from ?? -Infinity) > state.at) state.decided = 0;
  while ((decisions[state.decided]?.from ?? Infinity) <= state.at) state.decided++;
}

/** When the next decision begins or a work ends; Infinity: nothing is to come. */
export function nextDecisionAt({ decisions, state }: StationFold): number {
  let at = decisions[state.decided]?.from ?? Infinity;
  for (const { until } of state.works) if (until < at) at = until;
  return at;
}

/** Applies everything up to and including `at`. */
export function applyDecisions(fold: StationFold, at: number): void {
  const { state, decisions } = fold;
  for (let next = decisions[state.decided]; next !== undefined && next.from <= at; next = decisions[state.decided]) {
    state.decided++;
    apply(fold, next);
  }
  if (state.works.some(({ until }) => until <= at)) endWorks(fold, ({ until }) => until <= at);
}

/** Works that end leave the record of what they suppressed. */
function endWorks({ state }: StationFold, isOver: (work: ActiveWork) => boolean): void {
  const told = state.works.filter((work) => isOver(work) && work.suppressed.length > 0);
  state.works = state.works.filter((work) => !isOver(work));
  if (told.length > 0) state.pastWorks = [...state.pastWorks, ...told].slice(-PAST_WORKS_MAX);
}

function apply(fold: StationFold, decision: Decision): void {
  const { state } = fold;
  switch (decision.type) {
    case "phase":
      state.phaseSet = decision.phase ?? undefined;
      break;
    case "limits":
      state.limitsId = decision.id;
      break;
    case "work":
      beginWork(fold, decision);
      break;
    case "relearn":
      relearn(fold, decision.asset, decision.kind);
  }
}

/** A later work on the same asset and kinds replaces the one before: so a work is ended early. */
function beginWork(fold: StationFold, { id, asset, until, kinds, from }: WorkDecision): void {
  endWorks(fold, (work) => work.asset === asset && String(work.kinds) === String(kinds));
  if (until > from) fold.state.works.push({ id, asset, until, kinds, suppressed: [] });
}

function relearn({ state, plan }: StationFold, asset: string, kind: FaultKind | null): void {
  const isBelow = (id: string): boolean => plan.network.lineage(id).some((above) => above.id === asset);
  const asked = new Set(plan.watches.filter(({ rule }) => kind === null || rule.kind === kind).flatMap(({ rule }) => rule.observers ?? []));
  for (const { index, observer, asset: place } of plan.posts)
    if (isBelow(place.id) && (kind === null || asked.has(observer))) state.observed[index] = undefined;
  for (const { index, rule, asset: place } of plan.watches)
    if (isBelow(place.id) && (kind === null || rule.kind === kind)) state.memories[index] = undefined;
}

/** Whether planned work covers an asset: on itself or above it, for a kind or (undefined) for all kinds. */
export function workOn({ state, plan }: Pick<StationFold, "state" | "plan">, asset: string, kind?: FaultKind): ActiveWork | undefined {
  if (state.works.length === 0) return undefined;
  return state.works.find(
    (work) =>
      (work.kinds === null || (kind !== undefined && work.kinds.includes(kind))) &&
      plan.network.lineage(asset).some(({ id }) => id === work.asset),
  );
}

/** Notes that a work kept a fault from being counted. */
export function noteSuppressed(work: ActiveWork, { rule, asset }: Watch, at: number): void {
  const known = work.suppressed.find((entry) => entry.kind === rule.kind && entry.asset === asset.id);
  if (known !== undefined) known.lastAt = at;
  else if (work.suppressed.length < SUPPRESSED_MAX) work.suppressed.push({ kind: rule.kind, asset: asset.id, firstAt: at, lastAt: at });
}
