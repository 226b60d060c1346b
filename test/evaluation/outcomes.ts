import type { FaultKind } from "../../model/finding.ts";
import type { PlayedFault, PlayedFinding, PlayedTicket, WorldOutcome } from "../../evaluation/outcome.ts";
import type { Fault } from "../../simulators/faults.ts";

/** Played worlds made by hand: two stations S1, S2, each with circuit Sx-H, building Sx-B1 and units Sx-B1-U1, Sx-B1-U2. */

export const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 11, 1);
export const hours = (count: number): number => START + count * HOUR;

const STATIONS = ["S1", "S2"] as const;
const LINEAGE = Object.fromEntries(
  STATIONS.flatMap((station) => [
    [station, [station]],
    [`${station}-H`, [`${station}-H`, station]],
    [`${station}-B1`, [`${station}-B1`, `${station}-H`, station]],
    ...["U1", "U2"].map((unit) => [`${station}-B1-${unit}`, [`${station}-B1-${unit}`, `${station}-B1`, `${station}-H`, station]]),
  ]),
) as Record<string, string[]>;

let count = 0;

export function fault(kind: FaultKind | undefined, asset: string, from: number, to: number, more: Partial<PlayedFault> = {}): PlayedFault {
  const station = asset.slice(0, 2);
  return {
    id: `F${String(++count).padStart(4, "0")}`,
    kind,
    alsoRight: [],
    asset,
    station,
    reach: [station],
    from: hours(from),
    to: hours(to),
    magnitude: 1,
    disturbance: (kind ?? "setback") as Fault["kind"],
    hidden: undefined,
    ...more,
  };
}

export function finding(kind: FaultKind, asset: string, at: number, more: Partial<PlayedFinding> = {}): PlayedFinding {
  return { kind, asset, since: hours(at), detectedAt: hours(at), clearedAt: undefined, root: true, ...more };
}

export function ticket(kind: FaultKind, asset: string, at: number, more: Partial<PlayedTicket> = {}): PlayedTicket {
  return {
    id: `T${String(++count).padStart(4, "0")}`,
    kind,
    kinds: [kind],
    severity: "general",
    source: "rule",
    asset,
    station: asset.slice(0, 2),
    openedAt: hours(at),
    closedAt: undefined,
    recoveredAt: hours(at + 1),
    firstCallAt: undefined,
    merged: false,
    findings: [finding(kind, asset, at)],
    causes: [],
    summary: { zh: "说明", en: "summary" },
    limits: [],
    relapsedAt: [],
    trouble: undefined,
    ...more,
  };
}

export function world(more: Partial<WorldOutcome> = {}): WorldOutcome {
  return {
    scenario: "by-hand",
    title: { zh: "手工", en: "By hand" },
    seed: 1,
    from: START,
    to: START + 10 * DAY,
    stations: [...STATIONS],
    faults: [],
    tickets: [],
    calls: [],
    curves: [],
    lineage: LINEAGE,
    counts: { messages: 0, readings: 0, duplicates: 0, rejects: 0, late: 0, rewinds: 0, failures: 0 },
    ...more,
  };
}
