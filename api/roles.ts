import type { Role } from "../model/role.ts";

/** Which role may do what: each may do all that those before it may. */
const LADDER: readonly Role[] = ["viewer", "operator", "steward", "dispatcher", "engineer", "admin"];

/** What a route declares: the least role, or that it needs no login. */
export type Access = Role | "public";

export function mayAct(role: Role, least: Role): boolean {
  return LADDER.indexOf(role) >= LADDER.indexOf(least);
}
