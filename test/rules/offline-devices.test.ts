import { beforeAll, describe, expect, it } from "vitest";
import type { Episode } from "../../model/finding.ts";
import type { Reading } from "../../model/reading.ts";
import { at, DAY, expectWellTold, hear, HOUR, hourOf, MINUTE, plantedNetwork, readingsOf } from "../support/planted-run.ts";

/** Unit devices of a building; the silence of a whole station is `offline`. */

const network = plantedNetwork({ buildings: 2, units: 5, rooms: 1 });
const SILENT = 2;
const BACK = 9;
let healthy: Reading[];
beforeAll(() => {
  healthy = readingsOf({ network, seed: 5, fromHour: -8, toHour: 14 });
});

const isUnit = (asset: string, building: number, units: number): boolean => new RegExp(`^S1-A-B${building}-U[1-${units}]$`).test(asset);
/** The first so many unit devices of building 1 are silent for a time. */
function silence(units: number, untilHour = BACK, change?: (reading: Reading) => number | null | undefined) {
  return hear(healthy, {
    network,
    pass: (reading) => {
      const { point, at: time, value } = reading;
      if (units > 0 && isUnit(point.asset, 1, units) && time >= at(SILENT) && time < at(untilHour)) return undefined;
      return change === undefined ? value : change(reading);
    },
  });
}
const devices = (run: ReturnType<typeof hear>): Episode[] => run.found("offline").filter(({ asset }) => asset !== "S1");

describe("offline devices: what is found", () => {
  it("three of five silent devices are one finding of their building after two hours, and over soon after they are back", () => {
    const found = devices(silence(3));
    expect(found).toHaveLength(1);
    const [silent] = found;
    expect(silent).toMatchObject({ asset: "S1-A-B1", severity: "general" });
    // The last report came within one interval of half an hour before.
    expect(hourOf(silent!.since)).toBeLessThanOrEqual(SILENT);
    expect(hourOf(silent!.since)).toBeGreaterThan(SILENT - 0.5);
    expect(hourOf(silent!.detectedAt)).toBeGreaterThan(SILENT + 1.5);
    expect(hourOf(silent!.detectedAt)).toBeLessThan(SILENT + 2.5);
    expectWellTold(silent!);
    expect(silent!.evidence[0]).toMatchObject({ value: 60, unit: "%" });
    expect(silent!.evidence[0]!.text.en).toContain("3 of 5 unit devices missed more than 4 reports: S1-A-B1-U1, S1-A-B1-U2, S1-A-B1-U3");
    expect(silent!.causes[0]!.id).toBe("concentrator");
    expect(silent!.causes[0]!.contra[0]!.en).toBe("2 devices still report");
    expect(hourOf(silent!.clearedAt!)).toBeGreaterThan(BACK);
    expect(hourOf(silent!.clearedAt!)).toBeLessThan(BACK + 1);
  });

  it("suspects the concentrator most when all are silent", () => {
    const [all] = devices(silence(5, 14));
    expect(all!.causes[0]!.share).toBeGreaterThan(devices(silence(3, 14))[0]!.causes[0]!.share);
    expect(all!.causes[0]!.pro[0]!.en).toBe("All 5/5 are silent");
  });

  it.each([
    { signal: "battery", value: 3.1, cause: "battery", words: /\d devices were last below 3\.3 V/ },
    { signal: "rssi", value: -118, cause: "radio", words: /\d devices were last below -110 dBm/ },
  ])("puts $cause first where the last $signal says so", ({ signal, value: last, cause, words }) => {
    const weak = silence(3, BACK, ({ point, value }) => (point.signal === signal && isUnit(point.asset, 1, 3) ? last : value));
    const [silent] = devices(weak);
    // Such words come with every twelfth report: not of every device one is at hand.
    expect(silent!.causes[0]!.id).toBe(cause);
    expect(silent!.causes[0]!.pro[0]!.en).toMatch(words);
  });
});

describe("offline devices: what is none", () => {
  it("one silent device of five", () => {
    expect(devices(silence(1))).toEqual([]);
  });

  it("three devices for an hour and a half", () => {
    expect(devices(silence(3, SILENT + 1.5))).toEqual([]);
  });

  it("rooms whose sensors are silent: they have devices of their own", () => {
    expect(
      devices(silence(0, BACK, ({ point, at: time, value }) => (point.signal === "t_room" && time >= at(SILENT) ? undefined : value))),
    ).toEqual([]);
    // Nor does a room that reports speak for the silent device beside it.
    expect(devices(silence(3))).toHaveLength(1);
  });

  it("devices that say that their sensors failed", () => {
    expect(
      devices(silence(0, BACK, ({ point, at: time, value }) => (isUnit(point.asset, 1, 5) && time >= at(SILENT) ? null : value))),
    ).toEqual([]);
  });

  it("devices that were never heard", () => {
    expect(devices(silence(0, BACK, ({ point, value }) => (isUnit(point.asset, 1, 5) ? undefined : value)))).toEqual([]);
  });

  it("devices behind a station that is silent, nor in their first reports after it", () => {
    const gap = hear(healthy, {
      network,
      pass: ({ at: time, value }) => (time >= at(SILENT) && time < at(SILENT + 5) ? undefined : value),
    });
    expect(gap.found("offline").map(({ asset }) => asset)).toEqual(["S1"]);
    const asleep = hear(
      healthy.filter(({ at: time }) => time < at(SILENT)),
      { network, untilHour: SILENT + 5 },
    );
    expect(devices(asleep)).toEqual([]);
    expect(asleep.trace("S1-A-B1", "offline").at(-1)!.state).toBe("unknown");
  });

  it("devices that report every six hours", () => {
    const rare = readingsOf({ network, seed: 5, fromHour: -72, toHour: 24, pollMs: 10 * MINUTE, unitIntervalMs: DAY / 4 });
    expect(devices(hear(rare, { network }))).toEqual([]);
    // They are missed when four of their reports have not come.
    const gone = hear(rare, {
      network,
      pass: ({ point, at: time, value }) => (isUnit(point.asset, 1, 3) && time >= at(-12) ? undefined : value),
    });
    expect(devices(gone).map(({ asset }) => asset)).toEqual(["S1-A-B1"]);
    expect(devices(gone)[0]!.detectedAt - at(-12)).toBeGreaterThan(18 * HOUR);
  });
});
