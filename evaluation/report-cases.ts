import { SIGNALS } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import { KIND_WORDS } from "../model/words.ts";
import { both, curveChart, escape } from "./charts.ts";
import type { WorldOutcome } from "./outcome.ts";
import type { FalseCase, MissedCase } from "./cases.ts";
import type { Score } from "./score.ts";

/** The missed and the false ones with their signals, so that a rule can be mended by what it saw. */

/** Of each kind; the lists in the JSON name all. */
const CASES_PER_KIND_MAX = 8;
const MARK_TEXT: Text = {
  zh: "竖虚线：起始或开单；横虚线：限值",
  en: "dashed upright: onset, or when the ticket was opened; level: the limit",
};

export const caseId = ({ scenario, seed, id }: { readonly scenario: string; readonly seed: number; readonly id: string }): string =>
  `case-${scenario}-${seed}-${id}`.replaceAll(/[^A-Za-z0-9_-]/g, "_");

/** The first of each kind that has curves, in the order of the score. */
export function missedSection({ missed }: Score, outcomes: readonly WorldOutcome[]): string {
  const words: Text = { zh: "漏检的故障", en: "Missed faults" };
  return section("missed", words, missed, (one) =>
    caseCard(one, outcomes, one.from, { zh: `${one.disturbance}，大小 ${size(one)}`, en: `${one.disturbance}, size ${size(one)}` }),
  );
}

export function falseSection({ false: cases }: Score, outcomes: readonly WorldOutcome[]): string {
  const words: Text = { zh: "误报的工单", en: "False tickets" };
  return section("false", words, cases, (one) => caseCard(one, outcomes, one.openedAt, withConfounder(one)));
}

const size = ({ magnitude }: MissedCase): string => String(Number(magnitude.toPrecision(3)));

function withConfounder({ summary, confounder }: FalseCase): Text {
  if (confounder === undefined) return summary;
  return { zh: `${summary.zh}（当时：${confounder}）`, en: `${summary.en} (at work: ${confounder})` };
}

type Case = MissedCase | FalseCase;

function section<One extends Case>(id: string, title: Text, cases: readonly One[], card: (one: One) => string): string {
  const shown = [...Map.groupBy(cases, ({ kind }) => kind).values()].flatMap((own) => own.slice(0, CASES_PER_KIND_MAX));
  const count = {
    zh: `${cases.length} 例，列出 ${shown.length} 例；${MARK_TEXT.zh}`,
    en: `${cases.length}, of which ${shown.length} are shown; ${MARK_TEXT.en}`,
  };
  return `<h2 id="${id}">${both(title)}</h2><p class="soft">${both(count)}</p><div class="cases">${shown.map(card).join("")}</div>`;
}

function caseCard(one: Case, outcomes: readonly WorldOutcome[], at: number, text: Text): string {
  const outcome = outcomes.find(({ scenario, seed }) => scenario === one.scenario && seed === one.seed);
  const curves = outcome?.curves.find(({ id }) => id === one.id);
  const limits = outcome?.tickets.find(({ id }) => id === one.id)?.limits ?? [];
  const charts = (curves?.pieces ?? [])
    .filter(({ times }) => times.length > 1)
    .map(({ asset, signal, times, values }) =>
      curveChart({
        limit: limits.find((one) => one.asset === asset && one.signal === signal)?.limit,
        label: `${asset} ${signal}`,
        unit: SIGNALS[signal].unit,
        times,
        values,
        from: curves!.from,
        to: curves!.to,
        markAt: at,
      }),
    );
  const place = `${one.asset} · ${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC · ${one.scenario} (${one.seed})`;
  return `<article class="case" id="${caseId(one)}"><h3>${both(KIND_WORDS[one.kind])}</h3><p class="soft">${escape(place)}</p><p>${both(text)}</p>${charts.join("")}</article>`;
}
