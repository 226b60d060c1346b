import { z } from "zod";
import type { Cause, Episode, Evidence } from "../model/finding.ts";
import type { TicketSummary } from "../model/live.ts";
import type { Text } from "../model/text.ts";
import {
  CLOCKS,
  TICKET_EVENTS,
  TICKET_MOVES,
  TICKET_STATES,
  type Deadline,
  type TicketEvent,
  type TicketFinding,
  type TicketMove,
} from "../model/ticket.ts";
import { kindSchema, severitySchema, signalSchema, textSchema, timeSchema } from "./schemas.ts";
import type { TicketView } from "./services.ts";

/** A ticket on the wire (CONTRACT 5), and the findings it stands for. */

const nullableNumbers = z.array(z.number().nullable());

const evidenceSchema: z.ZodType<Evidence> = z
  .strictObject({
    asset: z.string(),
    signal: signalSchema.optional(),
    name: textSchema,
    unit: z.string(),
    from: timeSchema,
    to: timeSchema,
    value: z.number().nullable(),
    expected: z.number().optional(),
    limit: z.number().optional(),
    text: textSchema,
    curve: z.strictObject({ times: z.array(timeSchema), values: nullableNumbers, expected: nullableNumbers.optional() }).optional(),
  })
  .meta({ id: "Evidence" });

const causeSchema: z.ZodType<Cause> = z
  .strictObject({ id: z.string(), name: textSchema, share: z.number(), pro: z.array(textSchema), contra: z.array(textSchema) })
  .meta({ id: "Cause" });

const explanationShape = {
  summary: textSchema,
  evidence: z.array(evidenceSchema),
  causes: z.array(causeSchema).describe("Most likely first"),
  consequence: textSchema,
  action: z.array(textSchema),
};

/** `clearedAt` is null while the fault is there. */
export type EpisodeOnWire = Omit<Episode, "clearedAt"> & {
  readonly clearedAt: number | null;
  readonly root: { readonly kind: Episode["kind"]; readonly asset: string } | null;
};
export const episodeSchema: z.ZodType<EpisodeOnWire> = z
  .strictObject({
    kind: kindSchema,
    asset: z.string(),
    station: z.string(),
    severity: severitySchema,
    since: timeSchema,
    detectedAt: timeSchema,
    clearedAt: timeSchema.nullable(),
    ...explanationShape,
    root: z.strictObject({ kind: kindSchema, asset: z.string() }).nullable().describe("The episode that explains it; null for a root"),
  })
  .meta({ id: "Episode" });

const deadlineSchema = z.strictObject({
  clock: z.enum(CLOCKS),
  dueAt: timeSchema,
  limitMs: z.number(),
  doneAt: timeSchema.optional(),
}) as unknown as z.ZodType<Deadline>;
const findingSchema = z.strictObject({
  kind: kindSchema,
  asset: z.string(),
  since: timeSchema,
  detectedAt: timeSchema,
  clearedAt: timeSchema.optional(),
  root: z.boolean(),
  summary: textSchema,
}) as unknown as z.ZodType<TicketFinding>;
const eventSchema: z.ZodType<TicketEvent> = z.strictObject({
  sequence: z.number().int(),
  at: timeSchema,
  kind: z.enum([...TICKET_EVENTS, ...TICKET_MOVES]),
  by: z.string(),
  text: textSchema.optional(),
  note: z.string().optional(),
  to: z.string().optional(),
  state: z.enum(TICKET_STATES),
});

const summaryShape = {
  id: z.string(),
  kind: kindSchema,
  severity: severitySchema,
  state: z.enum(TICKET_STATES),
  source: z.enum(["rule", "complaint", "person"]),
  asset: z.string(),
  station: z.string(),
  circuit: z.string().optional(),
  building: z.string().optional(),
  unit: z.string().optional(),
  title: textSchema,
  summary: textSchema,
  dueAt: timeSchema.nullable().describe("The next limit of its clock"),
  deadlines: z.array(deadlineSchema),
  version: z.number().int().describe("Send it with a move: a stale one gets a 409"),
  since: timeSchema.describe("Event time of the estimated onset"),
  detectedAt: timeSchema.describe("Event time of the reading that convinced the rule"),
  openedAt: timeSchema,
  closedAt: timeSchema.nullable(),
  recoveredAt: timeSchema.nullable(),
  assignee: z.string().nullable(),
  absorbed: z.number().int().describe("Findings that this ticket stands for besides its root"),
};
export const ticketSummarySchema: z.ZodType<TicketSummary> = z.strictObject(summaryShape).meta({ id: "TicketSummary" });

const ticketShape = {
  ...summaryShape,
  firstCallAt: timeSchema.nullable().describe("When the first resident called about it"),
  mergedInto: z.string().nullable(),
  findings: z.array(findingSchema),
  evidence: z.array(evidenceSchema),
  causes: z.array(causeSchema).describe("Most likely first"),
  consequence: textSchema,
  action: z.array(textSchema),
  history: z.array(eventSchema),
};
export const ticketSchema: z.ZodType<TicketView> = z.strictObject(ticketShape).meta({ id: "Ticket" });

/** Whether the asker may make a move now; `reason` says why not. */
export interface MoveChance {
  readonly move: TicketMove;
  readonly possible: boolean;
  readonly reason?: Text;
}
const chanceSchema: z.ZodType<MoveChance> = z.strictObject({
  move: z.enum(TICKET_MOVES),
  possible: z.boolean(),
  reason: textSchema.optional(),
});
export type TicketDetail = TicketView & { readonly moves: readonly MoveChance[] };
export const ticketDetailSchema: z.ZodType<TicketDetail> = z
  .strictObject({ ...ticketShape, moves: z.array(chanceSchema).describe("What the asker may do now, and why not the rest") })
  .meta({ id: "TicketDetail" });

/** As a list shows it: the drawn histories of the evidence are left to `GET /api/tickets/{id}`. */
export function ticketInList(ticket: TicketView): TicketView {
  return { ...ticket, evidence: ticket.evidence.map(({ curve: _curve, ...evidence }) => evidence) };
}
