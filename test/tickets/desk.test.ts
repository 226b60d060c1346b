import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Episode, FaultKind, RootedEpisode } from "../../model/finding.ts";
import { findingKey, type TicketChange } from "../../model/ticket-record.ts";
import { reconcile } from "../../tickets/desk.ts";
import { RELAPSE_MS } from "../../tickets/sla.ts";
import { alone, Book, episode, HOUR, MINUTE, T0, town, under } from "./world.ts";

const network = town();

function pass(book: Book, at: number, rooted: readonly RootedEpisode[], recent: readonly Episode[] = [], station = "S01"): TicketChange[] {
  const changes = reconcile({ at, station, rooted, recent, open: book.all().filter((ticket) => ticket.state !== "merged"), network });
  book.apply(changes);
  return changes;
}

const kindsOf = (changes: readonly TicketChange[]): string[] => changes.flatMap((change) => change.steps.map((step) => step.kind));
const ep = (kind: FaultKind, asset: string, facts = {}): Episode => episode(network, kind, asset, facts);

describe("one fault, one ticket", () => {
  it("opens one ticket for a root with its evidence, and a second pass changes nothing", () => {
    const book = new Book();
    const leak = ep("leak", "S01-L");
    pass(book, T0, alone(leak));
    expect(book.all()).toHaveLength(1);
    expect(book.open()[0]).toMatchObject({
      kind: "leak",
      asset: "S01-L",
      circuit: "S01-L",
      station: "S01",
      source: "rule",
      evidence: leak.evidence,
      title: { zh: "城北小区 低区 慢漏" },
    });
    expect(pass(book, T0 + MINUTE, alone(leak))).toEqual([]);
  });

  it("opens nothing for a fault that was over before anybody looked", () => {
    const book = new Book();
    expect(pass(book, T0, [], [ep("leak", "S01-L", { clearedAt: T0 })])).toEqual([]);
  });

  it("takes new evidence in without a step, a change of severity with one", () => {
    const book = new Book();
    pass(book, T0, alone(ep("leak", "S01-L")));
    const refreshed = pass(book, T0 + MINUTE, alone(ep("leak", "S01-L", { value: 2.9 })));
    expect(kindsOf(refreshed)).toEqual([]);
    expect(book.open()[0]?.evidence[0]?.value).toBe(2.9);
    expect(book.open()[0]?.version).toBe(1);
    expect(kindsOf(pass(book, T0 + 2 * MINUTE, alone(ep("leak", "S01-L", { value: 2.9, severity: "urgent" }))))).toEqual(["raised"]);
    expect(book.open()[0]).toMatchObject({ severity: "urgent", milestones: { urgentAt: T0 + 2 * MINUTE } });
    expect(kindsOf(pass(book, T0 + 3 * MINUTE, alone(ep("leak", "S01-L", { value: 2.9 }))))).toEqual(["lowered"]);
  });

  it("lists children under their root, in one line of history", () => {
    const book = new Book();
    const pump = ep("pump_failure", "S01-L", { severity: "urgent" });
    pass(book, T0, alone(pump));
    const cold = [ep("under_heated", "B7-U1"), ep("under_heated", "B7-U2"), ep("air_lock", "B7-U2")];
    const changes = pass(book, T0 + HOUR, under(pump, ...cold));
    expect(kindsOf(changes)).toEqual(["absorbed"]);
    expect(changes[0]?.steps[0]?.text?.zh).toBe("并入 3 个现象：欠热 2、集气 1");
    expect(book.open()).toHaveLength(1);
    expect(book.open()[0]?.findings.map((finding) => finding.root)).toEqual([true, false, false, false]);
  });

  it("moves a child's ticket to the root that explains it, and merges the younger ones into the eldest", () => {
    const book = new Book();
    const first = ep("under_heated", "B7-U1", { detectedAt: T0 });
    const second = ep("under_heated", "B7-U2", { detectedAt: T0 + MINUTE });
    pass(book, T0, alone(first));
    pass(book, T0 + MINUTE, alone(first, second));
    expect(book.open()).toHaveLength(2);
    const pump = ep("pump_failure", "S01-L", { severity: "urgent", detectedAt: T0 + HOUR });
    const changes = pass(book, T0 + HOUR, under(pump, first, second));
    expect(kindsOf(changes).sort()).toEqual(["absorbed", "merge", "reanchored"]);
    expect(book.tickets.get("T001")).toMatchObject({
      kind: "pump_failure",
      asset: "S01-L",
      severity: "urgent",
      state: "open",
      building: null,
      unit: null,
    });
    expect(book.tickets.get("T002")).toMatchObject({ state: "merged", mergedInto: "T001" });
    expect(book.tickets.get("T001")?.findings.map(findingKey)).toEqual(["pump_failure|S01-L", "under_heated|B7-U1", "under_heated|B7-U2"]);
    expect(pass(book, T0 + HOUR + MINUTE, under(pump, first, second))).toEqual([]);
  });

  it("lets a child speak for itself when its root clears and it does not: no clear and no fault is lost", () => {
    const book = new Book();
    const pump = ep("pump_failure", "S01-L");
    const cold = ep("under_heated", "B7-U1");
    pass(book, T0, under(pump, cold));
    pass(book, T0 + HOUR, alone(cold), [{ ...pump, clearedAt: T0 + 50 * MINUTE }]);
    expect(book.tickets.get("T001")).toMatchObject({ kind: "pump_failure", recoveredAt: T0 + 50 * MINUTE });
    expect(book.tickets.get("T001")?.findings.map(findingKey)).toEqual(["pump_failure|S01-L"]);
    expect(book.tickets.get("T002")).toMatchObject({ kind: "under_heated", asset: "B7-U1", recoveredAt: null });
  });

  it("keeps a child under a root that has just cleared as long as the rules say so", () => {
    const book = new Book();
    const pump = ep("pump_failure", "S01-L");
    const cold = ep("under_heated", "B7-U1");
    pass(book, T0, under(pump, cold));
    const cleared = { ...pump, clearedAt: T0 + 50 * MINUTE };
    pass(book, T0 + HOUR, [{ episode: cold, root: cleared }], [cleared]);
    expect(book.open()).toHaveLength(1);
    expect(book.open()[0]?.recoveredAt).toBeNull();
    pass(book, T0 + 2 * HOUR, [], [cleared, { ...cold, clearedAt: T0 + 2 * HOUR }]);
    expect(book.open()[0]?.recoveredAt).toBe(T0 + 2 * HOUR);
  });

  it("follows a root of another station: its ticket takes the children in, and recovers when all stations have", () => {
    const book = new Book();
    const shortage = ep("primary_shortage", "S02", { severity: "urgent" });
    const cold = ep("under_heated", "B7-U1");
    pass(book, T0, alone(cold));
    pass(book, T0, [{ episode: cold, root: shortage }]);
    expect(book.open()).toHaveLength(1);
    pass(book, T0, alone(shortage), [], "S02");
    pass(book, T0 + MINUTE, [{ episode: cold, root: shortage }]);
    expect(book.tickets.get("T001")).toMatchObject({ state: "merged", mergedInto: "T002" });
    expect(book.tickets.get("T002")?.stations).toEqual(["S02", "S01"]);
    pass(book, T0 + HOUR, [], [{ ...shortage, clearedAt: T0 + HOUR }], "S02");
    expect(book.tickets.get("T002")?.recoveredAt).toBeNull();
    pass(book, T0 + 2 * HOUR, [], [{ ...cold, clearedAt: T0 + 2 * HOUR }]);
    expect(book.tickets.get("T002")?.recoveredAt).toBe(T0 + 2 * HOUR);
  });

  it("keeps one ticket when the rules find a better name for the same trouble", () => {
    const book = new Book();
    const cold = ep("under_heated", "B7-U1");
    pass(book, T0, alone(cold));
    const air = ep("air_lock", "B7-U1", { since: T0, detectedAt: T0 + 2 * HOUR });
    const changes = pass(book, T0 + 2 * HOUR, alone(air), [{ ...cold, clearedAt: T0 + 2 * HOUR }]);
    expect(kindsOf(changes)).toEqual(["reanchored"]);
    expect(book.open()).toHaveLength(1);
    expect(book.open()[0]).toMatchObject({ kind: "air_lock", recoveredAt: null });
  });

  it("names a ring of explanations as roots instead of losing them", () => {
    const book = new Book();
    const one = ep("under_heated", "B7-U1");
    const two = ep("air_lock", "B7-U2");
    pass(book, T0, [
      { episode: one, root: two },
      { episode: two, root: one },
    ]);
    expect(book.open()).toHaveLength(2);
  });
});

