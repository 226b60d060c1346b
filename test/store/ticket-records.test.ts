import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FaultKind } from "../../model/finding.ts";
import type { NewTicket, TicketChange, TicketStep } from "../../model/ticket-record.ts";
import { openDatabase, type AppDatabase } from "../../store/database.ts";
import { openTicketRecords, type TicketLogEntry, type TicketRecords } from "../../store/ticket-records.ts";
import { ticketClock } from "../../tickets/clock.ts";
import { changeOf, newDraft } from "../../tickets/draft.ts";
import { DEFAULT_SLA } from "../../tickets/sla.ts";
import { episode, HOUR, MINUTE, T0, town } from "../tickets/world.ts";

const network = town();
let database: AppDatabase;
let records: TicketRecords;
const openRecords = (from: AppDatabase): TicketRecords =>
  openTicketRecords(from, { clock: ticketClock(DEFAULT_SLA, network.timezone), zone: network.timezone });
beforeEach(() => {
  database = openDatabase(":memory:");
  records = openRecords(database);
});
afterEach(() => database.close());

function opening(kind: FaultKind, asset: string, at = T0): TicketChange {
  return changeOf(newDraft(episode(network, kind, asset), "general", at, network), at)!;
}
/** Many tickets of one kind need many assets. */
function openingAt(asset: string, at: number): TicketChange {
  const change = opening("leak", "S01-L", at);
  if (change.type !== "open") throw new Error("a new draft opens");
  return { ...change, ticket: { ...change.ticket, asset } satisfies NewTicket };
}
const step = (kind: TicketStep["kind"], at: number, set: TicketStep["set"]): TicketStep => ({ at, kind, by: "zhang", set });
const update = (id: string, ...steps: TicketStep[]): TicketChange => ({ type: "update", at: T0, id, steps, body: {} });

describe("ticket ids", () => {
  it("count from one on each local day, and never come back", () => {
    const lastMinute = Date.UTC(2026, 10, 20, 15, 59);
    const ids = [
      ...records.apply([opening("leak", "S01-L", T0), opening("leak", "S01-H", T0)]),
      ...records.apply([opening("burst", "S01-L", lastMinute)]),
      ...records.apply([opening("burst", "S01-H", lastMinute + MINUTE)]),
      ...records.apply([opening("air_lock", "B7-U1", Date.UTC(2027, 10, 20))]),
    ];
    expect(ids).toEqual(["GD-1120-001", "GD-1120-002", "GD-1120-003", "GD-1121-001", "GD-1120-004"]);
  });
});

describe("one open ticket per fault", () => {
  it("is kept by the database itself", () => {
    records.apply([opening("leak", "S01-L")]);
    expect(() => records.apply([opening("leak", "S01-L")])).toThrow(/UNIQUE/);
    expect(records.open()).toHaveLength(1);
  });

  it("may open again after the close", () => {
    records.apply([opening("leak", "S01-L")]);
    records.apply([update("GD-1120-001", step("close", T0 + HOUR, { state: "closed", closedAt: T0 + HOUR }))]);
    records.apply([opening("leak", "S01-L")]);
    expect(records.open().map((ticket) => ticket.id)).toEqual(["GD-1120-002"]);
  });
});

