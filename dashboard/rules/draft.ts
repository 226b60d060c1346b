import { limitBounds, type LimitValues } from "../../model/limit-values.ts";

/** Sets of limits as people change them: one limit at one place, what differs, what holds where. Pure. */

/** The place of limits that hold for the whole network. */
export const EVERYWHERE = "*";

export interface LimitChange {
  readonly place: string;
  readonly name: string;
  /** Undefined: nothing is set there. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** The set with one limit changed at one place; undefined takes it away. Places without limits are left out. */
export function withLimit(set: LimitValues, place: string, name: string, value: number | undefined): LimitValues {
  const { [name]: _before, ...rest } = set[place] ?? {};
  const limits = value === undefined ? rest : { ...rest, [name]: value };
  const { [place]: _old, ...others } = set;
  return Object.keys(limits).length === 0 ? others : { ...others, [place]: limits };
}

/** What differs between two sets, by place and name; the whole network first. */
export function changesBetween(before: LimitValues, after: LimitValues): LimitChange[] {
  const places = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(
    (a, b) => Number(b === EVERYWHERE) - Number(a === EVERYWHERE) || (a < b ? -1 : 1),
  );
  return places.flatMap((place) => {
    const [old, fresh] = [before[place] ?? {}, after[place] ?? {}];
    return [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
      .sort()
      .filter((name) => old[name] !== fresh[name])
      .map((name) => ({ place, name, before: old[name], after: fresh[name] }));
  });
}

/** How many limits a set holds. */
export const countLimits = (set: LimitValues): number => Object.values(set).reduce((sum, limits) => sum + Object.keys(limits).length, 0);

/** The value that a set gives a limit at a place, from the nearest place that says one. `line`: the asset and what is above it, nearest first; empty for the whole network. */
export function limitAt(
  set: LimitValues,
  line: readonly string[],
  name: string,
): { readonly place: string; readonly value: number } | undefined {
  for (const place of [...line, EVERYWHERE]) {
    const value = set[place]?.[name];
    if (value !== undefined) return { place, value };
  }
  return undefined;
}

/** Assets at which a set overrides a limit; the whole network is none of them. */
export function overriddenAt(set: LimitValues, name: string): string[] {
  return Object.keys(set)
    .filter((place) => place !== EVERYWHERE && set[place]![name] !== undefined)
    .sort();
}

export type ReadLimit =
  | { readonly ok: true; readonly value: number | undefined }
  | { readonly ok: false; readonly why: "number" | "range"; readonly least: number; readonly most: number };

/** What somebody typed for a limit; nothing typed: as it is inherited. A true minus sign and a decimal comma are read too. */
export function readLimit(typed: string, usual: number): ReadLimit {
  const text = typed.trim().replace("\u2212", "-").replace("，", ",").replace(",", ".");
  const { least, most } = limitBounds(usual);
  if (text === "") return { ok: true, value: undefined };
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) return { ok: false, why: "number", least, most };
  const value = Number(text);
  return value < least || value > most ? { ok: false, why: "range", least, most } : { ok: true, value };
}

/** A draft as it is kept: the set, and the published one from which it was begun (null: none was published). */
export interface Draft {
  readonly base: string | null;
  readonly overrides: LimitValues;
}

/** A kept draft; undefined for nothing and for what cannot be read. */
export function parseDraft(text: string | null): Draft | undefined {
  try {
    const kept = JSON.parse(text ?? "null") as Partial<Draft> | null;
    const isGroup = (value: unknown): value is Record<string, unknown> =>
      typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isGroup(kept) || !isGroup(kept.overrides)) return undefined;
    for (const limits of Object.values(kept.overrides))
      if (!isGroup(limits) || Object.values(limits).some((value) => typeof value !== "number" || !Number.isFinite(value))) return undefined;
    return { base: typeof kept.base === "string" ? kept.base : null, overrides: kept.overrides };
  } catch {
    return undefined;
  }
}
