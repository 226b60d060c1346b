import { describe, expect, it } from "vitest";
import type { StationState } from "../../dashboard/live-state.ts";
import {
  compareRows,
  openTicketsByStation,
  overviewFigures,
  overviewRow,
  type OverviewRow,
} from "../../dashboard/screens/overview-rows.ts";
import { byTimeLeft, ticketTime } from "../../dashboard/ticket-clock.ts";
import { brokerPort, exampleMessage, publishCommand } from "../../dashboard/screens/first-run-example.ts";
import { outdoorC } from "../../dashboard/network.ts";
import { decodeMessage } from "../../ingest/decode.ts";
import { INGEST_LIMITS } from "../../ingest/limits.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { TicketSummary } from "../../model/live.ts";

const AT = 1_795_132_800_000;
const network = parseNetworkFile(
  `{ name: n, stations: [{ id: S01, circuits: [{ id: S01-H }, { id: S01-L, heating: floor }] }, { id: S02, circuits: [{ id: S02-A }] }, { id: S03 }] }`,
  "network.yaml",
);
const asset = network.asset("S01")!;

function station(supply: { H: number; L: number }, change: Partial<StationState> = {}): StationState {
  return {
    id: "S01",
    connection: "online",
    dataAt: AT,
    receivedAt: AT,
    intervalMs: 10_000,
    values: {
      S01: { t_out: [AT, -3], t1_supply: [AT, 84] },
      "S01-H": { t2_supply: [AT, supply.H] },
      "S01-L": { t2_supply: [AT, supply.L], q2_flow: [AT, 61] },
    },
    derived: {
      "S01-H": { supplyExpectedC: 48, makeupM3h: 0.3, makeupExpectedM3h: 0.35 },
      "S01-L": { supplyExpectedC: 48, makeupM3h: 2.9, makeupExpectedM3h: 0.35 },
    },
    ...change,
  };
}

function ticket(id: string, change: Partial<TicketSummary> = {}): TicketSummary {
  const text = { zh: id, en: id };
  return {
    id,
    kind: "leak",
    severity: "general",
    state: "open",
    source: "rule",
    asset: "S01-L",
    station: "S01",
    circuit: "S01-L",
    title: text,
    summary: text,
    dueAt: AT + 60_000,
    deadlines: [{ clock: "dispatch", dueAt: AT + 60_000, limitMs: 600_000, doneAt: undefined }],
    version: 1,
    since: AT,
    detectedAt: AT,
    openedAt: AT,
    closedAt: null,
    recoveredAt: null,
    assignee: null,
    absorbed: 0,
    ...change,
  };
}

const row = (id: string, change: Partial<OverviewRow>): OverviewRow => ({
  id,
  name: id,
  connection: "online",
  receivedAt: AT,
  stale: false,
  circuits: 1,
  circuit: undefined,
  circuitName: "",
  deviationC: 0,
  expectedC: 48,
  values: {},
  makeupM3h: null,
  makeupExpectedM3h: null,
  tickets: [],
  concern: undefined,
  ...change,
});

describe("the row of a station", () => {
  it("shows the circuit that is furthest off its curve", () => {
    const found = overviewRow(network, asset, station({ H: 47, L: 51.5 }), [], false);
    expect(found).toMatchObject({ circuit: "S01-L", circuits: 2, concern: "watch", expectedC: 48 });
    expect(found.deviationC).toBeCloseTo(3.5);
    expect(found.values).toMatchObject({ t2_supply: 51.5, t1_supply: 84, t2_return: null });
  });
  it("shows the circuit with the ticket before one that is only off", () => {
    expect(overviewRow(network, asset, station({ H: 53, L: 48 }), [ticket("A")], false)).toMatchObject({
      circuit: "S01-L",
      concern: "general",
      makeupM3h: 2.9,
    });
  });
  it("is no concern once the only ticket has recovered, nor on values that are too old", () => {
    expect(overviewRow(network, asset, station({ H: 48, L: 48 }), [ticket("A", { recoveredAt: AT })], false).concern).toBeUndefined();
    expect(overviewRow(network, asset, station({ H: 48, L: 40 }), [], true).concern).toBeUndefined();
    expect(overviewRow(network, asset, undefined, [], true)).toMatchObject({ connection: "never", deviationC: null });
  });
  it("finds values that a station with one circuit reports on itself", () => {
    const single = network.asset("S02")!;
    const live = station(
      { H: 0, L: 0 },
      {
        id: "S02",
        values: { S02: { t2_supply: [AT, 47], t_out: [AT, -3] } },
        derived: { "S02-A": { supplyExpectedC: 48, makeupM3h: null, makeupExpectedM3h: null } },
      },
    );
    expect(overviewRow(network, single, live, [], false).deviationC).toBeCloseTo(-1);
  });
});

