import { createMemo, For, Show, type JSX } from "solid-js";
import { isOpen } from "../../model/live.ts";
import { Panel } from "../components/panel.tsx";
import { Empty } from "../components/states.tsx";
import { TicketRow } from "../components/ticket-row.tsx";
import { usePlant, useShell } from "../context.ts";
import { byTimeLeft } from "../ticket-clock.ts";

/** Tickets rendered here; the board has the rest. */
const TICKETS_SHOWN_MAX = 40;

/** Open tickets by time left. */
export function OverviewTickets(): JSX.Element {
  const { t } = useShell();
  const { live } = usePlant();
  const open = createMemo(() => [...live.tickets().values()].filter((ticket) => isOpen(ticket.state)).sort(byTimeLeft));
  return (
    <Panel
      class="overview-tickets"
      title={t("tickets")}
      note={t("ticketsByTime")}
      side={<span class="secondary ellipsis ticket-stages">{t("ticketStages")}</span>}
    >
      <Show when={open().length > 0} fallback={<Empty>{t("ticketsNone")}</Empty>}>
        <ul class="ticket-list" tabindex="0" aria-label={t("tickets")}>
          <For each={open().slice(0, TICKETS_SHOWN_MAX)}>
            {(ticket) => (
              <li>
                <TicketRow ticket={ticket} />
              </li>
            )}
          </For>
          <Show when={open().length > TICKETS_SHOWN_MAX}>
            <li class="grid-note">{t("ticketsMore", { n: open().length - TICKETS_SHOWN_MAX })}</li>
          </Show>
        </ul>
      </Show>
    </Panel>
  );
}
