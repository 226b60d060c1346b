import { describe, expect, it } from "vitest";
import { kpiOf } from "../../api/kpi.ts";
import type { TicketView } from "../../api/services.ts";
import type { Deadline } from "../../model/ticket.ts";
import { newTicket } from "../support/sample-faults.ts";
import { START, testApi } from "../support/services.ts";

const MINUTE = 60_000;
const deadline = (clock: Deadline["clock"], limitMin: number, tookMin: number | undefined): Deadline => ({
  clock,
  dueAt: START + limitMin * MINUTE,
  limitMs: limitMin * MINUTE,
  doneAt: tookMin === undefined ? undefined : START + tookMin * MINUTE,
});
const ticket = (facts: Partial<TicketView>): TicketView =>
  ({ kind: "leak", severity: "general", state: "open", openedAt: START, firstCallAt: null, deadlines: [], ...facts }) as TicketView;

describe("kpi", () => {
  it("says nothing about what never happened", () => {
    expect(kpiOf([])).toEqual({
      opened: 0,
      closed: 0,
      urgent: 0,
      byKind: [],
      beforeFirstCall: null,
      beforeCall: { called: 0, before: 0, share: null, medianLeadMs: null },
      meanDispatchMs: null,
      meanRespondMs: null,
      meanFinishMs: null,
      inTime: { dispatch: null, respond: null, finish: null },
    });
  });

  it("counts kinds and states, a merged ticket only as part of the other", () => {
    const tickets = [
      ticket({}),
      ticket({ state: "closed", severity: "urgent" }),
      ticket({ kind: "air_lock" }),
      ticket({ state: "merged" }),
    ];
    expect(kpiOf(tickets)).toMatchObject({
      opened: 3,
      closed: 1,
      urgent: 1,
      byKind: [
        { kind: "leak", opened: 2, closed: 1 },
        { kind: "air_lock", opened: 1, closed: 0 },
      ],
    });
  });

  it("compares the opening with the first call, where there was one", () => {
    const calls = [30, 10, -5, 0, null].map((minutes) => ticket({ firstCallAt: minutes === null ? null : START + minutes * MINUTE }));
    expect(kpiOf(calls).beforeCall).toEqual({ called: 4, before: 2, share: 0.5, medianLeadMs: 20 * MINUTE });
  });

  it("takes the mean of the clocks that were stopped", () => {
    const tickets = [
      ticket({ deadlines: [deadline("dispatch", 10, 4), deadline("finish", 120, undefined)] }),
      ticket({ deadlines: [deadline("dispatch", 10, 14)] }),
    ];
    expect(kpiOf(tickets)).toMatchObject({ meanDispatchMs: 9 * MINUTE, meanFinishMs: null, inTime: { dispatch: 0.5, finish: null } });
  });

  it("tells what is overdue now, and counts a period by its openings", async () => {
    const api = await testApi();
    const headers = api.as("viewer");
    api.open("leak", "S01-H");
    api.clock.at += 48 * 60 * MINUTE;
    api.open("air_lock", "S01-H");
    const get = async (query: string) => (await api.app.inject({ url: `/api/kpi${query}`, headers })).json<Record<string, unknown>>();
    expect(await get("")).toMatchObject({ open: 2, overdue: 1, opened: 2, to: api.clock.at + 1, complete: true });
    expect(await get(`?from=${START + 1}`)).toMatchObject({ open: 2, opened: 1, byKind: [{ kind: "air_lock" }] });
    expect(await get(`?from=${START}&to=${START + 1}`)).toMatchObject({ opened: 1, byKind: [{ kind: "leak" }] });
    await api.app.close();
  });

  it("counts many tickets page by page, and everybody else has a turn between two pages", async () => {
    let turn = 0;
    const turnOfPage: number[] = [];
    const api = await testApi((services) => ({
      ...services,
      tickets: {
        ...services.tickets,
        list(query) {
          turnOfPage.push(turn);
          return services.tickets.list(query);
        },
      },
    }));
    const closed = Array.from({ length: 600 }, (_, index) => {
      const at = START - 1_000 + index;
      const ticket = { ...newTicket("leak", "S01-H", at), state: "closed" as const, closedAt: at };
      return { type: "open" as const, ticket, steps: [{ at, kind: "opened" as const, by: "system", set: {} }] };
    });
    api.records.apply(closed);
    let counting = true;
    const count = (): void => {
      turn++;
      if (counting) setImmediate(count);
    };
    count();
    const { opened, complete } = (await api.app.inject({ url: "/api/kpi", headers: api.as("viewer") })).json<Record<string, unknown>>();
    counting = false;
    expect({ opened, complete }).toEqual({ opened: 600, complete: true });
    expect(turnOfPage.length).toBeGreaterThan(1);
    expect(new Set(turnOfPage).size).toBe(turnOfPage.length);
    await api.app.close();
  });
});
