import { z } from "zod";
import { InputError } from "../model/input-error.ts";
import { SYMPTOMS } from "../tickets/complaint.ts";
import { actorOf } from "./auth.ts";
import { notFound } from "./errors.ts";
import { assetIds } from "./network.ts";
import { assetIdSchema, errors, timeSchema, type Api } from "./schemas.ts";
import type { ApiServices } from "./services.ts";
import { ticketSchema } from "./ticket-schema.ts";

/** `POST /api/complaints`: a resident's call joins the ticket that explains it, or opens one. */

const TEXT_CHARACTERS_MAX = 2_000;
/** Clocks of callers' systems differ a little; a call further ahead than this was not made yet. */
const AHEAD_MS_MAX = 300_000;
/** 2000-01-01T00:00:00Z: a time before it is no call, but seconds instead of milliseconds or a clock that was never set. */
const OLDEST_MS = 946_684_800_000;

const complaintSchema = z.strictObject({
  asset: assetIdSchema.describe("Where the caller lives: a room, unit or building"),
  symptom: z.enum(SYMPTOMS),
  at: timeSchema.optional().describe("When the resident called; now if left out"),
  text: z.string().max(TEXT_CHARACTERS_MAX).optional().describe("What was said, verbatim"),
});
const answerSchema = z.intersection(ticketSchema, z.object({ joined: z.boolean().describe("An existing ticket took it in") }));

export function complaintRoutes(app: Api, { network, tickets, now }: Pick<ApiServices, "network" | "tickets" | "now">): void {
  app.post(
    "/api/complaints",
    {
      config: { access: "operator" },
      schema: {
        tags: ["tickets"],
        summary: "Log a resident's call; answers with the ticket that it joined or opened",
        body: complaintSchema,
        response: { 200: answerSchema, ...errors(404, 413, 415) },
      },
    },
    async (request, _reply) => {
      const { asset, symptom, text } = request.body;
      const at = request.body.at ?? now();
      if (network.asset(asset) === undefined) throw notFound("asset", asset, assetIds(network));
      if (at < OLDEST_MS)
        throw new InputError(
          "body.at",
          "epoch milliseconds, UTC, after 2000-01-01",
          String(at),
          at >= OLDEST_MS / 1_000 ? "these look like seconds: multiply by 1000" : undefined,
        );
      if (at > now() + AHEAD_MS_MAX) throw new InputError("body.at", "a time that is not in the future", String(at));
      const { ticket, joined } = await tickets.complain({ asset, symptom, at, ...(text === undefined ? {} : { text }) }, actorOf(request));
      return { ...ticket, joined };
    },
  );
}
