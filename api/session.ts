import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { ROLES } from "../model/role.ts";
import { SESSION_COOKIE } from "./auth.ts";
import { ApiError } from "./errors.ts";
import { errors, timeSchema, type Api } from "./schemas.ts";
import type { ApiServices, LoginOutcome, User } from "./services.ts";

/** `/api/session`: who am I, sign in, sign out, and the first administrator by the one-time set-up token. */

const NAME_CHARACTERS_MAX = 64;
const PASSWORD_CHARACTERS_MIN = 10;
const PASSWORD_CHARACTERS_MAX = 256;

const userShape = { name: z.string(), role: z.enum(ROLES) };
const userSchema = z.strictObject(userShape);
const sessionSchema = z.strictObject({ ...userShape, expiresAt: timeSchema }).meta({ id: "Session" });
const nameSchema = z.string().min(1).max(NAME_CHARACTERS_MAX);
const loginSchema = z.strictObject({ name: nameSchema, password: z.string().min(1).max(PASSWORD_CHARACTERS_MAX) });
const setUpSchema = z.strictObject({
  token: z.string().min(1).max(PASSWORD_CHARACTERS_MAX).describe("The set-up token that the platform printed at its first start"),
  name: z.string().regex(/^[\p{L}\p{N}._-]{1,64}$/u, "a name of 1 to 64 letters, digits, dots, dashes or underscores"),
  password: z.string().min(PASSWORD_CHARACTERS_MIN).max(PASSWORD_CHARACTERS_MAX),
});

export function sessionRoutes(app: Api, services: ApiServices): void {
  const { accounts, now, settings } = services;
  const config = { access: "public" } as const;
  const tags = ["session"];
  const cookie = { path: "/", httpOnly: true, sameSite: "strict", secure: settings.secure } as const;

  const enter = (request: FastifyRequest, reply: FastifyReply, outcome: LoginOutcome): z.output<typeof sessionSchema> => {
    const user = admitted(outcome);
    // A new token at every login: one that somebody planted in the browser before gets nowhere.
    if (request.principal?.session !== undefined) accounts.endSession(request.principal.session);
    const { token, expiresAt } = accounts.openSession(user);
    reply.setCookie(SESSION_COOKIE, token, { ...cookie, maxAge: Math.max(0, Math.floor((expiresAt - now()) / 1000)) });
    return { name: user.name, role: user.role, expiresAt };
  };

  app.get(
    "/api/session",
    {
      config,
      schema: {
        tags,
        summary: "Who is signed in; 401 with the code setup_required while there is no account",
        response: { 200: userSchema, ...errors() },
      },
    },
    async ({ principal }) => {
      if (principal !== null) return { name: principal.name, role: principal.role };
      if (accounts.needsSetUp())
        throw new ApiError(
          "setup_required",
          "there is no account yet: create the first one with the set-up token that the platform printed",
        );
      throw new ApiError("unauthenticated", "nobody is signed in");
    },
  );

  app.post(
    "/api/session",
    {
      config,
      schema: { tags, summary: "Sign in", security: [], body: loginSchema, response: { 200: sessionSchema, ...errors(413, 415, 429) } },
    },
    async (request, reply) => {
      const { name, password } = request.body;
      return enter(request, reply, await accounts.authenticate(name, password, request.ip));
    },
  );

  app.delete(
    "/api/session",
    { config, schema: { tags, summary: "Sign out", response: { 204: z.undefined().describe("Signed out"), ...errors(413, 415) } } },
    async (request, reply) => {
      if (request.principal?.session !== undefined) accounts.endSession(request.principal.session);
      return reply.clearCookie(SESSION_COOKIE, cookie).code(204).send();
    },
  );

  app.post(
    "/api/session/setup",
    {
      config,
      schema: {
        tags,
        summary: "Create the first administrator, once",
        security: [],
        body: setUpSchema,
        response: { 200: sessionSchema, ...errors(409, 413, 415, 429) },
      },
    },
    async (request, reply) => {
      const { token, name, password } = request.body;
      const outcome = await accounts.setUp(token, name, password, request.ip);
      if (outcome.type === "done_before") throw new ApiError("conflict", "the first account exists already: sign in");
      return enter(request, reply, outcome);
    },
  );
}

function admitted(outcome: LoginOutcome): User {
  switch (outcome.type) {
    case "ok":
      return outcome.user;
    case "refused":
      throw new ApiError("unauthenticated", "the name, password or token is wrong");
    case "throttled":
      throw new ApiError("too_many_requests", "too many failed attempts: wait and try again", { retryAfterMs: outcome.retryAfterMs });
    default:
      return outcome satisfies never;
  }
}
