import { describe, expect, it } from "vitest";
import { fileComplaint, SYMPTOM_FACTS, SYMPTOMS, type Symptom } from "../../tickets/complaint.ts";
import { reconcile } from "../../tickets/desk.ts";
import { RELAPSE_MS } from "../../tickets/sla.ts";
import { alone, Book, episode, HOUR, MINUTE, T0, town, under } from "./world.ts";

const network = town();

function call(book: Book, asset: string, symptom: Symptom, at = T0 + HOUR): ReturnType<typeof fileComplaint> {
  const change = fileComplaint({
    complaint: { asset, symptom, at, text: "7-3-501" },
    at,
    by: "12345",
    asset: network.asset(asset)!,
    tickets: book.all(),
    network,
  });
  book.apply([change]);
  return change;
}
function pass(book: Book, at: number, rooted: ReturnType<typeof alone>): ReturnType<typeof reconcile> {
  const changes = reconcile({ at, station: "S01", rooted, recent: [], open: book.all(), network });
  book.apply(changes);
  return changes;
}

describe("a resident's call", () => {
  it("joins the ticket that explains it, anywhere above, and remembers the first call", () => {
    const book = new Book();
    pass(book, T0, alone(episode(network, "pump_failure", "S01-L")));
    expect(call(book, "B7-101", "cold")).toMatchObject({ type: "update", id: "T001", steps: [{ kind: "complained", note: "7-3-501" }] });
    call(book, "B7-U2", "cold", T0 + 2 * HOUR);
    expect(book.all()).toHaveLength(1);
    expect(book.tickets.get("T001")).toMatchObject({ source: "rule", firstCallAt: T0 + HOUR });
  });

  it("joins the nearest of several", () => {
    const book = new Book();
    pass(book, T0, alone(episode(network, "pump_failure", "S01-L"), episode(network, "air_lock", "B7-U1")));
    expect(call(book, "B7-101", "cold")).toMatchObject({ id: book.open().find((ticket) => ticket.kind === "air_lock")?.id });
  });

  it("joins by a finding that the ticket stands for", () => {
    const book = new Book();
    pass(book, T0, under(episode(network, "leak", "S01-L"), episode(network, "under_heated", "B7-U1")));
    expect(call(book, "B7-U1", "cold")).toMatchObject({ type: "update", id: "T001" });
  });

  it("opens its own ticket elsewhere, or for another trouble", () => {
    const book = new Book();
    pass(book, T0, alone(episode(network, "pump_failure", "S01-H")));
    expect(call(book, "B7-U1", "cold")).toMatchObject({
      type: "open",
      ticket: { source: "complaint", kind: "under_heated", asset: "B7-U1", title: { zh: "城北小区 7# 1单元 不热" } },
    });
    expect(call(book, "B8-U1", "leak")).toMatchObject({ type: "open", ticket: { kind: "leak", severity: "urgent" } });
  });

  it("reopens the ticket that was closed less than 72 h ago", () => {
    const book = new Book();
    call(book, "B7-U1", "cold");
    book.set("T001", { state: "closed", closedAt: T0 + 2 * HOUR, recoveredAt: T0 + 2 * HOUR });
    call(book, "B7-U1", "cold", T0 + 10 * HOUR);
    expect(book.tickets.get("T001")).toMatchObject({ state: "open", closedAt: null, recoveredAt: null });
    book.set("T001", { state: "closed", closedAt: T0 + 11 * HOUR });
    call(book, "B7-U1", "cold", T0 + 11 * HOUR + RELAPSE_MS);
    expect(book.all()).toHaveLength(2);
  });

  it("asks again after a confirmation", () => {
    const book = new Book();
    call(book, "B7-U1", "cold");
    book.set("T001", { state: "confirmed" });
    call(book, "B7-U1", "cold");
    expect(book.tickets.get("T001")?.state).toBe("replied");
  });

  it.each(SYMPTOMS)("never needs a second open ticket of one kind and asset: %s", (symptom) => {
    const book = new Book();
    for (const first of SYMPTOMS) call(book, "B7-U1", first);
    const before = book.all().length;
    call(book, "B7-U1", symptom);
    expect(book.all()).toHaveLength(before);
    const keys = book.open().map((ticket) => `${ticket.kind}|${ticket.asset}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(SYMPTOM_FACTS[symptom].action.length).toBeGreaterThan(0);
  });
});

describe("a call that came before the finding", () => {
  it("becomes the ticket of the fault that explains it", () => {
    const book = new Book();
    call(book, "B7-U1", "cold");
    pass(book, T0 + 2 * HOUR, alone(episode(network, "air_lock", "B7-U1", { since: T0, detectedAt: T0 + 2 * HOUR })));
    expect(book.all()).toHaveLength(1);
    expect(book.tickets.get("T001")).toMatchObject({ kind: "air_lock", source: "complaint", title: { zh: "城北小区 7# 1单元 集气" } });
  });

  it("takes in the finding of its own kind", () => {
    const book = new Book();
    call(book, "B7-U1", "cold");
    pass(
      book,
      T0 + 2 * HOUR,
      alone(
        episode(network, "under_heated", "B7-U1", { detectedAt: T0 + 2 * HOUR }),
        episode(network, "pump_failure", "S01", { since: T0 - HOUR }),
      ),
    );
    expect(
      book
        .open()
        .map((ticket) => ticket.kind)
        .sort(),
    ).toEqual(["pump_failure", "under_heated"]);
    expect(book.tickets.get("T001")?.findings).toHaveLength(1);
  });

  it("joins several calls under one root", () => {
    const book = new Book();
    call(book, "B7-U1", "cold");
    call(book, "B7-U2", "cold");
    pass(book, T0 + 2 * HOUR, alone(episode(network, "pump_failure", "S01-L", { since: T0 })));
    expect(book.open()).toHaveLength(1);
    expect(book.open()[0]).toMatchObject({ kind: "pump_failure", firstCallAt: T0 + HOUR });
  });

  it.each(["before", "after"] as const)("a resident's leak stays urgent when the call came %s the rule's general finding", (when) => {
    const book = new Book();
    const leak = episode(network, "leak", "S01-L", { since: T0, detectedAt: T0 + 2 * HOUR });
    if (when === "after") pass(book, T0 + 2 * HOUR, alone(leak));
    call(book, "B7-U1", "leak", T0 + 3 * HOUR);
    expect(book.open()).toMatchObject([{ severity: "urgent", milestones: { urgentAt: T0 + 3 * HOUR } }]);
    pass(book, T0 + 4 * HOUR, alone(leak));
    expect(book.open()).toMatchObject([{ kind: "leak", severity: "urgent", milestones: { urgentAt: T0 + 3 * HOUR } }]);
    expect(pass(book, T0 + 4 * HOUR + MINUTE, alone(leak))).toEqual([]);
  });

  it("a call of cold flats follows the signals down as well as up", () => {
    const book = new Book();
    call(book, "B7-U1", "cold");
    const cold = episode(network, "under_heated", "B7-U1", { since: T0, detectedAt: T0 + 2 * HOUR, severity: "urgent" });
    pass(book, T0 + 2 * HOUR, alone(cold));
    expect(book.open()[0]!.severity).toBe("urgent");
    pass(book, T0 + 9 * HOUR, alone({ ...cold, severity: "general" }));
    expect(book.open()[0]!.severity).toBe("general");
  });

  it("is not explained by what began after it", () => {
    const book = new Book();
    call(book, "B7-U1", "cold");
    pass(book, T0 + 10 * HOUR, alone(episode(network, "pump_failure", "S01-L", { since: T0 + 9 * HOUR, detectedAt: T0 + 10 * HOUR })));
    expect(book.open()).toHaveLength(2);
  });
});
