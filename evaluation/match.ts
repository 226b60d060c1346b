import { isRelated, isRightKind, causeNames } from "./related.ts";
import { DAY_MS, HOUR_MS, type PlayedFault, type PlayedTicket, type WorldOutcome } from "./outcome.ts";

/** Which ticket belongs to which planted fault. Every definition is explained in docs/evaluation.md. */

/** Means over a day (DOMAIN 4, R02, R12) still speak of a fault so long after its repair: such a finding is its echo, not false. */
const ECHO_MS = DAY_MS;
/** But only what is found until this long after the repair counts as found: later nobody needs it. */
const FOUND_AFTER_MS = 2 * HOUR_MS;

export interface FaultMatch {
  readonly fault: PlayedFault;
  /** Onset, or the beginning of the world when it was there before. */
  readonly from: number;
  /** When the platform said it first by itself; undefined: missed. */
  readonly foundAt: number | undefined;
  /** Ids of the tickets that speak of it, the first first. */
  readonly tickets: readonly string[];
  readonly rightKind: boolean;
  readonly amongThree: boolean;
  /** Further tickets of its own beyond the first. */
  readonly duplicates: number;
  readonly relapses: number;
  readonly firstCallAt: number | undefined;
}

/** False: no fault; excused: a confounder for which it is right; unplanted: something is really wrong there. */
export type Verdict = "right" | "echo" | "excused" | "unplanted" | "call" | "false";

export interface TicketMatch {
  readonly ticket: PlayedTicket;
  readonly verdict: Verdict;
  /** The fault that it is about; for `false` the confounder that was at work, if any. */
  readonly about: PlayedFault | undefined;
}

export interface WorldMatch {
  readonly faults: readonly FaultMatch[];
  readonly tickets: readonly TicketMatch[];
}

/** Matches the tickets of a played world with what was planted in it. Independent of the order of both. */
export function matchWorld(outcome: WorldOutcome): WorldMatch {
  const tickets = outcome.tickets.filter(({ merged }) => !merged).toSorted(byOpening);
  const planted = outcome.faults.filter(({ kind }) => kind !== undefined);
  const confounders = outcome.faults.filter(({ kind }) => kind === undefined);
  const matches = tickets.map((ticket): TicketMatch => {
    if (!spokenByRules(ticket)) return { ticket, verdict: "call", about: undefined };
    const about = faultOf(ticket, planted, outcome);
    if (about !== undefined) return { ticket, verdict: saidAt(ticket, about, outcome) === undefined ? "echo" : "right", about };
    const near = faultOf(ticket, confounders, outcome, true);
    if (near !== undefined && ticket.findings.some(({ kind }) => near.alsoRight.includes(kind)))
      return { ticket, verdict: "excused", about: near };
    if (ticket.trouble !== undefined) return { ticket, verdict: "unplanted", about: undefined };
    return { ticket, verdict: "false", about: near };
  });
  return { faults: planted.map((fault) => matchFault(fault, matches, outcome)), tickets: matches };
}

/** A ticket that rests on calls alone is the residents' find. */
const spokenByRules = ({ source, findings }: PlayedTicket): boolean => source === "rule" || findings.length > 0;

function matchFault(fault: PlayedFault, matches: readonly TicketMatch[], outcome: WorldOutcome): FaultMatch {
  const speaking: { readonly match: TicketMatch; readonly at: number }[] = [];
  for (const match of matches) {
    if (match.verdict === "call") continue;
    const at = saidAt(match.ticket, fault, outcome);
    if (at !== undefined) speaking.push({ match, at });
  }
  speaking.sort((a, b) => a.at - b.at || byOpening(a.match.ticket, b.match.ticket));
  const own = speaking.filter(({ match }) => match.about?.id === fault.id);
  const calls = outcome.calls.filter(({ cause }) => cause === fault.id).map(({ at }) => at);
  const rightKind = speaking.some(({ match }) => namesRightly(match, fault));
  return {
    fault,
    from: Math.max(fault.from, outcome.from),
    foundAt: speaking[0]?.at,
    tickets: speaking.map(({ match }) => match.ticket.id),
    rightKind,
    amongThree: rightKind || speaking.some(({ match }) => match.ticket.causes.slice(0, 3).some((cause) => causeNames(fault, cause))),
    duplicates: Math.max(0, own.length - 1),
    relapses: own.reduce((sum, { match }) => sum + match.ticket.relapsedAt.filter((at) => at >= fault.from && at <= fault.to).length, 0),
    firstCallAt: calls.length === 0 ? undefined : Math.min(...calls),
  };
}

