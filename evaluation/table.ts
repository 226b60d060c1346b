import type { FaultKind } from "../model/finding.ts";
import { KIND_WORDS } from "../model/words.ts";
import { HOUR_MS, MINUTE_MS } from "./outcome.ts";
import type { KindScore, Score } from "./score.ts";
import type { RunFacts } from "./run-facts.ts";
import { type Language, WORDS } from "./words.ts";

/** The score as one table for a terminal. */

type Row = readonly string[];

/** Lines of text, aligned; Chinese characters take two places. */
export function scoreTable(score: Score, facts: RunFacts, language: Language): string {
  const word = (key: keyof typeof WORDS): string => WORDS[key][language];
  const head: Row = [
    word("kind"),
    word("planted"),
    word("detectable"),
    word("found"),
    word("rightKind"),
    word("amongThree"),
    word("beforeFirstCall"),
    word("calledBefore"),
    word("median"),
    word("p90"),
    word("lead"),
    word("duplicates"),
    word("falseTickets"),
    word("falseRate"),
    word("precision"),
    word("recall"),
    "F0.5",
  ];
  const kinds = Object.entries(score.kinds) as [FaultKind, KindScore][];
  const rows = kinds.map(([kind, one]) => rowOf(KIND_WORDS[kind][language], one));
  return [
    ...factLines(score, facts, language),
    "",
    ...aligned([head, ...rows, rowOf(word("total"), score.total)]),
    "",
    ...totalLines(score, language),
  ].join("\n");
}

function rowOf(name: string, one: KindScore): Row {
  return [
    name,
    String(one.planted),
    String(one.detectable),
    String(one.found),
    String(one.rightKind),
    String(one.amongThree),
    String(one.beforeFirstCall),
    one.called === 0 ? "-" : `${one.calledBefore}/${one.called}`,
    duration(one.medianDelayMs),
    duration(one.p90DelayMs),
    duration(one.medianLeadMs),
    String(one.duplicates),
    String(one.falseTickets),
    one.falsePer100StationDays.toFixed(2),
    percent(one.precision),
    percent(one.recall),
    number(one.f05),
  ];
}

function factLines({ seeds, stationDays }: Score, facts: RunFacts, language: Language): string[] {
  const word = (key: keyof typeof WORDS): string => WORDS[key][language];
  const set = facts.set === "dev" ? word("development") : facts.set === "test" ? word("test") : word("mixed");
  return [
    `HeatSteward ${facts.version} · ${word("title")} · ${facts.startedAt}`,
    `${word("seeds")} ${seeds.join(", ")} (${set}) · ${facts.worlds} ${word("worlds")} · ${stationDays.toFixed(0)} ${word("stationDays")}`,
    `${facts.machine} · ${word("wall")} ${duration(facts.wallMs)} · ${word("cpu")} ${(facts.cpuMs / Math.max(1, stationDays)).toFixed(0)} ms`,
    ...(facts.left > 0 ? [`${word("stopped")}: ${facts.left}`] : []),
  ];
}

function totalLines({ total, scenarios }: Score, language: Language): string[] {
  const word = (key: keyof typeof WORDS): string => WORDS[key][language];
  const { alarms, intervals } = total;
  const failures = scenarios.reduce((sum, one) => sum + one.failures, 0);
  return [
    `${word("precision")} ${percent(total.precision)} ${range(intervals.precision)} · ${word("recall")} ${percent(total.recall)} ${range(intervals.recall)} · F0.5 ${number(total.f05)} · ${word("beforeFirstCall")} ${percent(total.detectable === 0 ? null : total.beforeFirstCall / total.detectable)} ${range(intervals.beforeFirstCall)}`,
    `${word("accuracy")} ${percent(total.accuracy)} ${range(intervals.accuracy)} (${total.healthyStationDays} ${word("healthy")}) · ${word("earliness")} ${number(total.earliness)} · ${word("care")} ${number(total.care)}`,
    `${word("alarms")}: ${word("per10Min")} ${number(alarms.meanPer10Min)} · ${word("max10Min")} ${alarms.maxPer10Min} · ${word("flood")} ${percent(alarms.floodShare)} · ${word("standing")} ${number(alarms.standing, 1)} · ${word("chattering")} ${alarms.chattering} · ${word("urgent")} ${percent(alarms.urgentShare)}`,
    `${word("other")}: ${word("callTickets")} ${total.callTickets} · ${word("unplanted")} ${total.unplantedTickets} · ${word("excused")} ${total.excusedTickets} · ${word("echo")} ${total.echoTickets} · ${word("relapses")} ${total.relapses}`,
    ...(failures > 0 ? [`${word("failures")}: ${failures}`] : []),
  ];
}

/** "3.4 %", "50 %", "99.6 %": near to all or nothing a digit more. */
export function percent(share: number | null): string {
  if (share === null) return "-";
  const digits = share > 0.9995 && share < 1 ? 2 : share < 0.1 || (share > 0.95 && share < 1) ? 1 : 0;
  return `${(100 * share).toFixed(digits)} %`;
}
export const number = (value: number | null, digits = 2): string => (value === null ? "-" : value.toFixed(digits));
const range = (interval: readonly [number, number] | null): string =>
  interval === null ? "" : `[${(100 * interval[0]).toFixed(0)}…${(100 * interval[1]).toFixed(0)} %]`;

/** "35 min", "6.2 h", "3.1 d"; "-" for none. */
export function duration(ms: number | null): string {
  if (ms === null) return "-";
  const size = Math.abs(ms);
  if (size < MINUTE_MS) return `${Math.round(ms / 1_000)} s`;
  if (size < 1.5 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return size < 48 * HOUR_MS ? `${(ms / HOUR_MS).toFixed(1)} h` : `${(ms / (24 * HOUR_MS)).toFixed(1)} d`;
}

/** Columns padded to their widest: the first to the left, the others to the right. */
function aligned(rows: readonly Row[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => width(row[column]!))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = " ".repeat(widths[column]! - width(cell));
        return column === 0 ? cell + space : space + cell;
      })
      .join("  ")
      .trimEnd(),
  );
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u;
const width = (text: string): number => Array.from(text).reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
