import { isOpen } from "../model/live.ts";
import { OVERRIDE_ROLES, SYSTEM_NAME, type Actor } from "../model/role.ts";
import type { Text } from "../model/text.ts";
import { TICKET_MOVES, type TicketFinding, type TicketMove, type TicketState } from "../model/ticket.ts";
import { findingKey, type TicketBody, type TicketRecord, type TicketStep } from "../model/ticket-record.ts";
import { MOVE_WORDS, STATE_WORDS } from "../model/words.ts";
import { mergedText, ticketAbsorbedText } from "./wording.ts";

/** The life of a ticket in people's hands: which move is allowed in which state, and what it needs. */

type MoveTable = Readonly<Record<TicketState, Readonly<Partial<Record<TicketMove, TicketState>>>>>;

/**
 * state x move -> state. People may skip steps forward (arrive straight after the dispatch, resolve by telephone once accepted);
 * a dispatch while somebody is at work hands the ticket over. `close` has further conditions below.
 */
export const MOVE_TABLE: MoveTable = {
  open: { dispatch: "dispatched", accept: "accepted", note: "open", close: "closed", merge: "merged" },
  dispatched: {
    dispatch: "dispatched",
    accept: "accepted",
    depart: "on_the_way",
    arrive: "on_site",
    note: "dispatched",
    resolve: "resolved",
    close: "closed",
    merge: "merged",
  },
  accepted: {
    dispatch: "dispatched",
    depart: "on_the_way",
    arrive: "on_site",
    note: "accepted",
    resolve: "resolved",
    close: "closed",
    merge: "merged",
  },
  on_the_way: { dispatch: "dispatched", arrive: "on_site", note: "on_the_way", resolve: "resolved", close: "closed", merge: "merged" },
  on_site: { dispatch: "dispatched", note: "on_site", resolve: "resolved", close: "closed", merge: "merged" },
  resolved: { reply: "replied", confirm: "confirmed", note: "resolved", close: "closed", reopen: "open", merge: "merged" },
  replied: { reply: "replied", confirm: "confirmed", note: "replied", close: "closed", reopen: "open", merge: "merged" },
  confirmed: { note: "confirmed", close: "closed", reopen: "open", merge: "merged" },
  closed: { note: "closed", reopen: "open" },
  merged: {},
};

/** Longest text that a person may write into the history, characters. */
export const NOTE_LENGTH_MAX = 4_000;
export const ASSIGNEE_LENGTH_MAX = 64;

/** What a person sends with a move; each move reads its own part. */
export interface MoveBody {
  readonly note?: string;
  /** dispatch: who gets it. */
  readonly to?: string;
  /** resolve: what it was, and what was done. */
  readonly cause?: string;
  readonly work?: string;
  /** close without cure or confirmation: why. */
  readonly override?: string;
  /** merge: the ticket that goes on. */
  readonly into?: string;
}

const MOVE_PROBLEMS = ["illegal_move", "not_recovered", "not_confirmed", "override_forbidden", "bad_body", "bad_merge"] as const;

export interface MoveProblem {
  readonly code: (typeof MOVE_PROBLEMS)[number];
  readonly message: Text;
  readonly possible: readonly TicketMove[];
}

export type MoveOutcome =
  | { readonly ok: true; readonly step: TicketStep; readonly target?: { readonly step: TicketStep; readonly body: Partial<TicketBody> } }
  | { readonly ok: false; readonly problem: MoveProblem };

export interface MoveRequest {
  readonly move: TicketMove;
  readonly by: Actor;
  readonly body: MoveBody;
  readonly at: number;
  /** merge: the record that `body.into` names, undefined if there is none. */
  readonly target?: TicketRecord | undefined;
  /** reopen: the open ticket that stands for the same fault by now, if any. */
  readonly taken?: TicketRecord | undefined;
}

/** Moves that the table allows in a state; conditions of close and merge aside. */
export function possibleMoves(state: TicketState): TicketMove[] {
  return TICKET_MOVES.filter((move) => MOVE_TABLE[state][move] !== undefined);
}

/** What still stands between a ticket and its close: empty when it may be closed by anyone who may move it. */
export function closeProblems(
  ticket: Pick<TicketRecord, "recoveredAt" | "source" | "firstCallAt" | "state">,
): ("not_recovered" | "not_confirmed")[] {
  const problems: ("not_recovered" | "not_confirmed")[] = [];
  if (ticket.recoveredAt === null) problems.push("not_recovered");
  if ((ticket.source === "complaint" || ticket.firstCallAt !== null) && ticket.state !== "confirmed") problems.push("not_confirmed");
  return problems;
}

