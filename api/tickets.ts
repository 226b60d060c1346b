import { z } from "zod";
import { InputError } from "../model/input-error.ts";
import type { Role } from "../model/role.ts";
import type { Text } from "../model/text.ts";
import { TICKET_MOVES, TICKET_STATES, type TicketMove } from "../model/ticket.ts";
import { MOVE_WORDS, ROLE_WORDS, STATE_WORDS } from "../model/words.ts";
import { ASSIGNEE_LENGTH_MAX, closeProblems, NOTE_LENGTH_MAX, possibleMoves, type MoveBody, type MoveProblem } from "../tickets/flow.ts";
import { actorOf, principalOf } from "./auth.ts";
import { ApiError, notFound, type ErrorCode } from "./errors.ts";
import { mayAct } from "./roles.ts";
import { assetIdSchema, cursorQuery, errors, kindSchema, limitQuery, pageOf, timeQuery, type Api } from "./schemas.ts";
import type { ApiServices, MoveOutcome, TicketView } from "./services.ts";
import { stationOf } from "./stations.ts";
import { ticketDetailSchema, ticketInList, ticketSchema, type MoveChance, type TicketDetail } from "./ticket-schema.ts";

/** `/api/tickets`: the list, one ticket with what may be done next, and the moves of its life. */

/** The least role for each move: who gets the work, and what is one fault, is decided at the desk; the rest is the steward's. */
export const MOVE_ROLES: Readonly<Record<TicketMove, Role>> = {
  dispatch: "dispatcher",
  accept: "steward",
  depart: "steward",
  arrive: "steward",
  note: "operator",
  resolve: "steward",
  reply: "steward",
  confirm: "steward",
  close: "steward",
  reopen: "steward",
  merge: "dispatcher",
};

const PROBLEM_CODES: Readonly<Record<MoveProblem["code"], ErrorCode>> = {
  illegal_move: "illegal_move",
  not_recovered: "not_recovered",
  not_confirmed: "not_confirmed",
  override_forbidden: "forbidden",
  bad_body: "bad_input",
  bad_merge: "bad_merge",
};

const PAGE_USUAL = 100;
const PAGE_MAX = 500;

const ticketIdSchema = z.string().min(1).max(64);
const noteSchema = z.string().max(NOTE_LENGTH_MAX);
const moveSchema = z.strictObject({
  version: z.number().int().min(0).optional().describe("The version that was read; a stale one gets a 409"),
  note: noteSchema.optional().describe("What the person says, verbatim"),
  to: z.string().min(1).max(ASSIGNEE_LENGTH_MAX).optional().describe("dispatch: who gets it"),
  cause: noteSchema.optional().describe("resolve: what it was"),
  work: noteSchema.optional().describe("resolve: what was done"),
  override: z
    .union([noteSchema, z.boolean()])
    .optional()
    .describe("close although not cured or not confirmed: the reason, or true with `reason`"),
  reason: noteSchema.optional().describe("Why, for an override"),
  into: ticketIdSchema.optional().describe("merge: the ticket that goes on"),
});

