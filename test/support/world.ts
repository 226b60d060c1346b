import { expect } from "vitest";
import type { FaultKind } from "../../model/finding.ts";
import type { Network } from "../../model/network.ts";
import type { Ticket, TicketMove } from "../../model/ticket.ts";
import { type DisturbanceKind, disturbanceOf, type Fault } from "../../simulators/faults.ts";
import { VICES } from "../../simulators/gateway-vices.ts";
import { HABITS } from "../../simulators/habits.ts";
import type { Scenario } from "../../simulators/scenario.ts";
import { createWorld } from "../../simulators/world.ts";
import type { Symptom } from "../../tickets/complaint.ts";
import type { MoveBody } from "../../tickets/flow.ts";
import { DAY, HOUR, MIDNIGHT, MINUTE, storyNetwork } from "./story-network.ts";
import { STEWARD } from "./story-player.ts";
import { startVirtualPlatform, type VirtualPlatform } from "./virtual-platform.ts";

/**
 * The words in which stories are told: a world with planted faults is played to the platform in virtual time, people act at their hour,
 * and afterwards the story is asked what was known when.
 *
 *     const story = await world({ seed: 7 }).with(burst("L2", { at: "09:10", m3h: 15, until: "11:00" })).until("12:00").play();
 *     story.by("09:12").urgentTicket("burst").on("S1-L").citing("p2_return");
 *
 * Times are "HH:MM" of the day of the story, "-1d HH:MM" and "1d HH:MM" of the days around it (Asia/Shanghai, 12 January 2027).
 */

type Clock = string;