/** Decides one move: the step to write, or the problem with what is possible instead. */
export function decideMove(ticket: TicketRecord, request: MoveRequest): MoveOutcome {
  const { move, body, at, by } = request;
  const state = MOVE_TABLE[ticket.state][move];
  if (state === undefined) return illegal(ticket, move);
  const tooLong = [body.note, body.cause, body.work, body.override].some((text) => text !== undefined && text.length > NOTE_LENGTH_MAX);
  if (tooLong) return problem(ticket, "bad_body", `文字最多 ${NOTE_LENGTH_MAX} 字`, `expected at most ${NOTE_LENGTH_MAX} characters`);
  const note = body.note?.trim() ? { note: body.note } : {};
  return DECISIONS[move](ticket, { at, kind: move, by: by.name, ...note, set: { state } }, request);
}

type Decision = (ticket: TicketRecord, step: TicketStep, request: MoveRequest) => MoveOutcome;

const byWhoIsAtWork: Decision = (ticket, step, { by }) => done(step, ownedBy(ticket, ticket.assignee ?? by.name));

/** What each move adds to the change of state. */
const DECISIONS: Readonly<Record<TicketMove, Decision>> = {
  dispatch: decideDispatch,
  accept: byWhoIsAtWork,
  depart: byWhoIsAtWork,
  arrive: byWhoIsAtWork,
  note: (ticket, step) =>
    step.note === undefined ? problem(ticket, "bad_body", "请填写记录内容", "expected `note`, a text that is not empty") : done(step, {}),
  resolve: (_ticket, step, { body }) => done({ ...step, ...workText(body) }, {}),
  reply: (_ticket, step) => done(step, {}),
  // Nothing was measured: the resident's word is the signal that it is cured.
  confirm: (ticket, step, { at }) => done(step, ticket.findings.length === 0 ? { recoveredAt: at } : {}),
  close: decideClose,
  reopen: decideReopen,
  merge: decideMerge,
};

const done = (step: TicketStep, set: TicketStep["set"]): MoveOutcome => ({ ok: true, step: { ...step, set: { ...step.set, ...set } } });

function decideDispatch(ticket: TicketRecord, step: TicketStep, { body }: MoveRequest): MoveOutcome {
  const to = body.to?.trim();
  if (to === undefined || to === "" || to.length > ASSIGNEE_LENGTH_MAX) {
    return problem(ticket, "bad_body", "请指定派给谁", `expected \`to\`, who gets it, 1 to ${ASSIGNEE_LENGTH_MAX} characters`);
  }
  return { ok: true, step: { ...step, to, set: { ...step.set, ...ownedBy(ticket, to) } } };
}

const ownedBy = (ticket: TicketRecord, name: string): { assignee: string; owner: string } => ({
  assignee: name,
  owner: ticket.owner ?? name,
});

function workText(body: MoveBody): { text?: Text } {
  const zh = [body.cause && `原因：${body.cause}`, body.work && `处理：${body.work}`].filter(Boolean).join("；");
  const en = [body.cause && `Cause: ${body.cause}`, body.work && `Work: ${body.work}`].filter(Boolean).join("; ");
  return zh === "" ? {} : { text: { zh, en } };
}

function decideClose(ticket: TicketRecord, step: TicketStep, { body, by, at }: MoveRequest): MoveOutcome {
  const closed = { ...step, set: { ...step.set, closedAt: at } };
  const [first] = closeProblems(ticket);
  if (first === undefined) return { ok: true, step: closed };
  const reason = body.override?.trim();
  if (reason === undefined || reason === "") {
    return first === "not_recovered"
      ? problem(
          ticket,
          first,
          "信号未恢复，不能办结；强制办结须写明理由",
          "the signals are not back in band; closing now needs `override` with a reason",
        )
      : problem(
          ticket,
          first,
          "居民未确认，不能办结；强制办结须写明理由",
          "the resident has not confirmed; closing now needs `override` with a reason",
        );
  }
  if (!(OVERRIDE_ROLES as readonly string[]).includes(by.role)) {
    return problem(
      ticket,
      "override_forbidden",
      "强制办结须由调度、工程师或管理员签字",
      `only ${OVERRIDE_ROLES.join(", ")} may close by override; you are ${by.role}`,
    );
  }
  return { ok: true, step: { ...closed, text: { zh: `强制办结：${reason}`, en: `Closed by override: ${reason}` } } };
}

