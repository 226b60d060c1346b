/** Who may do what: the roles of people. The API checks them route by route, deny by default. */
export const ROLES = ["viewer", "operator", "dispatcher", "steward", "engineer", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Which role may do what: each may do all that those before it may. */
const LADDER: readonly Role[] = ["viewer", "operator", "steward", "dispatcher", "engineer", "admin"];

export function mayAct(role: Role, least: Role): boolean {
  return LADDER.indexOf(role) >= LADDER.indexOf(least);
}

/** Somebody who acts: a user, or a token with the rights of a role. `name` is what history and audit show. */
export interface Actor {
  readonly name: string;
  readonly role: Role;
  /** Address of the request, for the audit. */
  readonly ip?: string;
}

/** The name under which the platform itself writes history. */
export const SYSTEM_NAME = "system";

/** Roles whose reason is enough to close a ticket that is not cured (DESIGN, invariant 4). */
export const OVERRIDE_ROLES = ["dispatcher", "engineer", "admin"] as const satisfies readonly Role[];
