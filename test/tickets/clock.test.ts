import { describe, expect, it } from "vitest";
import { applyStep, emptyCore, type NewTicket, type TicketCore, type TicketStep } from "../../model/ticket-record.ts";
import type { Severity } from "../../model/finding.ts";
import { ticketClock } from "../../tickets/clock.ts";
import { DEFAULT_SLA, SLA_PROFILES, type SlaProfile } from "../../tickets/sla.ts";
import { newDraft } from "../../tickets/draft.ts";
import { episode, HOUR, MINUTE, T0, town } from "./world.ts";

const network = town();
const clock = ticketClock(DEFAULT_SLA, network.timezone);

function opened(at: number, severity: Severity = "general"): TicketCore {
  const { record } = newDraft(episode(network, "leak", "S01-L"), severity, at, network);
  const { id: _id, version: _version, milestones: _milestones, ...ticket } = record;
  return applyStep(emptyCore("T1", ticket as NewTicket), step("opened", at));
}

function step(kind: TicketStep["kind"], at: number, set: TicketStep["set"] = {}): TicketStep {
  return { at, kind, by: "somebody", set };
}

const limits = (core: TicketCore): Record<string, number> =>
  Object.fromEntries(clock.deadlines(core).map((limit) => [limit.clock, (limit.dueAt - T0) / MINUTE]));
const profile = (id: string): SlaProfile => SLA_PROFILES.find((each) => each.id === id)!;

describe("service limits", () => {
  it.each([
    ["general", { dispatch: 10, respond: 60, finish: 1440 }],
    ["urgent", { dispatch: 10, respond: 30, finish: 120 }],
  ] as const)("start with the ticket: %s", (severity, expected) => {
    const core = opened(T0, severity);
    expect(limits(core)).toEqual(expected);
    expect(clock.dueAt(core)).toBe(T0 + 10 * MINUTE);
  });

  it.each([
    // Raised after minutes -> due minutes after the opening: the urgent limit from the raise, never later than the general one.
    [5, { dispatch: 10, respond: 35, finish: 125 }],
    [45, { dispatch: 10, respond: 60, finish: 165 }],
    [1400, { dispatch: 10, respond: 60, finish: 1440 }],
  ])("start again when it is raised after %i min, never later than the general ones", (afterMinutes, expected) => {
    const raised = applyStep(opened(T0), step("raised", T0 + afterMinutes * MINUTE, { severity: "urgent" }));
    expect(limits(raised)).toEqual(expected);
  });

  it("judges a step that was done before the raise by the limit that ran then", () => {
    let core = applyStep(opened(T0), step("dispatch", T0 + 3 * MINUTE, { state: "dispatched" }));
    core = applyStep(core, step("accept", T0 + 41 * MINUTE, { state: "accepted" }));
    core = applyStep(core, step("raised", T0 + 114 * MINUTE, { severity: "urgent" }));
    const [dispatch, respond, finish] = clock.deadlines(core);
    expect(dispatch).toMatchObject({ limitMs: 10 * MINUTE, doneAt: T0 + 3 * MINUTE });
    expect(respond).toMatchObject({ limitMs: HOUR, doneAt: T0 + 41 * MINUTE });
    expect(finish).toMatchObject({ limitMs: 2 * HOUR, dueAt: T0 + 234 * MINUTE, doneAt: undefined });
    expect(clock.dueAt(core)).toBe(T0 + 234 * MINUTE);
  });

  it("go back to the general ones when it is lowered", () => {
    const raised = applyStep(opened(T0), step("raised", T0 + MINUTE, { severity: "urgent" }));
    expect(limits(applyStep(raised, step("lowered", T0 + 2 * MINUTE, { severity: "general" })))).toEqual({
      dispatch: 10,
      respond: 60,
      finish: 1440,
    });
  });

  it("count a skipped step as done with the later one", () => {
    const core = applyStep(opened(T0), step("arrive", T0 + 20 * MINUTE, { state: "on_site" }));
    expect(clock.deadlines(core).map((limit) => limit.doneAt)).toEqual([T0 + 20 * MINUTE, T0 + 20 * MINUTE, undefined]);
  });

  it("finish an urgent ticket with the repair, a general one with the close; nothing runs afterwards", () => {
    const urgent = applyStep(opened(T0, "urgent"), step("resolve", T0 + HOUR, { state: "resolved" }));
    expect(clock.dueAt(urgent)).toBeNull();
    const general = applyStep(opened(T0), step("resolve", T0 + HOUR, { state: "resolved" }));
    expect(clock.dueAt(general)).toBe(T0 + 24 * HOUR);
    const closed = applyStep(general, step("close", T0 + 2 * HOUR, { state: "closed", closedAt: T0 + 2 * HOUR }));
    expect(clock.dueAt(closed)).toBeNull();
    expect(clock.nextAt(closed)).toBeNull();
    expect(clock.deadlines(closed).every((limit) => limit.doneAt !== undefined)).toBe(true);
  });

  it("start a new round when it is reopened", () => {
    const closed = applyStep(opened(T0), step("close", T0 + HOUR, { state: "closed", closedAt: T0 + HOUR }));
    const again = applyStep(closed, step("reopen", T0 + 5 * HOUR, { state: "open", closedAt: null }));
    expect(clock.dueAt(again)).toBe(T0 + 5 * HOUR + 10 * MINUTE);
  });

  it("count the response at the door where a company promises that", () => {
    const onSite = ticketClock(profile("on_site_30_min"), network.timezone);
    const accepted = applyStep(opened(T0), step("accept", T0 + 5 * MINUTE, { state: "accepted" }));
    expect(onSite.dueAt(accepted)).toBe(T0 + 30 * MINUTE);
    expect(onSite.dueAt(applyStep(accepted, step("arrive", T0 + 25 * MINUTE, { state: "on_site" })))).toBe(T0 + 24 * HOUR);
  });
});

