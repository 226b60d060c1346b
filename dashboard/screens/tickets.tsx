import { createMemo, createResource, createSignal, For, Show, type JSX } from "solid-js";
import { isOpen, type TicketSummary } from "../../model/live.ts";
import { STATE_WORDS } from "../../model/words.ts";
import { get, type Page } from "../api.ts";
import { FigureTile } from "../components/figure-tile.tsx";
import { Segments } from "../components/segments.tsx";
import { SeverityTag } from "../components/severity-tag.tsx";
import { type Column, WindowedTable } from "../components/windowed-table.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatClock, formatDateTime, formatSpan, NO_VALUE } from "../format.ts";
import { byTimeLeft, ticketTime } from "../ticket-clock.ts";
import { STAGES, type Stage } from "../tickets/stages.ts";
import { TicketCard } from "../tickets/ticket-card.tsx";
import { filterTickets } from "../tickets/ticket-filter.ts";
import { type Kpi, loadKpi, kpiShare } from "../tickets/kpi.ts";
import "../styles/tickets.css";

/** 工单: the board of the five stages, or a table beyond what a board can show. */

/** More open tickets than this read better as a table. */
const BOARD_TICKETS_MAX = 50;
const CLOSED_TICKETS_SHOWN = 50;
const ROW_HEIGHT_PX = 34;

export function Tickets(): JSX.Element {
  const { t, router, keyboard } = useShell();
  const { live } = usePlant();
  const [closed, { refetch }] = createResource(() => get<Page<TicketSummary>>("/api/tickets", { state: "closed", limit: CLOSED_TICKETS_SHOWN }));
  const [kpi, { refetch: refetchKpi }] = createResource(loadKpi);
  live.onResume(() => void refetch());
  live.onNews(() => void refetchKpi());
  const known = createMemo(() => {
    const answer = closed();
    const all = new Map<string, TicketSummary>();
    if (answer?.ok === true) for (const ticket of answer.value.items) all.set(ticket.id, ticket);
    for (const ticket of live.tickets().values()) all.set(ticket.id, ticket);
    return all;
  });
  const shown = createMemo(() => filterTickets(known().values(), { text: router.query("q"), severity: router.query("severity"), overdueOnly: router.query("overdue") !== "" }, live.now()).sort(byTimeLeft));
  const openCount = createMemo(() => shown().filter((ticket) => isOpen(ticket.state)).length);
  const view = (): string => router.query("view") || (openCount() > BOARD_TICKETS_MAX ? "table" : "board");
  const [selected, setSelected] = createSignal("");
  const order = createMemo(() => (view() === "table" ? shown() : STAGES.flatMap((stage) => shown().filter((ticket) => stage.states.includes(ticket.state)))));
  const step = (by: number): void => {
    const list = order();
    const index = list.findIndex((ticket) => ticket.id === selected());
    const next = list[Math.min(list.length - 1, Math.max(0, index + by))];
    if (next === undefined) return;
    setSelected(next.id);
    document.querySelector<HTMLElement>(`[data-ticket="${CSS.escape(next.id)}"]`)?.focus();
  };
  let search: HTMLInputElement | undefined;
  keyboard.bind([
    { keys: "/", word: "helpSearch", run: () => search?.focus() },
    { keys: "j", word: "helpNext", run: () => step(1) },
    { keys: "k", word: "helpPrevious", run: () => step(-1) },
    { keys: "Enter", word: "helpOpenSelected", run: () => (selected() === "" ? false : router.go(`/tickets/${encodeURIComponent(selected())}`)) },
    { keys: "v", word: "helpBoard", run: () => router.set({ view: view() === "table" ? "board" : "table" }) },
    {
      keys: "Escape",
      word: "helpEscape",
      run: () => {
        search?.blur();
        router.set({ q: undefined });
      },
    },
  ]);
  return (
    <div class="tickets">
      <h1 class="visually-hidden">{t("tickets")}</h1>
      <Figures kpi={kpi()?.ok === true ? (kpi() as { value: Kpi }).value : undefined} tickets={known().values()} />
      <div class="tickets-tools">
        <input
          ref={search}
          class="input tickets-search"
          type="search"
          placeholder={t("searchTickets")}
          aria-label={t("searchTickets")}
          value={router.query("q")}
          onInput={(event) => router.set({ q: event.currentTarget.value })}
        />
        <Segments
          label={t("filterSeverity")}
          value={router.query("severity")}
          options={[
            { value: "", text: t("filterAll") },
            { value: "urgent", text: t("severityUrgent") },
            { value: "general", text: t("severityGeneral") },
          ]}
          onChoose={(severity) => router.set({ severity })}
        />
        <label class="tickets-overdue">
          <input type="checkbox" checked={router.query("overdue") !== ""} onChange={(event) => router.set({ overdue: event.currentTarget.checked ? "1" : undefined })} /> {t("filterOverdue")}
        </label>
        <Segments
          label={t("view")}
          value={view()}
          options={[
            { value: "board", text: t("viewBoard") },
            { value: "table", text: t("viewTable") },
          ]}
          onChoose={(chosen) => router.set({ view: chosen })}
        />
      </div>
      <Show when={shown().length > 0 || router.query("q") === ""} fallback={<p class="state">{t("ticketsNoMatch", { text: router.query("q") })}</p>}>
        <Show when={view() === "table"} fallback={<Board tickets={shown()} selected={selected()} onSelect={setSelected} />}>
          <TicketTable tickets={shown()} selected={selected()} onSelect={setSelected} />
        </Show>
      </Show>
    </div>
  );
}

