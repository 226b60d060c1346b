import type { Severity } from "../model/finding.ts";
import type { Text } from "../model/text.ts";
import type { Clock } from "../model/ticket.ts";

/** Service clocks as data: what the reports of heating companies promise (DOMAIN, "Service clocks"). */

/** A span from the start of the round, or the end of the local day in which it started (日清日结). */
export type Span = { readonly ms: number } | { readonly endOfLocalDay: true };

export interface SlaProfile {
  readonly id: string;
  readonly name: Text;
  readonly limits: Readonly<Record<Severity, Readonly<Record<Clock, Span>>>>;
  /** The step that counts as a response: the steward answers, or stands at the door. */
  readonly respondedBy: "accept" | "arrive";
  /** The step that stops the finish clock: 处置 is the repair, 办结 the closed ticket. */
  readonly finishedBy: Readonly<Record<Severity, "resolve" | "close">>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const minutes = (count: number): Span => ({ ms: count * MINUTE_MS });
const hours = (count: number): Span => ({ ms: count * HOUR_MS });

const STANDARD = {
  general: { dispatch: minutes(10), respond: hours(1), finish: hours(24) },
  urgent: { dispatch: minutes(10), respond: minutes(30), finish: hours(2) },
} as const;
const FINISHED_BY = { general: "close", urgent: "resolve" } as const;

/** The first is the default. */
export const SLA_PROFILES = [
  {
    id: "standard",
    name: {
      zh: "10 分钟派单；一般 1 小时响应、24 小时办结；紧急 30 分钟响应、2 小时处置",
      en: "Dispatch 10 min; general: respond 1 h, finish 24 h; urgent: respond 30 min, repair 2 h",
    },
    limits: STANDARD,
    respondedBy: "accept",
    finishedBy: FINISHED_BY,
  },
  {
    id: "on_site_30_min",
    name: { zh: "半小时内到达用户现场", en: "On site within 30 min" },
    limits: { general: { ...STANDARD.general, respond: minutes(30) }, urgent: STANDARD.urgent },
    respondedBy: "arrive",
    finishedBy: FINISHED_BY,
  },
  {
    id: "answer_30_min",
    name: { zh: "半小时回音制", en: "Answer within 30 min" },
    limits: { general: { ...STANDARD.general, respond: minutes(30) }, urgent: STANDARD.urgent },
    respondedBy: "accept",
    finishedBy: FINISHED_BY,
  },
  {
    id: "same_day",
    name: { zh: "日清日结", en: "Cleared the same day" },
    limits: { general: { ...STANDARD.general, finish: { endOfLocalDay: true } }, urgent: STANDARD.urgent },
    respondedBy: "accept",
    finishedBy: FINISHED_BY,
  },
] as const satisfies readonly SlaProfile[];

export const DEFAULT_SLA: SlaProfile = SLA_PROFILES[0];
/** Share of a limit after which a warning is written. */
export const WARN_SHARE = 0.8;
/** A fault that is back within this time after the close reopens its ticket (DESIGN, invariant 4). */
export const RELAPSE_MS = 72 * HOUR_MS;
