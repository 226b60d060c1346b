import { For, Show, type JSX } from "solid-js";
import type { TicketSummary } from "../../model/live.ts";
import { CLOCK_WORDS } from "../../model/words.ts";
import { Panel } from "../components/panel.tsx";
import { SeverityTag } from "../components/severity-tag.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatClock, formatSpan } from "../format.ts";
import { ticketTime } from "../ticket-clock.ts";
import { assigneeName } from "../tickets/assignee.ts";
import { STAGES, stageOf } from "../tickets/stages.ts";

/** The open tickets of a station: what, how much time is left, and in which of the five stages it stands. */
export function StationTickets(props: { tickets: readonly TicketSummary[] }): JSX.Element {
  const { t } = useShell();
  return (
    <Panel title={t("stationTickets")} note={t("stationTicketsCount", { n: props.tickets.length })} class="station-tickets">
      <div class="station-ticket-list">
        <For each={props.tickets} fallback={<p class="state">{t("stationTicketsNone")}</p>}>
          {(ticket) => <StationTicket ticket={ticket} />}
        </For>
      </div>
    </Panel>
  );
}

function StationTicket(props: { ticket: TicketSummary }): JSX.Element {
  const { t, say } = useShell();
  const { live, network } = usePlant();
  const time = () => ticketTime(props.ticket, live.now());
  const stage = (): number => stageOf(props.ticket.state);
  return (
    <a class={`station-ticket ticket-${time().standing}`} href={`/tickets/${encodeURIComponent(props.ticket.id)}`}>
      <span class="station-ticket-head">
        <SeverityTag concern={props.ticket.severity} cured={props.ticket.recoveredAt !== null} />
        <span class="secondary">{props.ticket.id}</span>
        <b class="ticket-row-clock">{formatClock(time().remainingMs)}</b>
      </span>
      <b>{say(props.ticket.title)}</b>
      <span class="secondary station-ticket-note">
        {say(props.ticket.summary)}
        <Show when={props.ticket.absorbed > 0}> · {t("ticketAbsorbed", { n: props.ticket.absorbed })}</Show>
      </span>
      <span class="station-ticket-stages" aria-hidden="true">
        <For each={STAGES}>
          {(_, index) => (
            <span class={`station-ticket-stage ${index() < stage() ? "stage-done" : index() === stage() ? "stage-current" : ""}`} />
          )}
        </For>
      </span>
      <span class="station-ticket-foot secondary">
        <span>
          {t(STAGES[stage()]!.word)}
          <Show when={props.ticket.assignee}> · {assigneeName(network, props.ticket.assignee!)}</Show>
          <Show when={props.ticket.recoveredAt !== null}> · {t("signalsBack")}</Show>
        </span>
        <span>
          <Show when={time().standing === "overdue"}>
            <b class="urgent-text">▲ {t("overdue")} </b>
          </Show>
          <Show when={time().standing === "near"}>
            <b class="general-text">■ {t("nearLimit")} </b>
          </Show>
          <Show when={time().clock}>
            {(clock) => t("limitOf", { clock: say(CLOCK_WORDS[clock()]), limit: formatSpan(time().limitMs) })}
          </Show>
        </span>
      </span>
    </a>
  );
}
