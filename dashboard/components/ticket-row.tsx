import { Show, type JSX } from "solid-js";
import type { TicketSummary } from "../../model/live.ts";
import { CLOCK_WORDS } from "../../model/words.ts";
import { usePlant, useShell } from "../context.ts";
import { formatClock, formatSpan } from "../format.ts";
import { ticketTime } from "../ticket-clock.ts";
import { SeverityTag } from "./severity-tag.tsx";

/** A ticket in a list: severity, what and where, the bar of its running limit, the clock. A link to the ticket. */
export function TicketRow(props: { ticket: TicketSummary }): JSX.Element {
  const { t, say } = useShell();
  const { live } = usePlant();
  const time = () => ticketTime(props.ticket, live.now());
  const limit = (): string => {
    const clock = time().clock;
    return clock === undefined ? "" : t("limitOf", { clock: say(CLOCK_WORDS[clock]), limit: formatSpan(time().limitMs) });
  };
  return (
    <a class={`ticket-row ticket-${time().standing}`} href={`/tickets/${encodeURIComponent(props.ticket.id)}`}>
      <span class="ticket-row-tag">
        <SeverityTag concern={props.ticket.severity} cured={props.ticket.recoveredAt !== null} />
      </span>
      <span class="ticket-row-main">
        <span class="ticket-row-title ellipsis">{say(props.ticket.title)}</span>
        <span class="ticket-row-note ellipsis">
          {say(props.ticket.summary)}
          <Show when={props.ticket.absorbed > 0}> · {t("ticketAbsorbed", { n: props.ticket.absorbed })}</Show>
        </span>
        <LimitBar used={time().used} standing={time().standing} />
      </span>
      <span class="ticket-row-time">
        <span class="ticket-row-clock">{formatClock(time().remainingMs)}</span>
        <span class="ticket-row-limit">
          <Show when={time().standing === "overdue"}>
            <b class="urgent-text">{t("overdue")} </b>
          </Show>
          <Show when={time().standing === "near"}>
            <b class="general-text">{t("nearLimit")} </b>
          </Show>
          {limit()}
        </span>
      </span>
    </a>
  );
}

/** The used share of a limit; the clock beside it says the same in figures. */
export function LimitBar(props: { used: number; standing: "running" | "near" | "overdue" | "done" }): JSX.Element {
  return (
    <svg class={`limit-bar limit-bar-${props.standing}`} viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
      <rect class="limit-bar-track" width="100" height="3" />
      <rect class="limit-bar-used" width={props.used * 100} height="3" />
    </svg>
  );
}
