import { FAULT_KINDS, type FaultKind } from "../model/finding.ts";
import { type AlarmLoad, alarmLoad } from "./alarm-load.ts";
import { type FalseCase, falseCases, type MissedCase, missedCases, unplantedOf } from "./cases.ts";
import { type FaultMatch, matchWorld } from "./match.ts";
import { type PlayedTicket, stationDays, type WorldOutcome } from "./outcome.ts";
import { fHalf, quantile, shareOf, wilson } from "./shares.ts";
import { coverageOf, healthyDays, type Matched, spoiltDays } from "./station-days.ts";

/** The score of played worlds: CONTRACT 7. Every word is defined in docs/evaluation.md. */

export interface KindScore {
  readonly planted: number;
  readonly detectable: number;
  /** Of the detectable ones, here and below. */
  readonly found: number;
  readonly rightKind: number;
  readonly amongThree: number;
  /** Found while nobody had called about it, whether or not somebody did later. */
  readonly beforeFirstCall: number;
  /** Somebody called about it; and of these, found before the first call. */
  readonly called: number;
  readonly calledBefore: number;
  readonly duplicates: number;
  readonly relapses: number;
  /** Found though it counts as one that cannot be seen. */
  readonly foundHidden: number;
  readonly falseTickets: number;
  readonly falsePer100StationDays: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f05: number | null;
  /** Share of the healthy station-days on which no false ticket stood. */
  readonly accuracy: number | null;
  readonly medianDelayMs: number | null;
  readonly p90DelayMs: number | null;
  /** From the ticket to the first call, of the faults that somebody called about; negative: the call came first. */
  readonly medianLeadMs: number | null;
  readonly p10LeadMs: number | null;
  readonly earliness: number | null;
  readonly maxPer10Min: number;
  /** Wilson's intervals at 95 %. */
  readonly intervals: {
    readonly precision: readonly [number, number] | null;
    readonly recall: readonly [number, number] | null;
    readonly beforeFirstCall: readonly [number, number] | null;
    readonly accuracy: readonly [number, number] | null;
  };
  /** Delays of what was found, in the order of size, ms: for drawing. */
  readonly delaysMs: readonly number[];
}

export interface TotalScore extends KindScore {
  /** Tickets that rest on calls alone, that are right about something nobody planted, that a confounder excuses, that are a fault's echo. */
  readonly callTickets: number;
  readonly unplantedTickets: number;
  readonly excusedTickets: number;
  readonly echoTickets: number;
  readonly healthyStationDays: number;
  readonly alarms: AlarmLoad;
  /** F0.5 over station-days: faulty ones with a ticket of their fault, healthy ones with a false ticket, faulty ones without. */
  readonly coverage: number | null;
  /** As in CARE: (coverage + 2 accuracy + F0.5 of events + earliness) / 5, or accuracy alone below a half. */
  readonly care: number | null;
}

export interface ScenarioScore {
  readonly scenario: string;
  readonly seed: number;
  readonly stationDays: number;
  readonly detectable: number;
  readonly found: number;
  readonly rightKind: number;
  readonly beforeFirstCall: number;
  readonly falseTickets: number;
  readonly duplicates: number;
  readonly calls: number;
  readonly failures: number;
}

export interface Score {
  readonly seeds: readonly number[];
  readonly stationDays: number;
  readonly total: TotalScore;
  readonly kinds: Readonly<Partial<Record<FaultKind, KindScore>>>;
  /** Found faults by what they were and what the ticket called them; `missed` for none. */
  readonly confusion: Readonly<Partial<Record<FaultKind, Readonly<Record<string, number>>>>>;
  /** Disturbances: detectable and found of each way in which a kind comes about. */
  readonly disturbances: Readonly<Record<string, { readonly planted: number; readonly detectable: number; readonly found: number }>>;
  readonly missed: readonly MissedCase[];
  readonly false: readonly FalseCase[];
  /** Tickets that are right about something nobody planted, by kind and by what was wrong. */
  readonly unplanted: Readonly<Record<string, number>>;
  readonly scenarios: readonly ScenarioScore[];
}

