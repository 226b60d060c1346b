import { describe, expect, it } from "vitest";
import { RULES, LIMITS } from "../../rules/catalogue.ts";
import type { Rule } from "../../rules/rule.ts";
import { engineRun } from "../support/engine-run.ts";
import { DAY, HOUR, MINUTE, smallNetwork } from "../support/signals.ts";

/** What a rule knew when it stopped listening says nothing of the season that follows: the loop was drained, refilled, set anew. */

const network = smallNetwork({ buildings: 3, units: 3 });
const { heating, end } = network.season;

/** A rule that fires for ever once it has seen the time `firesAt`. */
const unforgetting = (firesAt: number): Rule<{ fires: boolean }> => ({
  kind: "burst",
  level: "circuit",
  everyMs: MINUTE,
  onSignals: [],
  holdMs: 0,
  keepMs: 10 * MINUTE,
  phases: ["heating"],
  measure: { name: { zh: "", en: "" }, unit: "", faultWhen: "above" },
  cause: { zh: "", en: "" },
  consequence: { zh: "", en: "" },
  action: [],
  limits: [],
  start: () => ({ fires: false }),
  evaluate(memory, _asset, view) {
    memory.fires ||= view.at >= firesAt && view.at < firesAt + HOUR;
    return { state: memory.fires ? "fault" : "normal" };
  },
  explain: () => ({ summary: { zh: "", en: "" }, evidence: [], causes: [], consequence: { zh: "", en: "" }, action: [] }),
});

describe("a season", () => {
  it("ends what a rule remembers: the next one begins without last season's fault", () => {
    const run = engineRun(network, [unforgetting(end! - 3 * HOUR)] as readonly Rule[], {});
    run.put("S1", "t_out", end! - DAY, 5);
    run.tick(end! + HOUR);
    expect(run.opened).toHaveLength(1);
    expect(run.cleared).toHaveLength(1);
    // A year later the same process, with the calendar of the next season.
    const season = network.season as { -readonly [name in keyof typeof network.season]: number | undefined };
    const before = { ...season };
    Object.assign(season, { heating: heating! + 365 * DAY, end: end! + 365 * DAY, filling: undefined, commissioning: undefined });
    try {
      run.put("S1", "t_out", heating! + 365 * DAY, 5);
      run.tick(heating! + 366 * DAY);
      expect(run.opened).toHaveLength(1);
    } finally {
      Object.assign(season, before);
    }
  });

  it("frees the memories of rules that do not listen", () => {
    const run = engineRun(network, RULES, LIMITS);
    run.put("S1", "t_out", end! - DAY, 5);
    run.tick(end! - HOUR);
    const listening = (): number => run.fold.state.memories.filter((memory) => memory !== undefined).length;
    expect(listening()).toBe(run.fold.plan.watches.length);
    run.tick(end! + 8 * DAY);
    expect(listening()).toBe(run.fold.plan.watches.filter(({ rule }) => rule.phases.includes("off")).length);
  });
});
