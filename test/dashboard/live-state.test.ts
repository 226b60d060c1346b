import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  applyMessage,
  CLOSED_TICKETS_MAX,
  emptyLiveState,
  isStale,
  type StationState,
  TICKET_EVENTS_MAX,
} from "../../dashboard/live-state.ts";
import type { LiveMessage, StationLive, TicketSummary } from "../../model/live.ts";

const AT = 1_795_132_800_000;

function station(id: string, dataAt: number | null, values: StationLive["values"] = {}): StationLive {
  return {
    id,
    connection: dataAt === null ? "never" : "online",
    dataAt,
    receivedAt: dataAt === null ? null : dataAt + 100,
    values,
    derived: {},
  };
}

function ticket(id: string, version: number, state: TicketSummary["state"] = "open"): TicketSummary {
  const text = { zh: id, en: id };
  return {
    id,
    kind: "leak",
    severity: "urgent",
    state,
    source: "rule",
    asset: "S01",
    station: "S01",
    title: text,
    summary: text,
    dueAt: AT,
    deadlines: [],
    version,
    since: AT,
    detectedAt: AT,
    openedAt: AT,
    closedAt: null,
    recoveredAt: null,
    assignee: null,
    absorbed: 0,
  };
}

const snapshot = (sequence: number, tickets: TicketSummary[] = [], stations = [station("S01", AT)]): LiveMessage => ({
  type: "snapshot",
  at: AT,
  ticketSequence: sequence,
  simulated: false,
  stations,
  tickets,
});
const news = (sequence: number, of: TicketSummary, event = "dispatch"): LiveMessage => ({
  type: "ticket",
  at: AT,
  ticketSequence: sequence,
  event,
  ticket: of,
});
const delta = (of: StationLive): LiveMessage => ({ type: "delta", at: AT, stations: [of] });

describe("values", () => {
  it("replace the named ones only, and never go back in time", () => {
    const state = emptyLiveState();
    applyMessage(state, snapshot(0, [], [station("S01", AT, { S01: { t_out: [AT, -3], t1_supply: [AT, 80] } })]));
    applyMessage(state, delta(station("S01", AT + 2000, { S01: { t_out: [AT + 2000, -4] } })));
    applyMessage(state, delta(station("S01", AT + 1000, { S01: { t_out: [AT + 1000, -9] } })));
    const known = state.stations.get("S01")!;
    expect(known.values["S01"]).toEqual({ t_out: [AT + 2000, -4], t1_supply: [AT, 80] });
    expect(known.dataAt).toBe(AT + 2000);
  });
  it("end the same in whatever order deltas come", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }), (order) => {
        const state = emptyLiveState();
        applyMessage(state, snapshot(0));
        for (const step of order) applyMessage(state, delta(station("S01", AT + step, { S01: { t_out: [AT + step, step] } })));
        expect(state.stations.get("S01")!.values["S01"]!.t_out).toEqual([AT + 6, 6]);
      }),
    );
  });
  it("keep what a station adds later", () => {
    const state = emptyLiveState();
    applyMessage(state, snapshot(0));
    expect(applyMessage(state, delta(station("S02", AT))).stations).toEqual(["S02"]);
    expect(state.stations.size).toBe(2);
  });
});

describe("tickets", () => {
  it("are a log: nothing twice, nothing missed across a reconnect that replays before its snapshot", () => {
    const state = emptyLiveState();
    applyMessage(state, snapshot(4, [ticket("A", 1)]));
    expect(applyMessage(state, news(5, ticket("A", 2, "dispatched"))).news).toHaveLength(1);
    expect(applyMessage(state, news(5, ticket("A", 2, "dispatched"))).news).toHaveLength(0);
    const replayed = [news(5, ticket("A", 2)), news(6, ticket("B", 1)), news(7, ticket("A", 3, "closed"))].flatMap(
      (message) => applyMessage(state, message).news,
    );
    expect(replayed.map(({ sequence }) => sequence)).toEqual([6, 7]);
    applyMessage(state, snapshot(7, [ticket("B", 1)]));
    expect(state.ticketSequence).toBe(7);
    expect(state.tickets.get("A")!.state).toBe("closed");
    expect([...state.tickets.keys()].sort()).toEqual(["A", "B"]);
  });
  it("are those of the snapshot: one that closed unseen is no longer open", () => {
    const state = emptyLiveState();
    applyMessage(state, snapshot(4, [ticket("A", 1), ticket("B", 1)]));
    applyMessage(state, snapshot(9, [ticket("B", 1)]));
    expect([...state.tickets.keys()]).toEqual(["B"]);
  });
  it("follow a platform that was restored from a backup", () => {
    const state = emptyLiveState();
    applyMessage(state, snapshot(90));
    applyMessage(state, snapshot(3));
    expect(applyMessage(state, news(4, ticket("A", 1))).news).toHaveLength(1);
  });
  it("take refreshed evidence without calling it news", () => {
    const state = emptyLiveState();
    applyMessage(state, snapshot(4, [ticket("A", 1)]));
    const fresh = { ...ticket("A", 1), absorbed: 3 };
    expect(applyMessage(state, news(4, fresh, "refreshed"))).toMatchObject({ tickets: true, news: [] });
    expect(state.tickets.get("A")!.absorbed).toBe(3);
  });
  it("do not pile up over a season", () => {
    const state = emptyLiveState();
    applyMessage(state, snapshot(0));
    for (let sequence = 1; sequence <= 3 * CLOSED_TICKETS_MAX; sequence++)
      applyMessage(state, news(sequence, ticket(`T${sequence}`, 1, "closed"), "close"));
    expect(state.tickets.size).toBe(CLOSED_TICKETS_MAX);
    expect(state.tickets.has(`T${3 * CLOSED_TICKETS_MAX}`)).toBe(true);
    expect(state.news).toHaveLength(TICKET_EVENTS_MAX);
  });
});

describe("age", () => {
  const fresh = (change: Partial<StationState>): StationState => ({ ...station("S01", AT), intervalMs: 2000, ...change });
  it("turns values grey after 10 s, or after three intervals of a slow station", () => {
    expect(isStale(fresh({}), AT + 9_000, null)).toBe(false);
    expect(isStale(fresh({}), AT + 11_000, null)).toBe(true);
    expect(isStale(fresh({ intervalMs: 60_000 }), AT + 170_000, null)).toBe(false);
    expect(isStale(fresh({ intervalMs: 60_000 }), AT + 190_000, null)).toBe(true);
  });
  it("is unknown to a tab that lost the platform", () => {
    expect(isStale(fresh({ intervalMs: 60_000 }), AT + 20_000, AT + 8_000)).toBe(true);
    expect(isStale(fresh({ intervalMs: 60_000 }), AT + 12_000, AT + 8_000)).toBe(false);
  });
  it("is always too old for a station that is gone or never came", () => {
    expect(isStale(undefined, AT, null)).toBe(true);
    expect(isStale(fresh({ connection: "silent" }), AT + 1_000, null)).toBe(true);
    expect(isStale({ ...station("S01", null), intervalMs: null }, AT, null)).toBe(true);
  });
  it("learns the interval of a station, and not from an outage", () => {
    const state = emptyLiveState();
    applyMessage(state, snapshot(0));
    for (let step = 1; step <= 5; step++) applyMessage(state, delta(station("S01", AT + step * 60_000)));
    expect(state.stations.get("S01")!.intervalMs).toBe(60_000);
    applyMessage(state, delta(station("S01", AT + 9 * 3_600_000)));
    expect(state.stations.get("S01")!.intervalMs).toBe(60_000);
  });
});