/** Scores played worlds. The order in which they are given changes nothing but the order of the lists. */
export function scoreWorlds(outcomes: readonly WorldOutcome[]): Score {
  const worlds = outcomes.map((outcome): Matched => ({ outcome, match: matchWorld(outcome) }));
  const days = sum(outcomes.map(stationDays));
  const healthy = worlds.map((world) => healthyDays(world));
  const all = worlds.flatMap(({ match }) => match.faults);
  const kinds: Partial<Record<FaultKind, KindScore>> = {};
  for (const kind of FAULT_KINDS) {
    const faults = all.filter(({ fault }) => fault.kind === kind);
    const isOwn = (ticket: PlayedTicket): boolean => ticket.kind === kind;
    const hasTickets = worlds.some(({ match }) => match.tickets.some(({ verdict, ticket }) => verdict === "false" && isOwn(ticket)));
    if (faults.length > 0 || hasTickets) kinds[kind] = scoreOf(faults, worlds, healthy, days, isOwn);
  }
  const counted = (verdict: string): number =>
    worlds.reduce((sum, { match }) => sum + match.tickets.filter((ticket) => ticket.verdict === verdict).length, 0);
  const score = scoreOf(all, worlds, healthy, days, () => true);
  const coverage = coverageOf(worlds, healthy);
  const total: TotalScore = {
    ...score,
    callTickets: counted("call"),
    unplantedTickets: counted("unplanted"),
    excusedTickets: counted("excused"),
    echoTickets: counted("echo"),
    healthyStationDays: healthy.reduce((sum, keys) => sum + keys.size, 0),
    alarms: alarmLoad(outcomes),
    coverage,
    care: careOf(score, coverage),
  };
  return {
    seeds: [...new Set(outcomes.map(({ seed }) => seed))].sort((a, b) => a - b),
    stationDays: days,
    total,
    kinds,
    confusion: confusionOf(worlds),
    disturbances: disturbancesOf(all),
    missed: worlds.flatMap(missedCases),
    false: worlds.flatMap(falseCases),
    unplanted: unplantedOf(worlds),
    scenarios: worlds.map(scenarioScore),
  };
}

const isDetectable = ({ fault }: FaultMatch): boolean => fault.hidden === undefined;
const isFound = ({ foundAt }: FaultMatch): boolean => foundAt !== undefined;
const isBeforeCall = ({ foundAt, firstCallAt }: FaultMatch): boolean =>
  foundAt !== undefined && (firstCallAt === undefined || foundAt < firstCallAt);
/** In the order of size, so that the order of worlds and faults changes nothing in the last digit. */
const sum = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b).reduce((total, number) => total + number, 0);

