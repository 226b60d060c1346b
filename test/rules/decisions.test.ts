import { deserialize, serialize } from "node:v8";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../model/decision.ts";
import type { Reading } from "../../model/reading.ts";
import { RuleHost } from "../../rules/host.ts";
import type { SavedState } from "../../rules/saved.ts";
import { DAY, HOUR, MemoryHistory, MINUTE, plantReadings, START, smallNetwork } from "../support/signals.ts";

/** What people decide (planned work, phases, limits, relearning) is an input of the fold like a reading: by event time, whenever it arrives. */

const network = smallNetwork({ circuits: 2, buildings: 1, units: 1, staticKpa: 240 });
const facts = { by: "anna", reason: "test", madeAt: START };
const LOST = START + 9 * HOUR;
/** Pressure of circuit A goes for three hours. */
const day = plantReadings({
  network,
  from: START,
  to: START + DAY,
  seed: 3,
  makeupWorks: (circuit, at) => circuit !== "S1-A" || at < LOST || at > LOST + 3 * HOUR,
  lossM3h: (circuit, at) => (circuit === "S1-A" && at >= LOST && at < LOST + 3 * HOUR ? 0.4 : 0),
});

function hostOf(history: MemoryHistory, decisions: readonly Decision[] = []): RuleHost {
  const host = new RuleHost({ network, history: history.read });
  host.decide(decisions);
  return host;
}

function play(decisions: readonly Decision[], readings: readonly Reading[] = day): RuleHost {
  const history = new MemoryHistory();
  const host = hostOf(history, decisions);
  host.accept(history.commit(readings));
  host.tick(START + DAY);
  return host;
}

const found = (host: RuleHost): string[] =>
  host.episodes("S1").map(({ kind, asset, detectedAt, clearedAt }) => `${kind} ${asset} ${detectedAt} ${clearedAt}`);
const pressureLost = (host: RuleHost): number[] =>
  host
    .episodes("S1")
    .filter(({ kind }) => kind === "low_pressure")
    .map(({ detectedAt }) => (detectedAt - LOST) / MINUTE);

const work = (id: string, asset: string, fromH: number, untilH: number): Decision => ({
  ...facts,
  id,
  type: "work",
  asset,
  from: START + fromH * HOUR,
  until: START + untilH * HOUR,
  kinds: null,
});