function decideReopen(ticket: TicketRecord, step: TicketStep, { taken }: MoveRequest): MoveOutcome {
  if (taken !== undefined && taken.id !== ticket.id) {
    return problem(
      ticket,
      "illegal_move",
      `同一故障已有未办结工单 ${taken.id}`,
      `the open ticket ${taken.id} stands for the same fault by now`,
    );
  }
  return done(step, { closedAt: null, ...(ticket.findings.length === 0 && { recoveredAt: null }) });
}

/** The merged ticket's running findings go to the target and stay there, whatever the tree of causes says: a person decided. */
function decideMerge(ticket: TicketRecord, step: TicketStep, { target, at, body, by }: MoveRequest): MoveOutcome {
  if (target === undefined)
    return problem(
      ticket,
      "bad_merge",
      `没有工单 ${body.into ?? "（未指定）"}`,
      `expected \`into\`, the id of another open ticket, found ${body.into ?? "nothing"}`,
    );
  if (target.id === ticket.id) return problem(ticket, "bad_merge", "不能并入自己", "a ticket cannot be merged into itself");
  if (!isOpen(target.state))
    return problem(
      ticket,
      "bad_merge",
      `${target.id} ${STATE_WORDS[target.state].zh}，不能再并入`,
      `${target.id} is ${target.state}; only an open ticket can take another`,
    );
  return {
    ok: true,
    step: { ...step, to: target.id, text: mergedText(target.id), set: { ...step.set, mergedInto: target.id, closedAt: at } },
    target: absorbTicket(target, ticket, at, by.name, true),
  };
}

/** What taking in another ticket changes in the target. `pinned`: its findings stay by a person's decision. */
export function absorbTicket(
  target: TicketRecord,
  merged: TicketRecord,
  at: number,
  by: string,
  pinned: boolean,
): { step: TicketStep; body: Partial<TicketBody> } {
  const known = new Set(target.findings.map(findingKey));
  const taken = merged.findings.filter((finding) => finding.clearedAt === undefined && !known.has(findingKey(finding)));
  const pins = [...new Set([...target.pinned, ...merged.pinned, ...(pinned ? taken.map(findingKey) : [])])];
  const isFirstCall = merged.firstCallAt !== null && (target.firstCallAt === null || merged.firstCallAt < target.firstCallAt);
  // A resident who has confirmed already need not be asked twice.
  const isAsked = merged.firstCallAt !== null && merged.state !== "confirmed";
  return {
    step: {
      at,
      kind: "absorbed",
      by: pinned ? by : SYSTEM_NAME,
      text: ticketAbsorbedText(merged.id),
      set: {
        ...(pins.length !== target.pinned.length && { pinned: pins }),
        ...(taken.length > 0 && { recoveredAt: null }),
        ...(isFirstCall && { firstCallAt: merged.firstCallAt }),
        ...(isAsked && unconfirmed(target.state)),
      },
    },
    body: taken.length === 0 ? {} : { findings: [...target.findings, ...taken.map(asChild)] },
  };
}

const asChild = (finding: TicketFinding): TicketFinding => ({ ...finding, root: false });

/** A further resident is involved: an earlier confirmation does not speak for that one. */
export function unconfirmed(state: TicketState): { state?: TicketState } {
  return state === "confirmed" ? { state: "replied" } : {};
}

function illegal(ticket: TicketRecord, move: TicketMove): MoveOutcome {
  const possible = possibleMoves(ticket.state);
  const into =
    ticket.mergedInto === null
      ? { zh: "", en: "" }
      : { zh: `；请到 ${ticket.mergedInto} 办理`, en: `; it goes on as ${ticket.mergedInto}` };
  const words = { zh: possible.map((word) => MOVE_WORDS[word].zh).join("、") || "无", en: possible.join(", ") || "nothing" };
  return problem(
    ticket,
    "illegal_move",
    `「${STATE_WORDS[ticket.state].zh}」不能「${MOVE_WORDS[move].zh}」，可以：${words.zh}${into.zh}`,
    `a ticket in state ${ticket.state} cannot ${move}; possible: ${words.en}${into.en}`,
  );
}

function problem(ticket: TicketRecord, code: MoveProblem["code"], zh: string, en: string): MoveOutcome {
  return { ok: false, problem: { code, message: { zh, en }, possible: possibleMoves(ticket.state) } };
}
