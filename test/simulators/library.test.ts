import { describe, expect, it } from "vitest";
import { libraryNames, openScenario } from "../../cli/scenario-library.ts";
import { FAULT_KINDS } from "../../model/finding.ts";
import { InputError } from "../../model/input-error.ts";
import { CONFOUNDERS } from "../../simulators/confounders.ts";
import { disturbanceOf, DISTURBANCE_KINDS, faultSize } from "../../simulators/faults.ts";
import type { Scenario } from "../../simulators/scenario.ts";
import { createWorld } from "../../simulators/world.ts";

/** Every scenario of the library is read, built and played for some hours; together they leave out no kind. */

const HOUR = 3_600_000;
const HOURS_PLAYED = 3;
const names = libraryNames();
const all = new Map<string, Scenario>(names.map((name) => [name, openScenario(name)]));

describe("the library", () => {
  it("has at least 40 scenarios with titles of their own in both languages", () => {
    expect(names.length).toBeGreaterThanOrEqual(40);
    for (const key of ["zh", "en"] as const) expect(new Set([...all.values()].map(({ title }) => title[key])).size).toBe(names.length);
  });

  it("has every kind of ticket mild and severe, every disturbance, and every confounder", () => {
    const planted = new Set([...all.values()].flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    for (const kind of DISTURBANCE_KINDS) expect(planted, kind).toContain(kind);
    for (const kind of Object.keys(CONFOUNDERS)) expect(planted, kind).toContain(kind);
    for (const kind of FAULT_KINDS) {
      const sizes = new Set<string>();
      for (const [name, { faults }] of all)
        for (const fault of faults)
          if (disturbanceOf(fault.kind).truth === kind && /-(mild|severe)$/.test(name)) sizes.add(name.split("-").at(-1)!);
      expect([...sizes].sort(), kind).toEqual(["mild", "severe"]);
    }
  });

  it("has the storms: one shortage felt by more than 50 stations, and a provider whose gateways fall silent together", () => {
    const truth = (name: string): ReturnType<typeof createWorld>["truth"] => createWorld(all.get(name)!).truth;
    expect(truth("storm-primary-shortage").map(({ reach }) => reach.length)).toEqual([55]);
    const silent = truth("storm-provider-outage");
    expect(silent.length).toBeGreaterThan(40);
    expect(new Set(silent.map(({ storm, from }) => `${storm} ${from}`)).size).toBe(1);
  });

  it("has whole seasons of ten stations, from before the filling to after the end", () => {
    for (const name of ["season-jinan", "season-hohhot"]) {
      const { network, from, to } = all.get(name)!;
      expect(network.stations).toHaveLength(10);
      expect(from).toBeLessThan(network.season.filling!);
      expect(to).toBeGreaterThan(network.season.end!);
    }
  });

  it("leaves the rules time to learn: no fault before a week has gone by, but where the phase itself is the matter", () => {
    const early = new Set<string>();
    for (const [name, { faults, from }] of all) if (faults.some(({ onset }) => onset < from + 7 * 24 * HOUR)) early.add(name);
    const phases = ["cold-circulation", "commissioning-air", "filling-leak", "season-jinan", "season-hohhot"];
    expect([...early].filter((name) => !name.startsWith("storm-") && !phases.includes(name))).toEqual([]);
  });

  it("is another network with every seed", () => {
    for (const name of ["leak-mild", "air-lock-severe"]) {
      const other = openScenario(name, { seed: 2 });
      expect(other.networkYaml).not.toBe(all.get(name)!.networkYaml);
      expect(other.faults.map(({ kind }) => kind)).toEqual(all.get(name)!.faults.map(({ kind }) => kind));
    }
  });

  it("is opened by name or path; a misspelt name is told with the nearest", () => {
    expect(() => openScenario("leek-mild")).toThrow(InputError);
    expect(() => openScenario("leek-mild")).toThrow('did you mean "leak-mild"?');
    expect(() => openScenario("./nowhere.yaml")).toThrow(/^\.\/nowhere\.yaml: expected a file that can be read, found ENOENT$/);
  });
});

describe.each(names)("%s", (name) => {
  it(`plays: ${HOURS_PLAYED} hours of messages from every station that is not silent, and its faults are there in time`, () => {
    const whole = all.get(name)!;
    const scenario = { ...whole, to: Math.min(whole.to, whole.from + HOURS_PLAYED * HOUR) };
    const heard = new Set<string>();
    let wrong = 0;
    for (const event of createWorld(scenario).events()) {
      if (event.type !== "message") continue;
      heard.add(event.topic.split("/")[2]!);
      for (const { assets, values } of event.objects)
        for (const point of [...Object.values(assets ?? {}), values ?? {}])
          for (const value of Object.values(point)) if (value !== null && !Number.isFinite(value)) wrong++;
    }
    expect(wrong).toBe(0);
    expect(heard.size).toBe(whole.network.stations.length);
    for (const fault of whole.faults) {
      const { range } = disturbanceOf(fault.kind);
      const grownAt = Math.min(
        whole.to,
        fault.onset + Math.max(1000, fault.rampMs),
        fault.repairAt === undefined ? Infinity : fault.repairAt - 1,
      );
      if (range[0] !== range[1] && fault.magnitude !== 0) expect(faultSize(fault, grownAt), `${fault.kind} on ${fault.asset}`).not.toBe(0);
    }
  });
});
