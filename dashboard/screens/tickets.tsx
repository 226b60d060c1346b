import { createMemo, createSignal, For, onCleanup, Show, type JSX } from "solid-js";
import { isOpen, type TicketSummary } from "../../model/live.ts";
import { SEVERITIES, type Severity } from "../../model/finding.ts";
import { SEVERITY_WORDS, STATE_WORDS } from "../../model/words.ts";
import { get, type Page } from "../api.ts";
import { FigureTile } from "../components/figure-tile.tsx";
import { Segments } from "../components/segments.tsx";
import { SeverityMark, SeverityTag } from "../components/severity-tag.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { type Column, WindowedTable } from "../components/windowed-table.tsx";
import { usePlant, useShell } from "../context.ts";
import { createFetched } from "../fetched.ts";
import { formatClock, formatDateTime, formatShare, formatSpan, NO_VALUE } from "../format.ts";
import { byTimeLeft, ticketTime } from "../ticket-clock.ts";
import { assigneeName } from "../tickets/assignee.ts";
import { CallLog } from "../tickets/call-log.tsx";
import { Board, ticketsOf, type TicketListProps } from "../tickets/board.tsx";
import { sourceKey } from "../tickets/source.ts";
import { STAGES } from "../tickets/stages.ts";
import { filterTickets } from "../tickets/ticket-filter.ts";
import { type Kpi, loadKpi, kpiShare } from "../tickets/kpi.ts";
import "../styles/controls.css";
import "../styles/table.css";
import "../styles/ticket-row.css";
import "../styles/tickets.css";

/** 工单: the board of the five stages, or a table beyond what a board can show. */

/** More open tickets than this read better as a table. */
const BOARD_TICKETS_MAX = 50;
const CLOSED_TICKETS_SHOWN = 50;
const ROW_HEIGHT_PX = 34;
const always = (): true => true;
const SOURCES = ["rule", "complaint", "person"] as const;