export function ticketRoutes(app: Api, services: ApiServices): void {
  const { tickets, network } = services;
  const tags = ["tickets"];

  app.get(
    "/api/tickets",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Tickets, newest first",
        querystring: z.strictObject({
          state: z.enum(TICKET_STATES).optional().describe("`open`: every state before closed"),
          kind: kindSchema.optional(),
          station: assetIdSchema.optional(),
          asset: assetIdSchema.optional().describe("The asset or anything below it"),
          from: timeQuery,
          to: timeQuery,
          limit: limitQuery(PAGE_USUAL, PAGE_MAX),
          cursor: cursorQuery,
        }),
        response: { 200: pageOf(ticketSchema), ...errors(404) },
      },
    },
    async ({ query }) => {
      if (query.station !== undefined) stationOf(network, query.station);
      if (query.asset !== undefined && network.asset(query.asset) === undefined) throw notFound("asset", query.asset);
      if (query.from !== undefined && query.to !== undefined && query.from >= query.to) {
        throw new InputError("query.from", `a time before query.to (${query.to})`, String(query.from));
      }
      const { items, next } = tickets.list(query);
      return { items: items.map(ticketInList), next };
    },
  );

  app.get(
    "/api/tickets/:id",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "One ticket, with the moves that are possible",
        params: z.strictObject({ id: ticketIdSchema }),
        response: { 200: ticketDetailSchema, ...errors(404) },
      },
    },
    (request) => {
      const ticket = tickets.get(request.params.id);
      if (ticket === undefined) throw notFound("ticket", request.params.id);
      return detail(ticket, principalOf(request).role);
    },
  );

  for (const move of TICKET_MOVES) {
    app.post(
      `/api/tickets/:id/${move}`,
      {
        config: { access: MOVE_ROLES[move] },
        schema: {
          tags,
          summary: `${MOVE_WORDS[move].en} (${MOVE_WORDS[move].zh})`,
          params: z.strictObject({ id: ticketIdSchema }),
          body: moveSchema.nullish().transform((body) => body ?? {}),
          response: { 200: ticketDetailSchema, ...errors(404, 409, 413, 415) },
        },
      },
      async (request) => {
        const { id } = request.params;
        const { version, ...sent } = request.body;
        const outcome = await tickets.move(id, move, moveBody(sent), version, actorOf(request));
        return detail(moved(outcome, id, move), principalOf(request).role);
      },
    );
  }
}

function moveBody({ override, reason, ...rest }: Omit<z.output<typeof moveSchema>, "version">): MoveBody {
  if (override === undefined || override === false)
    return { ...rest, ...(reason !== undefined && rest.note === undefined && { note: reason }) };
  const why = override === true ? reason : override;
  if (why === undefined || why.trim() === "")
    throw new InputError("body.reason", "why the ticket is closed although it is not cured", "nothing");
  return { ...rest, override: why };
}

function detail(ticket: TicketView, role: Role): TicketDetail {
  return { ...ticket, moves: TICKET_MOVES.map((move) => chanceOf(move, ticket, role)) };
}

/** The ticket after the move; throws the refusal that the outcome stands for, with what is possible instead. */
function moved(outcome: MoveOutcome, id: string, move: TicketMove): TicketView {
  if (outcome.type === "moved") return outcome.ticket;
  if (outcome.type === "unknown") throw notFound("ticket", id);
  const { state, version } = outcome.ticket;
  if (outcome.type === "stale") {
    throw new ApiError("stale_version", `the ticket has changed: its version is ${version}`, {
      move,
      state,
      version,
      possible: possibleMoves(state),
    });
  }
  const { code, message, possible } = outcome.problem;
  const place = code === "bad_body" ? { place: "body", expected: message.en, found: "something else" } : {};
  throw new ApiError(PROBLEM_CODES[code], message.en, { move, state, version, reason: message, possible, ...place });
}

function chanceOf(move: TicketMove, ticket: TicketView, role: Role): MoveChance {
  const reason = whyNot(move, ticket, role);
  return reason === undefined ? { move, possible: true } : { move, possible: false, reason };
}

function whyNot(move: TicketMove, ticket: TicketView, role: Role): Text | undefined {
  const least = MOVE_ROLES[move];
  if (!mayAct(role, least))
    return { zh: `需要${ROLE_WORDS[least].zh}及以上角色`, en: `needs the role ${ROLE_WORDS[least].en.toLowerCase()} or above` };
  if (!possibleMoves(ticket.state).includes(move))
    return {
      zh: `「${STATE_WORDS[ticket.state].zh}」时不能${MOVE_WORDS[move].zh}`,
      en: `not while ${STATE_WORDS[ticket.state].en.toLowerCase()}`,
    };
  if (move !== "close") return undefined;
  const [problem] = closeProblems(ticket);
  if (problem === "not_recovered")
    return { zh: "信号未恢复，强制办结须写明理由", en: "the signals are not back; an override needs a reason" };
  if (problem === "not_confirmed")
    return { zh: "居民未确认，强制办结须写明理由", en: "the resident has not confirmed; an override needs a reason" };
  return undefined;
}
