import { readFileSync } from "node:fs";
import { InputError } from "../model/input-error.ts";

/** The file that holds with what simulated gateways log in, and for which stations. */

export type Credentials = Readonly<Record<string, { readonly password: string; readonly stations: readonly string[] }>>;

/** Reads it. Throws InputError naming the place of whatever does not fit. */
export function readCredentials(file: string): Credentials {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(file, code === undefined ? "JSON" : "a file that can be read", code ?? "something else");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new InputError(file, "an object of gateways by name", Array.isArray(parsed) ? "a list" : JSON.stringify(parsed));
  for (const [name, entry] of Object.entries(parsed as Record<string, unknown>)) {
    const { password, stations } = (entry ?? {}) as { password?: unknown; stations?: unknown };
    if (typeof password !== "string") throw new InputError(`${file} ${name}.password`, "a text", typeof password);
    if (!Array.isArray(stations) || !stations.every((id) => typeof id === "string"))
      throw new InputError(`${file} ${name}.stations`, "a list of station ids", JSON.stringify(stations) ?? "nothing");
  }
  return parsed as Credentials;
}
