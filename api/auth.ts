import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Actor } from "../model/role.ts";
import { ApiError } from "./errors.ts";
import { mayAct, type Access } from "./roles.ts";
import type { ApiServices, User } from "./services.ts";

/** Who asks, and whether they may: every route declares its access, and a route that does not stops the start. */

export const SESSION_COOKIE = "heatsteward_session";
/** Name under which the bearer of the administrator token acts. */
const TOKEN_USER = "admin-token";
/** Name under which a command of the machine's owner acts. */
const COMMAND_USER = "command-line";
const SESSION_TOKEN_CHARACTERS_MAX = 256;
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

export interface Principal extends User {
  readonly via: "token" | "session";
  /** The session token, to end the session or to ask later whether it is still alive. */
  readonly session?: string;
}

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    principal: Principal | null;
  }
}

/** Adds the check to every route of `app` and of what is registered in it later. */
export function addAuthorisation(app: FastifyInstance, services: ApiServices): void {
  app.decorateRequest("principal", null);
  app.addHook("onRoute", (route) => {
    if (route.config?.access === undefined)
      throw new Error(`route ${String(route.method)} ${route.url}: expected config.access, found none (deny by default)`);
  });
  app.addHook("onRequest", async (request) => {
    if (request.is404) return;
    const access = request.routeOptions.config.access;
    if (access === undefined) throw new ApiError("forbidden", "this route is closed");
    const bearer = request.headers.authorization;
    request.principal = bearer === undefined ? fromSession(request, services) : fromBearer(bearer, services);
    checkOrigin(request, services.settings.origins);
    if (access === "public") return;
    if (request.principal === null) throw new ApiError("unauthenticated", "sign in, or send a valid bearer token");
    if (!mayAct(request.principal.role, access)) throw forbidden(request.principal, access);
  });
}

function forbidden(principal: Principal, needed: string): ApiError {
  return new ApiError("forbidden", `expected the role ${needed} or above, found ${principal.role}`, { needed, role: principal.role });
}

/** The principal of a request that passed the check of a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error("a route without a login asked who is there");
  return request.principal;
}

export function actorOf(request: FastifyRequest): Actor {
  const { name, role } = principalOf(request);
  return { name, role, ip: request.ip };
}

/** Whether what let the principal in is still good. */
export function isStillIn(principal: Principal, services: ApiServices): boolean {
  return principal.session === undefined || services.accounts.session(principal.session) !== undefined;
}

/** An Authorization header that is neither the administrator token nor that of a command lets nobody in, whatever cookie comes with it. */
function fromBearer(header: string, services: ApiServices): Principal | null {
  const { adminToken } = services.settings;
  const presented = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (presented === undefined) return null;
  if (adminToken !== undefined && sameText(presented, adminToken)) return { name: TOKEN_USER, role: "admin", via: "token" };
  if (services.commands?.command(presented) === undefined) return null;
  return { name: COMMAND_USER, role: "admin", via: "token" };
}

/** Equal in a time that does not depend on where they differ or how long they are. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

function fromSession(request: FastifyRequest, services: ApiServices): Principal | null {
  const token = request.cookies[SESSION_COOKIE];
  if (token === undefined || token === "" || token.length > SESSION_TOKEN_CHARACTERS_MAX) return null;
  const user = services.accounts.session(token);
  return user === undefined ? null : { name: user.name, role: user.role, via: "session", session: token };
}

/**
 * Against forged cross-site requests: what changes something, and the live socket, must come from our own origin. A cookie
 * without an Origin is refused too (every browser sends one there); scripts use the bearer token, which no browser adds by itself.
 */
function checkOrigin(request: FastifyRequest, allowed: readonly string[]): void {
  if (SAFE_METHODS.has(request.method) && !request.ws) return;
  const origin = request.headers.origin;
  if (origin === undefined) {
    if (request.principal?.via === "session") throw new ApiError("foreign_origin", "expected the header Origin of this site, found none");
    return;
  }
  if (request.principal?.via === "token") return;
  if (!isOwnOrigin(origin, request.headers.host, allowed)) {
    throw new ApiError("foreign_origin", `expected the header Origin of this site, found ${origin.slice(0, 200)}`);
  }
}

function isOwnOrigin(origin: string, host: string | undefined, allowed: readonly string[]): boolean {
  if (allowed.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const { host: originHost, protocol } = new URL(origin);
  return (
    (protocol === "http:" || protocol === "https:") && host !== undefined && originHost === withoutDefaultPort(host.toLowerCase(), protocol)
  );
}

function withoutDefaultPort(host: string, protocol: string): string {
  return host.replace(protocol === "https:" ? /:443$/ : /:80$/, "");
}
