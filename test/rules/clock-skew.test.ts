import { describe, expect, it } from "vitest";
import { LIMITS } from "../../rules/catalogue.ts";
import { clockSkewRule } from "../../rules/clock-skew.ts";
import type { Rule } from "../../rules/rule.ts";
import { engineRun, type EngineRun } from "../support/engine-run.ts";
import { HOUR, MINUTE, START, smallNetwork } from "../support/signals.ts";

const network = smallNetwork();

function run(...words: readonly (readonly [minute: number, offsetS: number])[]): EngineRun {
  const engine = engineRun(network, [clockSkewRule as Rule], LIMITS);
  const pending = [...words];
  for (let minute = 0; minute < 10 * 60; minute++) {
    engine.put("S1", "t_out", START + minute * MINUTE, 5);
    while (pending[0]?.[0] === minute) engine.put("S1", "clock_offset", START + minute * MINUTE, pending.shift()![1]);
  }
  engine.tick(START + 10 * HOUR);
  if (engine.fold.counts.failures > 0) throw new Error(engine.fold.counts.lastFailure);
  return engine;
}

describe("clock skew", () => {
  it("is one finding from the first word on the clock to the last, whatever it drifts by", () => {
    const { opened, cleared } = run([60, 300], [120, 310], [180, 340], [420, 0]);
    expect(opened).toHaveLength(1);
    expect(opened[0]).toMatchObject({ kind: "clock_skew", asset: "S1", severity: "general", since: START + HOUR });
    expect(opened[0]!.detectedAt).toBe(START + HOUR + 10 * MINUTE);
    expect(opened[0]!.summary.zh).toContain("网关时钟快 5 分钟");
    expect(cleared.map(({ clearedAt }) => clearedAt)).toEqual([START + 7 * HOUR + 5 * MINUTE]);
  });

  it("names the time zone where the offset is a whole number of half hours, and the battery where it is years", () => {
    const zone = run([60, -28_800]).opened[0]!;
    expect(zone.summary.en).toContain("8 h behind");
    expect(zone.causes[0]).toMatchObject({ id: "time_zone" });
    expect(run([60, -800_000_000]).opened[0]!.causes[0]).toMatchObject({ id: "clock_battery" });
    expect(run([60, 700]).opened[0]!.causes[0]).toMatchObject({ id: "clock_skew" });
  });

  it("is none below two minutes, and none when it was set within ten", () => {
    expect(run([60, 90]).opened).toEqual([]);
    expect(run([60, 900], [68, 0]).opened).toEqual([]);
  });

  it("remembers after hours of silence about the clock: what stays as it is is not repeated", () => {
    const { opened, fold } = run([60, 300]);
    expect(opened).toHaveLength(1);
    expect(fold.state.open.filter((episode) => episode !== undefined)).toHaveLength(1);
  });
});
