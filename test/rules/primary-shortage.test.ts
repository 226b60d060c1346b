import { beforeAll, describe, expect, it } from "vitest";
import type { Episode } from "../../model/finding.ts";
import { type BranchStation, commonShortages } from "../../rules/branch.ts";
import { at, expectWellTold, hourOf, MINUTE, planted, plantedNetwork, plantedRun, type PlantedRun } from "../support/planted-run.ts";

/** Four stations of two units; the first three hang on one primary branch. Half a day shows what is usual. */
const network = plantedNetwork({ stations: 4, onFirstBranch: 3, buildings: 1, units: 2 });
const four = { network, seed: 4, fromHour: -8 } as const;
const one = { network: plantedNetwork({ buildings: 1, units: 2 }), seed: 6 } as const;
const REPAIRED = 12;
const shortage = (variant: string, size: number, untilHour = REPAIRED) =>
  planted("primary_shortage", "S1", 6, { variant, size, untilHour });
const stationsOf = (run: PlantedRun): string[] => run.found("primary_shortage").map(({ asset }) => asset);
/** Station of the finding that speaks for a station's own; undefined where it speaks for itself. */
const rootOf = (run: PlantedRun, station: string): string | undefined =>
  run.host.rooted(station).find(({ episode }) => episode.kind === "primary_shortage")?.root?.station;

describe("primary shortage: what is found", () => {
  let branch: PlantedRun;
  beforeAll(() => {
    branch = plantedRun({ ...four, toHour: 14, faults: [shortage("branch_pressure", 0.85)] });
  });

  it("is felt by every station of the branch within 45 minutes, and by no other", () => {
    expect(stationsOf(branch).toSorted()).toEqual(["S1", "S2", "S3"]);
    for (const episode of branch.found("primary_shortage")) {
      expect(episode.severity).toBe("urgent");
      expect(hourOf(episode.since)).toBeGreaterThan(5.9);
      expect(hourOf(episode.since)).toBeLessThan(6.3);
      expect(hourOf(episode.detectedAt)).toBeLessThan(6.8);
    }
  });

  it("names the pressure difference, the open valve and the supply, and puts the primary network first", () => {
    const [first] = branch.found("primary_shortage");
    expectWellTold(first!);
    expect(first!.evidence.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["t2_supply", "p1_supply", "v1_pos"]));
    expect(first!.evidence.find(({ signal }) => signal === "p1_supply")!.text.en).toMatch(
      /Primary pressure difference is -?\d+ % of the usual/,
    );
    expect(first!.causes[0]!.id).toBe("primary_shortage");
    expect(first!.causes[0]!.share).toBeGreaterThan(0.6);
  });

  it("is over once and within the hour after the pumps are back", () => {
    for (const { clearedAt } of branch.found("primary_shortage")) {
      expect(hourOf(clearedAt!)).toBeGreaterThan(REPAIRED);
      expect(hourOf(clearedAt!)).toBeLessThan(REPAIRED + 1);
    }
  });

  it("goes by the temperature where the pressure is as usual, once the weather of a week is known", () => {
    const run = plantedRun({
      ...one,
      fromHour: -168,
      toHour: 12,
      faults: [planted("primary_shortage", "S1", 4, { variant: "source_cold", size: 0.72 })],
      // Nothing is known of the pressures: what remains is how cold the water comes.
      pass: ({ point, value }) => (point.signal.startsWith("p1_") ? undefined : value),
    });
    const [found] = run.found("primary_shortage");
    expect(found).toMatchObject({ asset: "S1", severity: "urgent" });
    expect(found!.tentative ?? false).toBe(false);
    expect(found!.summary.en).toMatch(/Primary supply [\d.]+ °C, usual in this weather [\d.]+/);
    expect(found!.causes[0]!.id).toBe("primary_shortage");
  });
});

describe("primary shortage: one branch is one fault", () => {
  it("lets one station speak for all that feel it, and only for them", () => {
    const run = plantedRun({ ...four, toHour: 9, faults: [shortage("branch_cold", 0.85)] });
    const speaker = run.found("primary_shortage")[0]!.station;
    expect(rootOf(run, speaker)).toBeUndefined();
    for (const other of ["S1", "S2", "S3"].filter((station) => station !== speaker)) expect(rootOf(run, other), other).toBe(speaker);
  });

  it("leaves a station that is short alone to itself", () => {
    const run = plantedRun({ ...four, toHour: 9, faults: [shortage("station_pressure", 0.85)] });
    expect(stationsOf(run)).toEqual(["S1"]);
    expect(rootOf(run, "S1")).toBeUndefined();
  });

  it("does not believe a lone open valve with a low supply, and believes it of three at once", () => {
    // No primary sensors at all: each station sees no more than its valve and its supply.
    const pass = ({ point, value }: { point: { signal: string }; value: number | null }): number | null | undefined =>
      /^[pt]1_/.test(point.signal) ? undefined : value;
    const alone = plantedRun({ ...four, toHour: 9, pass, faults: [shortage("station_pressure", 0.85)] });
    expect(alone.found("primary_shortage").map(({ tentative }) => tentative)).toEqual([true]);
    expect(alone.host.rooted("S1").filter(({ episode }) => episode.kind === "primary_shortage")).toEqual([]);
    const together = plantedRun({ ...four, toHour: 9, pass, faults: [shortage("branch_pressure", 0.85)] });
    for (const station of ["S1", "S2", "S3"])
      expect(together.host.rooted(station).some(({ episode }) => episode.kind === "primary_shortage")).toBe(true);
  });
});

