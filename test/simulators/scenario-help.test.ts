import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DISTURBANCE_KINDS } from "../../simulators/faults.ts";
import { parseScenario } from "../../simulators/scenario-file.ts";
import { SCENARIO_EXAMPLE, scenarioHelp } from "../../simulators/scenario-help.ts";
import { readScenarioDocument } from "../../simulators/scenario-schema.ts";
import { root } from "../tidy/source.ts";

const read = (): never => {
  throw new Error("nothing else to read");
};

describe("the help on scenarios", () => {
  it("has an example that works as it stands", () => {
    const scenario = parseScenario(SCENARIO_EXAMPLE, "example.yaml", read);
    expect(scenario.network.stations).toHaveLength(3);
    expect(scenario.storms).toHaveLength(1);
    expect(scenario.faults.filter(({ kind }) => kind === "closed_valve").length).toBeGreaterThanOrEqual(2);
    expect(scenario.habits.patienceHours).toBe(4);
    expect(scenarioHelp()).toContain("kind: closed_valve, asset: 2 units");
  });

  it("stands in docs/scenarios.md as it is", () => {
    const page = readFileSync(join(root, "docs/scenarios.md"), "utf8");
    const help = scenarioHelp();
    expect(page).toContain(SCENARIO_EXAMPLE);
    expect(page).toContain(help.slice(0, help.indexOf("\nExample:")));
  });

  it("names every key that a file may have, and every kind of fault", () => {
    const help = scenarioHelp();
    const known = (text: string): string[] => {
      try {
        readScenarioDocument(text, "x.yaml");
      } catch (error) {
        return /expected one of (.*), found unknown key/.exec((error as Error).message)![1]!.split(", ");
      }
      throw new Error("was not refused");
    };
    const groups = [
      "xx: 1",
      "size: { xx: 1 }",
      "season: { xx: 1 }",
      "vices: { xx: 1 }",
      "residents: { xx: 1 }",
      "random: { xx: 1 }",
      "faults: [{ xx: 1 }]",
    ];
    for (const key of groups.flatMap(known)) expect(help, key).toMatch(new RegExp(`\\b${key}\\b`));
    for (const kind of DISTURBANCE_KINDS) expect(help).toContain(`  ${kind} `);
  });
});
