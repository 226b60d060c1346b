import { FAULT_KINDS, type FaultKind } from "../model/finding.ts";
import type { Text } from "../model/text.ts";
import { KIND_WORDS } from "../model/words.ts";
import { STATIONS_PER_OPERATOR } from "./alarm-load.ts";
import { both, dayBars, delayChart, escape } from "./charts.ts";
import { DAY_MS, type WorldOutcome } from "./outcome.ts";
import { caseId, falseSection, missedSection } from "./report-cases.ts";
import { REPORT_STYLE } from "./report-style.ts";
import type { RunFacts } from "./run-facts.ts";
import type { KindScore, Score } from "./score.ts";
import { duration, number, percent } from "./table.ts";
import { type Language, WORDS } from "./words.ts";

/** The report: one file of HTML without any request to outside, in Chinese and English, with the curves of what went wrong. */

/** ISA-18.2, DOMAIN: at most one new ticket in ten minutes on average. */
const TICKETS_PER_DAY_MAX = 144;

export function reportPage(score: Score, facts: RunFacts, outcomes: readonly WorldOutcome[], language: Language = "zh"): string {
  const body = [
    head(score, facts),
    tiles(score),
    kindTable(score),
    delays(score),
    matrix(score),
    falseByKind(score),
    load(score, outcomes),
    scenarioTable(score),
    missedSection(score, outcomes),
    falseSection(score, outcomes),
  ].join("\n");
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>HeatSteward: ${WORDS.title[language]}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
${body}
<script>document.getElementById("language").addEventListener("click", () => { const root = document.documentElement; root.lang = root.lang === "zh" ? "en" : "zh"; });</script>
</body>
</html>
`;
}

const title = (text: Text, note?: Text): string => `<h2>${both(text)}</h2>${note === undefined ? "" : `<p class="soft">${both(note)}</p>`}`;

function head({ seeds, stationDays }: Score, facts: RunFacts): string {
  const set = facts.set === "dev" ? WORDS.development : facts.set === "test" ? WORDS.test : WORDS.mixed;
  const left = facts.left > 0 ? ` · ${both(WORDS.stopped)} ${facts.left}` : "";
  return `<header><h1>供暖管家 HeatSteward: ${both(WORDS.title)}</h1><button id="language" type="button">中文 / English</button></header>
<p class="soft">${escape(facts.version)} · ${escape(facts.startedAt.slice(0, 16).replace("T", " "))} UTC · ${both(WORDS.seeds)} ${seeds.join(", ")} (${both(set)}) · ${facts.worlds} ${both(WORDS.worlds)} · ${stationDays.toFixed(0)} ${both(WORDS.stationDays)} · ${escape(facts.machine)} · ${both(WORDS.wall)} ${duration(facts.wallMs)}${left}</p>`;
}

function tiles({ total }: Score): string {
  const before = total.detectable === 0 ? null : total.beforeFirstCall / total.detectable;
  const facts: readonly (readonly [string, Text])[] = [
    [percent(before), WORDS.beforeFirstCall],
    [percent(total.recall), WORDS.recall],
    [percent(total.precision), WORDS.precision],
    [number(total.f05), { zh: "F0.5", en: "F0.5" }],
    [total.falsePer100StationDays.toFixed(2), WORDS.falseRate],
    [percent(total.accuracy), WORDS.accuracy],
    [duration(total.medianDelayMs), WORDS.median],
    [number(total.earliness), WORDS.earliness],
    [number(total.care), WORDS.care],
  ];
  return `<div class="tiles">${facts.map(([value, name]) => `<div class="tile"><b>${value}</b><span>${both(name)}</span></div>`).join("")}</div>`;
}

const COLUMNS: readonly (readonly [Text, (one: KindScore) => string])[] = [
  [WORDS.planted, (one) => String(one.planted)],
  [WORDS.detectable, (one) => String(one.detectable)],
  [WORDS.found, (one) => String(one.found)],
  [WORDS.rightKind, (one) => String(one.rightKind)],
  [WORDS.amongThree, (one) => String(one.amongThree)],
  [WORDS.beforeFirstCall, (one) => String(one.beforeFirstCall)],
  [WORDS.calledBefore, (one) => (one.called === 0 ? "-" : `${one.calledBefore}/${one.called}`)],
  [WORDS.median, (one) => duration(one.medianDelayMs)],
  [WORDS.p90, (one) => duration(one.p90DelayMs)],
  [WORDS.lead, (one) => duration(one.medianLeadMs)],
  [WORDS.duplicates, (one) => String(one.duplicates)],
  [WORDS.falseTickets, (one) => String(one.falseTickets)],
  [WORDS.falseRate, (one) => one.falsePer100StationDays.toFixed(2)],
  [WORDS.precision, (one) => percent(one.precision)],
  [WORDS.recall, (one) => percent(one.recall)],
];

function kindTable({ kinds, total }: Score): string {
  const row = (name: Text, one: KindScore, attributes = ""): string =>
    `<tr${attributes}><td>${both(name)}</td>${COLUMNS.map(([, cell]) => `<td>${cell(one)}</td>`).join("")}</tr>`;
  const rows = (Object.entries(kinds) as [FaultKind, KindScore][]).map(([kind, one]) => row(KIND_WORDS[kind], one));
  return `${title({ zh: "按故障类型", en: "By kind of fault" })}<div class="scroll"><table><thead><tr><th>${both(WORDS.kind)}</th>${COLUMNS.map(([name]) => `<th>${both(name)}</th>`).join("")}</tr></thead><tbody>${rows.join("")}${row(WORDS.total, total, ' class="total"')}</tbody></table></div>`;
}

function delays({ kinds }: Score): string {
  const rows = (Object.entries(kinds) as [FaultKind, KindScore][])
    .filter(([, { delaysMs }]) => delaysMs.length > 0)
    .map(([kind, { delaysMs }]) => ({ name: KIND_WORDS[kind], delaysMs }));
  return `${title({ zh: "从发生到工单的延迟", en: "Delay from onset to ticket" }, { zh: "每点一例，竖线为中位数", en: "a dot per fault, the bar is the median" })}<div class="scroll">${delayChart(rows)}</div>`;
}

function matrix({ confusion }: Score): string {
  const rows = FAULT_KINDS.filter((kind) => confusion[kind] !== undefined);
  const used = new Set(rows.flatMap((kind) => Object.keys(confusion[kind]!)));
  const columns = [...FAULT_KINDS.filter((kind) => used.has(kind)), ...(used.has("missed") ? ["missed" as const] : [])];
  const name = (column: FaultKind | "missed"): Text => (column === "missed" ? WORDS.missed : KIND_WORDS[column]);
  const cells = (kind: FaultKind): string => {
    const row = confusion[kind]!;
    const all = Object.values(row).reduce((sum, count) => sum + count, 0);
    return columns
      .map((column) => {
        const count = row[column] ?? 0;
        if (count === 0) return "<td></td>";
        const style = column === "missed" ? "miss" : column === kind ? "hit" : "wrong";
        return `<td class="${style}" style="--share: ${(count / all).toFixed(3)}">${count}</td>`;
      })
      .join("");
  };
  return `${title({ zh: "实为何物，单称何物", en: "What it was, and what the first ticket called it" })}<div class="scroll"><table class="matrix"><thead><tr><th></th>${columns.map((column) => `<th>${both(name(column))}</th>`).join("")}</tr></thead><tbody>${rows.map((kind) => `<tr><td>${both(KIND_WORDS[kind])}</td>${cells(kind)}</tr>`).join("")}</tbody></table></div>`;
}

function falseByKind({ false: cases }: Score): string {
  const groups = [...Map.groupBy(cases, ({ kind }) => kind)].sort(([, a], [, b]) => b.length - a.length);
  const rows = groups.map(([kind, own]) => {
    const because = [...Map.groupBy(own, ({ confounder }) => confounder ?? "")].sort(([, a], [, b]) => b.length - a.length);
    const words = because
      .map(
        ([confounder, some]) => `${confounder === "" ? both({ zh: "无干扰", en: "nothing special" }) : escape(confounder)} ${some.length}`,
      )
      .join(", ");
    const first = own[0]!;
    return `<tr><td><a href="#${caseId(first)}">${both(KIND_WORDS[kind])}</a></td><td>${own.length}</td><td>${words}</td></tr>`;
  });
  const table = `<div class="scroll"><table><thead><tr><th>${both(WORDS.kind)}</th><th>${both(WORDS.falseTickets)}</th><th>${both({ zh: "当时", en: "at work" })}</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
  return `${title({ zh: "误报来自哪条规则", en: "False tickets by rule" })}${rows.length === 0 ? `<p>${both({ zh: "没有误报。", en: "None." })}</p>` : table}`;
}

