import type { StationPhaseView, WorkView } from "../../model/rule-control.ts";
import type { SettablePhase } from "../../model/season.ts";

/** Which stations want a look at their season phase, and which works stand in front. Pure. */

/** A person set another phase than calendar and signals suggest. */
export const disagrees = (view: StationPhaseView): boolean =>
  view.set !== null && view.suggested !== null && view.set.phase !== view.suggested;

/** Where people and signals disagree first, then what somebody set, then the rest in the order of the network. */
export function phaseRows(
  views: readonly StationPhaseView[],
  nameOf: (station: string) => string,
  typed: string,
): readonly StationPhaseView[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const rank = (view: StationPhaseView): number => (disagrees(view) ? 0 : view.set === null ? 2 : 1);
  return views
    .filter((view) => words.every((word) => `${nameOf(view.station)} ${view.station}`.toLowerCase().includes(word)))
    .map((view, index) => ({ view, index }))
    .sort((a, b) => rank(a.view) - rank(b.view) || a.index - b.index)
    .map(({ view }) => view);
}

/** What confirming the suggestions of stations asks of the platform: one request for each phase. */
export function confirmations(
  views: readonly StationPhaseView[],
): { readonly phase: SettablePhase; readonly stations: readonly string[] }[] {
  const groups = new Map<SettablePhase, string[]>();
  for (const { station, suggested } of views) {
    if (suggested === null) continue;
    groups.set(suggested, [...(groups.get(suggested) ?? []), station]);
  }
  return [...groups].map(([phase, stations]) => ({ phase, stations }));
}

const WORK_ORDER: Readonly<Record<WorkView["state"], number>> = { running: 0, coming: 1, over: 2 };

/** Running ones that end first, coming ones that begin first, then those that are over, newest first. */
export const worksInOrder = (works: readonly WorkView[]): WorkView[] =>
  [...works].sort(
    (a, b) =>
      WORK_ORDER[a.state] - WORK_ORDER[b.state] ||
      (a.state === "running" ? a.until - b.until : a.state === "coming" ? a.from - b.from : b.until - a.until),
  );
