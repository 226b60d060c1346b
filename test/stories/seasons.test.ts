import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { playTasks } from "../../evaluation/crew.ts";
import type { PlayedTicket, WorldOutcome } from "../../evaluation/outcome.ts";
import { playScenario } from "../../evaluation/play.ts";
import { scoreWorlds } from "../../evaluation/score.ts";
import { readSeeds } from "../../evaluation/tasks.ts";
import { parseScenario } from "../../simulators/scenario-file.ts";

/**
 * A few dozen short winters with everything that goes wrong in them, through the same rules and the same desk as live. What has to
 * hold in every one of them is checked, not how good the score is: that is `npm run evaluate`, and nobody's test.
 */

const PLACES = ["commissioning-1d", "commissioning+6d", "heating+40d", "heating+75d", "end-6d", "filling+8d"] as const;
const VICES = ["usual", "severe", "none"] as const;
const RESIDENTS = ["usual", "demanding"] as const;
const POINTS = ["usual", "full", "poor"] as const;
const WORLDS = 24;
const DAYS = 4;
/** Development seeds: test seeds are never played in tests. */
const SEEDS = readSeeds(`dev:${WORLDS}`);

function winter(index: number): string {
  return [
    "title: { zh: 短冬, en: A short winter }",
    `climate: ${index % 2 === 0 ? "jinan" : "hohhot"}`,
    `from: ${PLACES[index % PLACES.length]}`,
    `to: "+${DAYS}d"`,
    "poll: 5m",
    "unit_interval: 1h",
    "size: { stations: 2, circuits: 1, buildings: [2, 3], units: [2, 3], rooms: 0.3 }",
    `vices: ${VICES[index % VICES.length]}`,
    `residents: ${RESIDENTS[index % RESIDENTS.length]}`,
    `points: ${POINTS[Math.floor(index / 2) % POINTS.length]}`,
    "random: { times: 25 }",
  ].join("\n");
}

const neverRead = (path: string): string => {
  throw new Error(`expected no other file, found ${path}`);
};
const played = new Map<number, WorldOutcome>();
function play(index: number): WorldOutcome {
  const known = played.get(index);
  if (known !== undefined) return known;
  const outcome = playScenario(parseScenario(winter(index), `winter-${index}.yaml`, neverRead, { seed: SEEDS[index]! }));
  played.set(index, outcome);
  return outcome;
}

const keyOf = ({ kind, asset }: Pick<PlayedTicket, "kind" | "asset">): string => `${kind}@${asset}`;
const endOf = ({ closedAt }: PlayedTicket): number => closedAt ?? Infinity;

describe.each(Array.from({ length: WORLDS }, (_, index) => index))("winter %i", (index) => {
  it("keeps what must never break", () => {
    const outcome = play(index);
    expect(outcome.counts.failures, "rules or desk threw").toBe(0);
    expect(outcome.counts.messages).toBeGreaterThan(500);
    const live = outcome.tickets.filter(({ merged }) => !merged);
    for (const own of Map.groupBy(live, keyOf).values()) {
      const sorted = own.toSorted((a, b) => a.openedAt - b.openedAt);
      for (const [place, ticket] of sorted.entries()) {
        const next = sorted[place + 1];
        if (next !== undefined) expect(next.openedAt, `two tickets of ${keyOf(ticket)} at once`).toBeGreaterThanOrEqual(endOf(ticket));
      }
    }
    const speakers = new Map<string, string>();
    for (const { id, findings, closedAt } of live)
      for (const finding of findings) {
        if (finding.clearedAt !== undefined || closedAt !== undefined) continue;
        expect(speakers.get(keyOf(finding)), `${keyOf(finding)} is in two tickets`).toBeUndefined();
        speakers.set(keyOf(finding), id);
      }
    for (const ticket of outcome.tickets) {
      expect(ticket.openedAt).toBeGreaterThanOrEqual(outcome.from);
      expect(ticket.openedAt).toBeLessThanOrEqual(outcome.to);
      if (ticket.closedAt !== undefined && !ticket.merged)
        expect(ticket.recoveredAt, `${ticket.id} was closed and not cured`).toBeLessThanOrEqual(ticket.closedAt);
      for (const { detectedAt, since } of ticket.findings) {
        expect(since).toBeLessThanOrEqual(detectedAt);
        expect(detectedAt).toBeLessThanOrEqual(outcome.to);
      }
    }
    expect(outcome.faults.length, "a winter without anything in it tells nothing").toBeGreaterThan(0);
  });
});

describe("all winters together", () => {
  it("next to nothing of what sound gateways send is refused: only the pressure of an emptied circuit looks like MPa", () => {
    const sound = SEEDS.map((_, index) => index).filter(
      (index) => index % VICES.length === 2 && !play(index).faults.some(({ disturbance }) => /^sensor_|clock|dst/.test(disturbance)),
    );
    expect(sound.length).toBeGreaterThan(0);
    for (const index of sound) {
      const { rejects, readings } = play(index).counts;
      expect(rejects, `winter ${index}`).toBeLessThan(0.01 * readings);
    }
  });

  it("the score does not depend on the order of the worlds", () => {
    const outcomes = SEEDS.map((_, index) => play(index));
    const score = scoreWorlds(outcomes);
    const turned = scoreWorlds(outcomes.toReversed());
    expect(turned.total).toEqual(score.total);
    expect(turned.kinds).toEqual(score.kinds);
    expect(score.total.planted).toBeGreaterThan(WORLDS);
  });
});

describe("the crew", () => {
  const folder = mkdtempSync(join(tmpdir(), "heatsteward-winters-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("one thread, two threads and this one say the same", async () => {
    const tasks = [1, 2].map((index) => {
      const file = join(folder, `winter-${index}.yaml`);
      writeFileSync(file, winter(index));
      return { name: file, seed: SEEDS[index]! };
    });
    const alone = await playTasks(tasks, { workers: 1 });
    const together = await playTasks(tasks, { workers: 2 });
    expect(together.outcomes).toEqual(alone.outcomes);
    // What went through the thread boundary is what was played here.
    expect(alone.outcomes).toEqual(structuredClone([1, 2].map(play)));
  });

  it("stops when told, with what was played by then, and names a scenario that cannot be played", async () => {
    const stop = new AbortController();
    const tasks = [5, 11].map((index) => {
      const file = join(folder, `winter-${index}.yaml`);
      writeFileSync(file, winter(index));
      return { name: file, seed: SEEDS[index]! };
    });
    const half = await playTasks(tasks, { workers: 1, signal: stop.signal, progress: ({ done }) => done === 1 && stop.abort() });
    expect(half.left).toBe(1);
    expect(half.outcomes.map(({ scenario }) => scenario)).toEqual(["winter-5"]);
    await expect(playTasks([{ name: join(folder, "none.yaml"), seed: 1 }], { workers: 1 })).rejects.toThrow(/none\.yaml/);
  });
});
