import { beforeAll, describe, expect, it } from "vitest";
import { type DeskReplay, replayDesk } from "../../backtest/desk-replay.ts";
import type { FoundChange, StationOutcome } from "../../backtest/station-fold.ts";
import type { Episode, FaultKind } from "../../model/finding.ts";
import type { Network } from "../../model/network.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import { seededRandom } from "../support/random.ts";
import { testEpisode } from "../support/sample-faults.ts";
import { HOUR, MINUTE, START } from "../support/signals.ts";

/** The source is short of heat: fifty stations feel it, more than five hundred symptoms follow, people get one ticket. */

const STATIONS = 50;
const UNITS = 9;
const SHORT = START + 5 * HOUR;
const CURED = SHORT + 16 * HOUR;
const END = CURED + 12 * HOUR;

function manyStations(): Network {
  const stations = Array.from({ length: STATIONS }, (_, index) => {
    const id = `S${String(index + 1).padStart(2, "0")}`;
    const units = Array.from({ length: UNITS }, (_unit, unit) => ({ id: `${id}-U${unit + 1}` }));
    return { id, circuits: [{ id: `${id}-H`, buildings: [{ id: `${id}-B1`, units }] }] };
  });
  return parseNetworkFile(JSON.stringify({ name: "test", timezone: "Asia/Shanghai", stations }), "network.json");
}

interface Symptom {
  readonly kind: FaultKind;
  readonly asset: string;
  readonly at: number;
  readonly clearedAt: number | undefined;
}

function outcomeOf(station: string, symptoms: readonly Symptom[]): StationOutcome {
  const changes = symptoms.flatMap(({ kind, asset, at, clearedAt }): FoundChange[] => {
    const opened: Episode = { ...testEpisode(kind, asset, at - 10 * MINUTE), station, detectedAt: at };
    const opening: FoundChange = { at, type: "opened", episode: opened, silent: [] };
    return clearedAt === undefined
      ? [opening]
      : [opening, { at: clearedAt, type: "cleared", episode: { ...opened, clearedAt }, silent: [] }];
  });
  changes.sort((a, b) => a.at - b.at);
  return { station, changes, readings: 0, evaluations: 0, failures: 0, lastFailure: undefined };
}

/** Every station feels it within a quarter of an hour; its supply is low, its units grow cold, and when the heat is back the water expands. */
function storm(network: Network, seed: number): { outcomes: StationOutcome[]; symptoms: number; ill: string } {
  const random = seededRandom(seed);
  let symptoms = 0;
  const ill = "S17-U4";
  const within = (ms: number): number => Math.floor(random() * ms);
  const outcomes = network.stations.map(({ id }) => {
    const felt = SHORT + 30 * MINUTE + within(15 * MINUTE);
    const back = CURED + within(20 * MINUTE);
    const all: Symptom[] = [
      { kind: "primary_shortage", asset: id, at: felt, clearedAt: back },
      { kind: "curve_drift", asset: `${id}-H`, at: felt + 10 * MINUTE, clearedAt: back },
      { kind: "over_pressure", asset: `${id}-H`, at: back - 5 * MINUTE, clearedAt: back + 50 * MINUTE },
      ...Array.from({ length: UNITS }, (_, unit): Symptom => {
        const asset = `${id}-U${unit + 1}`;
        const cold = felt + 2 * HOUR + within(8 * HOUR);
        return { kind: "under_heated", asset, at: cold, clearedAt: asset === ill ? undefined : back + within(80 * MINUTE) };
      }),
    ];
    symptoms += all.length - 1;
    return outcomeOf(id, all);
  });
  return { outcomes, symptoms, ill };
}

describe("a primary shortage over fifty stations", () => {
  const network = manyStations();
  const { outcomes, symptoms, ill } = storm(network, 1);
  let tickets: DeskReplay["tickets"];
  let held: number;
  let standing: DeskReplay["tickets"];
  beforeAll(() => {
    ({ tickets, held } = replayDesk(network, outcomes, START, END));
    standing = tickets.filter(({ state }) => state !== "merged");
  }, 120_000);

  it("is one ticket, known from the first minute, over all stations; what remains ill speaks for itself afterwards", () => {
    expect(symptoms).toBeGreaterThanOrEqual(500);
    expect(standing.map(({ kind, asset }) => `${kind} ${asset}`)).toEqual([
      expect.stringMatching(/^primary_shortage /),
      `under_heated ${ill}`,
    ]);
    const [shortage, alone] = standing;
    expect(shortage!.openedAt).toBe(Math.min(...tickets.map(({ openedAt }) => openedAt)));
    expect(new Set(shortage!.findings.map(({ asset }) => network.asset(asset)!.station)).size).toBe(STATIONS);
    expect(shortage!.recoveredAt).not.toBeNull();
    expect(alone!.openedAt).toBeGreaterThan(CURED + 2 * HOUR - MINUTE);
    // It is the same finding that waited, with its true beginning.
    expect(alone!.since).toBeLessThan(CURED);
  });

  it("tells people of at most ten tickets in ten minutes, and loses no symptom", () => {
    const opened = tickets.map(({ openedAt }) => openedAt).sort((a, b) => a - b);
    const most = Math.max(...opened.map((at) => opened.filter((other) => other >= at && other < at + 10 * MINUTE).length));
    expect(most).toBeLessThanOrEqual(10);
    const told = new Set(tickets.flatMap(({ findings }) => findings.map(({ kind, asset }) => `${kind} ${asset}`)));
    for (const { changes } of outcomes)
      for (const { type, episode } of changes) if (type === "opened") expect(told).toContain(`${episode.kind} ${episode.asset}`);
    expect(held).toBeGreaterThanOrEqual(symptoms - 1);
  });
});