describe("cure and relapse", () => {
  it("recovers when the signals are back, and is worked on again when they go out of band before the close", () => {
    const book = new Book();
    const leak = ep("leak", "S01-L");
    pass(book, T0, alone(leak));
    book.set("T001", { state: "resolved" });
    expect(kindsOf(pass(book, T0 + HOUR, [], [{ ...leak, clearedAt: T0 + HOUR }]))).toEqual(["recovered"]);
    expect(book.open()[0]).toMatchObject({ state: "resolved", recoveredAt: T0 + HOUR });
    const again = ep("leak", "S01-L", { since: T0 + 2 * HOUR, detectedAt: T0 + 3 * HOUR });
    expect(kindsOf(pass(book, T0 + 3 * HOUR, alone(again), [{ ...leak, clearedAt: T0 + HOUR }]))).toEqual(["relapsed"]);
    expect(book.open()[0]).toMatchObject({ state: "open", recoveredAt: null, milestones: { startedAt: T0 + 3 * HOUR } });
    // It goes on telling when the fault was first there; the finding tells of the run.
    const { since, detectedAt, findings } = book.open()[0]!;
    expect({ since, detectedAt }).toEqual({ since: leak.since, detectedAt: leak.detectedAt });
    expect(findings).toMatchObject([{ since: T0 + 2 * HOUR, detectedAt: T0 + 3 * HOUR }]);
  });

  it("counts an episode that late data withdrew as recovered, and says so", () => {
    const book = new Book();
    pass(book, T0, alone(ep("leak", "S01-L")));
    const changes = pass(book, T0 + HOUR, [], []);
    expect(changes[0]?.steps[0]).toMatchObject({ kind: "recovered", text: { en: "Late data withdrew the findings" } });
    expect(pass(book, T0 + 2 * HOUR, [], [])).toEqual([]);
  });

  it("does not take an older run of the same fault for the end of one that was withdrawn", () => {
    const book = new Book();
    const older = ep("leak", "S01-L", { detectedAt: T0 - 50 * HOUR, clearedAt: T0 - 40 * HOUR });
    pass(book, T0, alone(ep("leak", "S01-L")), [older]);
    const changes = pass(book, T0 + HOUR, [], [older]);
    expect(changes[0]?.steps[0]).toMatchObject({
      kind: "recovered",
      text: { en: "Late data withdrew the findings" },
      set: { recoveredAt: T0 + HOUR },
    });
  });

  it.each([
    ["just inside", RELAPSE_MS - 1, 1],
    ["just outside", RELAPSE_MS, 2],
  ])("reopens a ticket %s of 72 h, and opens a new one after", (_name, afterMs, tickets) => {
    const book = new Book();
    const leak = ep("leak", "S01-L");
    pass(book, T0, alone(leak));
    pass(book, T0 + HOUR, [], [{ ...leak, clearedAt: T0 + HOUR }]);
    const closedAt = T0 + 2 * HOUR;
    book.set("T001", { state: "closed", closedAt });
    pass(book, closedAt + afterMs, alone(ep("leak", "S01-L", { detectedAt: closedAt + afterMs })), [{ ...leak, clearedAt: T0 + HOUR }]);
    expect(book.all()).toHaveLength(tickets);
    expect(book.open()).toHaveLength(1);
    expect(book.open()[0]).toMatchObject({ recoveredAt: null, closedAt: null });
  });

  it("leaves a ticket closed that a person closed against this very run, for as long as the run lasts", () => {
    const book = new Book();
    const leak = ep("leak", "S01-L");
    pass(book, T0, alone(leak));
    book.set("T001", { state: "closed", closedAt: T0 + HOUR });
    expect(pass(book, T0 + 2 * HOUR, alone(leak))).toEqual([]);
    expect(pass(book, T0 + HOUR + 2 * RELAPSE_MS, alone(leak))).toEqual([]);
    pass(book, T0 + HOUR + 2 * RELAPSE_MS, [], [{ ...leak, clearedAt: T0 + HOUR + 2 * RELAPSE_MS }]);
    const later = T0 + HOUR + 3 * RELAPSE_MS;
    pass(book, later, alone(ep("leak", "S01-L", { detectedAt: later })));
    expect(book.all()).toHaveLength(2);
    expect(book.tickets.get("T001")?.state).toBe("closed");
  });

  it("keeps what a person merged together, whatever the tree of causes says", () => {
    const book = new Book();
    const leak = ep("leak", "S01-L");
    const cold = ep("under_heated", "B7-U1");
    pass(book, T0, alone(leak, cold));
    book.set("T002", { state: "merged", mergedInto: "T001" });
    book.set("T001", {
      pinned: [findingKey(cold)],
      findings: [
        ...book.tickets.get("T001")!.findings,
        ...book.tickets.get("T002")!.findings.map((finding) => Object.assign({}, finding, { root: false })),
      ],
    });
    expect(pass(book, T0 + HOUR, alone(leak, cold))).toEqual([]);
    pass(book, T0 + 2 * HOUR, alone(cold), [{ ...leak, clearedAt: T0 + 2 * HOUR }]);
    expect(book.open()).toHaveLength(1);
    expect(book.open()[0]?.recoveredAt).toBeNull();
  });
});

