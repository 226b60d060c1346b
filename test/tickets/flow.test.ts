import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ROLES, type Actor, type Role } from "../../model/role.ts";
import { TICKET_MOVES, TICKET_STATES } from "../../model/ticket.ts";
import { applyStep, emptyCore, type TicketRecord } from "../../model/ticket-record.ts";
import { newDraft } from "../../tickets/draft.ts";
import {
  closeProblems,
  decideMove,
  MOVE_TABLE,
  NOTE_LENGTH_MAX,
  possibleMoves,
  type MoveBody,
  type MoveOutcome,
} from "../../tickets/flow.ts";
import { episode, HOUR, T0, town } from "./world.ts";

const network = town();

function ticket(values: Partial<TicketRecord> = {}): { -readonly [Name in keyof TicketRecord]: TicketRecord[Name] } {
  const { record } = newDraft(episode(network, "leak", "S01-L"), "general", T0, network);
  const { id: _id, version: _version, milestones: _milestones, ...fresh } = record;
  const finding = {
    kind: "leak",
    asset: "S01-L",
    since: T0,
    detectedAt: T0,
    clearedAt: undefined,
    root: true,
    summary: record.summary,
  } as const;
  return { ...record, ...emptyCore("GD-1", fresh), findings: [finding], version: 1, ...values };
}

const actor = (role: Role): Actor => ({ name: `the ${role}`, role });
const steward = actor("steward");
const move = (
  record: TicketRecord,
  word: (typeof TICKET_MOVES)[number],
  body: MoveBody = {},
  by = steward,
  target?: TicketRecord,
): MoveOutcome => decideMove(record, { move: word, by, body, at: T0 + HOUR, target });
const after = (record: TicketRecord, outcome: MoveOutcome): TicketRecord => {
  if (!outcome.ok) throw new Error(outcome.problem.message.en);
  return { ...record, ...applyStep(record, outcome.step) };
};

describe("the life of a ticket", () => {
  it("goes the whole way, and may skip steps forward", () => {
    let record = after(ticket(), move(ticket(), "dispatch", { to: "zhang" }));
    expect(record).toMatchObject({ state: "dispatched", assignee: "zhang", owner: "zhang", version: 2 });
    record = after(record, move(record, "arrive"));
    expect(record).toMatchObject({ state: "on_site", assignee: "zhang" });
    record = after(record, move(record, "resolve", { cause: "管沟焊口腐蚀", work: "换管 0.8 m" }));
    expect(record.state).toBe("resolved");
    record = after(record, move(record, "reply"));
    record = after(record, move(record, "confirm"));
    expect(record.state).toBe("confirmed");
  });

  it("keeps the first owner when the ticket is handed over (首问责任)", () => {
    let record = after(ticket(), move(ticket(), "dispatch", { to: "zhang" }));
    record = after(record, move(record, "dispatch", { to: "li" }));
    expect(record).toMatchObject({ owner: "zhang", assignee: "li" });
  });

  it("says what is possible instead of an illegal move, for every state and move", () => {
    for (const state of TICKET_STATES) {
      for (const word of TICKET_MOVES) {
        if (MOVE_TABLE[state][word] !== undefined) continue;
        const outcome = move(ticket({ state }), word, { to: "zhang", note: "x" });
        expect(outcome).toMatchObject({ ok: false, problem: { code: "illegal_move", possible: possibleMoves(state) } });
      }
    }
  });

  it("points from a merged ticket to the one that goes on", () => {
    const outcome = move(ticket({ state: "merged", mergedInto: "GD-7" }), "note", { note: "x" });
    expect(outcome.ok ? "" : outcome.problem.message.en).toContain("GD-7");
  });

  it.each([
    ["dispatch without a name", "dispatch", {}, "open"],
    ["an empty note", "note", { note: "  " }, "open"],
    ["a text without end", "note", { note: "x".repeat(NOTE_LENGTH_MAX + 1) }, "open"],
  ] as const)("refuses %s", (_name, word, body, state) => {
    expect(move(ticket({ state }), word, body)).toMatchObject({ ok: false, problem: { code: "bad_body" } });
  });

  it("writes cause and work in both languages, and keeps what was written verbatim", () => {
    const outcome = move(ticket({ state: "on_site" }), "resolve", { cause: "焊口", work: "换管", note: "<b>x</b>" });
    expect(outcome).toMatchObject({
      ok: true,
      step: { text: { zh: "原因：焊口；处理：换管", en: "Cause: 焊口; Work: 换管" }, note: "<b>x</b>" },
    });
  });
});