describe("the same day", () => {
  const finish = (zone: string, at: number): number =>
    ticketClock(profile("same_day"), zone)
      .deadlines(opened(at))
      .find((limit) => limit.clock === "finish")!.dueAt;
  it.each([
    ["an ordinary day", "Asia/Shanghai", Date.UTC(2026, 10, 19, 20), Date.UTC(2026, 10, 20, 16)],
    ["the last second of a day", "Asia/Shanghai", Date.UTC(2026, 10, 20, 15, 59, 59), Date.UTC(2026, 10, 20, 16)],
    ["29 February", "Asia/Shanghai", Date.UTC(2028, 1, 28, 17), Date.UTC(2028, 1, 29, 16)],
    ["the end of the year", "Asia/Shanghai", Date.UTC(2026, 11, 31, 10), Date.UTC(2026, 11, 31, 16)],
    ["a day of 23 hours", "Europe/Berlin", Date.UTC(2027, 2, 28, 0, 30), Date.UTC(2027, 2, 28, 22)],
    ["a day of 25 hours", "Europe/Berlin", Date.UTC(2027, 9, 30, 23), Date.UTC(2027, 9, 31, 23)],
    ["Shanghai's own summer time of 1991", "Asia/Shanghai", Date.UTC(1991, 3, 13, 17), Date.UTC(1991, 3, 14, 15)],
  ])("ends at local midnight: %s", (_name, zone, at, expected) => {
    expect(finish(zone, at)).toBe(expected);
  });

  it("does not bend fixed spans on the day the clocks change", () => {
    const at = Date.UTC(2027, 2, 28, 0, 30);
    expect(ticketClock(DEFAULT_SLA, "Europe/Berlin").dueAt(opened(at))).toBe(at + 10 * MINUTE);
  });
});

describe("warnings and escalations", () => {
  const write = (core: TicketCore, at: number): { core: TicketCore; kinds: string[] } => {
    const steps = clock.due(core, at);
    return { core: steps.reduce(applyStep, core), kinds: steps.map((each) => each.kind) };
  };

  it("come at 80 % and at the limit, to the millisecond, once each", () => {
    const start = opened(T0);
    expect(clock.nextAt(start)).toBe(T0 + 8 * MINUTE);
    expect(write(start, T0 + 8 * MINUTE - 1).kinds).toEqual([]);
    const warned = write(start, T0 + 8 * MINUTE);
    expect(warned.kinds).toEqual(["warned"]);
    expect(write(warned.core, T0 + 9 * MINUTE).kinds).toEqual([]);
    expect(clock.nextAt(warned.core)).toBe(T0 + 10 * MINUTE);
    expect(write(warned.core, T0 + 10 * MINUTE - 1).kinds).toEqual([]);
    const escalated = write(warned.core, T0 + 10 * MINUTE);
    expect(escalated.kinds).toEqual(["escalated"]);
    expect(write(escalated.core, T0 + 11 * MINUTE).kinds).toEqual([]);
    expect(clock.nextAt(escalated.core)).toBe(T0 + 48 * MINUTE);
  });

  it("escalate without a late warning after a long stop, every limit that passed", () => {
    const late = write(opened(T0), T0 + 30 * HOUR);
    expect(late.kinds).toEqual(["escalated", "escalated", "escalated"]);
    expect(clock.nextAt(late.core)).toBeNull();
  });

  it("warn again for the nearer limit after a raise", () => {
    let core = write(opened(T0), T0 + 50 * MINUTE).core;
    core = applyStep(core, step("raised", T0 + 51 * MINUTE, { severity: "urgent" }));
    expect(clock.nextAt(core)).toBe(T0 + 60 * MINUTE);
    expect(write(core, T0 + 51 * MINUTE + 96 * MINUTE).kinds).toEqual(["escalated", "warned"]);
  });

  it("say which limit", () => {
    expect(clock.due(opened(T0), T0 + 8 * MINUTE)[0]?.text).toEqual({
      zh: "派单限 10 min 将到，还剩 2 min",
      en: "Dispatch limit of 10 min is near: 2 min left",
    });
    expect(clock.due(opened(T0), T0 + 10 * MINUTE)[0]?.text).toEqual({
      zh: "派单限 10 min 已过，升级催办",
      en: "Dispatch limit of 10 min has passed: escalated",
    });
  });
});