describe("primary shortage: what is not one", () => {
  it.each([
    ["a night set-back beside the usual one", [planted("setback", "S1-A", -24, { size: 5 })]],
    ["a cold snap of 12 K", [planted("cold_snap", "S1", -10, { size: 12 })]],
    ["a shortage that lasts twenty minutes", [shortage("source_pressure", 0.85, 6.34)]],
    ["a pump that stands", [planted("pump_failure", "S1-A", 6, { size: 1 })]],
  ])("is not %s", (_, faults) => {
    expect(stationsOf(plantedRun({ ...one, toHour: 18, faults }))).toEqual([]);
  });

  it("is unknown, and no finding, while neither supply nor primary is reported", () => {
    const run = plantedRun({
      ...one,
      toHour: 12,
      faults: [planted("primary_shortage", "S1", 6, { variant: "station_pressure", size: 0.85 })],
      pass: ({ point, value }) => (point.signal === "t2_supply" || point.signal === "t1_supply" ? undefined : value),
    });
    expect(stationsOf(run)).toEqual([]);
    expect(run.trace("S1", "primary_shortage").at(-1)!.state).toBe("unknown");
  });
});

describe("common shortages", () => {
  const nothing = { zh: "", en: "" };
  const short = (station: string, fromMinute: number, toMinute?: number, tentative = false): Episode => ({
    kind: "primary_shortage",
    asset: station,
    station,
    severity: "urgent",
    ...(tentative ? { tentative } : {}),
    since: at(0) + fromMinute * MINUTE,
    detectedAt: at(0) + fromMinute * MINUTE,
    clearedAt: toMinute === undefined ? undefined : at(0) + toMinute * MINUTE,
    summary: nothing,
    evidence: [],
    causes: [],
    consequence: nothing,
    action: [],
  });
  const branchOf = (count: number, ...shortages: readonly Episode[]): BranchStation[] =>
    Array.from({ length: count }, (_, index) => {
      const station = `S${index + 1}`;
      return { station, isReporting: true, shortages: shortages.filter((episode) => episode.station === station) };
    });
  const grouped = (stations: readonly BranchStation[]): string[] =>
    [...commonShortages([stations])].map(([member, leader]) => `${member.station}<${leader.station}`).toSorted();

  it("needs three stations, and three in ten of a large branch", () => {
    expect(grouped(branchOf(5, short("S1", 0), short("S2", 5)))).toEqual([]);
    expect(grouped(branchOf(8, short("S1", 0), short("S2", 5), short("S3", 5)))).toEqual(["S1<S1", "S2<S1", "S3<S1"]);
    expect(grouped(branchOf(14, ...["S1", "S2", "S3", "S4"].map((station) => short(station, 0))))).toEqual([]);
    expect(grouped(branchOf(14, ...["S1", "S2", "S3", "S4", "S5"].map((station) => short(station, 0))))).toHaveLength(5);
  });

  it("of a large network needs no third of it where five are short within half an hour", () => {
    const sudden = (stepMin: number) => ["S1", "S2", "S3", "S4", "S5"].map((station, index) => short(station, index * stepMin));
    expect(grouped(branchOf(60, ...sudden(5)))).toHaveLength(5);
    expect(grouped(branchOf(60, ...sudden(40)))).toEqual([]);
  });

  it("takes both of two stations", () => {
    expect(grouped(branchOf(2, short("S1", 0), short("S2", 5)))).toEqual(["S1<S1", "S2<S1"]);
    expect(grouped(branchOf(2, short("S1", 0)))).toEqual([]);
  });

  it("needs them at the same time, takes in who comes later, and lets the first one speak", () => {
    expect(grouped(branchOf(4, short("S1", 0, 30), short("S2", 40, 70), short("S3", 80)))).toEqual([]);
    expect(grouped(branchOf(4, short("S1", 0, undefined, true), short("S2", 5), short("S3", 9), short("S4", 55)))).toEqual([
      "S1<S1",
      "S2<S1",
      "S3<S1",
      "S4<S1",
    ]);
  });

  it("ends when fewer than half of the needed ones are left: the next is another", () => {
    const late = short("S4", 3 * 60);
    // S1 alone is left after an hour, and no common shortage any more when S4 joins it.
    const stations = branchOf(4, short("S1", 0), short("S2", 0, 60), short("S3", 0, 60), late);
    expect(grouped(stations)).toEqual(["S1<S1", "S2<S1", "S3<S1"]);
  });

  it("does not depend on the order of stations", () => {
    const stations = branchOf(6, short("S2", 10, 90), short("S5", 4), short("S6", 10));
    expect(grouped(stations.toReversed())).toEqual(grouped(stations));
    expect(grouped(stations)).toHaveLength(3);
  });

  it("sees a shortage of several branches together that none of them is enough for", () => {
    const first = branchOf(2, short("S1", 0), short("S2", 0));
    const second = [{ station: "S9", isReporting: true, shortages: [short("S9", 2)] }];
    expect(commonShortages([first, second]).get(second[0]!.shortages[0]!)?.station).toBe("S1");
  });
});
