import { CLOCKS, type Clock, type Deadline } from "../model/ticket.ts";
import { applyStep, type TicketCore, type TicketStep } from "../model/ticket-record.ts";
import { isOpen } from "../model/live.ts";
import { SYSTEM_NAME } from "../model/role.ts";
import { localDay, startOfLocalDay } from "../model/zone.ts";
import { WARN_SHARE, type SlaProfile, type Span } from "./sla.ts";
import { limitPassedText, limitNearText } from "./wording.ts";

/** Deadlines of a ticket from its milestones, and what the clock has to write into its history. Exact to the millisecond. */

export interface TicketClock {
  deadlines(core: TicketCore): Deadline[];
  /** The next limit that is not done; null when none runs any more. */
  dueAt(core: TicketCore): number | null;
  /** The next instant at which `due` has something to write; null if there is none. */
  nextAt(core: TicketCore): number | null;
  /** Warnings and escalations to be written now, each once per limit; after a long stop only the escalation of a limit that has passed. */
  due(core: TicketCore, at: number): TicketStep[];
}

/** The clock of one profile. `zone` is where the local day ends. */
export function ticketClock(profile: SlaProfile, zone: string): TicketClock {
  const deadlines = (core: TicketCore): Deadline[] => CLOCKS.map((clock) => deadline(core, clock, profile, zone));
  const running = (core: TicketCore): Deadline[] =>
    isOpen(core.state) ? deadlines(core).filter((limit) => limit.doneAt === undefined) : [];
  const alarms = (core: TicketCore): Alarm[] => running(core).flatMap((limit) => alarmsOf(core, limit));
  return {
    deadlines,
    dueAt: (core) => earliest(running(core).map((limit) => limit.dueAt)),
    nextAt: (core) => earliest(alarms(core).map((alarm) => alarm.at)),
    due(core, at) {
      const steps: TicketStep[] = [];
      let current = core;
      for (const { kind, limit } of alarms(core).filter((alarm) => alarm.at <= at)) {
        if (kind === "warned" && limit.dueAt <= at) continue;
        const marks = current.milestones[kind];
        const text = kind === "warned" ? limitNearText(limit, at) : limitPassedText(limit);
        const step: TicketStep = { at, kind, by: SYSTEM_NAME, text, set: { milestones: { [kind]: [...marks, markOf(limit)] } } };
        steps.push(step);
        current = applyStep(current, step);
      }
      return steps;
    },
  };
}

interface Alarm {
  readonly at: number;
  readonly kind: "warned" | "escalated";
  readonly limit: Deadline;
}

function alarmsOf(core: TicketCore, limit: Deadline): Alarm[] {
  const mark = markOf(limit);
  if (core.milestones.escalated.includes(mark)) return [];
  const escalation: Alarm = { at: limit.dueAt, kind: "escalated", limit };
  if (core.milestones.warned.includes(mark)) return [escalation];
  return [{ at: limit.dueAt - Math.round(limit.limitMs * (1 - WARN_SHARE)), kind: "warned", limit }, escalation];
}

const markOf = (limit: Deadline): string => `${limit.clock}@${limit.dueAt}`;
const earliest = (times: readonly number[]): number | null => (times.length === 0 ? null : Math.min(...times));

/**
 * A raise starts the urgent limits at that moment, never later than the general ones; a step that was done before the raise
 * is judged by the general limit that ran then.
 */
function deadline(core: TicketCore, clock: Clock, profile: SlaProfile, zone: string): Deadline {
  const { startedAt, urgentAt } = core.milestones;
  const doneAt = doneAtOf(core, clock, profile);
  const general = { clock, doneAt, ...limitFrom(startedAt, profile.limits.general[clock], zone) };
  if (urgentAt === null || (doneAt !== undefined && doneAt < urgentAt)) return general;
  const urgent = { clock, doneAt, ...limitFrom(urgentAt, profile.limits.urgent[clock], zone) };
  return general.dueAt < urgent.dueAt ? general : urgent;
}

function limitFrom(start: number, span: Span, zone: string): { dueAt: number; limitMs: number } {
  const dueAt = "ms" in span ? start + span.ms : startOfLocalDay(zone, localDay(zone, start) + 1);
  return { dueAt, limitMs: dueAt - start };
}

function doneAtOf(core: TicketCore, clock: Clock, profile: SlaProfile): number | undefined {
  const { dispatchedAt, acceptedAt, arrivedAt, resolvedAt } = core.milestones;
  const responded = profile.respondedBy === "arrive" ? (arrivedAt ?? resolvedAt) : acceptedAt;
  const finished = profile.finishedBy[core.severity] === "resolve" ? resolvedAt : null;
  const done = { dispatch: dispatchedAt, respond: responded, finish: finished }[clock];
  return done ?? core.closedAt ?? undefined;
}
