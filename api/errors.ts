import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors, type ZodFastifySchemaValidationError } from "fastify-type-provider-zod";
import { z } from "zod";
import { InputError, nearestWord } from "../model/input-error.ts";
import type { ApiLog } from "./services.ts";

/** Every way in which a request can fail, in one table: code, status, and how it is told. */

export const ERROR_STATUS = {
  bad_input: 400,
  unauthenticated: 401,
  setup_required: 401,
  forbidden: 403,
  foreign_origin: 403,
  not_found: 404,
  too_slow: 408,
  stale_version: 409,
  illegal_move: 409,
  not_recovered: 409,
  not_confirmed: 409,
  bad_merge: 409,
  conflict: 409,
  too_large: 413,
  uri_too_long: 414,
  unsupported_media_type: 415,
  upgrade_required: 426,
  too_many_requests: 429,
  header_too_large: 431,
  internal: 500,
  overloaded: 503,
  storage_unavailable: 503,
} as const;
export type ErrorCode = keyof typeof ERROR_STATUS;

export const errorSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      details: z.record(z.string(), z.unknown()),
    }),
  })
  .meta({ id: "Error", description: "What went wrong: bad input names its place, what was expected and what was found." });

/** An answer other than success. `details` is shown to the caller. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }
}

export function errorBody(error: ApiError): z.infer<typeof errorSchema> {
  return { error: { code: error.code, message: error.message, details: { ...error.details } } };
}

export function notFound(what: string, id: string, known: Iterable<string> = []): ApiError {
  const nearest = nearestWord(id, known);
  return new ApiError(
    "not_found",
    `there is no ${what} ${JSON.stringify(shorten(id))}`,
    nearest === undefined ? {} : { suggestion: `did you mean ${nearest}?` },
  );
}

/** Fastify's own refusals by their status. */
const FRAMEWORK_CODES: Readonly<Record<number, ErrorCode>> = {
  404: "not_found",
  413: "too_large",
  414: "uri_too_long",
  415: "unsupported_media_type",
  503: "overloaded",
};
/** SQLite result codes of a disk that refuses: read-only, I/O error, full, cannot open (https://sqlite.org/rescode.html). */
const DISK_REFUSES = new Set([8, 10, 13, 14]);

/** The ApiError that anything thrown stands for; unknown things become `internal` without their text. */
export function toApiError(thrown: unknown, request?: FastifyRequest): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof InputError) {
    const { place, expected, found, suggestion } = thrown;
    return new ApiError("bad_input", thrown.message, { place, expected, found, ...(suggestion === undefined ? {} : { suggestion }) });
  }
  if (hasZodFastifySchemaValidationErrors(thrown)) return invalid(thrown.validation, thrown.validationContext ?? "request", request);
  const { statusCode, message, code, errcode } = (thrown ?? {}) as Partial<FastifyError> & { errcode?: number };
  if (code === "ERR_SQLITE_ERROR" && errcode !== undefined && DISK_REFUSES.has(errcode & 0xff)) {
    return new ApiError("storage_unavailable", "the disk refuses to write; nothing was changed, try again when there is space", {});
  }
  if (statusCode !== undefined && code?.startsWith("FST_")) {
    const known = FRAMEWORK_CODES[statusCode];
    if (known !== undefined) return new ApiError(known, message ?? STATUS_CODES[statusCode] ?? known);
    if (statusCode >= 400 && statusCode < 500) return new ApiError("bad_input", message ?? "bad request", { place: "request" });
  }
  if (statusCode === 400 && thrown instanceof SyntaxError) {
    return new ApiError("bad_input", "the body is not JSON", {
      place: "body",
      expected: "JSON",
      found: shorten(thrown.message),
    });
  }
  return new ApiError("internal", "something went wrong on our side; it was logged");
}