export function Tickets(): JSX.Element {
  const { t, say, router, keyboard } = useShell();
  const { live, user } = usePlant();
  const closed = createFetched(always, () => get<Page<TicketSummary>>("/api/tickets", { state: "closed", limit: CLOSED_TICKETS_SHOWN }));
  const kpi = createFetched(always, loadKpi);
  onCleanup(live.onResume(() => closed.refetch()));
  onCleanup(live.onNews(() => kpi.refetch()));
  const figures = (): Kpi | undefined => {
    const loaded = kpi.latest();
    return loaded?.ok === true ? loaded.value : undefined;
  };
  const known = createMemo(() => {
    const answer = closed.latest();
    const all = new Map<string, TicketSummary>();
    if (answer?.ok === true) for (const ticket of answer.value.items) all.set(ticket.id, ticket);
    for (const ticket of live.tickets().values()) all.set(ticket.id, ticket);
    return all;
  });
  const shown = createMemo(() =>
    filterTickets(
      known().values(),
      {
        text: router.query("q"),
        severity: router.query("severity"),
        source: router.query("source"),
        overdueOnly: router.query("overdue") !== "",
      },
      live.now(),
    ).sort(byTimeLeft),
  );
  const openCount = createMemo(() => shown().filter((ticket) => isOpen(ticket.state)).length);
  const view = (): string => router.query("view") || (openCount() > BOARD_TICKETS_MAX ? "table" : "board");
  const count = (belongs: (ticket: TicketSummary) => boolean): number =>
    [...known().values()].filter((ticket) => isOpen(ticket.state) && belongs(ticket)).length;
  const [selected, setSelected] = createSignal("");
  const order = createMemo(() => (view() === "table" ? shown() : STAGES.flatMap((stage) => ticketsOf(stage, shown()))));
  const step = (by: number): void => {
    const list = order();
    const index = list.findIndex((ticket) => ticket.id === selected());
    const next = list[Math.min(list.length - 1, Math.max(0, index + by))];
    if (next === undefined) return;
    setSelected(next.id);
    // The table lends its rows to other tickets while it scrolls: there the table keeps the focus and the selection says which row is meant.
    const target = view() === "table" ? ".tickets-table .grid" : `[data-ticket="${CSS.escape(next.id)}"]`;
    document.querySelector<HTMLElement>(target)?.focus({ preventScroll: view() === "table" });
  };
  let search: HTMLInputElement | undefined;
  keyboard.bind([
    { keys: "/", word: "helpSearch", run: () => search?.focus() },
    { keys: "j", word: "helpNext", run: () => step(1) },
    { keys: "k", word: "helpPrevious", run: () => step(-1) },
    {
      keys: "Enter",
      word: "helpOpenSelected",
      run: () => (selected() === "" ? false : router.go(`/tickets/${encodeURIComponent(selected())}`)),
    },
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
      <div class="tickets-top" classList={{ "tickets-top-calls": user.role !== "viewer" }}>
        <Figures kpi={figures()} tickets={known().values()} />
        <Show when={user.role !== "viewer"}>
          <CallLog />
        </Show>
      </div>
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
        <Chips
          label={t("filterSeverity")}
          chosen={router.query("severity")}
          options={SEVERITIES.map((severity) => ({
            value: severity,
            text: say(SEVERITY_WORDS[severity]),
            concern: severity,
            count: count((ticket) => ticket.severity === severity),
          }))}
          onChoose={(severity) => router.set({ severity })}
        />
        <Chips
          label={t("filterSource")}
          chosen={router.query("source")}
          options={SOURCES.map((source) => ({
            value: source,
            text: t(sourceKey(source)),
            count: count((ticket) => ticket.source === source),
          }))}
          onChoose={(source) => router.set({ source })}
        />
        <button
          type="button"
          class="chip"
          aria-pressed={router.query("overdue") !== ""}
          onClick={() => router.set({ overdue: router.query("overdue") === "" ? "1" : undefined })}
        >
          {t("filterOverdue")} <b>{count((ticket) => ticket.dueAt !== null && ticket.dueAt < live.now())}</b>
        </button>
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
      <Show when={live.ready()} fallback={<Loading />}>
        <Show
          when={shown().length > 0 || router.query("q") === ""}
          fallback={<p class="state">{t("ticketsNoMatch", { text: router.query("q") })}</p>}
        >
          <Show
            when={view() === "table"}
            fallback={<Board tickets={shown()} selected={selected()} onSelect={setSelected} closedNote={<ClosedNote />} />}
          >
            <TicketTable tickets={shown()} selected={selected()} onSelect={setSelected} />
          </Show>
        </Show>
      </Show>
    </div>
  );

  /** Closed tickets come over HTTP: what is missing there is said there. */
  function ClosedNote(): JSX.Element {
    const failed = () => {
      const loaded = closed.latest();
      return loaded?.ok === false ? loaded.error : undefined;
    };
    return <Show when={failed()}>{(error) => <ErrorState error={error()} onRetry={() => closed.refetch()} />}</Show>;
  }
}

interface ChipOption {
  readonly value: string;
  readonly text: string;
  readonly count: number;
  readonly concern?: Severity;
}

/** Choices of which one may be on; pressing it again takes it off. */
function Chips(props: {
  label: string;
  options: readonly ChipOption[];
  chosen: string;
  onChoose: (value: string | undefined) => void;
}): JSX.Element {
  return (
    <span class="chips" role="group" aria-label={props.label}>
      <For each={props.options}>
        {(option) => (
          <button
            type="button"
            class={`chip chip-${option.concern ?? "plain"}`}
            aria-pressed={props.chosen === option.value}
            onClick={() => props.onChoose(props.chosen === option.value ? undefined : option.value)}
          >
            <Show when={option.concern}>{(concern) => <SeverityMark concern={concern()} />}</Show>
            {option.text} <b>{option.count}</b>
          </button>
        )}
      </For>
    </span>
  );
}

function Figures(props: { kpi: Kpi | undefined; tickets: Iterable<TicketSummary> }): JSX.Element {
  const { t } = useShell();
  const { live } = usePlant();
  const open = createMemo(() => [...props.tickets].filter((ticket) => isOpen(ticket.state)));
  const overdue = createMemo(() => open().filter((ticket) => ticket.dueAt !== null && ticket.dueAt < live.now()).length);
  const beforeNote = (): string => {
    if (props.kpi === undefined || props.kpi.beforeFirstCall === null) return t("figureNoCalls");
    const leadMs = props.kpi.beforeCall.medianLeadMs;
    return leadMs === null ? "" : t("figureLead", { lead: formatSpan(Math.round(leadMs / 60_000) * 60_000) });
  };
  const inTime = (clock: "dispatch" | "respond" | "finish"): string => {
    const share = props.kpi?.inTime[clock];
    return share === undefined || share === null ? "" : t("figureInTime", { share: formatShare(share) });
  };
  const mean = (ms: number | null | undefined): string => (ms === null || ms === undefined ? NO_VALUE : formatClock(ms));
  return (
    <dl class="figures tickets-figures">
      <FigureTile
        label={t("figureOverdueOpen")}
        value={overdue() > 0 ? `▲ ${overdue()}` : "0"}
        urgent={overdue() > 0}
        rest={`/ ${open().length}`}
      />
      <FigureTile label={t("figureBeforeCall")} value={kpiShare(props.kpi)} rest={beforeNote()} title={t("figureNoCallsWhy")} />
      <FigureTile label={t("figureDispatchMean")} value={mean(props.kpi?.meanDispatchMs)} rest={inTime("dispatch")} />
      <FigureTile label={t("figureRespondMean")} value={mean(props.kpi?.meanRespondMs)} rest={inTime("respond")} />
      <FigureTile label={t("figureFinishMean")} value={mean(props.kpi?.meanFinishMs)} rest={inTime("finish")} />
    </dl>
  );
}

function TicketTable(props: TicketListProps): JSX.Element {
  const { t, say, router } = useShell();
  const { live, network } = usePlant();
  const open = (ticket: TicketSummary): void => router.go(`/tickets/${encodeURIComponent(ticket.id)}`);
  const columns: Column<TicketSummary>[] = [
    {
      id: "severity",
      width: "6rem",
      head: () => t("filterSeverity"),
      cell: (row) => <SeverityTag concern={row().severity} cured={row().recoveredAt !== null} />,
    },
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
    {
      id: "who",
      width: "7rem",
      head: () => t("colWho"),
      cell: (row) => <span class="ellipsis">{row().assignee === null ? t("unassigned") : assigneeName(network, row().assignee!)}</span>,
    },
    {
      id: "opened",
      width: "8rem",
      head: () => t("colOpened"),
      cell: (row) => formatDateTime(network.timezone, row().openedAt, live.now()),
    },
    {
      id: "clock",
      width: "13rem",
      number: true,
      head: () => t("colClock"),
      cell: (row) => {
        const time = (): ReturnType<typeof ticketTime> => ticketTime(row(), live.now());
        return (
          <Show when={isOpen(row().state)} fallback={NO_VALUE}>
            <span class={`ticket-${time().standing}`}>
              <Show when={time().standing === "overdue"}>
                <span class="urgent-text">▲ {t("overdue")} </span>
              </Show>
              <Show when={time().standing === "near"}>
                <span class="general-text">■ {t("nearLimit")} </span>
              </Show>
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