describe("whatever the rules say, in whatever order", () => {
  const ASSETS = ["S01", "S01-L", "B7-U1", "B7-U2"] as const;
  const KINDS = ["leak", "under_heated", "air_lock", "pump_failure"] as const;
  // One world: per key its severity, an optional parent among the other keys, or absent; and what people do in between.
  const entry = fc.record({
    kind: fc.constantFrom(...KINDS),
    asset: fc.constantFrom(...ASSETS),
    urgent: fc.boolean(),
    root: fc.option(fc.nat(7), { nil: undefined }),
  });
  const world = fc.record({ entries: fc.array(entry, { maxLength: 8 }), close: fc.boolean(), forgetRecent: fc.boolean() });

  it("has one open ticket per root, loses no clear, and a second pass changes nothing", () => {
    fc.assert(
      fc.property(fc.array(world, { minLength: 1, maxLength: 12 }), (worlds) => {
        const book = new Book();
        let running = new Map<string, Episode>();
        const recent: Episode[] = [];
        let at = T0;
        for (const { entries, close, forgetRecent } of worlds) {
          at += HOUR;
          const wanted = new Map(entries.map((each) => [`${each.kind}|${each.asset}`, each]));
          for (const [key, old] of running) if (!wanted.has(key) && !forgetRecent) recent.push({ ...old, clearedAt: at });
          const next = new Map<string, Episode>();
          for (const [key, { kind, asset, urgent }] of wanted) {
            const before = running.get(key);
            next.set(
              key,
              ep(kind, asset, {
                severity: urgent ? "urgent" : "general",
                detectedAt: before?.detectedAt ?? at,
                since: before?.since ?? at - MINUTE,
              }),
            );
          }
          running = next;
          const list = [...running.values()];
          const rooted = [...wanted].map(([key, { root }]): RootedEpisode => {
            const parent = root === undefined ? undefined : list[root % list.length];
            return { episode: running.get(key)!, root: parent === running.get(key) ? undefined : parent };
          });
          pass(book, at, rooted, recent);
          expect(pass(book, at, rooted, recent)).toEqual([]);
          expect(pass(book, at + MINUTE, rooted, recent)).toEqual([]);

          const anchors = book.open().map(findingKey);
          expect(new Set(anchors).size).toBe(anchors.length);
          // Every active root has exactly one open ticket (nothing here is closed against a running fault), and every child is listed somewhere.
          const listed = book
            .open()
            .flatMap((ticket) => ticket.findings.filter((finding) => finding.clearedAt === undefined).map(findingKey));
          expect([...listed].sort()).toEqual([...running.keys()].sort());
          const roots = rooted.filter(({ root }) => root === undefined).map(({ episode: each }) => findingKey(each));
          expect(roots.filter((key) => !anchors.includes(key))).toEqual([]);
          for (const ticket of book.open())
            expect(ticket.recoveredAt === null).toBe(ticket.findings.some((finding) => finding.clearedAt === undefined));
          if (close)
            for (const ticket of book.open()) if (ticket.recoveredAt !== null) book.set(ticket.id, { state: "closed", closedAt: at });
        }
      }),
      { numRuns: 400 },
    );
  });
});
