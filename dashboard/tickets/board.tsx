import { createMemo, For, Show, type JSX } from "solid-js";
import { isOpen, type TicketSummary } from "../../model/live.ts";
import { usePlant, useShell } from "../context.ts";
import { formatClock } from "../format.ts";
import { byTimeLeft, ticketTime } from "../ticket-clock.ts";
import { loadOf } from "./load.ts";
import { STAGES, type Stage } from "./stages.ts";
import { ClosedCard, TicketCard } from "./ticket-card.tsx";

/** The board of the five stages: every column sorted by time left, the closed ones by when they were. */

export interface TicketListProps {
  readonly tickets: readonly TicketSummary[];
  readonly selected: string;
  readonly onSelect: (id: string) => void;
}

export function Board(props: TicketListProps & { closedNote?: JSX.Element }): JSX.Element {
  return (
    <div class="board">
      <For each={STAGES}>{(stage) => <StageColumn stage={stage} {...props} />}</For>
    </div>
  );
}

function StageColumn(props: TicketListProps & { stage: Stage; closedNote?: JSX.Element }): JSX.Element {
  const { t } = useShell();
  const { live } = usePlant();
  const closed = (): boolean => props.stage.id === "closed";
  const tickets = createMemo(() => ticketsOf(props.stage, props.tickets));
  const id = (): string => `stage-${props.stage.id}`;
  const next = (): TicketSummary | undefined => tickets().find((ticket) => ticketTime(ticket, live.now()).standing !== "overdue");
  const overdue = (): number => tickets().filter((ticket) => ticketTime(ticket, live.now()).standing === "overdue").length;
  return (
    <section class={`panel stage stage-${props.stage.id}`} aria-labelledby={id()}>
      <div class="panel-head">
        <h2 id={id()}>{t(props.stage.word)}</h2>
        <span class="stage-count">{tickets().length}</span>
        <span class="panel-side secondary">{t(props.stage.clock)}</span>
      </div>
      <div class="stage-cards" classList={{ "stage-cards-closed": closed() }}>
        <For each={tickets()} fallback={<p class="stage-empty">{t("ticketsEmptyStage")}</p>}>
          {(ticket) => (
            <Show
              when={closed()}
              fallback={<TicketCard ticket={ticket} selected={ticket.id === props.selected} onFocus={() => props.onSelect(ticket.id)} />}
            >
              <ClosedCard ticket={ticket} selected={ticket.id === props.selected} onFocus={() => props.onSelect(ticket.id)} />
            </Show>
          )}
        </For>
      </div>
      <Show when={props.stage.id === "dispatched"}>
        <Load tickets={props.tickets} />
      </Show>
      <Show
        when={closed()}
        fallback={
          <Show when={tickets().length > 0 && props.stage.id !== "dispatched"}>
            <p class="stage-foot secondary">
              <Show
                when={overdue() > 0}
                fallback={
                  <Show when={next()}>
                    {(ticket) => t("stageNext", { time: formatClock(ticketTime(ticket(), live.now()).remainingMs) })}
                  </Show>
                }
              >
                <b class="urgent-text">▲ {t("figureOverdue", { n: overdue() })}</b>
              </Show>
            </p>
          </Show>
        }
      >
        {props.closedNote}
      </Show>
    </section>
  );
}

/** Tickets that stand in a stage, in the order of its column. */
export function ticketsOf(stage: Stage, tickets: readonly TicketSummary[]): TicketSummary[] {
  return tickets
    .filter((ticket) => stage.states.includes(ticket.state))
    .sort(stage.id === "closed" ? (a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0) : byTimeLeft);
}

/** 当班负荷: who has how many open tickets. */
function Load(props: { tickets: readonly TicketSummary[] }): JSX.Element {
  const { t, say } = useShell();
  const { network } = usePlant();
  const load = createMemo(() =>
    loadOf(
      props.tickets.filter((ticket) => isOpen(ticket.state)),
      network.stewards,
    ),
  );
  const most = (): number => Math.max(1, ...load().map((one) => one.open));
  return (
    <div class="load">
      <h3>
        {t("load")} <span class="secondary">{t("loadNote")}</span>
      </h3>
      <ul>
        <For each={load()}>
          {(one) => (
            <li>
              <span class="ellipsis">{one.name}</span>
              <svg class="load-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="limit-bar-track" width="100" height="6" />
                <rect class="rule-bar-used" width={(100 * one.open) / most()} height="6" />
              </svg>
              <b>{t("loadCount", { n: one.open })}</b>
              <span class="secondary">{one.state === undefined ? t("loadIdle") : say(one.state)}</span>
            </li>
          )}
        </For>
      </ul>
    </div>
  );
}
