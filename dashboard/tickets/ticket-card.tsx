import { Show, type JSX } from "solid-js";
import type { TicketSummary } from "../../model/live.ts";
import { isOpen } from "../../model/live.ts";
import { KIND_WORDS, SEVERITY_WORDS, STATE_WORDS } from "../../model/words.ts";
import { LimitBar } from "../components/ticket-row.tsx";
import { SeverityTag } from "../components/severity-tag.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatClock, formatSpan } from "../format.ts";
import { ticketTime } from "../ticket-clock.ts";
import { assigneeName } from "./assignee.ts";
import { householdsBelow } from "./households.ts";
import { sourceKey } from "./source.ts";
import { takenOf } from "./taken.ts";

/** A ticket on the board: severity and rule, where and what, who, its clock. Only urgent tags are filled; what is cured is grey. */
export function TicketCard(props: { ticket: TicketSummary; selected: boolean; onFocus: () => void }): JSX.Element {
  const { t, say } = useShell();
  const { live, network } = usePlant();
  const households = (): number => householdsBelow(network, props.ticket.asset);
  const time = () => ticketTime(props.ticket, live.now());
  const cured = (): boolean => props.ticket.recoveredAt !== null;
  return (
    <a
      class={`card card-${time().standing}`}
      classList={{
        "card-selected": props.selected,
        "card-urgent": props.ticket.severity === "urgent" && isOpen(props.ticket.state) && !cured(),
      }}
      href={`/tickets/${encodeURIComponent(props.ticket.id)}`}
      data-ticket={props.ticket.id}
      onFocus={() => props.onFocus()}
    >
      <span class="card-head">
        <SeverityTag concern={props.ticket.severity} quiet={props.ticket.severity !== "urgent" && !cured()} cured={cured()} />
        <span class="card-source">
          {t(sourceKey(props.ticket.source))} {say(KIND_WORDS[props.ticket.kind])}
        </span>
        <span class="card-id">{props.ticket.id}</span>
      </span>
      <span class="card-title">{say(props.ticket.title)}</span>
      <span class="card-note">{say(props.ticket.summary)}</span>
      <Show when={props.ticket.absorbed > 0}>
        <span class="card-absorbed">
          <b>{t("ticketFindings", { n: props.ticket.absorbed })}</b> <span class="secondary">{t("absorbedNote")}</span>
        </span>
      </Show>
      <span class="card-foot">
        <span class="ellipsis">
          <Show when={households() > 0}>{t("householdsShort", { n: households() })} · </Show>
          {props.ticket.assignee === null
            ? t("unassigned")
            : `${assigneeName(network, props.ticket.assignee)} ${props.ticket.state === "dispatched" ? "" : say(STATE_WORDS[props.ticket.state])}`}
          <Show when={cured() && isOpen(props.ticket.state)}> · {t("signalsBack")}</Show>
        </span>
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
      </span>
      <LimitBar used={time().used} standing={time().standing} />
    </a>
  );
}

/** A closed ticket: what it was and how long it took of its limit. */
export function ClosedCard(props: { ticket: TicketSummary; selected: boolean; onFocus: () => void }): JSX.Element {
  const { t, say } = useShell();
  const taken = () => takenOf(props.ticket);
  return (
    <a
      class="card card-closed"
      classList={{ "card-selected": props.selected }}
      href={`/tickets/${encodeURIComponent(props.ticket.id)}`}
      data-ticket={props.ticket.id}
      onFocus={() => props.onFocus()}
    >
      <span class="card-foot">
        <span class="ellipsis">{say(props.ticket.title)}</span>
        <b class="card-clock">{formatClock(taken().takenMs)}</b>
      </span>
      <span class="card-foot secondary">
        <span class="ellipsis">
          {say(SEVERITY_WORDS[props.ticket.severity])} · {t(sourceKey(props.ticket.source))}
        </span>
        <span class="card-clock">
          <Show when={props.ticket.state === "merged"}>{say(STATE_WORDS.merged)}</Show>{" "}
          <Show when={taken().limitMs}>{(limit) => <span>/ {formatSpan(limit())}</span>}</Show>
        </span>
      </span>
      <LimitBar used={taken().used} standing={taken().used >= 1 ? "overdue" : "done"} />
    </a>
  );
}
