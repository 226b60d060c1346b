import { InputError, nearestWord } from "../model/input-error.ts";
import { limitBounds } from "../model/limit-values.ts";
import type { Network } from "../model/network.ts";
import type { Limit, LimitOverrides } from "./limits.ts";

/** Checks limits that somebody wrote: places and names that are known, numbers that can be. */

/** Throws an InputError that names the place in `value` (asset id or "*" -> limit -> number) where it is wrong. */
export function readOverrides(value: unknown, network: Network, limits: Readonly<Record<string, Limit>>, place: string): LimitOverrides {
  if (!isRecord(value)) throw new InputError(place, 'a group: "*" or an asset -> limit -> number', describe(value));
  const overrides: Record<string, Record<string, number>> = {};
  for (const [asset, entries] of Object.entries(value)) {
    if (asset !== "*" && network.asset(asset) === undefined)
      throw new InputError(
        `${place}.${asset}`,
        '"*" or the id of an asset of the network',
        JSON.stringify(asset),
        hint(
          nearestWord(
            asset,
            Array.from(network.assets(), ({ id }) => id),
          ),
        ),
      );
    if (!isRecord(entries)) throw new InputError(`${place}.${asset}`, "a group: limit -> number", describe(entries));
    overrides[asset] = {};
    for (const [name, number] of Object.entries(entries)) {
      const limit = limits[name];
      if (limit === undefined)
        throw new InputError(
          `${place}.${asset}.${name}`,
          "the name of a limit",
          JSON.stringify(name),
          hint(nearestWord(name, Object.keys(limits))),
        );
      const { least, most } = limitBounds(limit.value);
      if (typeof number !== "number" || !Number.isFinite(number) || number < least || number > most)
        throw new InputError(
          `${place}.${asset}.${name}`,
          `a number from ${least} to ${most} (${limit.unit}; default ${limit.value})`,
          describe(number),
        );
      overrides[asset][name] = number;
    }
  }
  return overrides;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const describe = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80));
const hint = (nearest: string | undefined): string | undefined => (nearest === undefined ? undefined : `did you mean "${nearest}"?`);
