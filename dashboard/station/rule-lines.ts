import type { RuleStatus } from "../../model/live.ts";
import { displayOfUnit, type Display, type PressureUnit } from "../units.ts";

/** The rules of a circuit, one line for each kind: the asset that is nearest to its limit, and how its two numbers are written. Pure. */

export interface RuleLine {
  readonly worst: RuleStatus;
  readonly count: number;
  /** 0…1: how near to the limit. */
  readonly nearness: number;
}

const STATE_ORDER: Readonly<Record<RuleStatus["state"], number>> = { firing: 0, pending: 1, shelved: 2, normal: 3, unknown: 4 };

/** One line per kind, the nearest asset of each; firing first. */
export function ruleLines(statuses: readonly RuleStatus[]): RuleLine[] {
  const groups = new Map<string, RuleStatus[]>();
  for (const status of statuses) {
    const list = groups.get(status.kind);
    if (list === undefined) groups.set(status.kind, [status]);
    else list.push(status);
  }
  return [...groups.values()]
    .map((list): RuleLine => {
      const worst = [...list].sort((a, b) => STATE_ORDER[a.state] - STATE_ORDER[b.state] || nearnessOf(b) - nearnessOf(a))[0]!;
      return { worst, count: list.length, nearness: nearnessOf(worst) };
    })
    .sort((a, b) => STATE_ORDER[a.worst.state] - STATE_ORDER[b.worst.state] || b.nearness - a.nearness);
}

/** A value that has to stay below its limit nears it as their ratio; one that has to stay above (pressure) the other way round. */
function nearnessOf({ value, limit, state, measure }: RuleStatus): number {
  if (state === "firing") return 1;
  if (value === null || limit === null || limit === 0) return 0;
  const ratio = measure.faultWhen === "below" ? (value <= 0 ? 1 : limit / value) : value / limit;
  return Math.max(0, Math.min(1, ratio));
}

const PER_MINUTE = "/min";

/** How the value and the limit of a rule are written: pressures, and their rates, in the chosen unit. */
export function ruleDisplay({ measure: { unit } }: Pick<RuleStatus, "measure">, pressure: PressureUnit): Display {
  if (!unit.endsWith(PER_MINUTE)) return displayOfUnit(unit, pressure);
  const display = displayOfUnit(unit.slice(0, -PER_MINUTE.length), pressure);
  return { ...display, unit: `${display.unit}${PER_MINUTE}` };
}