describe("decisions", () => {
  it("planned work opens nothing, says what it kept back, and what is still wrong afterwards is found then", () => {
    expect(pressureLost(play([]))).toHaveLength(1);
    const during = play([work("w1", "S1-A", 8, 14)]);
    expect(pressureLost(during)).toEqual([]);
    const short = play([work("w1", "S1-A", 8, 11)]);
    expect(pressureLost(short)[0]).toBeGreaterThanOrEqual(120);
    expect(pressureLost(short)[0]).toBeLessThanOrEqual(125);
  });

  it("records what a running work suppresses", () => {
    const history = new MemoryHistory();
    const host = hostOf(history, [work("w1", "S1", 8, 20)]);
    host.accept(history.commit(day.filter(({ at }) => at < LOST + 2 * HOUR)));
    const [running] = host.works("S1");
    expect(running).toMatchObject({ id: "w1", asset: "S1" });
    expect(running!.suppressed.map(({ kind, asset }) => `${kind} ${asset}`)).toContain("low_pressure S1-A");
    expect(host.statuses("S1").find(({ kind, asset }) => kind === "low_pressure" && asset === "S1-A")!.state).toBe("shelved");
  });

  it("keeps that record when the work is over, ended early or in time, also across a restart", () => {
    const history = new MemoryHistory();
    const decided = [work("w1", "S1-A", 8, 20), { ...work("w2", "S1-A", 11, 11), madeAt: START + 1 }, work("w3", "S1-B", 8, 9)];
    const host = hostOf(history, decided);
    host.accept(history.commit(day.filter(({ at }) => at < LOST + 6 * HOUR)));
    expect(host.works("S1")).toEqual([]);
    expect(host.work("S1", "w1")!.suppressed.map(({ kind, asset }) => `${kind} ${asset}`)).toContain("low_pressure S1-A");
    expect(host.work("S1", "w3")).toBeUndefined();
    const restarted = hostOf(history, decided);
    expect(restarted.load(deserialize(serialize(host.save())) as SavedState[])).toEqual([]);
    restarted.resume("S1", { from: START, to: LOST + 6 * HOUR });
    expect(restarted.work("S1", "w1")).toEqual(host.work("S1", "w1"));
  });

  it("does not touch what is above or beside it", () => {
    expect(pressureLost(play([work("w1", "S1-B", 0, 24)]))).toHaveLength(1);
    expect(pressureLost(play([work("w1", "S1-A-B1", 0, 24)]))).toHaveLength(1);
  });

  it("work is ended early by a later decision on the same asset", () => {
    const ended = play([work("w1", "S1-A", 8, 20), { ...work("w2", "S1-A", 10, 10), madeAt: START + 1 }]);
    expect(pressureLost(ended)[0]).toBeGreaterThanOrEqual(60);
    expect(pressureLost(ended)[0]).toBeLessThanOrEqual(65);
  });

  it("published limits count from their time on", () => {
    const wide: Decision = {
      ...facts,
      id: "l1",
      type: "limits",
      from: START + HOUR,
      overrides: { "S1-A": { low_pressure_margin: 300, low_pressure_urgent_margin: 320 } },
    };
    expect(pressureLost(play([wide]))).toEqual([]);
    const back: Decision = { ...facts, id: "l2", type: "limits", from: LOST + 2 * HOUR, overrides: {} };
    expect(pressureLost(play([wide, back]))[0]).toBeGreaterThanOrEqual(120);
  });

  it("a phase that was set is the phase, until it is taken back", () => {
    const off: Decision = { ...facts, id: "p1", type: "phase", station: "S1", phase: "off", from: START + HOUR };
    expect(pressureLost(play([off]))).toEqual([]);
    const back: Decision = { ...facts, id: "p2", type: "phase", station: "S1", phase: null, from: LOST + HOUR };
    expect(pressureLost(play([off, back]))[0]).toBeGreaterThanOrEqual(60);
    expect(play([off]).phase("S1")).toMatchObject({ phase: "off", set: "off", suggested: "heating" });
  });

  it("relearning forgets what a rule knew of the asset", () => {
    const host = play([{ ...facts, id: "r1", type: "relearn", asset: "S1-A", kind: "low_pressure", from: START + 8 * HOUR }]);
    expect(host.counts().failures).toBe(0);
    expect(pressureLost(host)).toHaveLength(1);
  });

  it("made late, in any order, with restarts: the same findings as when they were known from the start", () => {
    const all = [work("w1", "S1-A", 8, 11), work("w2", "S1-B", 3, 4), { ...work("w3", "S1", 15, 16), madeAt: START + 5 }];
    const expected = found(play(all));
    expect(expected).not.toEqual(found(play([])));
    const history = new MemoryHistory();
    let host = hostOf(history);
    const known: Decision[] = [];
    for (const [until, decision] of [
      [10, all[1]!],
      [12, all[0]!],
      [20, all[2]!],
      [24, undefined],
    ] as const) {
      host.accept(history.commit(day.filter(({ at }) => at < START + until * HOUR)));
      host.tick(START + until * HOUR);
      if (decision === undefined) continue;
      known.push(decision);
      host.decide(known);
      if (until === 12) {
        const saved = deserialize(serialize(host.save())) as SavedState[];
        host = hostOf(history, known);
        expect(host.load(saved)).toEqual([]);
        host.resume("S1", history.extent()!);
      }
      host.settle();
    }
    expect(found(host)).toEqual(expected);
  });

  it("a save from before a decision about its past is not used", () => {
    const history = new MemoryHistory();
    const host = hostOf(history);
    host.accept(history.commit(day));
    const saved = host.save();
    const later = hostOf(history, [work("w1", "S1-A", 8, 11)]);
    expect(later.load(saved)).toEqual(["S1"]);
  });
});
