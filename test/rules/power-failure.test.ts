import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import { at, expectWellTold, hear, HOUR, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ circuits: 2, buildings: 1, units: 2 });
const span = { network, seed: 3, fromHour: -10 } as const;
const ONSET = 2;
const REPAIRED = 5;

describe("power failure: what is found", () => {
  it("a cut that the station can tell of: urgent within two minutes, once, and over when the mains are back", () => {
    const found = plantedRun({
      ...span,
      toHour: 7,
      faults: [planted("power_failure", "S1", ONSET, { variant: "ups", untilHour: REPAIRED })],
    }).found("power_failure");
    expect(found).toHaveLength(1);
    const [cut] = found;
    expect(cut).toMatchObject({ asset: "S1", severity: "urgent" });
    expect(Math.abs(cut!.since - at(ONSET))).toBeLessThanOrEqual(2 * MINUTE);
    expect(cut!.detectedAt - at(ONSET)).toBeLessThanOrEqual(3 * MINUTE);
    expectWellTold(cut!);
    expect(cut!.evidence[0]).toMatchObject({ signal: "power_ok", value: 0, expected: 1 });
    expect(cut!.evidence.filter(({ signal }) => signal === "q2_flow").map(({ asset }) => asset)).toEqual(["S1-A", "S1-B"]);
    expect(cut!.causes[0]!.id).toBe("power_failure");
    expect(cut!.clearedAt! - at(REPAIRED)).toBeGreaterThan(0);
    expect(cut!.clearedAt! - at(REPAIRED)).toBeLessThanOrEqual(5 * MINUTE);
  });
});

describe("power failure: by what the station says", () => {
  let healthy: Reading[];
  let standing: Reading[];
  beforeAll(() => {
    healthy = readingsOf({ ...span, toHour: 4 });
    standing = readingsOf({
      ...span,
      toHour: 4,
      faults: ["S1-A", "S1-B"].map((circuit) => planted("pump_failure", circuit, ONSET, { size: 1 })),
    });
  });

  it("without a mains signal it is all pumps that stand at once, after some minutes", () => {
    const run = hear(standing, { network, pass: ({ point, value }) => (point.signal === "power_ok" ? undefined : value) });
    const [cut, ...more] = run.found("power_failure");
    expect(more).toEqual([]);
    expect(cut).toMatchObject({ asset: "S1", severity: "urgent" });
    expect(cut!.detectedAt - at(ONSET)).toBeGreaterThanOrEqual(4 * MINUTE);
    expect(cut!.detectedAt - at(ONSET)).toBeLessThanOrEqual(12 * MINUTE);
    expect(cut!.summary.en).toContain("power cut likely");
    expectWellTold(cut!);
  });

  it("is none where the mains signal says that there is power", () => {
    expect(hear(standing, { network }).found("power_failure")).toEqual([]);
  });

  it("is none, without a mains signal, where one circuit still runs", () => {
    const one = plantedRun({
      ...span,
      toHour: 4,
      faults: [planted("pump_failure", "S1-A", ONSET, { size: 1 })],
      pass: ({ point, value }) => (point.signal === "power_ok" ? undefined : value),
    });
    expect(one.found("power_failure")).toEqual([]);
    expect(one.trace("S1", "power_failure").at(-1)!.state).toBe("normal");
  });

  it("suspects the detection where the pumps run all the same", () => {
    const run = hear(healthy, {
      network,
      pass: ({ point, value, at: time }) => (point.signal === "power_ok" && time >= at(ONSET) ? 0 : value),
    });
    expect(run.found("power_failure")[0]!.causes[0]).toMatchObject({ id: "sensor_fault", pro: [{ en: "The pumps still run" }] });
  });

  it("is none for a dip that is over within thirty seconds", () => {
    const power = network.point("S1", "power_ok")!;
    const dip = healthy.flatMap((reading): Reading[] =>
      reading.point === power && reading.at === at(ONSET)
        ? [
            { ...reading, value: 0 },
            { ...reading, at: reading.at + 30_000, value: 1 },
          ]
        : [reading],
    );
    dip.sort((a, b) => a.at - b.at);
    expect(hear(dip, { network }).found("power_failure")).toEqual([]);
    // The same word without the second one stands until the next poll: then it has lasted.
    const cut = healthy.map((reading) =>
      reading.point === power && reading.at >= at(ONSET) && reading.at < at(ONSET) + 2 * MINUTE ? { ...reading, value: 0 } : reading,
    );
    expect(hear(cut, { network }).found("power_failure")).toHaveLength(1);
  });

  it("is unknown while the station is silent: what it said last stands", () => {
    const silentFrom = at(ONSET);
    const silent = hear(
      healthy.filter(({ at: time }) => time < silentFrom),
      { network, untilHour: ONSET + 2 },
    );
    expect(silent.found("power_failure")).toEqual([]);
    expect(silent.trace("S1", "power_failure").at(-1)!.state).toBe("unknown");
    const cut = healthy
      .filter(({ at: time }) => time < silentFrom)
      .map((reading) =>
        reading.point.signal === "power_ok" && reading.at >= silentFrom - 3 * MINUTE ? { ...reading, value: 0 } : reading,
      );
    expect(hear(cut, { network, untilHour: ONSET + 2 }).found("power_failure")).toMatchObject([{ clearedAt: undefined }]);
  });

  it("cannot tell a cut from its only pump in a station of one circuit without a mains signal", () => {
    const small = plantedNetwork({ buildings: 1, units: 2 });
    const run = plantedRun({
      network: small,
      seed: 3,
      fromHour: -10,
      toHour: 4,
      faults: [planted("pump_failure", "S1-A", ONSET, { size: 1 })],
      pass: ({ point, value }) => (point.signal === "power_ok" ? undefined : value),
    });
    expect(run.found("power_failure")).toEqual([]);
    expect(run.found("pump_failure")).toHaveLength(1);
    expect(run.trace("S1", "power_failure").at(-1)).toMatchObject({ state: "unknown" });
    expect(run.found("pump_failure")[0]!.detectedAt).toBeLessThan(at(ONSET) + HOUR);
  });
});
