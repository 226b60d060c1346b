import { describe, expect, it } from "vitest";
import { MIX_NAMES, openMix } from "../../evaluation/mix.ts";
import { knownNames, openTask, pickNames, readSeeds, setOf } from "../../evaluation/tasks.ts";

describe("what is played", () => {
  it("development and test seeds never meet", () => {
    const development = readSeeds("dev:1000");
    const test = readSeeds("test:1000");
    expect(new Set([...development, ...test]).size).toBe(2_000);
    expect([setOf(development), setOf(test), setOf([1, 90_001])]).toEqual(["dev", "test", "mixed"]);
    expect(readSeeds("dev")).toEqual([1]);
    expect(readSeeds("3, 1,3")).toEqual([3, 1]);
  });

  it.each(["", "a", "1,", "-1", "1.5", "dev:0", "dev:9999", "4294967296", "test:x"])("seeds %j are a mistake", (text) => {
    expect(() => readSeeds(text)).toThrow(/--seeds/);
  });

  it("names are picked by patterns, in one order, each once", () => {
    const known = knownNames();
    expect(pickNames(["*"])).toEqual(known);
    expect(pickNames(["leak-severe", "leak-*"])).toEqual(known.filter((name) => name.startsWith("leak-")));
    expect(pickNames(["mix-*", "my/own.yaml"])).toEqual([...MIX_NAMES, "my/own.yaml"]);
    expect(() => pickNames(["leek-mild"])).toThrow(/did you mean "leak-mild"/);
  });

  it("a mixture is a world of its seed, and differs with it", () => {
    for (const name of MIX_NAMES) {
      const first = openMix(name, { seed: 1 });
      expect(first.network.stations.length).toBeGreaterThan(0);
      expect(first.name).toBe(name);
    }
    const faultsOf = (seed: number): unknown => openTask({ name: "mix-jinan", seed }).faults;
    expect(faultsOf(1)).toEqual(faultsOf(1));
    expect(faultsOf(1)).not.toEqual(faultsOf(2));
    expect(() => openMix("mix-none", {})).toThrow(/mixture/);
  });

  it("stations and days of a task replace those of its scenario", () => {
    const { network, from, to } = openTask({ name: "healthy-jinan", seed: 1, stations: 2, days: 3 });
    expect(network.stations).toHaveLength(2);
    expect(to - from).toBe(3 * 86_400_000);
  });
});
