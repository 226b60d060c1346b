import type { RuleService } from "../../api/services.ts";
import type { Episode, FaultKind } from "../../model/finding.ts";
import type { CircuitDerived } from "../../model/live.ts";
import type { NewTicket } from "../../model/ticket-record.ts";

/** Faults made up for tests of the API: what the rules say, and the tickets that stand for it. */

const text = (en: string): { zh: string; en: string } => ({ zh: en, en });

const MAKEUP = { name: text("Makeup"), unit: "m³/h", faultWhen: "above" } as const;

/** An urgent episode with everything that one can have. */
export function testEpisode(kind: FaultKind, asset: string, since: number): Episode {
  return {
    kind,
    asset,
    station: "S01",
    severity: "urgent",
    since,
    detectedAt: since + 60_000,
    clearedAt: undefined,
    summary: text("补水 4.1 m³/h"),
    evidence: [
      {
        asset: "S01-H",
        name: text("makeup"),
        unit: "m³/h",
        from: since,
        to: since + 60_000,
        value: 4.1,
        expected: 0.4,
        limit: 1,
        text: text("4.1"),
        curve: { times: [since], values: [4.1] },
      },
    ],
    causes: [{ id: "pipe", name: text("pipe"), share: 1, pro: [text("makeup")], contra: [] }],
    consequence: text("cold rooms"),
    action: [text("find the leak")],
  };
}

/** Rules that found a leak in S01 ten minutes before `now`, and a low pressure that it explains and that is over. */
export function memoryRules(now: number): RuleService {
  const root = testEpisode("leak", "S01-H", now - 600_000);
  const child = { ...testEpisode("low_pressure", "S01-H", now - 300_000), clearedAt: now };
  return {
    catalogue: [
      {
        kind: "leak",
        level: "circuit",
        everyMs: 60_000,
        holdMs: 600_000,
        keepMs: 600_000,
        phases: ["heating"],
        cause: text("a pipe leaks"),
        consequence: text("pressure falls"),
        action: [text("search")],
        limits: ["leakM3h"],
        measure: MAKEUP,
      },
    ],
    limits: { leakM3h: { value: 0.5, floor: 0.3, unit: "m³/h", reason: text("DOMAIN 3.5") } },
    episodes: (station) => (station === "S01" ? [root, child] : []),
    rooted: (station) =>
      station === "S01"
        ? [
            { episode: root, root: undefined },
            { episode: child, root },
          ]
        : [],
    derived: (station): Record<string, CircuitDerived> =>
      station === "S01" ? { "S01-H": { supplyExpectedC: 45, makeupM3h: 4.1, makeupExpectedM3h: 0.4 } } : {},
    statuses: (station) =>
      station === "S01"
        ? [{ kind: "leak", asset: "S01-H", state: "firing", value: 4.1, limit: 0.5, measure: MAKEUP, at: now, opensAt: null }]
        : [],
    watermark: (station) => (station === "S01" ? now : undefined),
  };
}

/** A ticket as the desk would open it at `at`. */
export function newTicket(kind: FaultKind, asset: string, at: number, station = "S01"): NewTicket {
  const { summary, evidence, causes, consequence, action } = testEpisode(kind, asset, at - 120_000);
  return {
    kind,
    asset,
    station,
    stations: [station],
    unlisted: {},
    circuit: asset === station ? null : asset,
    building: null,
    unit: null,
    severity: "general",
    state: "open",
    source: "rule",
    openedAt: at,
    closedAt: null,
    recoveredAt: null,
    assignee: null,
    owner: null,
    mergedInto: null,
    firstCallAt: null,
    pinned: [],
    title: text(`${kind} ${asset}`),
    since: at - 120_000,
    detectedAt: at - 60_000,
    findings: [{ kind, asset, since: at - 120_000, detectedAt: at - 60_000, clearedAt: undefined, root: true, summary }],
    summary,
    evidence,
    causes,
    consequence,
    action,
  };
}
