import { For, Show, type JSX } from "solid-js";
import { TICKET_MOVES, type TicketEvent, type TicketMove } from "../../model/ticket.ts";
import { MOVE_WORDS } from "../../model/words.ts";
import { Panel } from "../components/panel.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatDateTime } from "../format.ts";
import type { PlainKey } from "../words/words.ts";
import { assigneeName } from "./assignee.ts";

/** What happened to the ticket, oldest first; nothing is ever changed or removed. Notes are shown verbatim as text. */
export function History(props: { events: readonly TicketEvent[] }): JSX.Element {
  const { t, say } = useShell();
  const { network, live } = usePlant();
  const word = (event: TicketEvent): string => (isMove(event.kind) ? say(MOVE_WORDS[event.kind]) : t(`event_${event.kind}` as PlainKey));
  const alarming = (event: TicketEvent): boolean => event.kind === "raised" || event.kind === "escalated" || event.kind === "relapsed";
  return (
    <Panel title={t("ticketHistory")} note={t("ticketHistoryNote", { n: props.events.length })} class="history-panel">
      <ol class="history">
        <For each={props.events}>
          {(event) => (
            <li class="history-event" classList={{ "history-alarming": alarming(event), "history-person": event.by !== "system" }}>
              <time>{formatDateTime(network.timezone, event.at, live.now())}</time>
              <span class="history-dot" aria-hidden="true" />
              <span>
                <b>
                  <Show when={alarming(event)}>▲ </Show>
                  {word(event)}
                </b>
                <Show when={event.to}>{(to) => <> → {assigneeName(network, to())}</>}</Show>
                <Show when={event.by !== "system"}>
                  <span class="secondary"> {event.by}</span>
                </Show>
                <Show when={event.text}>{(text) => <span class="secondary"> {say(text())}</span>}</Show>
                <Show when={event.note}>
                  <span class="history-note">{event.note}</span>
                </Show>
              </span>
            </li>
          )}
        </For>
      </ol>
    </Panel>
  );
}

function isMove(kind: TicketEvent["kind"]): kind is TicketMove {
  return (TICKET_MOVES as readonly string[]).includes(kind);
}
