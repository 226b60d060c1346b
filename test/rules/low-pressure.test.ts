import { describe, expect, it } from "vitest";
import { RuleHost } from "../../rules/host.ts";
import { DAY, HOUR, MINUTE, MemoryHistory, type PlantFaults, START, plantReadings, smallNetwork } from "../support/signals.ts";

const STOP = START + 30 * HOUR;

function hostAfter(staticKpa: number | undefined, faults: PlantFaults): RuleHost {
  const network = smallNetwork({ units: 1, ...(staticKpa === undefined ? {} : { staticKpa }) });
  const readings = plantReadings({ network, from: START, to: START + 3 * DAY, seed: 4, ...faults });
  const history = new MemoryHistory();
  const host = new RuleHost({ network, history: history.read });
  host.accept(history.commit(readings));
  return host;
}

/** The makeup pump stops for 12 h while 1 m³/h is lost: the pressure sinks slowly. */
const STOPPED: PlantFaults = {
  makeupWorks: (_circuit, at) => at < STOP || at > STOP + 12 * HOUR,
  lossM3h: (_circuit, at) => (at > STOP && at < STOP + 12 * HOUR ? 0.3 : 0),
};

describe("low pressure", () => {
  it("the makeup pump stops, pressure sinks below the static need: general after 3 min, urgent after 10, over when it is back", () => {
    const host = hostAfter(240, STOPPED);
    const [found, ...more] = host.episodes("S1").filter(({ kind }) => kind === "low_pressure");
    expect(more).toEqual([]);
    expect(found).toMatchObject({ asset: "S1-A", severity: "urgent" });
    expect(found!.detectedAt - found!.since).toBe(3 * MINUTE);
    expect(found!.causes[0]!.id).toBe("makeup_fault");
    expect(found!.evidence[0]).toMatchObject({ signal: "p2_return", limit: 205, expected: 240 });
    expect(found!.clearedAt).toBeGreaterThan(STOP + 12 * HOUR);
    expect(found!.clearedAt! - STOP - 12 * HOUR).toBeLessThan(HOUR);
  });

  it("tells the fall from what was before it began, also hours later", () => {
    const told = hostAfter(240, STOPPED)
      .episodes("S1")
      .find(({ kind }) => kind === "low_pressure")!;
    expect(told.evidence[0]!.to - told.since).toBeGreaterThan(6 * HOUR);
    const loss = told.causes.find(({ id }) => id === "water_loss");
    // Half an hour before the onset is long out of sight: nothing is said rather than something else.
    expect(loss?.pro ?? []).toEqual([]);
  });

  it("learns the static need when the network file does not give it", () => {
    const found = hostAfter(undefined, STOPPED)
      .episodes("S1")
      .find(({ kind }) => kind === "low_pressure");
    expect(found!.evidence[0]!.expected).toBeGreaterThan(225);
    expect(found!.evidence[0]!.expected).toBeLessThan(245);
  });

  it("does not believe a return sensor that falls alone", () => {
    const host = hostAfter(240, { tamper: ({ point, at, value }) => (at > STOP && point.signal === "p2_return" ? 2 : value) });
    expect(host.episodes("S1").filter(({ kind }) => kind === "low_pressure")).toEqual([]);
    expect(host.statuses("S1").find(({ kind }) => kind === "low_pressure")).toMatchObject({ state: "unknown" });
  });

  it.each([
    ["after a stop of an hour", STOP, 10],
    // Where the makeup pump usually starts is not known yet.
    ["for the first time", START, 70],
  ])(
    "is found when the circulation pump starts %s on a loop that lost its pressure: head and supply rise together",
    (_when, stoppedAt, minutes) => {
      const started = STOP + 84 * MINUTE;
      const stands: PlantFaults = { makeupWorks: STOPPED.makeupWorks!, pumpRuns: (_circuit, at) => at < stoppedAt || at > started };
      const host = hostAfter(240, stands);
      const [found, ...more] = host.episodes("S1").filter(({ kind }) => kind === "low_pressure");
      expect(more).toEqual([]);
      expect(found?.detectedAt).toBeGreaterThan(started);
      expect(found!.detectedAt - started).toBeLessThan(minutes * MINUTE);
    },
  );

  it("takes its limit from an override for the circuit", () => {
    const network = smallNetwork({ units: 1, staticKpa: 240 });
    const readings = plantReadings({ network, from: START, to: START + 3 * HOUR, seed: 4 });
    const history = new MemoryHistory();
    const host = new RuleHost({ network, history: history.read, overrides: { "S1-A": { low_pressure_margin: -60 } } });
    host.accept(history.commit(readings));
    expect(host.rooted("S1").map(({ episode }) => episode.kind)).toEqual(["low_pressure"]);
  });
});