/** Epoch ms of a time of the story. */
function timeOf(clock: Clock): number {
  const match = /^(?:(-?\d+)d )?(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(clock);
  if (match === null) throw new Error(`expected a time like 09:10 or 1d 09:10, found "${clock}"`);
  const [day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number];
  return MIDNIGHT + day * DAY + hour * HOUR + minute * MINUTE + second * 1000;
}

interface Course {
  readonly at: Clock;
  readonly until?: Clock;
  /** Time in which it grows to its size, ms. */
  readonly ramp?: number;
}

/** Any disturbance; its size is the mild one of its kind when left out. */
export function fault(kind: DisturbanceKind, asset: string, course: Course & { readonly size?: number; readonly variant?: string }): Fault {
  return {
    kind,
    asset,
    onset: timeOf(course.at),
    rampMs: course.ramp ?? 0,
    magnitude: course.size ?? disturbanceOf(kind).mild,
    ...(course.until === undefined ? {} : { repairAt: timeOf(course.until) }),
    ...(course.variant === undefined ? {} : { variant: course.variant }),
  };
}

/** A hole that opens at once and loses so many m³/h at 300 kPa. */
export const burst = (asset: string, course: Course & { readonly m3h: number }): Fault =>
  fault("burst", asset, { ...course, size: course.m3h });
export const airLock = (unit: string, course: Course & { readonly lostShare: number }): Fault =>
  fault("air_lock", unit, { ...course, size: course.lostShare });
/** A valve that somebody closed by this share of the flow. */
export const closedValve = (asset: string, course: Course & { readonly lostShare: number }): Fault =>
  fault("closed_valve", asset, { ...course, size: course.lostShare, ramp: 5 * MINUTE });

export interface WorldOptions {
  readonly seed?: number;
  readonly network?: Network;
  /** When the platform first hears of it; three days before the story by default. What comes before `watched` is heard minute by minute. */
  readonly from?: Clock;
  /** From here on the platform looks with every message. */
  readonly watched?: Clock;
  readonly pollMs?: number;
  /** Residents call as they do; by default nobody does. */
  readonly residents?: keyof typeof HABITS;
}

/** What people can do in a story. */
export interface Hands {
  readonly platform: VirtualPlatform;
  /** A move on the one open ticket of a kind; answers "moved" or the code of the problem. */
  readonly move: (kind: FaultKind, move: TicketMove, body?: MoveBody) => string;
  /** A resident calls; answers the ticket that took the call in. */
  readonly call: (asset: string, symptom: Symptom, text: string) => { readonly id: string; readonly joined: boolean };
}

export interface WorldPlan {
  with(...faults: readonly Fault[]): WorldPlan;
  /** Somebody does something at an hour. */
  at(clock: Clock, act: (hands: Hands) => void): WorldPlan;
  until(clock: Clock): WorldPlan;
  /** Plays everything, closes the platform, and answers what can be asked. */
  play(): Promise<Told>;
}

interface Plan {
  readonly faults: readonly Fault[];
  readonly acts: readonly { readonly at: number; readonly act: (hands: Hands) => void }[];
  readonly to: number;
}

export function world(options: WorldOptions = {}): WorldPlan {
  const planned = (plan: Plan): WorldPlan => ({
    with: (...faults) => planned({ ...plan, faults: [...plan.faults, ...faults] }),
    at: (clock, act) => planned({ ...plan, acts: [...plan.acts, { at: timeOf(clock), act }].sort((a, b) => a.at - b.at) }),
    until: (clock) => planned({ ...plan, to: timeOf(clock) }),
    play: () => play(options, plan),
  });
  return planned({ faults: [], acts: [], to: timeOf("24:00") });
}

async function play(options: WorldOptions, plan: Plan): Promise<Told> {
  const scenario = scenarioOf(options, plan);
  const platform = await startVirtualPlatform(scenario.network, scenario.from);
  const pages: Page[] = [{ at: scenario.from, tickets: [] }];
  try {
    await tell(platform, scenario, plan, timeOf(options.watched ?? "00:00"), pages);
    expect(platform.errors).toEqual([]);
  } finally {
    await platform.close();
  }
  return { by: (clock) => lookAt(pages, timeOf(clock), clock, scenario.network), tickets: () => pages.at(-1)!.tickets };
}

function scenarioOf(options: WorldOptions, plan: Plan): Scenario {
  return {
    name: "story",
    title: { zh: "故事", en: "story" },
    seed: options.seed ?? 1,
    network: options.network ?? storyNetwork(),
    networkYaml: "",
    climate: "jinan",
    from: timeOf(options.from ?? "-3d 00:00"),
    to: plan.to,
    pollMs: options.pollMs ?? MINUTE,
    unitIntervalMs: 30 * MINUTE,
    points: "full",
    faults: plan.faults,
    storms: [],
    vices: VICES.none,
    habits: HABITS[options.residents ?? "silent"],
    speed: "max",
  };
}

/** Everything in the order in which it reaches the platform; whatever changes the tickets turns a page. */
async function tell(platform: VirtualPlatform, scenario: Scenario, plan: Plan, watchedFrom: number, pages: Page[]): Promise<void> {
  const acts = [...plan.acts];
  const hands = handsOf(platform);
  let housekeepingAt = scenario.from + HOUR;
  let sequence = platform.desk.sequence();
  const turn = (): void => {
    const now = platform.desk.sequence();
    if (now === sequence) return;
    sequence = now;
    pages.push({ at: platform.now(), tickets: platform.tickets() });
  };
  const moveTo = async (at: number): Promise<void> => {
    // Before the story begins, one look a minute is enough; a message is never heard before it was sent.
    const to = at < watchedFrom ? Math.ceil(at / MINUTE) * MINUTE : at;
    if (to <= platform.now()) return;
    await platform.moveTo(to);
    turn();
    if (to < housekeepingAt) return;
    housekeepingAt = to + HOUR;
    await platform.keepHouse();
  };
  for (const event of createWorld(scenario).events()) {
    for (let next = acts[0]; next !== undefined && next.at <= event.at; next = acts[0]) {
      await moveTo(next.at);
      next.act(hands);
      turn();
      acts.shift();
    }
    await moveTo(event.at);
    if (event.type === "call") hands.call(event.asset, event.symptom, event.text);
    else if (event.type === "status") platform.status(event.station, event.online);
    else platform.receive(event.topic, JSON.stringify(event.batch ? event.objects : event.objects[0]));
    turn();
  }
  await platform.moveTo(scenario.to);
  turn();
}

function handsOf(platform: VirtualPlatform): Hands {
  return {
    platform,
    move(kind, move, body = {}) {
      const [ticket, another] = platform.tickets().filter((one) => one.kind === kind && isOpen(one));
      if (ticket === undefined || another !== undefined) throw new Error(`expected one open ticket of ${kind} to ${move}`);
      const outcome = platform.desk.move(ticket.id, move, body, undefined, STEWARD);
      return outcome.type === "problem" ? outcome.problem.code : outcome.type;
    },
    call(asset, symptom, text) {
      const { ticket, joined } = platform.desk.complain({ asset, symptom, at: platform.now(), text }, STEWARD);
      return { id: ticket.id, joined };
    },
  };
}

interface Page {
  readonly at: number;
  readonly tickets: readonly Ticket[];
}

const isOpen = (ticket: Ticket): boolean => ticket.state !== "closed" && ticket.state !== "merged";

/** What the story can be asked when it is over. */
export interface Told {
  /** What the platform knew at a time. */
  by(clock: Clock): Moment;
  /** All tickets as they were in the end, oldest first. */
  tickets(): readonly Ticket[];
}

export interface Moment {
  readonly tickets: readonly Ticket[];
  /** The one open ticket of a kind; fails when there is none or a second one. */
  ticket(kind: FaultKind): ToldTicket;
  urgentTicket(kind: FaultKind): ToldTicket;
  /** No ticket at all, open or closed. */
  noTicket(): void;
  /** Exactly these, as "kind asset", in any order. */
  onlyTickets(...lines: readonly string[]): void;
}

/** A ticket as it was at that time. Each check answers the same again, so that they can be strung together. */
export interface ToldTicket {
  readonly ticket: Ticket;
  /** At this asset, or anywhere in it. */
  on(asset: string): ToldTicket;
  /** Its evidence shows these signals. */
  citing(...signals: readonly string[]): ToldTicket;
  /** Its findings are these kinds, root first. */
  explaining(...kinds: readonly FaultKind[]): ToldTicket;
  recovered(yes?: boolean): ToldTicket;
  inState(state: Ticket["state"]): ToldTicket;
}

function lookAt(pages: readonly Page[], at: number, clock: Clock, network: Network): Moment {
  const { tickets } = pages.findLast((page) => page.at <= at) ?? { tickets: [] };
  const shown = (): string => tickets.map((one) => `${one.kind} ${one.asset} ${one.severity} ${one.state}`).join("; ") || "none";
  const only = (kind: FaultKind): Ticket => {
    const found = tickets.filter((one) => one.kind === kind && isOpen(one));
    expect(found.length, `open tickets of ${kind} at ${clock}, among: ${shown()}`).toBe(1);
    return found[0]!;
  };
  return {
    tickets,
    ticket: (kind) => checks(only(kind), clock, network),
    urgentTicket(kind) {
      const ticket = only(kind);
      expect(ticket.severity, `severity of ${kind} at ${clock}`).toBe("urgent");
      return checks(ticket, clock, network);
    },
    noTicket: () => expect(shown(), `tickets at ${clock}`).toBe("none"),
    onlyTickets: (...lines) =>
      expect(tickets.map(({ kind, asset }) => `${kind} ${asset}`).sort(), `at ${clock}`).toEqual([...lines].sort()),
  };
}

function checks(ticket: Ticket, clock: Clock, network: Network): ToldTicket {
  const about = `${ticket.kind} at ${clock}`;
  const own: ToldTicket = {
    ticket,
    on(asset) {
      expect(
        network.lineage(ticket.asset).map(({ id }) => id),
        `place of ${about}`,
      ).toContain(asset);
      return own;
    },
    citing(...signals) {
      expect(
        ticket.evidence.map(({ signal }) => signal),
        `evidence of ${about}`,
      ).toEqual(expect.arrayContaining([...signals]));
      return own;
    },
    explaining(...kinds) {
      expect(
        ticket.findings.map(({ kind }) => kind),
        `findings of ${about}`,
      ).toEqual(kinds);
      return own;
    },
    recovered(yes = true) {
      expect(ticket.recoveredAt !== null, `whether the signals of ${about} are back`).toBe(yes);
      return own;
    },
    inState(state) {
      expect(ticket.state, `state of ${about}`).toBe(state);
      return own;
    },
  };
  return own;
}