/** Tickets a day for an operator of 200 stations, by the day of the world; a day counts the worlds that reach it. */
export function ticketsPerDay(outcomes: readonly WorldOutcome[]): number[] {
  const tickets: number[] = [];
  const stations: number[] = [];
  for (const outcome of outcomes) {
    const days = Math.floor((outcome.to - outcome.from) / DAY_MS);
    for (let day = 0; day < days; day++) stations[day] = (stations[day] ?? 0) + outcome.stations.length;
    for (const { openedAt } of outcome.tickets) {
      const day = Math.floor((openedAt - outcome.from) / DAY_MS);
      if (day < days) tickets[day] = (tickets[day] ?? 0) + 1;
    }
  }
  return stations.map((count, day) => ((tickets[day] ?? 0) / count) * STATIONS_PER_OPERATOR);
}

function load({ total: { alarms } }: Score, outcomes: readonly WorldOutcome[]): string {
  const limit = { zh: `每日 ${TICKETS_PER_DAY_MAX} 张（ISA-18.2）`, en: `${TICKETS_PER_DAY_MAX} a day (ISA-18.2)` };
  const words = (language: Language): string =>
    [
      `${WORDS.per10Min[language]} ${number(alarms.meanPer10Min)}`,
      `${WORDS.max10Min[language]} ${alarms.maxPer10Min}`,
      `${WORDS.flood[language]} ${percent(alarms.floodShare)}`,
      `${WORDS.standing[language]} ${number(alarms.standing, 1)}`,
      `${WORDS.chattering[language]} ${alarms.chattering}`,
      `${WORDS.urgent[language]} ${percent(alarms.urgentShare)}`,
    ].join(" · ");
  const note = {
    zh: "每 200 站每日新工单，按场景的第几天；故障率远高于实际",
    en: "New tickets a day for 200 stations, by the day of the scenario; faults are far more frequent than in life",
  };
  return `${title(WORDS.alarms, { zh: words("zh"), en: words("en") })}<p class="soft">${both(note)}</p><div class="scroll">${dayBars(ticketsPerDay(outcomes), TICKETS_PER_DAY_MAX, limit)}</div>`;
}

function scenarioTable({ scenarios }: Score): string {
  const columns: readonly Text[] = [
    WORDS.stationDays,
    WORDS.detectable,
    WORDS.found,
    WORDS.rightKind,
    WORDS.beforeFirstCall,
    WORDS.falseTickets,
    WORDS.duplicates,
    WORDS.calls,
  ];
  const rows = scenarios.map(
    (one) =>
      `<tr><td>${escape(one.scenario)} (${one.seed})</td><td>${one.stationDays.toFixed(0)}</td><td>${one.detectable}</td><td>${one.found}</td><td>${one.rightKind}</td><td>${one.beforeFirstCall}</td><td>${one.falseTickets}</td><td>${one.duplicates}</td><td>${one.calls}</td></tr>`,
  );
  return `${title(WORDS.scenarios)}<div class="scroll"><table><thead><tr><th></th>${columns.map((name) => `<th>${both(name)}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}
