import type { Episode, FaultKind, Severity } from "../model/finding.ts";
import { isOpen, urgencyOrder } from "../model/live.ts";
import type { Asset, Network } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import type { TicketChange, TicketRecord, TicketStep } from "../model/ticket-record.ts";
import { unconfirmed } from "./flow.ts";
import { RELAPSE_MS } from "./sla.ts";
import { placedTitle, placeOf } from "./title.ts";

/** A resident's call: people say "not hot", never "air lock"; which ticket it joins, or that it opens one. */

export const SYMPTOMS = ["cold", "leak", "noise", "other"] as const;
export type Symptom = (typeof SYMPTOMS)[number];

export interface Complaint {
  readonly asset: string;
  readonly symptom: Symptom;
  /** When the resident called, epoch ms. */
  readonly at: number;
  readonly text?: string;
}

const SYMPTOM_WORDS: Readonly<Record<Symptom, Text>> = {
  cold: { zh: "不热", en: "not hot" },
  leak: { zh: "漏水", en: "leaking" },
  noise: { zh: "异响", en: "noise" },
  other: { zh: "其他", en: "other" },
};

interface SymptomFacts {
  /** Under which kind a call opens a ticket while nothing was measured. */
  readonly kind: FaultKind;
  readonly severity: Severity;
  /** Faults that explain it, on the caller's place or anywhere above. */
  readonly explainedBy: readonly FaultKind[];
  readonly action: readonly Text[];
}

const VISIT: Text = { zh: "电话指导未成功，派人上门", en: "If that does not help, send somebody" };

export const SYMPTOM_FACTS: Readonly<Record<Symptom, SymptomFacts>> = {
  cold: {
    kind: "under_heated",
    severity: "general",
    explainedBy: [
      "under_heated",
      "air_lock",
      "closed_valve",
      "clogged_strainer",
      "imbalance",
      "pump_failure",
      "power_failure",
      "primary_shortage",
      "curve_drift",
      "valve_stuck",
      "valve_hunting",
      "exchanger_fouling",
      "low_pressure",
      "makeup_fault",
      "burst",
      "freeze_risk",
    ],
    action: [
      { zh: "电话指导：查入户阀是否全开，暖气片放气", en: "By telephone: is the flat's valve fully open, vent the radiators" },
      VISIT,
    ],
  },
  leak: {
    kind: "leak",
    severity: "urgent",
    explainedBy: ["leak", "burst", "draw_off", "over_pressure", "freeze_risk"],
    action: [
      { zh: "电话指导：关闭入户阀，接水，远离电器", en: "By telephone: close the flat's valve, catch the water, keep away from electrics" },
      { zh: "立即派人上门", en: "Send somebody at once" },
    ],
  },
  noise: {
    kind: "air_lock",
    severity: "general",
    explainedBy: ["air_lock", "pump_failure", "clogged_strainer", "low_pressure", "valve_hunting", "imbalance", "makeup_fault"],
    action: [{ zh: "电话指导：暖气片放气", en: "By telephone: vent the radiators" }, VISIT],
  },
  other: { kind: "under_heated", severity: "general", explainedBy: [], action: [{ zh: "回电了解情况", en: "Call back and ask" }] },
};

export interface ComplaintInput {
  readonly complaint: Complaint;
  readonly at: number;
  readonly by: string;
  readonly asset: Asset;
  /** Open tickets of the station, and those closed within the relapse time. */
  readonly tickets: readonly TicketRecord[];
  readonly network: Network;
}

