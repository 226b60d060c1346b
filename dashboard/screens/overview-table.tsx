import { createMemo, createSignal, Show, type JSX } from "solid-js";
import { KIND_WORDS, CONNECTION_WORDS } from "../../model/words.ts";
import type { SignalId } from "../../model/signals.ts";
import { BAND_C } from "../charts/supply-band.ts";
import { AnalogBar } from "../components/analog-bar.tsx";
import { Panel } from "../components/panel.tsx";
import { SeverityTag } from "../components/severity-tag.tsx";
import { WindowedTable, type Column } from "../components/windowed-table.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatAge, formatNumber } from "../format.ts";
import { createMedia, createRem, createWidthRem } from "../rem.ts";
import { formatSignal } from "../units.ts";
import { OFF_CURVE_C, type OverviewRow } from "./overview-rows.ts";

/** The station table: search, selection by mouse and keyboard, analog bars, what is abnormal and why. */

/** Ends of the deviation bar, °C. */
const BAR_C = 7;
const ROW_REM = 1.625;
const COMPACT_ROW_REM = 3.5;
const ROOMY_REM = 92;

export function OverviewTable(props: { rows: readonly OverviewRow[]; selected: string; wall: boolean }): JSX.Element {
  const { t, say, router, keyboard, preferences } = useShell();
  const { live } = usePlant();
  const rem = createRem(window);
  const widthRem = createWidthRem(window);
  const compact = createMedia(window, "(max-width: 44rem)");
  const [field, setField] = createSignal<HTMLInputElement>();

  /** Below this width of the window, in rem, columns give up their air. */
  const tight = createMemo(() => widthRem() < ROOMY_REM);

  /** What is wrong with a station, in a few words: how far off, and what the tickets say. */
  const describe = (row: OverviewRow): { text: string; cured: boolean } => {
    const parts: string[] = [];
    const off = row.deviationC;
    if (!row.stale && off !== null && Math.abs(off) > OFF_CURVE_C)
      parts.push(off < 0 ? t("supplyLow", { c: formatNumber(-off, 1) }) : t("supplyHigh", { c: formatNumber(off, 1) }));
    const active = row.tickets.filter((ticket) => ticket.recoveredAt === null);
    const first = active[0] ?? row.tickets[0];
    if (first !== undefined) {
      const kind = say(KIND_WORDS[first.kind]);
      if (!(first.kind === "curve_drift" && parts.length > 0)) parts.push(kind);
      if (active.length === 0) parts.push(t("recovered"));
      if (row.tickets.length > 1) parts.push(t("moreTickets", { n: row.tickets.length - 1 }));
    } else if (parts.length > 0) parts.push(t("noTicketYet"));
    return { text: parts.join(" · "), cured: active.length === 0 && row.tickets.length > 0 };
  };

  const text = (): string => router.query("q");
  const judgement = (row: OverviewRow): string => describe(row).text;
  const shown = createMemo(() => {
    const wanted = text().trim().toLowerCase();
    return wanted === ""
      ? props.rows
      : props.rows.filter((row) => `${row.name} ${row.id} ${judgement(row)}`.toLowerCase().includes(wanted));
  });

  const value = (signal: SignalId) => (row: () => OverviewRow) => (
    <span classList={{ stale: row().stale }}>{formatSignal(signal, row().values[signal], preferences.pressureUnit())}</span>
  );
  const bar = (row: OverviewRow): JSX.Element => (
    <AnalogBar
      value={row.deviationC}
      min={-BAR_C}
      max={BAR_C}
      normal={[-BAND_C, BAND_C]}
      concern={row.deviationC !== null && Math.abs(row.deviationC) > BAND_C ? row.concern : undefined}
      stale={row.stale}
      label={row.deviationC === null ? t("deviationUnknown") : t("deviationLabel", { c: formatNumber(row.deviationC, 1, true) })}
    />
  );
  const judge = (row: OverviewRow): JSX.Element => (
    <>
      <Show when={row.concern !== undefined || row.tickets.length > 0}>
        <SeverityTag concern={row.concern ?? row.tickets[0]?.severity ?? "watch"} text={describe(row).text} cured={describe(row).cured} />
      </Show>
      <Show when={row.connection !== "online"}>
        {" "}
        <span class="tag tag-none">
          {row.receivedAt === null
            ? say(CONNECTION_WORDS[row.connection])
            : `${say(CONNECTION_WORDS[row.connection])} ${formatAge(live.now() - row.receivedAt)}`}
        </span>
      </Show>
    </>
  );
  const nameOf = (row: OverviewRow): JSX.Element => (
    <>
      <a href={`/stations/${encodeURIComponent(row.id)}`} tabindex="-1">
        {row.name}
      </a>
      <Show when={row.circuits > 1}>
        {" "}
        <span class="circuit-hint" title={row.circuitName}>
          <Show when={tight()} fallback={t("circuitsHint", { n: row.circuits })}>
            ×{row.circuits}
          </Show>
        </span>
      </Show>
    </>
  );

  const wide = createMemo((): readonly Column<OverviewRow>[] => {
    const number = (roomy: string): string => (tight() ? "minmax(3.05rem, 1fr)" : roomy);
    return [
      {
        id: "name",
        head: () => t("colStation"),
        width: tight() ? "minmax(6.4rem, 2fr)" : "minmax(7.6rem, 0.5fr)",
        cell: (row) => nameOf(row()),
      },
      {
        id: "deviation",
        head: () => t(tight() ? "colDeviationShort" : "colDeviation"),
        width: tight() ? "minmax(5rem, 1.5fr)" : "minmax(7rem, 8.8rem)",
        cell: (row) => bar(row()),
      },
      { id: "t2s", head: () => t("colSupply"), width: number("3.9rem"), number: true, cell: value("t2_supply") },
      { id: "t2r", head: () => t("colReturn"), width: number("3.7rem"), number: true, cell: value("t2_return") },
      { id: "t1s", head: () => t("colPrimarySupply"), width: number("3.7rem"), number: true, cell: value("t1_supply") },
      { id: "t1r", head: () => t("colPrimaryReturn"), width: number("3.7rem"), number: true, cell: value("t1_return") },
      { id: "p2s", head: () => t("colPressureSupply"), width: number("3.5rem"), number: true, cell: value("p2_supply") },
      { id: "p2r", head: () => t("colPressureReturn"), width: number("3.5rem"), number: true, cell: value("p2_return") },
      { id: "q", head: () => t(tight() ? "colFlowShort" : "colFlow"), width: number("4.1rem"), number: true, cell: value("q2_flow") },
      {
        id: "makeup",
        head: () => t("colMakeup"),
        width: number("3.6rem"),
        number: true,
        cell: (row) => <span classList={{ stale: row().stale }}>{formatNumber(row().makeupM3h, 2)}</span>,
      },
      {
        id: "judgement",
        head: () => t("colJudgement"),
        width: tight() ? "minmax(10rem, 5fr)" : "minmax(14rem, 2fr)",
        cell: (row) => <span class="judgement">{judge(row())}</span>,
      },
    ];
  });
  const narrow: readonly Column<OverviewRow>[] = [
    {
      id: "compact",
      head: () => t("colStation"),
      width: "minmax(0, 1fr)",
      cell: (row) => (
        <span class="compact">
          <span class="compact-name ellipsis">{nameOf(row())}</span>
          <span class="compact-values" classList={{ stale: row().stale }}>
            {formatSignal("t2_supply", row().values.t2_supply, "MPa")} / {formatSignal("t2_return", row().values.t2_return, "MPa")}℃
          </span>
          <span class="compact-bar">{bar(row())}</span>
          <span class="compact-deviation" classList={{ stale: row().stale }}>
            {formatNumber(row().deviationC, 1, true)}
          </span>
          <span class="compact-judgement judgement">{judge(row())}</span>
        </span>
      ),
    },
  ];

  const select = (row: OverviewRow | undefined): void => {
    if (row !== undefined) router.set({ station: row.id });
  };
  const move = (step: number): void => {
    const index = shown().findIndex((row) => row.id === props.selected);
    select(shown()[index < 0 ? 0 : Math.max(0, Math.min(shown().length - 1, index + step))]);
  };
  const open = (id: string): void => {
    if (id !== "") router.go(`/stations/${encodeURIComponent(id)}`);
  };
  keyboard.bind([
    { keys: "/", word: "helpSearch", run: () => field()?.focus() },
    { keys: "j", word: "helpNext", run: () => move(1) },
    { keys: "ArrowDown", word: "helpNext", run: () => move(1) },
    { keys: "k", word: "helpPrevious", run: () => move(-1) },
    { keys: "ArrowUp", word: "helpPrevious", run: () => move(-1) },
    { keys: "Enter", word: "helpOpenSelected", run: () => open(props.selected) },
  ]);
  const inField = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      router.set({ q: undefined });
      field()?.blur();
    } else if (event.key === "Enter") {
      select(shown()[0]);
      field()?.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <Panel
      class="overview-stations"
      title={t("stations")}
      note={t("sortedByDeviation")}
      side={
        <Show when={!props.wall}>
          <span class="table-keys secondary">{t("tableKeys")}</span>
          <input
            ref={setField}
            class="input search"
            type="search"
            aria-label={t("searchLabel")}
            placeholder={t("search")}
            value={text()}
            onInput={(event) => router.set({ q: event.currentTarget.value })}
            onKeyDown={inField}
          />
        </Show>
      }
    >
      <Show when={shown().length > 0} fallback={<p class="grid-note">{t("nothingFound", { text: text() })}</p>}>
        <WindowedTable
          label={t("stations")}
          columns={compact() ? narrow : wide()}
          rows={shown()}
          rowHeightPx={Math.round((compact() ? COMPACT_ROW_REM : ROW_REM) * rem())}
          headless={compact()}
          minWidth={compact() ? "0" : "48rem"}
          rowId={(row) => row.id}
          rowClass={(row) => (row.concern === undefined ? "" : `tint-${row.concern}`)}
          selected={props.selected}
          onSelect={select}
          onOpen={(row) => open(row.id)}
        />
      </Show>
    </Panel>
  );
}
