import type { FaultKind } from "../../model/finding.ts";
import type { Measure } from "../../model/live.ts";
import type { SeasonPhase } from "../../model/season.ts";
import { LEVELS, type Level } from "../../model/signals.ts";
import type { Text } from "../../model/text.ts";

/** The rules as `GET /api/rules` tells them, by place and found by word. Pure. */

export interface LimitFacts {
  readonly name: string;
  readonly value: number;
  readonly floor?: number;
  readonly unit: string;
  readonly reason: Text;
  readonly inPhase?: Readonly<Partial<Record<SeasonPhase, number>>>;
}

export interface RuleFacts {
  readonly kind: FaultKind;
  readonly words: Text;
  readonly level: Level;
  readonly everyMs: number;
  readonly holdMs: number;
  readonly keepMs: number;
  readonly phases: readonly SeasonPhase[];
  readonly measure: Measure;
  readonly cause: Text;
  readonly consequence: Text;
  readonly action: readonly Text[];
  readonly limits: readonly LimitFacts[];
  readonly timeToRespond: Text;
}

/** One kind may be a rule on several levels. */
export const ruleKey = (rule: Pick<RuleFacts, "kind" | "level">): string => `${rule.kind}.${rule.level}`;

/** Rules in whose words, of either language, or limits every typed word occurs. */
export function findRules(rules: readonly RuleFacts[], typed: string): RuleFacts[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return rules.filter((rule) => {
    const texts = [rule.words, rule.cause, rule.consequence, rule.measure.name, ...rule.action, ...rule.limits.map(({ reason }) => reason)];
    const all = [rule.kind, ...rule.limits.map(({ name }) => name), ...texts.flatMap(({ zh, en }) => [zh, en])].join("\n").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** In the order of the network from the station down. */
export function byLevel(rules: readonly RuleFacts[]): { readonly level: Level; readonly rules: readonly RuleFacts[] }[] {
  return LEVELS.map((level) => ({ level, rules: rules.filter((rule) => rule.level === level) })).filter((group) => group.rules.length > 0);
}

/** Every limit once, by name: several rules share some. */
export const limitsByName = (rules: readonly RuleFacts[]): ReadonlyMap<string, LimitFacts> =>
  new Map(rules.flatMap(({ limits }) => limits.map((limit) => [limit.name, limit] as const)));