function scoreOf(
  all: readonly FaultMatch[],
  worlds: readonly Matched[],
  healthy: readonly ReadonlySet<string>[],
  days: number,
  counts: (ticket: PlayedTicket) => boolean,
): KindScore {
  const faults = all.filter(isDetectable);
  const found = faults.filter(isFound);
  const called = faults.filter(({ firstCallAt }) => firstCallAt !== undefined);
  const before = found.filter(isBeforeCall).length;
  const delays = found.map(({ foundAt, from }) => foundAt! - from).sort((a, b) => a - b);
  const leads = called.flatMap(({ foundAt, firstCallAt }) => (foundAt === undefined ? [] : [firstCallAt! - foundAt]));
  const falses = worlds.map(({ match }) =>
    match.tickets.filter(({ verdict, ticket }) => verdict === "false" && counts(ticket)).map(({ ticket }) => ticket),
  );
  const falseTickets = sum(falses.map((tickets) => tickets.length));
  const healthyDayCount = sum(healthy.map((keys) => keys.size));
  const spoilt = sum(worlds.map(({ outcome }, index) => spoiltDays(outcome, falses[index]!, healthy[index]!)));
  const precision = shareOf(found.length, found.length + falseTickets);
  const recall = shareOf(found.length, faults.length);
  return {
    planted: all.length,
    detectable: faults.length,
    found: found.length,
    rightKind: found.filter(({ rightKind }) => rightKind).length,
    amongThree: found.filter(({ amongThree }) => amongThree).length,
    beforeFirstCall: before,
    called: called.length,
    calledBefore: called.filter(isBeforeCall).length,
    duplicates: sum(all.map(({ duplicates }) => duplicates)),
    relapses: sum(all.map(({ relapses }) => relapses)),
    foundHidden: all.filter((fault) => !isDetectable(fault) && isFound(fault)).length,
    falseTickets,
    falsePer100StationDays: days > 0 ? (100 * falseTickets) / days : 0,
    precision,
    recall,
    f05: fHalf(precision, recall),
    accuracy: shareOf(healthyDayCount - spoilt, healthyDayCount),
    medianDelayMs: quantile(delays, 0.5),
    p90DelayMs: quantile(delays, 0.9),
    medianLeadMs: quantile(leads, 0.5),
    p10LeadMs: quantile(leads, 0.1),
    earliness: faults.length === 0 ? null : sum(faults.map(earlinessOf)) / faults.length,
    maxPer10Min: alarmLoad(
      worlds.map(({ outcome }) => outcome),
      counts,
    ).maxPer10Min,
    intervals: {
      precision: wilson(found.length, found.length + falseTickets),
      recall: wilson(found.length, faults.length),
      beforeFirstCall: wilson(before, faults.length),
      accuracy: wilson(healthyDayCount - spoilt, healthyDayCount),
    },
    delaysMs: delays,
  };
}

/** As in CARE: 1 in the first half of a fault's time, then falling to 0 at its end; 0 when it was missed. */
function earlinessOf({ fault, from, foundAt }: FaultMatch): number {
  if (foundAt === undefined) return 0;
  const share = (foundAt - from) / Math.max(1, fault.to - from);
  return Math.max(0, Math.min(1, 2 - 2 * share));
}

function careOf({ f05, accuracy, earliness }: KindScore, coverage: number | null): number | null {
  if (f05 === null || coverage === null || accuracy === null || earliness === null) return null;
  return accuracy < 0.5 ? accuracy : (coverage + 2 * accuracy + f05 + earliness) / 5;
}

function confusionOf(worlds: readonly Matched[]): Score["confusion"] {
  const table: Partial<Record<FaultKind, Record<string, number>>> = {};
  for (const { match } of worlds) {
    const tickets = new Map(match.tickets.map(({ ticket }) => [ticket.id, ticket]));
    for (const fault of match.faults) {
      if (!isDetectable(fault)) continue;
      const row = (table[fault.fault.kind!] ??= {});
      const called = fault.foundAt === undefined ? "missed" : tickets.get(fault.tickets[0]!)!.kind;
      row[called] = (row[called] ?? 0) + 1;
    }
  }
  return table;
}

function disturbancesOf(all: readonly FaultMatch[]): Score["disturbances"] {
  const groups = [...Map.groupBy(all, ({ fault }) => fault.disturbance)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    groups.map(([kind, faults]) => {
      const detectable = faults.filter(isDetectable);
      return [kind, { planted: faults.length, detectable: detectable.length, found: detectable.filter(isFound).length }];
    }),
  );
}

function scenarioScore({ outcome, match }: Matched): ScenarioScore {
  const faults = match.faults.filter(isDetectable);
  const found = faults.filter(isFound);
  return {
    scenario: outcome.scenario,
    seed: outcome.seed,
    stationDays: stationDays(outcome),
    detectable: faults.length,
    found: found.length,
    rightKind: found.filter(({ rightKind }) => rightKind).length,
    beforeFirstCall: found.filter(isBeforeCall).length,
    falseTickets: match.tickets.filter(({ verdict }) => verdict === "false").length,
    duplicates: sum(match.faults.map(({ duplicates }) => duplicates)),
    calls: outcome.calls.length,
    failures: outcome.counts.failures,
  };
}
