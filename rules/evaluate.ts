import type { Episode } from "../model/finding.ts";
import { noteSuppressed, workOn } from "./decisions.ts";
import type { StationFold, Transition } from "./fold.ts";
import { advanceHold, opensAt, settlesAt } from "./hold.ts";
import type { Post, Watch } from "./plan.ts";
import type { Verdict } from "./rule.ts";
import { createTrace, traceVerdict } from "./trace.ts";

/** One look of an observer, one evaluation of a rule: verdict, hold, and what becomes of the finding. */

/** Cleared episodes that are kept, by number: in a large station everything may clear at once, and none of it may be lost. */
const EPISODES_MAX = 200;
const EPISODES_PER_WATCH = 1;
/** An active finding is explained anew after 10 min, and then ever more rarely: after a sixth of its age. */
const REFRESH_MS_MIN = 600_000;
const REFRESH_AGE_SHARE = 1 / 6;

const OUT_OF_SEASON: Verdict = { state: "normal" };
const UNKNOWN: Verdict = { state: "unknown" };

export function observe(fold: StationFold, post: Post): void {
  const { state, view } = fold;
  const { observer, asset, index } = post;
  if (!observer.phases.includes(view.phase)) {
    // What it knew says nothing of the season that follows: the loop is drained, refilled and set anew meanwhile.
    state.observed[index] = undefined;
    return;
  }
  try {
    observer.observe((state.observed[index] ??= observer.start(asset, view.network)), asset, view);
  } catch (error) {
    noteFailure(fold, post.key, error);
  }
  fold.afterObserving(post);
}

export function evaluate(fold: StationFold, watch: Watch, at: number): void {
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
      verdict = noteFailure(fold, watch.key, error);
    }
  } else {
    // As with observers.
    state.memories[index] = undefined;
    verdict = OUT_OF_SEASON;
    if (before === undefined) {
      state.wakeAt[index] = Infinity;
      return;
    }
  }
  const work = verdict.state === "fault" && before?.firing !== true ? workOn(fold, watch.asset.id, rule.kind) : undefined;
  if (work !== undefined) {
    noteSuppressed(work, watch, at);
    verdict = { ...verdict, state: "unknown" };
  }

  const { hold, change } = advanceHold(before, verdict, at, rule);
  if (hold !== before) state.holds[index] = hold;
  scheduleWake(fold, index, Math.min(hold === undefined ? Infinity : settlesAt(hold, verdict, rule), verdict.againAt ?? Infinity), at);
  const opening = hold === undefined || hold.firing ? Infinity : opensAt(hold, verdict, rule);
  traceVerdict((fold.traces[index] ??= createTrace()), verdict, hold, at, opening, work !== undefined);
  if (hold?.firing === true) {
    if (change === "opened") {
      hold.explainedAt = at;
      set(fold, watch, "opened", open(fold, watch, verdict, verdict.since ?? hold.since, at));
    } else if (change === "raised" || change === "lowered") {
      hold.explainedAt = at;
      set(fold, watch, change, { ...explained(fold, watch, state.open[index]!), severity: hold.severity });
    } else if (verdict.state === "fault") {
      const episode = state.open[index]!;
      if ((verdict.tentative === true) !== (episode.tentative === true))
        set(fold, watch, "refreshed", { ...episode, tentative: verdict.tentative === true });
      refresh(fold, watch, at);
    }
  } else if (change === "cleared") clear(fold, watch, at);
}

function scheduleWake(fold: StationFold, index: number, wanted: number, at: number): void {
  // Times are whole milliseconds, whatever a rule worked out.
  const wakeAt = wanted > at ? Math.ceil(wanted) : Infinity;
  fold.state.wakeAt[index] = wakeAt;
  if (wakeAt < fold.nextWakeAt) fold.nextWakeAt = wakeAt;
}

function noteFailure(fold: StationFold, key: string, error: unknown): Verdict {
  fold.counts.failures++;
  fold.counts.lastFailure = `${key}: ${error instanceof Error ? error.message : String(error)}`;
  return UNKNOWN;
}

function set(fold: StationFold, watch: Watch, type: Transition["type"], episode: Episode): void {
  fold.state.open[watch.index] = episode;
  fold.out.push({ at: fold.view.at, type, episode });
}

function open(fold: StationFold, watch: Watch, verdict: Verdict, since: number, at: number): Episode {
  const { rule, asset } = watch;
  const bare: Episode = {
    kind: rule.kind,
    asset: asset.id,
    station: asset.station,
    severity: fold.state.holds[watch.index]!.severity,
    ...(verdict.tentative === true ? { tentative: true } : {}),
    since: Number.isNaN(since) ? at : Math.min(Math.floor(since), at),
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
    noteFailure(fold, watch.key, error);
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
  fold.out.push({ at, type: "cleared", episode });
  if (fold.cleared.length > Math.max(EPISODES_MAX, EPISODES_PER_WATCH * fold.plan.watches.length)) {
    fold.cleared.shift();
    fold.counts.episodesDropped++;
  }
}