describe("history", () => {
  it("is appended in order and replays to the record", () => {
    records.apply([opening("leak", "S01-L")]);
    records.apply([
      update(
        "GD-1120-001",
        step("dispatch", T0 + MINUTE, { state: "dispatched", assignee: "zhang", owner: "zhang" }),
        step("arrive", T0 + 2 * MINUTE, { state: "on_site" }),
      ),
    ]);
    expect(records.get("GD-1120-001")?.history.map(({ kind, state, sequence }) => [kind, state, sequence])).toEqual([
      ["opened", "open", 1],
      ["dispatch", "dispatched", 2],
      ["arrive", "on_site", 3],
    ]);
    expect(records.replay("GD-1120-001")).toEqual(records.record("GD-1120-001"));
    expect(records.record("GD-1120-001")).toMatchObject({
      version: 3,
      state: "on_site",
      milestones: { dispatchedAt: T0 + MINUTE, arrivedAt: T0 + 2 * MINUTE },
    });
  });

  it("cannot be changed or deleted, not even by SQL", () => {
    records.apply([opening("leak", "S01-L")]);
    expect(() => database.sql.exec("UPDATE ticket_events SET by = 'x'")).toThrow(/append-only/);
    expect(() => database.sql.exec("DELETE FROM ticket_events")).toThrow(/append-only/);
  });

  it("is all or nothing with the record", () => {
    records.apply([opening("leak", "S01-L")]);
    expect(() =>
      records.apply([update("GD-1120-001", step("note", T0, { state: "open" })), update("GD-9999-001", step("note", T0, {}))]),
    ).toThrow(/no ticket/);
    expect(records.record("GD-1120-001")?.version).toBe(1);
    expect(records.get("GD-1120-001")?.history).toHaveLength(1);
  });

  it("is readable from a file of version 1", () => {
    const folder = mkdtempSync(join(tmpdir(), "heatsteward-records-"));
    const file = join(folder, "app.db");
    const old = new DatabaseSync(file);
    old.exec(readFileSync(join(import.meta.dirname, "fixtures/app-version-1.sql"), "utf8"));
    old.close();
    const migrated = openDatabase(file);
    const kept = openRecords(migrated);
    expect(kept.get("GD-1120-001")).toMatchObject({
      state: "dispatched",
      assignee: "zhang",
      title: { zh: "城北小区 低区 慢漏" },
      history: [{ kind: "opened" }, { kind: "dispatch", to: "zhang" }],
    });
    expect(kept.replay("GD-1120-001")).toEqual(kept.record("GD-1120-001"));
    migrated.close();
    rmSync(folder, { recursive: true });
  });
});