/** The one change that a call makes: it joins the ticket that explains it, reopens one that was just closed, or opens its own. */
export function fileComplaint(input: ComplaintInput): TicketChange {
  const { complaint, at, by, asset, network } = input;
  const call: TicketStep = {
    at,
    kind: "complained",
    by,
    text: callText(complaint, asset, network),
    ...(complaint.text && { note: complaint.text }),
    set: {},
  };
  const joined = ticketFor(input);
  if (joined !== undefined) {
    const firstCallAt = Math.min(joined.firstCallAt ?? complaint.at, complaint.at);
    const reopened = isOpen(joined.state)
      ? unconfirmed(joined.state)
      : ({ state: "open", closedAt: null, ...(joined.findings.length === 0 && { recoveredAt: null }) } as const);
    const severity = isReportedUrgent({ kind: joined.kind, firstCallAt }) ? ({ severity: "urgent" } as const) : {};
    return { type: "update", at, id: joined.id, steps: [{ ...call, set: { firstCallAt, ...reopened, ...severity } }], body: {} };
  }
  const facts = SYMPTOM_FACTS[complaint.symptom];
  const words = SYMPTOM_WORDS[complaint.symptom];
  const summary = { zh: `居民来电：${words.zh}，测点未见异常`, en: `A resident called: ${words.en}; nothing measured explains it` };
  return {
    type: "open",
    ticket: {
      ...placeOf(asset),
      kind: facts.kind,
      severity: facts.severity,
      state: "open",
      source: "complaint",
      openedAt: at,
      closedAt: null,
      recoveredAt: null,
      assignee: null,
      owner: null,
      mergedInto: null,
      firstCallAt: complaint.at,
      pinned: [],
      title: placedTitle(words, asset.id, network),
      summary,
      since: complaint.at,
      detectedAt: complaint.at,
      findings: [],
      unlisted: {},
      stations: [asset.station],
      evidence: [],
      causes: [],
      consequence: { zh: "居民等待答复", en: "A resident is waiting for an answer" },
      action: facts.action,
    },
    steps: [{ at, kind: "opened", by, text: summary, set: {} }, call],
  };
}

function callText({ symptom }: Complaint, asset: Asset, network: Network): Text {
  return placedTitle({ zh: `来电：${SYMPTOM_WORDS[symptom].zh}`, en: `call: ${SYMPTOM_WORDS[symptom].en}` }, asset.id, network);
}

/** The ticket that explains a call: open before just closed, nearest place first, urgent first, eldest first. */
function ticketFor({ complaint, asset, tickets, network, at }: ComplaintInput): TicketRecord | undefined {
  const facts = SYMPTOM_FACTS[complaint.symptom];
  const above = network.lineage(asset.id).map((ancestor) => ancestor.id);
  const ranked = tickets.flatMap((ticket) => {
    if (ticket.state === "merged" || (ticket.state === "closed" && at - (ticket.closedAt ?? 0) >= RELAPSE_MS)) return [];
    const steps = distance(ticket, facts, complaint.symptom, above);
    if (steps === undefined || (ticket.state === "closed" && steps > 0)) return [];
    return [{ ticket, steps }];
  });
  ranked.sort(
    (a, b) =>
      Number(isOpen(b.ticket.state)) - Number(isOpen(a.ticket.state)) ||
      a.steps - b.steps ||
      urgencyOrder(a.ticket.severity) - urgencyOrder(b.ticket.severity) ||
      a.ticket.openedAt - b.ticket.openedAt ||
      (a.ticket.id < b.ticket.id ? -1 : 1),
  );
  return ranked[0]?.ticket;
}

/** Levels between the caller and the nearest thing of the ticket that explains the symptom; undefined: it does not. */
function distance(ticket: TicketRecord, facts: SymptomFacts, symptom: Symptom, above: readonly string[]): number | undefined {
  const spoken = [{ kind: ticket.kind, asset: ticket.asset }, ...ticket.findings];
  const steps = spoken.flatMap(({ kind, asset }) => {
    const index = above.indexOf(asset);
    const explains = symptom === "other" ? index === 0 : facts.explainedBy.includes(kind);
    return index >= 0 && explains ? [index] : [];
  });
  return steps.length === 0 ? undefined : Math.min(...steps);
}

/** A resident saw the water: its ticket is as urgent as it was reported, whatever the signals say. */
export function isReportedUrgent({ kind, firstCallAt }: Pick<TicketRecord, "kind" | "firstCallAt">): boolean {
  return firstCallAt !== null && SYMPTOM_FACTS.leak.explainedBy.includes(kind);
}

/** An estimated onset may lie this long after the call that it caused. */
const ONSET_TOLERANCE_MS = 3_600_000;

/** Whether a measured fault explains a resident's ticket: above the caller, of a fitting kind, and there before the call. */
export function explainsComplaint(ticket: TicketRecord, root: Episode, network: Network): boolean {
  if (ticket.source !== "complaint") return false;
  if (ticket.firstCallAt !== null && root.since > ticket.firstCallAt + ONSET_TOLERANCE_MS) return false;
  if (!network.lineage(ticket.asset).some((ancestor) => ancestor.id === root.asset)) return false;
  return SYMPTOMS.some((symptom) => SYMPTOM_FACTS[symptom].kind === ticket.kind && SYMPTOM_FACTS[symptom].explainedBy.includes(root.kind));
}
