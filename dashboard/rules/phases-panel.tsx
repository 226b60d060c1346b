import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import type { StationPhaseView } from "../../model/rule-control.ts";
import { SETTABLE_PHASES, type SettablePhase } from "../../model/season.ts";
import { get, post, type ApiError, type Page } from "../api.ts";
import { FormError } from "../components/form-error.tsx";
import { Panel } from "../components/panel.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { type Column, WindowedTable } from "../components/windowed-table.tsx";
import { usePlant, useShell } from "../context.ts";
import { createFetched } from "../fetched.ts";
import { formatDateTime, NO_VALUE } from "../format.ts";
import { createRem } from "../rem.ts";
import { LockedButton } from "./locked-button.tsx";
import { errorOf, useRules, valueOf, whileLookedAt } from "./rules-context.ts";
import { confirmations, disagrees, phaseRows } from "./season.ts";

/** The season phase of every station: what calendar and signals suggest beside what somebody set; set, confirmed or taken back for several at once. */

const REFRESH_MS = 20_000;
const ROW_REM = 2.125;

export function PhasesPanel(): JSX.Element {
  const shell = useShell();
  const { t, router, keyboard } = shell;
  const { network, live } = usePlant();
  const desk = useRules();
  const rem = createRem(window);
  let search: HTMLInputElement | undefined;
  const answer = createFetched(
    () => true,
    () => get<Page<StationPhaseView>>("/api/phases"),
  );
  whileLookedAt(answer.refetch, () => REFRESH_MS);
  const nameOf = (station: string): string => network.asset(station)?.name ?? station;
  const rows = createMemo(() => phaseRows(valueOf(answer)?.items ?? [], nameOf, router.query("station")));
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set<string>());
  /** A station that the search hides is not changed. */
  const meant = createMemo(() => rows().filter(({ station }) => chosen().has(station)));
  const toggle = (station: string): void =>
    void setChosen((known) => (known.has(station) ? new Set([...known].filter((one) => one !== station)) : new Set([...known, station])));
  const all = (): boolean => rows().length > 0 && meant().length === rows().length;
  const [phase, setPhase] = createSignal<SettablePhase>("heating");
  const [reason, setReason] = createSignal("");
  const [sending, setSending] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();
  const [done, setDone] = createSignal(0);
  const locked = (): string | undefined => {
    if (!desk.may("dispatcher")) return t("seasonNeedsDispatcher");
    if (meant().length === 0) return t("seasonChooseStations");
    return reason().trim() === "" ? t("rulesPublishReason") : undefined;
  };
  const send = async (
    requests: readonly { readonly phase: SettablePhase | null; readonly stations: readonly string[] }[],
  ): Promise<void> => {
    if (locked() !== undefined || sending()) return;
    const count = meant().length;
    setSending(true);
    setError(undefined);
    for (const request of requests) {
      const result = await post<Page<StationPhaseView>>("/api/phases", { ...request, reason: reason().trim() });
      if (result.ok) continue;
      setError(result.error);
      break;
    }
    setSending(false);
    answer.refetch();
    if (error() !== undefined) return;
    setReason("");
    setChosen(new Set<string>());
    setDone(count);
  };
  const stations = (): string[] => meant().map(({ station }) => station);
  keyboard.bind([{ keys: "/", word: "helpSearch", run: () => search?.focus() }]);
  const word = (one: StationPhaseView["phase"]): string => (one === null ? NO_VALUE : t(`phase_${one}`));
  const columns: Column<StationPhaseView>[] = [
    {
      id: "chosen",
      width: "2.5rem",
      head: () => (
        <input
          type="checkbox"
          aria-label={t("seasonAll")}
          checked={all()}
          onChange={() => setChosen(all() ? new Set<string>() : new Set(rows().map(({ station }) => station)))}
        />
      ),
      cell: (row) => (
        <input
          type="checkbox"
          aria-label={nameOf(row().station)}
          checked={chosen().has(row().station)}
          onClick={(event) => event.stopPropagation()}
          onChange={() => toggle(row().station)}
        />
      ),
    },
    {
      id: "station",
      width: "minmax(6rem, 1fr)",
      head: () => t("seasonStation"),
      cell: (row) => (
        <a href={`/stations/${encodeURIComponent(row().station)}`} onClick={(event) => event.stopPropagation()}>
          {nameOf(row().station)}
        </a>
      ),
    },
    { id: "phase", width: "6.5rem", head: () => t("seasonPhase"), cell: (row) => <b>{word(row().phase)}</b> },
    { id: "suggested", width: "6.5rem", head: () => t("seasonSuggested"), cell: (row) => word(row().suggested) },
    {
      id: "set",
      width: "minmax(9rem, 2fr)",
      head: () => t("seasonSet"),
      cell: (row) => (
        <Show when={row().set} fallback={<span class="secondary">{t("seasonNotSet")}</span>}>
          {(set) => (
            <span class="ellipsis" title={set().reason}>
              <b classList={{ "general-text": disagrees(row()) }}>
                {disagrees(row()) ? "■ " : ""}
                {word(set().phase)}
              </b>{" "}
              <span class="secondary">
                {formatDateTime(network.timezone, set().from, live.now())} · {set().by} · {set().reason}
              </span>
            </span>
          )}
        </Show>
      ),
    },
  ];
  return (
    <Panel title={t("seasonPhases")} note={t("seasonPhasesNote")} class="phases-panel">
      <form
        class="phases-tools"
        onSubmit={(event) => {
          event.preventDefault();
          void send([{ phase: phase(), stations: stations() }]);
        }}
      >
        <input
          ref={(element) => (search = element)}
          class="input"
          type="search"
          placeholder={t("searchLabel")}
          aria-label={t("searchLabel")}
          value={router.query("station")}
          onInput={(event) => router.set({ station: event.currentTarget.value })}
        />
        <input
          class="input phases-reason"
          maxlength="500"
          autocomplete="off"
          placeholder={t("rulesReason")}
          aria-label={t("rulesReason")}
          disabled={!desk.may("dispatcher")}
          value={reason()}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        <select
          class="input phases-phase"
          aria-label={t("seasonPhase")}
          disabled={!desk.may("dispatcher")}
          onChange={(event) => setPhase(event.currentTarget.value as SettablePhase)}
        >
          <For each={SETTABLE_PHASES}>
            {(one) => (
              <option value={one} selected={one === phase()}>
                {t(`phase_${one}`)}
              </option>
            )}
          </For>
        </select>
        <div class="panel-buttons" role="group" aria-label={t("seasonPhases")}>
          <LockedButton text={t("seasonSetTo", { n: meant().length })} locked={locked()} busy={sending()} main submit />
          <Show when={locked() === undefined}>
            <LockedButton text={t("seasonConfirm")} locked={undefined} busy={sending()} onPress={() => void send(confirmations(meant()))} />
            <LockedButton
              text={t("seasonTakeBack")}
              locked={undefined}
              busy={sending()}
              onPress={() => void send([{ phase: null, stations: stations() }])}
            />
          </Show>
        </div>
        <p role="status" class="publish-done">
          <Show when={done() > 0}>✓ {t("seasonDone", { n: done() })}</Show>
        </p>
        <FormError error={error()} />
      </form>
      <Show
        when={valueOf(answer)}
        fallback={
          <Show when={errorOf(answer)} fallback={<Loading />}>
            {(failed) => <ErrorState error={failed()} onRetry={answer.refetch} />}
          </Show>
        }
      >
        <Show when={rows().length > 0} fallback={<p class="state">{t("nothingFound", { text: router.query("station") })}</p>}>
          <WindowedTable
            label={t("seasonPhases")}
            columns={columns}
            rows={rows()}
            rowHeightPx={ROW_REM * rem()}
            minWidth="34rem"
            rowId={({ station }) => station}
            selected=""
            onSelect={({ station }) => toggle(station)}
          />
        </Show>
      </Show>
    </Panel>
  );
}