describe("the order", () => {
  it("is by severity, then deviation; the normal ones keep their places", () => {
    const rows = [
      row("n1", { deviationC: 1.9 }),
      row("silent", { connection: "silent", stale: true }),
      row("general", { concern: "general", deviationC: -6 }),
      row("n2", { deviationC: 0.1 }),
      row("urgent-small", { concern: "urgent", deviationC: 3.4 }),
      row("watch", { concern: "watch", deviationC: 4 }),
      row("urgent-big", { concern: "urgent", deviationC: -6.2 }),
    ];
    expect([...rows].sort(compareRows).map(({ id }) => id)).toEqual([
      "urgent-big",
      "urgent-small",
      "general",
      "watch",
      "silent",
      "n1",
      "n2",
    ]);
  });
});

describe("the figures", () => {
  it("count, average and sum what is fresh, over circuits", () => {
    const stations = new Map([["S01", station({ H: 47, L: 44 })]]);
    const rows = [
      overviewRow(network, asset, stations.get("S01"), [], false),
      row("S02", { connection: "silent", stale: true, deviationC: 9 }),
    ];
    const figures = overviewFigures(
      network,
      rows,
      stations,
      [ticket("A", { severity: "urgent", dueAt: AT - 1 }), ticket("B"), ticket("C", { state: "closed" })],
      AT,
    );
    expect(figures).toMatchObject({
      total: 2,
      online: 1,
      offCurve: 1,
      open: 2,
      urgent: 1,
      overdue: 1,
      meanSupplyC: 45.5,
      meanExpectedC: 48,
    });
    expect(figures.makeupM3h).toBeCloseTo(3.2);
  });
  it("say nothing rather than zero when nothing is fresh", () => {
    expect(overviewFigures(network, [row("S01", { stale: true, deviationC: 9 })], new Map(), [], AT)).toMatchObject({
      offCurve: null,
      meanSupplyC: null,
      makeupM3h: null,
      open: 0,
    });
  });
  it("take the median outdoor temperature: one probe in the sun does not move it", () => {
    const at = (c: number | null): StationState => station({ H: 48, L: 48 }, { values: { S01: { t_out: [AT, c] } } });
    expect(outdoorC([at(-7), at(-7.4), at(12)], AT - 1)).toBe(-7);
    expect(outdoorC([at(null)], AT - 1)).toBeNull();
    expect(outdoorC([at(-7)], AT + 1)).toBeNull();
  });
});

describe("the clock of a ticket", () => {
  it("runs to its next limit, warns near it, and goes below zero", () => {
    expect(ticketTime(ticket("A", { dueAt: AT + 500_000 }), AT)).toMatchObject({
      remainingMs: 500_000,
      standing: "running",
      clock: "dispatch",
    });
    expect(ticketTime(ticket("A"), AT)).toMatchObject({ remainingMs: 60_000, limitMs: 600_000, used: 0.9, standing: "near" });
    expect(ticketTime(ticket("A"), AT + 61_000)).toMatchObject({ remainingMs: -1000, used: 1, standing: "overdue" });
    expect(ticketTime(ticket("A", { state: "closed" }), AT).standing).toBe("done");
  });
  it("sorts by time left, and groups open ones by station, worst first", () => {
    const [a, b, c] = [
      ticket("A", { dueAt: AT + 5 }),
      ticket("B", { dueAt: AT - 5, severity: "urgent" }),
      ticket("C", { dueAt: null, state: "closed" }),
    ];
    expect([a, c, b].sort(byTimeLeft).map(({ id }) => id)).toEqual(["B", "A", "C"]);
    expect(
      openTicketsByStation([a, b, c, ticket("D", { severity: "urgent", recoveredAt: AT, openedAt: 0 })])
        .get("S01")!
        .map(({ id }) => id),
    ).toEqual(["B", "A", "D"]);
  });
});

describe("the first message", () => {
  it("is one that the platform accepts whole", () => {
    for (const id of ["S01", "S02", "S03"]) {
      const { topic, payload, pretty } = exampleMessage(network, id, AT);
      expect(JSON.parse(pretty)).toEqual(JSON.parse(payload));
      const decoded = decodeMessage({ network, limits: INGEST_LIMITS, topic, payload: Buffer.from(payload), receivedAt: AT });
      expect(decoded.rejects.items).toEqual([]);
      expect(decoded.objects).toHaveLength(1);
    }
  });
  it("is sent by a command that a shell takes apart again", () => {
    const command = publishCommand({
      host: "heat.example",
      port: 1883,
      user: "gw-1",
      password: "a'b $x",
      topic: "heat/v1/S01/telemetry",
      payload: `{"ts":1}`,
    });
    expect(command).toContain(`-P 'a'\\''b $x'`);
    expect(command).toContain(`-m '{"ts":1}'`);
    expect(brokerPort(undefined)).toBe(1883);
    expect(brokerPort({ status: "ok", version: "1", startedAt: 0, parts: { broker: { status: "ok", figures: { port: 2883 } } } })).toBe(
      2883,
    );
  });
});
