import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Episode } from "../../model/finding.ts";
import { ROLES, type Actor, type Role } from "../../model/role.ts";
import { TICKET_MOVES } from "../../model/ticket.ts";
import { openAudit } from "../../store/audit.ts";
import { openDatabase, type AppDatabase } from "../../store/database.ts";
import { openTicketRecords } from "../../store/ticket-records.ts";
import { createTicketDesk, type TicketDesk } from "../../ticket-desk.ts";
import { alone, episode, HOUR, MINUTE, T0, town, under } from "./world.ts";

const network = town();
const actor = (role: Role, name: string = role): Actor => ({ name, role, ip: "127.0.0.1" });
const dispatcher = actor("dispatcher");
const steward = actor("steward", "zhang");

let folder: string;
let database: AppDatabase;
let desk: TicketDesk;
let at: number;
const start = (): void => {
  database = openDatabase(join(folder, "app.db"));
  desk = createTicketDesk({ database, network, now: () => at });
};
const restart = (): void => {
  database.close();
  start();
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heatsteward-desk-"));
  at = T0;
  start();
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const leak = (facts = {}): Episode => episode(network, "leak", "S01-L", facts);
const only = (): string => desk.open()[0]!.id;
const kinds = (id: string): string[] => desk.get(id)!.history.map((event) => event.kind);

describe("a burst from the first sign to the close", () => {
  it("is one urgent ticket, escalated when nobody dispatches, closed when cured and confirmed", () => {
    const burst = episode(network, "burst", "S01-L", { severity: "urgent", detectedAt: T0 });
    expect(desk.reconcile("S01", alone(burst), [])).toEqual(["GD-1120-001"]);
    expect(desk.nextDueAt()).toBe(T0 + 8 * MINUTE);
    at = T0 + 8 * MINUTE;
    expect(desk.due()).toBe(1);
    at = T0 + 10 * MINUTE;
    expect(desk.due()).toBe(1);
    expect(desk.due()).toBe(0);

    at = T0 + 11 * MINUTE;
    expect(desk.complain({ asset: "B7-U1", symptom: "cold", at }, actor("operator", "12345"))).toMatchObject({
      joined: true,
      ticket: { id: "GD-1120-001", firstCallAt: at },
    });
    expect(desk.move(only(), "dispatch", { to: "zhang" }, undefined, dispatcher)).toMatchObject({
      type: "moved",
      ticket: { state: "dispatched", assignee: "zhang" },
    });
    at += 5 * MINUTE;
    desk.move(only(), "arrive", {}, undefined, steward);
    const cold = episode(network, "under_heated", "B7-U1", { detectedAt: at });
    desk.reconcile("S01", under(burst, cold), []);
    at = T0 + 100 * MINUTE;
    desk.move(only(), "resolve", { work: "换管" }, undefined, steward);
    expect(desk.move(only(), "close", {}, undefined, steward)).toMatchObject({ type: "problem", problem: { code: "not_recovered" } });
    at = T0 + 130 * MINUTE;
    desk.reconcile(
      "S01",
      [],
      [
        { ...burst, clearedAt: at - MINUTE },
        { ...cold, clearedAt: at },
      ],
    );
    expect(desk.move(only(), "close", {}, undefined, steward)).toMatchObject({ type: "problem", problem: { code: "not_confirmed" } });
    desk.move(only(), "reply", {}, undefined, steward);
    desk.move(only(), "confirm", {}, undefined, steward);
    expect(desk.move(only(), "close", {}, undefined, steward)).toMatchObject({
      type: "moved",
      ticket: { state: "closed", dueAt: null, recoveredAt: T0 + 130 * MINUTE },
    });
    expect(desk.open()).toEqual([]);
    expect(kinds("GD-1120-001")).toEqual([
      "opened",
      "warned",
      "escalated",
      "complained",
      "dispatch",
      "arrive",
      "absorbed",
      "resolve",
      "recovered",
      "reply",
      "confirm",
      "close",
    ]);
    at = T0 + 20 * HOUR;
    expect(desk.due()).toBe(0);
    expect(desk.nextDueAt()).toBeNull();
  });
});

describe("restart", () => {
  it("changes nothing: tickets are opened, moved and escalated exactly once", () => {
    desk.reconcile("S01", alone(leak()), []);
    restart();
    expect(desk.reconcile("S01", alone(leak()), [])).toEqual([]);
    at = T0 + 10 * MINUTE;
    desk.due();
    restart();
    expect(desk.due()).toBe(0);
    expect(kinds("GD-1120-001")).toEqual(["opened", "escalated"]);
  });

  it("catches up with what happened while it was down", () => {
    desk.reconcile("S01", alone(leak()), []);
    restart();
    at = T0 + 30 * HOUR;
    desk.reconcile("S01", alone(episode(network, "air_lock", "B7-U1")), [leak({ clearedAt: T0 + 5 * HOUR })]);
    const found = new Map(desk.open().map(({ kind, recoveredAt }) => [kind, recoveredAt]));
    expect(found).toEqual(
      new Map([
        ["leak", T0 + 5 * HOUR],
        ["air_lock", null],
      ]),
    );
  });

  it("leaves all or nothing of a merge that dies half-way", () => {
    desk.reconcile("S01", alone(leak(), episode(network, "under_heated", "B7-U1")), []);
    database.sql.exec(
      "CREATE TRIGGER power_cut BEFORE INSERT ON ticket_events WHEN NEW.kind = 'absorbed' BEGIN SELECT RAISE(ABORT, 'power cut'); END",
    );
    expect(() => desk.reconcile("S01", under(leak(), episode(network, "under_heated", "B7-U1")), [])).toThrow("power cut");
    restart();
    expect(desk.open().map((ticket) => ticket.state)).toEqual(["open", "open"]);
    database.sql.exec("DROP TRIGGER power_cut");
    desk.reconcile("S01", under(leak(), episode(network, "under_heated", "B7-U1")), []);
    expect(desk.open()).toHaveLength(1);
    expect(desk.open()[0]).toMatchObject({ kind: "leak", absorbed: 1 });
  });
});

describe("two people at once", () => {
  it("moves once: the second with the same version is told that it is stale", () => {
    desk.reconcile("S01", alone(leak()), []);
    const { version } = desk.get(only())!;
    expect(desk.move(only(), "dispatch", { to: "zhang" }, version, dispatcher)).toMatchObject({
      type: "moved",
      ticket: { version: version + 1 },
    });
    expect(desk.move(only(), "dispatch", { to: "li" }, version, dispatcher)).toMatchObject({
      type: "stale",
      ticket: { version: version + 1, assignee: "zhang" },
    });
  });

  it("moves once between two processes too", () => {
    desk.reconcile("S01", alone(leak()), []);
    const other = openDatabase(join(folder, "app.db"));
    const otherDesk = createTicketDesk({ database: other, network, now: () => at });
    expect(otherDesk.move(only(), "dispatch", { to: "zhang" }, 1, dispatcher)).toMatchObject({ type: "moved" });
    expect(desk.move(only(), "dispatch", { to: "li" }, 1, dispatcher)).toMatchObject({ type: "stale" });
    other.close();
  });

  it("knows no ticket that is not there, and writes every move and refusal into the audit", () => {
    expect(desk.move("GD-0101-001", "note", { note: "x" }, undefined, steward)).toEqual({ type: "unknown" });
    desk.reconcile("S01", alone(leak()), []);
    desk.move(only(), "close", {}, undefined, steward);
    desk.move(only(), "close", { override: "测试" }, undefined, dispatcher);
    const audit = openAudit(database);
    expect(audit.list({ limit: 10, subject: "GD-1120-001" })).toMatchObject([
      {
        what: "ticket.close",
        who: "dispatcher",
        ip: "127.0.0.1",
        result: "ok",
        before: { state: "open" },
        after: { state: "closed", override: "测试" },
      },
      { what: "ticket.close", who: "zhang", result: "refused", after: { problem: "not_recovered" } },
    ]);
    expect(audit.verify()).toBeUndefined();
  });

  it("does not reopen beside an open ticket of the same fault", () => {
    desk.reconcile("S01", alone(leak()), []);
    desk.move(only(), "close", { override: "x" }, undefined, dispatcher);
    at += 80 * HOUR;
    desk.reconcile("S01", alone(leak({ detectedAt: at })), [leak({ clearedAt: T0 + HOUR })]);
    expect(desk.open()).toHaveLength(1);
    expect(desk.move("GD-1120-001", "reopen", {}, undefined, dispatcher)).toMatchObject({
      type: "problem",
      problem: { code: "illegal_move" },
    });
  });
});

describe("merging by a person", () => {
  it("joins two tickets for good", () => {
    desk.reconcile("S01", alone(leak(), episode(network, "under_heated", "B7-U1")), []);
    const [cold, water] = ["under_heated", "leak"].map((kind) => desk.open().find((ticket) => ticket.kind === kind)!.id);
    expect(desk.move(cold!, "merge", { into: water! }, undefined, dispatcher)).toMatchObject({
      type: "moved",
      ticket: { state: "merged", mergedInto: water },
    });
    expect(desk.get(water!)).toMatchObject({ findings: [{ kind: "leak" }, { kind: "under_heated" }] });
    at += MINUTE;
    expect(desk.reconcile("S01", alone(leak(), episode(network, "under_heated", "B7-U1")), [])).toEqual([]);
    expect(desk.open()).toHaveLength(1);
    expect(desk.move(cold!, "merge", { into: "GD-0000" }, undefined, dispatcher)).toMatchObject({
      type: "problem",
      problem: { code: "illegal_move" },
    });
  });
});

describe("a resident's ticket into which a person merged a finding", () => {
  it("becomes the ticket of the root that takes the finding over, in one pass", () => {
    const cold = episode(network, "under_heated", "B7-U1");
    desk.reconcile("S01", alone(cold), []);
    desk.complain({ asset: "B7-U1", symptom: "leak", at }, actor("operator"));
    const [call, measured] = ["leak", "under_heated"].map((kind) => desk.open().find((ticket) => ticket.kind === kind)!.id);
    desk.move(measured!, "merge", { into: call! }, undefined, dispatcher);
    at += MINUTE;
    const water = leak();
    const rooted = [...alone(water), { episode: cold, root: water }];
    expect(desk.reconcile("S01", rooted, [])).toEqual([]);
    const sequence = desk.sequence();
    expect(desk.get(call!)).toMatchObject({ state: "open", asset: water.asset, findings: [{ kind: "leak" }, { kind: "under_heated" }] });
    desk.reconcile("S01", rooted, []);
    expect(desk.sequence()).toBe(sequence);
  });
});

describe("a station that left the network file", () => {
  it("frees its tickets for the close", () => {
    desk.reconcile("S02", alone(episode(network, "power_failure", "S02")), []);
    const before = only();
    const smaller = Object.assign(Object.create(network) as typeof network, {
      asset: (id: string) => (id === "S02" ? undefined : network.asset(id)),
    });
    createTicketDesk({ database, network: smaller, now: () => at }).retireUnknownStations();
    expect(desk.get(before)?.recoveredAt).toBe(at);
  });
});

describe("any history", () => {
  const happening = fc.oneof(
    fc.record({
      type: fc.constant("move" as const),
      move: fc.constantFrom(...TICKET_MOVES),
      role: fc.constantFrom(...ROLES),
      pick: fc.nat(5),
      into: fc.nat(5),
      override: fc.boolean(),
    }),
    fc.record({ type: fc.constant("rules" as const), leak: fc.boolean(), cold: fc.boolean(), under: fc.boolean(), urgent: fc.boolean() }),
    fc.record({
      type: fc.constant("call" as const),
      asset: fc.constantFrom("B7-U1", "B7-101", "B8-U1"),
      symptom: fc.constantFrom("cold" as const, "leak" as const, "noise" as const, "other" as const),
    }),
    fc.record({ type: fc.constant("time" as const), minutes: fc.integer({ min: 1, max: 3_000 }) }),
    fc.record({ type: fc.constant("restart" as const) }),
  );

  /** One life of a desk; answers what went wrong in it, step by step. */
  function live(
    happenings: readonly (typeof happening extends fc.Arbitrary<infer Each> ? Each : never)[],
    memory: AppDatabase,
  ): { desk: TicketDesk; wrong: string[] } {
    const wrong: string[] = [];
    let now = T0;
    const begin = (): TicketDesk => createTicketDesk({ database: memory, network, now: () => now });
    let book = begin();
    const recent: Episode[] = [];
    let running = new Map<string, Episode>();
    for (const each of happenings) {
      now += MINUTE;
      if (each.type === "move") {
        const all = book.list({ limit: 100 }).items;
        if (all.length === 0) continue;
        const into = all[each.into % all.length]!.id;
        const body = { to: "zhang", note: "n", into, ...(each.override && { override: "reason" }) };
        if (book.move(all[each.pick % all.length]!.id, each.move, body, undefined, actor(each.role)).type === "unknown")
          wrong.push("a listed ticket is unknown");
      } else if (each.type === "rules") {
        const wanted = [each.leak ? "leak|S01-L" : undefined, each.cold ? "under_heated|B7-U1" : undefined].filter(
          (key) => key !== undefined,
        );
        for (const [key, old] of running) if (!wanted.includes(key)) recent.push({ ...old, clearedAt: now });
        running = new Map(
          wanted.map((key) => {
            const [kind, asset] = key.split("|") as ["leak", string];
            const facts = {
              severity: each.urgent ? ("urgent" as const) : ("general" as const),
              detectedAt: running.get(key)?.detectedAt ?? now,
            };
            return [key, episode(network, kind, asset, facts)];
          }),
        );
        const root = each.under ? running.get("leak|S01-L") : undefined;
        const rooted = [...running.values()].map((one) => ({ episode: one, root: one === root ? undefined : root }));
        book.reconcile("S01", rooted, recent);
        const before = book.sequence();
        book.reconcile("S01", rooted, recent);
        if (book.sequence() !== before) wrong.push("a second pass wrote");
      } else if (each.type === "call") book.complain({ asset: each.asset, symptom: each.symptom, at: now }, actor("operator"));
      else if (each.type === "time") {
        now += each.minutes * MINUTE;
        book.due();
        if ((book.nextDueAt() ?? Infinity) <= now) wrong.push("a limit was passed over");
      } else book = begin();
    }
    return { desk: book, wrong };
  }

  it("replays to the record, with a version that counts its lines and a log without gaps", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
        const memory = openDatabase(":memory:");
        const { desk: book, wrong } = live(happenings, memory);
        expect(wrong).toEqual([]);
        const check = openTicketRecords(memory, { clock: book.clock, zone: network.timezone });
        for (const ticket of book.list({ limit: 100 }).items) {
          expect(check.replay(ticket.id)).toEqual(check.record(ticket.id));
          expect(ticket.version).toBe(ticket.history.length);
          expect(ticket.history.at(-1)?.state).toBe(ticket.state);
        }
        expect(book.logAfter(0, 1_000).map((entry) => entry.sequence)).toEqual(
          Array.from({ length: book.sequence() }, (_, index) => index + 1),
        );
        memory.close();
      }),
      { numRuns: 300 },
    );
  });
});