/** The ticket bore a right name at some time, or its root is another planted fault and it lists this one under a right name. */
function namesRightly({ ticket, about }: TicketMatch, fault: PlayedFault): boolean {
  if (ticket.kinds.some((kind) => isRightKind(fault, kind))) return true;
  return about !== undefined && about.id !== fault.id && ticket.findings.some(({ kind }) => isRightKind(fault, kind));
}

/** When a ticket first spoke of a fault by the rules; undefined: it does not, or too late. */
function saidAt(ticket: PlayedTicket, fault: PlayedFault, outcome: WorldOutcome): number | undefined {
  let first = Infinity;
  for (const finding of ticket.findings) {
    if (isOtherSilence(ticket, finding, fault) || !isAbout(finding, fault, outcome, FOUND_AFTER_MS)) continue;
    // A ticket of the rules is there when it is opened; what joins a ticket that is there already speaks when it is found.
    first = Math.min(first, ticket.source === "rule" ? Math.max(ticket.openedAt, finding.detectedAt) : finding.detectedAt);
  }
  return first === Infinity ? undefined : first;
}

/** The fault that a ticket is about: by its root if that fits any, else by what it holds; the right name first, then the nearest place, then the latest. */
function faultOf(ticket: PlayedTicket, faults: readonly PlayedFault[], outcome: WorldOutcome, anyKind = false): PlayedFault | undefined {
  const roots = ticket.findings.filter(({ root }) => root);
  for (const findings of [roots, ticket.findings]) {
    let best: PlayedFault | undefined;
    let bestRank = -Infinity;
    for (const fault of faults)
      for (const finding of findings) {
        if (isOtherSilence(ticket, finding, fault) || !isAbout(finding, fault, outcome, ECHO_MS, anyKind)) continue;
        const rank = (isRightKind(fault, finding.kind) ? 100 : 0) - distance(finding.asset, fault, outcome);
        const isLater = rank === bestRank && (fault.from - best!.from || (fault.id < best!.id ? 1 : -1)) > 0;
        if (rank > bestRank || isLater) {
          best = fault;
          bestRank = rank;
        }
      }
    if (best !== undefined) return best;
  }
  return undefined;
}

/** A silence that really was one, beside a fault that silences nothing. */
function isOtherSilence({ trouble }: PlayedTicket, { kind }: PlayedTicket["findings"][number], fault: PlayedFault): boolean {
  return kind === "offline" && trouble !== undefined && fault.kind !== undefined && !isRightKind(fault, kind);
}

function isAbout(
  finding: PlayedTicket["findings"][number],
  fault: PlayedFault,
  outcome: WorldOutcome,
  afterMs: number,
  anyKind = false,
): boolean {
  if (!anyKind && !isRelated(fault, finding.kind)) return false;
  return finding.detectedAt >= fault.from && finding.detectedAt <= fault.to + afterMs && distance(finding.asset, fault, outcome) < Infinity;
}

/** Levels between a finding and a fault on one path of the tree; Infinity: on different paths. */
function distance(asset: string, fault: PlayedFault, { lineage }: WorldOutcome): number {
  const up = lineage[asset] ?? [asset];
  const station = up.at(-1)!;
  if (fault.reach.length > 1) return fault.reach.includes(station) ? up.length - 1 : Infinity;
  const above = up.indexOf(fault.asset);
  if (above >= 0) return above;
  const below = (lineage[fault.asset] ?? [fault.asset]).indexOf(asset);
  return below >= 0 ? below : Infinity;
}

const byOpening = (a: PlayedTicket, b: PlayedTicket): number => a.openedAt - b.openedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
