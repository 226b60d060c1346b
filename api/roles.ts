import type { Role } from "../model/role.ts";

export { mayAct } from "../model/role.ts";

/** What a route declares: the least role, or that it needs no login. */
export type Access = Role | "public";