describe("closed means cured", () => {
  it("closes when the signals are back", () => {
    expect(move(ticket({ recoveredAt: T0 }), "close")).toMatchObject({ ok: true, step: { set: { state: "closed", closedAt: T0 + HOUR } } });
  });

  it("does not close before, for nobody without a reason", () => {
    expect(move(ticket(), "close", {}, actor("admin"))).toMatchObject({ ok: false, problem: { code: "not_recovered" } });
    expect(move(ticket(), "close", { override: "  " }, actor("admin"))).toMatchObject({ ok: false, problem: { code: "not_recovered" } });
  });

  it.each(["dispatcher", "engineer", "admin"] as const)("an override with a reason is signed: %s", (role) => {
    const outcome = move(ticket(), "close", { override: "阀井明年改造" }, actor(role));
    expect(outcome).toMatchObject({ ok: true, step: { by: `the ${role}`, text: { zh: "强制办结：阀井明年改造" } } });
  });

  it.each(["viewer", "operator", "steward"] as const)("an override is not for everybody: %s", (role) => {
    expect(move(ticket(), "close", { override: "阀井明年改造" }, actor(role))).toMatchObject({
      ok: false,
      problem: { code: "override_forbidden" },
    });
  });

  it("asks the resident wherever one is involved", () => {
    for (const involved of [{ source: "complaint" as const }, { firstCallAt: T0 }]) {
      const record = ticket({ recoveredAt: T0, state: "replied", ...involved });
      expect(move(record, "close")).toMatchObject({ ok: false, problem: { code: "not_confirmed" } });
      expect(move(after(record, move(record, "confirm")), "close")).toMatchObject({ ok: true });
    }
  });

  it("takes the resident's word where nothing was measured, and forgets it when the ticket is reopened", () => {
    const record = ticket({ source: "complaint", findings: [], state: "replied", firstCallAt: T0 });
    const confirmed = after(record, move(record, "confirm"));
    expect(confirmed.recoveredAt).toBe(T0 + HOUR);
    const closed = after(confirmed, move(confirmed, "close"));
    expect(after(closed, move(closed, "reopen"))).toMatchObject({ state: "open", recoveredAt: null, closedAt: null });
  });

  it("does not reopen a ticket beside an open one of the same fault", () => {
    const outcome = decideMove(ticket({ state: "closed", closedAt: T0 }), {
      move: "reopen",
      by: steward,
      body: {},
      at: T0,
      taken: ticket({ id: "GD-2" }),
    });
    expect(outcome).toMatchObject({ ok: false, problem: { message: { en: "the open ticket GD-2 stands for the same fault by now" } } });
  });
});

describe("merging", () => {
  it("moves the running findings and the resident to the target, where they stay", () => {
    const merged = ticket({
      id: "GD-2",
      kind: "under_heated",
      asset: "B7-U1",
      firstCallAt: T0 - HOUR,
      findings: [{ ...ticket().findings[0]!, kind: "under_heated", asset: "B7-U1" }],
    });
    const outcome = move(merged, "merge", { into: "GD-1" }, actor("dispatcher"), ticket({ recoveredAt: T0, state: "confirmed" }));
    expect(outcome).toMatchObject({
      ok: true,
      step: { to: "GD-1", set: { state: "merged", mergedInto: "GD-1" } },
      target: {
        step: {
          kind: "absorbed",
          by: "the dispatcher",
          set: { pinned: ["under_heated|B7-U1"], recoveredAt: null, firstCallAt: T0 - HOUR, state: "replied" },
        },
      },
    });
    const findings = (outcome.ok && outcome.target?.body.findings) || [];
    expect(findings.map((finding) => [finding.asset, finding.root])).toEqual([
      ["S01-L", true],
      ["B7-U1", false],
    ]);
  });

  it("asks again when the merged ticket brings a further resident, whoever called first", () => {
    const later = ticket({ id: "GD-2", asset: "B7-U1", firstCallAt: T0 + HOUR, findings: [] });
    const confirmed = ticket({ recoveredAt: T0, state: "confirmed", firstCallAt: T0 });
    const outcome = move(later, "merge", { into: "GD-1" }, actor("dispatcher"), confirmed);
    expect(outcome).toMatchObject({ ok: true, target: { step: { set: { state: "replied" } } } });
    expect((outcome.ok && outcome.target?.step.set.firstCallAt) || undefined).toBeUndefined();
  });

  it.each([
    ["nowhere", undefined],
    ["itself", ticket()],
    ["a closed ticket", ticket({ id: "GD-9", state: "closed" })],
  ])("is refused into %s", (_name, target) => {
    expect(move(ticket(), "merge", { into: "GD-1" }, steward, target)).toMatchObject({ ok: false, problem: { code: "bad_merge" } });
  });
});

describe("any sequence of moves", () => {
  const attempt = fc.record({
    word: fc.constantFrom(...TICKET_MOVES),
    role: fc.constantFrom(...ROLES),
    override: fc.option(fc.constantFrom("", "reason"), { nil: undefined }),
    recovered: fc.boolean(),
  });

  it("never closes without cure and confirmation but by a signed override, and raises the version by one per step", () => {
    let closes = 0;
    fc.assert(
      fc.property(fc.constantFrom("rule", "complaint"), fc.array(attempt, { maxLength: 40 }), (source, attempts) => {
        const unsigned: unknown[] = [];
        const versions: number[] = [];
        const record = ticket({ source });
        for (const { word, role, override, recovered } of attempts) {
          record.recoveredAt = recovered ? T0 : null;
          const problems = closeProblems(record);
          const outcome = move(
            record,
            word,
            { to: "zhang", note: "n", ...(override !== undefined && { override }) },
            actor(role),
            ticket({ id: "GD-8" }),
          );
          if (!outcome.ok) continue;
          const before = record.state;
          Object.assign(record, applyStep(record, outcome.step));
          versions.push(record.version);
          if (record.state !== "closed" || before === "closed") continue;
          closes++;
          const isSigned =
            override === "reason" &&
            ["dispatcher", "engineer", "admin"].includes(role) &&
            outcome.step.text?.en === "Closed by override: reason";
          if (problems.length > 0 && !isSigned) unsigned.push({ role, override, problems });
        }
        expect(unsigned).toEqual([]);
        expect(versions).toEqual(versions.map((_, index) => index + 2));
      }),
      { numRuns: 500 },
    );
    expect(closes).toBeGreaterThan(10);
  });
});
