import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openScenario } from "../../cli/scenario-library.ts";
import { readSimulateOptions, type Span, spanOf } from "../../cli/simulate-options.ts";
import { openTruthFile, writeNetworkFile } from "../../cli/simulate-record.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { Scenario } from "../../simulators/scenario.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let scenario: Scenario;
let folder: string;

beforeAll(() => {
  scenario = openScenario("leak-severe");
  folder = mkdtempSync(join(tmpdir(), "simulate-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const span = (now: number, ...options: string[]): Span => spanOf(scenario, readSimulateOptions(["leak-severe", ...options])!, now);

describe("simulate options", () => {
  it("a scenario of the past is sent as it happened", () => {
    const { from, to } = scenario;
    expect(span(to + HOUR)).toEqual({ from, to, shiftMs: 0, speed: 1, isPast: true });
  });

  it("--shift now moves it by whole days: to the end of now, or at speed 1 to begin within a day", () => {
    const now = scenario.from + 200 * DAY + 7 * HOUR;
    for (const [options, edge] of [
      [["--speed", "max"], "to"],
      [["--speed", "60"], "to"],
      [["--speed", "1"], "from"],
      [["--speed", "1", "--shift", "end"], "to"],
      [["--speed", "max", "--shift", "begin"], "from"],
    ] as const) {
      const moved = span(now, "--shift", "now", ...options);
      expect(Number.isInteger(moved.shiftMs / DAY)).toBe(true);
      expect(moved[edge] + moved.shiftMs).toBeLessThanOrEqual(now);
      expect(moved[edge] + moved.shiftMs).toBeGreaterThan(now - DAY);
      expect(moved.isPast).toBe(edge === "to");
    }
  });

  it("what is still to come is refused, but for one that runs live", () => {
    expect(() => span(scenario.from - 1)).toThrow("leak-severe: expected a scenario that has begun by now");
    expect(() => span(scenario.from + DAY, "--speed", "60")).toThrow("leak-severe: expected at speed 60 one that has ended by now");
    expect(span(scenario.from + DAY, "--speed", "1").isPast).toBe(false);
    expect(span(scenario.from + 2 * DAY, "--speed", "max", "--to", "+1d").isPast).toBe(true);
  });

  it("--from and --to count from the begin of the scenario", () => {
    const part = span(scenario.to, "--from", "+1d", "--to", "+2d");
    expect([part.from - scenario.from, part.to - scenario.from]).toEqual([DAY, 2 * DAY]);
  });
});

describe("simulate files", () => {
  it("the network file is the scenario's with its season moved", () => {
    const file = join(folder, "network.yaml");
    writeNetworkFile(file, scenario, -30 * DAY);
    const moved = parseNetworkFile(readFileSync(file, "utf8"), file);
    expect(moved.season.heating! - scenario.network.season.heating!).toBe(-30 * DAY);
    expect(moved.season.end! - scenario.network.season.end!).toBe(-30 * DAY);
    expect([...moved.assets()].map(({ id }) => id)).toEqual([...scenario.network.assets()].map(({ id }) => id));
    expect(() => writeNetworkFile("/nowhere/network.yaml", scenario, 0)).toThrow(
      "/nowhere/network.yaml: expected a file that can be written, found ENOENT",
    );
  });

  it("the truth is a line for each fault and call, moved likewise", () => {
    const file = join(folder, "truth.jsonl");
    const truth = openTruthFile(
      file,
      [
        {
          id: "F001",
          kind: undefined,
          alsoRight: [],
          asset: "S01",
          station: "S01",
          reach: [],
          from: 0,
          to: HOUR,
          magnitude: 1,
          disturbance: "backfill",
        },
      ],
      DAY,
    );
    truth.call({ at: HOUR, asset: "S01", symptom: "cold", text: "不热", cause: undefined });
    truth.close();
    expect(
      readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { type: "truth", id: "F001", kind: null, from: DAY, to: DAY + HOUR, onset: "1970-01-02T00:00:00.000Z" },
      { type: "call", at: DAY + HOUR, symptom: "cold", cause: null },
    ]);
  });
});