describe("the log of all tickets", () => {
  it("tells every listener after the commit, in order, and can be read again from anywhere", () => {
    const heard: TicketLogEntry[] = [];
    const stop = records.subscribe((entry) => void heard.push(entry));
    records.apply([opening("leak", "S01-L"), opening("air_lock", "B7-U1")]);
    records.apply([update("GD-1120-001", step("note", T0, { state: "open" }))]);
    stop();
    records.apply([update("GD-1120-001", step("note", T0, { state: "open" }))]);
    expect(heard.map(({ sequence, event, ticket }) => [sequence, event, ticket.id])).toEqual([
      [1, "opened", "GD-1120-001"],
      [2, "opened", "GD-1120-002"],
      [3, "note", "GD-1120-001"],
    ]);
    expect(records.sequence()).toBe(4);
    expect(records.logAfter(2, 10).map(({ sequence }) => sequence)).toEqual([3, 4]);
    expect(records.logAfter(0, 2).map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it("says nothing of what was rolled back", () => {
    const heard: TicketLogEntry[] = [];
    records.subscribe((entry) => void heard.push(entry));
    expect(() => records.apply([opening("leak", "S01-L"), opening("leak", "S01-L")])).toThrow(/UNIQUE/);
    records.apply([opening("air_lock", "B7-U1")]);
    expect(heard.map(({ ticket, sequence }) => [ticket.kind, sequence])).toEqual([["air_lock", 1]]);
  });

  it("passes a refresh on without a sequence of its own", () => {
    records.apply([opening("leak", "S01-L")]);
    const heard: TicketLogEntry[] = [];
    records.subscribe((entry) => void heard.push(entry));
    records.apply([{ type: "update", at: T0 + MINUTE, id: "GD-1120-001", steps: [], body: { summary: { zh: "新", en: "new" } } }]);
    expect(heard).toMatchObject([{ sequence: 1, event: "refreshed", at: T0 + MINUTE, ticket: { summary: { en: "new" }, version: 1 } }]);
    expect(records.logAfter(1, 10)).toEqual([]);
  });
});

describe("lists", () => {
  beforeEach(() => {
    records.apply(Array.from({ length: 30 }, (_, index) => openingAt(`A${index}`, T0 + index * MINUTE)));
    records.apply([opening("air_lock", "B7-U1", T0 + HOUR), opening("primary_shortage", "S02", T0 + HOUR)]);
    records.apply([update("GD-1120-001", step("close", T0 + HOUR, { state: "closed", closedAt: T0 + HOUR }))]);
  });

  it("come newest first, page by page, every ticket once", () => {
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = records.list({ limit: 7, ...(cursor !== undefined && { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(7);
      seen.push(...page.items.map((ticket) => ticket.id));
      cursor = page.next;
    }
    expect(seen).toHaveLength(32);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
  });

  it.each([
    ["open", { state: "open" }, 31],
    ["closed", { state: "closed" }, 1],
    ["states", { states: ["closed", "dispatched"] }, 1],
    ["kind", { kind: "air_lock" }, 1],
    ["station", { station: "S02" }, 1],
    ["asset", { asset: "B7-U1" }, 1],
    ["what is below an asset", { asset: "B7" }, 1],
    ["time", { from: T0 + MINUTE, to: T0 + 3 * MINUTE }, 2],
    ["all of them together", { state: "open", kind: "leak", station: "S01", from: T0, to: T0 + 2 * MINUTE }, 1],
  ] as const)("are filtered by %s", (_name, filter, expected) => {
    expect(records.list({ limit: 100, ...filter }).items).toHaveLength(expected);
  });

  it("refuse a cursor that they never gave", () => {
    expect(() => records.list({ limit: 5, cursor: "1; DROP TABLE tickets" })).toThrow(/cursor: expected/);
  });

  it("use an index for every question that is asked often", () => {
    const plan = (sql: string): string =>
      database.sql
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map((row) => String(row["detail"]))
        .join("; ");
    const open = "state NOT IN ('closed', 'merged')";
    expect(plan(`SELECT core FROM tickets WHERE ${open} ORDER BY opened_at DESC, number DESC LIMIT 5`)).toBe(
      "SCAN tickets USING INDEX ticket_open",
    );
    expect(plan("SELECT core FROM tickets WHERE kind = 'leak' ORDER BY opened_at DESC, number DESC LIMIT 5")).toBe(
      "SEARCH tickets USING INDEX ticket_kind (kind=?)",
    );
    expect(plan("SELECT core FROM tickets WHERE station = 'S01' ORDER BY opened_at DESC, number DESC LIMIT 5")).toBe(
      "SEARCH tickets USING INDEX ticket_station (station=?)",
    );
    expect(plan("SELECT core FROM tickets WHERE next_at <= 5 ORDER BY next_at, number LIMIT 5")).toBe(
      "SEARCH tickets USING INDEX ticket_next (next_at<?)",
    );
    expect(plan("SELECT core FROM tickets WHERE asset = 'a' OR unit = 'a' OR building = 'a' OR circuit = 'a' OR station = 'a'")).toMatch(
      /^MULTI-INDEX OR/,
    );
  });
});

describe("the clock's index", () => {
  it("follows every step and a change of the service limits", () => {
    records.apply([opening("leak", "S01-L")]);
    expect(records.nextDueAt()).toBe(T0 + 8 * MINUTE);
    expect(records.dueBy(T0 + 8 * MINUTE - 1)).toEqual([]);
    expect(records.dueBy(T0 + 8 * MINUTE)).toHaveLength(1);
    records.apply([update("GD-1120-001", step("dispatch", T0 + MINUTE, { state: "dispatched" }))]);
    expect(records.nextDueAt()).toBe(T0 + 48 * MINUTE);
    const strict = {
      ...DEFAULT_SLA,
      limits: { ...DEFAULT_SLA.limits, general: { ...DEFAULT_SLA.limits.general, respond: { ms: 10 * MINUTE } } },
    };
    expect(openTicketRecords(database, { clock: ticketClock(strict, network.timezone), zone: network.timezone }).nextDueAt()).toBe(
      T0 + 8 * MINUTE,
    );
  });
});