/** The error handler of the server: one shape, the right status, nothing of our insides. */
export function errorHandler(log: ApiLog): (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => void {
  return (thrown, request, reply) => {
    const error = toApiError(thrown, request);
    if (error.code === "internal" || error.code === "storage_unavailable") {
      log.error("a request failed", {
        method: request.method,
        route: request.routeOptions.url ?? "unknown",
        error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      });
    }
    sendError(reply, error);
  };
}

export function sendError(reply: FastifyReply, error: ApiError): void {
  const retryAfterMs = error.details["retryAfterMs"];
  if (typeof retryAfterMs === "number") reply.header("retry-after", Math.max(1, Math.ceil(retryAfterMs / 1000)));
  if (error.status === 401) reply.header("www-authenticate", "Bearer");
  reply
    .code(error.status)
    .type("application/json; charset=utf-8")
    .header("cache-control", "no-store")
    .serializer(JSON.stringify)
    .send(errorBody(error));
}

interface Issue {
  readonly place: string;
  readonly expected: string;
  readonly found: string;
  readonly suggestion?: string;
}

const ISSUES_MAX = 10;

function invalid(validation: readonly ZodFastifySchemaValidationError[], context: string, request: FastifyRequest | undefined): ApiError {
  const sent =
    context === "querystring"
      ? request?.query
      : context === "params"
        ? request?.params
        : context === "body"
          ? request?.body
          : request?.headers;
  const issues = validation.slice(0, ISSUES_MAX).map((issue) => describeIssue(issue, context === "querystring" ? "query" : context, sent));
  const first = issues[0]!;
  const message = `${first.place}: expected ${first.expected}, found ${first.found}${first.suggestion === undefined ? "" : `; ${first.suggestion}`}`;
  return new ApiError("bad_input", message, issues.length === 1 ? { ...first } : { ...first, issues });
}

function describeIssue(issue: ZodFastifySchemaValidationError, context: string, sent: unknown): Issue {
  const path = issue.instancePath.split("/").filter((step) => step !== "");
  const place = [context, ...path].join(".");
  const params = issue.params as Readonly<Record<string, unknown>>;
  const value = path.reduce<unknown>(
    (inner, step) => (typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[step] : undefined),
    sent,
  );
  const found = value === undefined ? "nothing" : shorten(JSON.stringify(value));
  if (issue.keyword === "unrecognized_keys") {
    const keys = params["keys"] as string[];
    return { place, expected: "known names only", found: shorten(keys.join(", ")) };
  }
  if (issue.keyword === "invalid_value") {
    const values = (params["values"] as unknown[]).map(String);
    const nearest = typeof value === "string" ? nearestWord(value, values) : undefined;
    return {
      place,
      expected: `one of ${values.join(", ")}`,
      found,
      ...(nearest === undefined ? {} : { suggestion: `did you mean ${nearest}?` }),
    };
  }
  if (issue.keyword === "invalid_type") {
    const own = issue.message?.startsWith("Invalid input") === false ? issue.message : undefined;
    return { place, expected: own ?? String(params["expected"]), found };
  }
  if (issue.keyword === "too_small")
    return { place, expected: `at least ${String(params["minimum"])}${sizeUnit(params["origin"])}`, found };
  if (issue.keyword === "too_big") return { place, expected: `at most ${String(params["maximum"])}${sizeUnit(params["origin"])}`, found };
  if (issue.keyword === "invalid_format" && params["pattern"] !== undefined)
    return { place, expected: `text matching ${JSON.stringify(params["pattern"])}`, found };
  return { place, expected: issue.message ?? "a valid value", found };
}

function sizeUnit(origin: unknown): string {
  return origin === "string" ? " characters" : origin === "array" ? " items" : "";
}

const FOUND_CHARACTERS_MAX = 200;

function shorten(text: string): string {
  return text.length > FOUND_CHARACTERS_MAX ? `${text.slice(0, FOUND_CHARACTERS_MAX)}…` : text;
}
