import { Show, type JSX } from "solid-js";
import type { TicketSummary } from "../../model/live.ts";
import { isOpen } from "../../model/live.ts";
import { KIND_WORDS, STATE_WORDS } from "../../model/words.ts";
import { LimitBar } from "../components/ticket-row.tsx";
import { SeverityTag } from "../components/severity-tag.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatClock, formatSpan } from "../format.ts";
import { ticketTime } from "../ticket-clock.ts";
import { sourceKey } from "./source.ts";

/** A ticket on the board: severity and rule, where and what, who, its clock. Only urgent tags are filled; what is cured is grey. */
export function TicketCard(props: { ticket: TicketSummary; selected: boolean; onFocus: () => void }): JSX.Element {
  const { t, say } = useShell();
  const { live } = usePlant();
  const time = () => ticketTime(props.ticket, live.now());
  const cured = (): boolean => props.ticket.recoveredAt !== null;
  return (
    <a
      class={`card card-${time().standing}`}
      classList={{ "card-selected": props.selected, "card-urgent": props.ticket.severity === "urgent" && isOpen(props.ticket.state) && !cured() }}
      href={`/tickets/${encodeURIComponent(props.ticket.id)}`}
      data-ticket={props.ticket.id}
      onFocus={() => props.onFocus()}
    >
      <span class="card-head">
        <SeverityTag concern={props.ticket.severity} quiet={props.ticket.severity !== "urgent"} cured={cured()} />
        <span class="card-source">
          {t(sourceKey(props.ticket.source))} {say(KIND_WORDS[props.ticket.kind])}
        </span>
        <span class="card-id">{props.ticket.id}</span>
      </span>
      <span class="card-title">{say(props.ticket.title)}</span>
      <span class="card-note">{say(props.ticket.summary)}</span>
      <Show when={props.ticket.absorbed > 0}>
        <span class="card-absorbed">{t("ticketFindings", { n: props.ticket.absorbed })}</span>
      </Show>
      <span class="card-foot">
        <span class="ellipsis">
          {props.ticket.assignee ?? t("unassigned")} · {say(STATE_WORDS[props.ticket.state])}
          <Show when={cured() && isOpen(props.ticket.state)}> · {t("signalsBack")}</Show>
        </span>
        <Show when={isOpen(props.ticket.state)} fallback={<Taken ticket={props.ticket} />}>
          <span class="card-clock">
            <Show when={time().standing === "overdue"}>
              <SeverityTag concern="urgent" text={t("overdue")} quiet />
            </Show>
            <Show when={time().standing === "near"}>
              <SeverityTag concern="general" text={t("nearLimit")} quiet />
            </Show>
            <b>{formatClock(time().remainingMs)}</b>
            <span class="secondary"> / {formatSpan(time().limitMs)}</span>
          </span>
        </Show>
      </span>
      <Show when={isOpen(props.ticket.state)}>
        <LimitBar used={time().used} standing={time().standing} />
      </Show>
    </a>
  );
}

function Taken(props: { ticket: TicketSummary }): JSX.Element {
  const { t } = useShell();
  const span = (): string => formatClock((props.ticket.closedAt ?? props.ticket.openedAt) - props.ticket.openedAt);
  return <span class="card-clock secondary">{t("takenMs", { span: span() })}</span>;
}
