import type { Episode, FaultKind } from "../model/finding.ts";
import type { Text } from "../model/text.ts";
import type { Deadline } from "../model/ticket.ts";
import { CLOCK_WORDS, KIND_WORDS } from "../model/words.ts";

/** Sentences that the platform writes into a ticket's history. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** "10 min", "1 h", "24 h"; minutes up to two hours unless whole hours. */
function spanText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / MINUTE_MS));
  if (minutes < 60 || (minutes < 120 && minutes % 60 !== 0)) return `${minutes} min`;
  const hours = ms / HOUR_MS;
  return `${Number.isInteger(hours) ? hours : hours.toFixed(1)} h`;
}

export function limitNearText(limit: Deadline, at: number): Text {
  const left = spanText(limit.dueAt - at);
  const word = CLOCK_WORDS[limit.clock];
  return {
    zh: `${word.zh} ${spanText(limit.limitMs)} 将到，还剩 ${left}`,
    en: `${word.en} of ${spanText(limit.limitMs)} is near: ${left} left`,
  };
}

export function limitPassedText(limit: Deadline): Text {
  const word = CLOCK_WORDS[limit.clock];
  return {
    zh: `${word.zh} ${spanText(limit.limitMs)} 已过，升级催办`,
    en: `${word.en} of ${spanText(limit.limitMs)} has passed: escalated`,
  };
}

/** "并入 17 个现象：集气 9、欠热 6": how many findings, by kind, most frequent first. */
function findingsText(verbZh: string, verbEn: string, findings: readonly { readonly kind: FaultKind }[]): Text {
  const counts = new Map<FaultKind, number>();
  for (const { kind } of findings) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return {
    zh: `${verbZh} ${findings.length} 个现象：${sorted.map(([kind, count]) => `${KIND_WORDS[kind].zh} ${count}`).join("、")}`,
    en: `${verbEn} ${findings.length} finding${findings.length === 1 ? "" : "s"}: ${sorted.map(([kind, count]) => `${KIND_WORDS[kind].en} ${count}`).join(", ")}`,
  };
}

export const absorbedText = (findings: readonly { readonly kind: FaultKind }[]): Text => findingsText("并入", "Joined", findings);
export const releasedText = (findings: readonly { readonly kind: FaultKind }[]): Text => findingsText("另行处理", "Released", findings);
export const unlistedText = (count: number): Text => ({
  zh: `另有 ${count} 个现象并入，不再逐一列出`,
  en: `${count} more findings joined that are counted but not listed`,
});
export const ticketAbsorbedText = (id: string): Text => ({ zh: `并入工单 ${id}`, en: `Ticket ${id} merged into this one` });
export const mergedText = (id: string): Text => ({ zh: `同一根因，并入 ${id}`, en: `Same root cause: merged into ${id}` });
export const RECOVERED_TEXT: Text = { zh: "信号全部恢复，可以办结", en: "All signals are back in band: it may be closed" };
export const WITHDRAWN_TEXT: Text = { zh: "补传数据表明现象不成立，已撤回", en: "Late data withdrew the findings" };
export const RELAPSED_TEXT: Text = { zh: "信号再次越限", en: "The signals are out of band again" };

export function relapsedText(closedForMs: number, episode: Episode): Text {
  return {
    zh: `办结后 ${spanText(closedForMs)} 复发：${episode.summary.zh}`,
    en: `Back ${spanText(closedForMs)} after closing: ${episode.summary.en}`,
  };
}

export function reanchoredText(fromTitle: Text, episode: Episode): Text {
  return {
    zh: `查明根因，原为「${fromTitle.zh}」：${episode.summary.zh}`,
    en: `Root cause found, was "${fromTitle.en}": ${episode.summary.en}`,
  };
}
