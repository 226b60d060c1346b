import type { Text } from "../model/text.ts";
import type { Heating } from "../model/network.ts";

/** Every number that a rule compares with: value, unit and reason. Rules read limits through a `LimitTable`, never literals. */
export interface Limit {
  readonly value: number;
  /** Other default for floor heating, where it differs. */
  readonly floor?: number;
  readonly unit: string;
  /** Where the number comes from. */
  readonly reason: Text;
}

export interface LimitTable {
  /** The limit for an asset: the override of the nearest asset above it, else the default of its circuit's kind. Throws on an unknown name. */
  get(name: string, asset: string): number;
}

export type LimitOverrides = Readonly<Record<string, Readonly<Record<string, number>>>>;

export function limitFor(limit: Limit, heating: Heating | undefined): number {
  return heating === "floor" && limit.floor !== undefined ? limit.floor : limit.value;
}