function Figures(props: { kpi: Kpi | undefined; tickets: Iterable<TicketSummary> }): JSX.Element {
  const { t } = useShell();
  const { live } = usePlant();
  const open = createMemo(() => [...props.tickets].filter((ticket) => isOpen(ticket.state)));
  const overdue = createMemo(() => open().filter((ticket) => ticket.dueAt !== null && ticket.dueAt < live.now()).length);
  const mean = (ms: number | null | undefined): string => (ms === null || ms === undefined ? NO_VALUE : formatClock(ms));
  return (
    <dl class="figures tickets-figures">
      <FigureTile label={t("figureOverdueOpen")} value={String(overdue())} rest={`/ ${open().length}`} />
      <FigureTile label={t("figureBeforeCall")} value={kpiShare(props.kpi)} rest={props.kpi?.beforeFirstCall == null ? t("figureNoCalls") : ""} title={t("figureNoCallsWhy")} />
      <FigureTile label={t("figureDispatchMean")} value={mean(props.kpi?.meanDispatchMs)} rest={t("figureLimit", { limit: "10 min" })} />
      <FigureTile label={t("figureRespondMean")} value={mean(props.kpi?.meanRespondMs)} />
      <FigureTile label={t("figureFinishMean")} value={mean(props.kpi?.meanFinishMs)} />
    </dl>
  );
}

interface ListProps {
  readonly tickets: readonly TicketSummary[];
  readonly selected: string;
  readonly onSelect: (id: string) => void;
}

function Board(props: ListProps): JSX.Element {
  return (
    <div class="board">
      <For each={STAGES}>{(stage) => <StageColumn stage={stage} {...props} />}</For>
    </div>
  );
}

function StageColumn(props: ListProps & { stage: Stage }): JSX.Element {
  const { t } = useShell();
  const tickets = createMemo(() => props.tickets.filter((ticket) => props.stage.states.includes(ticket.state)).sort(props.stage.id === "closed" ? (a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0) : byTimeLeft));
  return (
    <section class="panel stage" aria-label={t(props.stage.word)}>
      <div class="panel-head">
        <h2>{t(props.stage.word)}</h2>
        <span class="stage-count">{tickets().length}</span>
        <span class="panel-side secondary">{t(props.stage.clock)}</span>
      </div>
      <ul class="stage-cards" tabindex={tickets().length > 0 ? undefined : "-1"}>
        <For each={tickets()} fallback={<li class="stage-empty">{t("ticketsEmptyStage")}</li>}>
          {(ticket) => (
            <li>
              <TicketCard ticket={ticket} selected={ticket.id === props.selected} onFocus={() => props.onSelect(ticket.id)} />
            </li>
          )}
        </For>
      </ul>
    </section>
  );
}

function TicketTable(props: ListProps): JSX.Element {
  const { t, say, router } = useShell();
  const { live, network } = usePlant();
  const open = (ticket: TicketSummary): void => router.go(`/tickets/${encodeURIComponent(ticket.id)}`);
  const columns: Column<TicketSummary>[] = [
    { id: "severity", width: "6rem", head: () => t("filterSeverity"), cell: (row) => <SeverityTag concern={row().severity} cured={row().recoveredAt !== null} /> },
    {
      id: "title",
      width: "minmax(14rem, 2fr)",
      head: () => t("colTitle"),
      cell: (row) => (
        <a class="ellipsis" href={`/tickets/${encodeURIComponent(row().id)}`} data-ticket={row().id}>
          <b>{say(row().title)}</b> <span class="secondary">{say(row().summary)}</span>
        </a>
      ),
    },
    { id: "state", width: "6rem", head: () => t("colState"), cell: (row) => say(STATE_WORDS[row().state]) },
    { id: "who", width: "7rem", head: () => t("colWho"), cell: (row) => <span class="ellipsis">{row().assignee ?? t("unassigned")}</span> },
    { id: "opened", width: "8rem", head: () => t("colOpened"), cell: (row) => formatDateTime(network.timezone, row().openedAt, live.now()) },
    {
      id: "clock",
      width: "9rem",
      number: true,
      head: () => t("colClock"),
      cell: (row) => {
        const time = (): ReturnType<typeof ticketTime> => ticketTime(row(), live.now());
        return (
          <Show when={isOpen(row().state)} fallback={NO_VALUE}>
            <span class={`ticket-${time().standing}`}>
              <b class="ticket-row-clock">{formatClock(time().remainingMs)}</b> / {formatSpan(time().limitMs)}
            </span>
          </Show>
        );
      },
    },
    { id: "id", width: "8rem", head: () => t("colTicket"), cell: (row) => row().id },
  ];
  return (
    <section class="panel tickets-table" aria-label={t("tickets")}>
      <WindowedTable
        label={t("tickets")}
        columns={columns}
        rows={props.tickets}
        rowHeightPx={ROW_HEIGHT_PX}
        minWidth="60rem"
        rowId={(ticket) => ticket.id}
        selected={props.selected}
        onSelect={(ticket) => props.onSelect(ticket.id)}
        onOpen={open}
      />
    </section>
  );
}
