import { createSignal, For, Show, type JSX } from "solid-js";
import type { BacktestRun } from "../../model/backtest.ts";
import { post, type ApiError } from "../api.ts";
import { FormError } from "../components/form-error.tsx";
import { Panel } from "../components/panel.tsx";
import { Segments } from "../components/segments.tsx";
import { usePlant, useShell } from "../context.ts";
import { AssetPicker } from "./asset-picker.tsx";
import { LockedButton } from "./locked-button.tsx";
import { fromLocalInput, fullMinute, toLocalDay } from "./local-time.ts";
import { ReasonField } from "./reason-field.tsx";
import { useRules } from "./rules-context.ts";

/** What is to be tried: which limits, over which window, at which stations, and why. */

const DAY_MS = 86_400_000;
const WINDOWS = ["7", "30", "dates"] as const;

export function BacktestForm(props: { onAsked: (run: BacktestRun) => void }): JSX.Element {
  const shell = useShell();
  const { t, router } = shell;
  const { network, live } = usePlant();
  const desk = useRules();
  const [span, setSpan] = createSignal<(typeof WINDOWS)[number]>("7");
  const [firstDay, setFirstDay] = createSignal(toLocalDay(network.timezone, live.now() - 7 * DAY_MS));
  const [lastDay, setLastDay] = createSignal(toLocalDay(network.timezone, live.now()));
  const [stations, setStations] = createSignal<readonly string[]>([]);
  const [reason, setReason] = createSignal("");
  const [sending, setSending] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();
  const hasDraft = (): boolean => desk.draft.changes().length > 0;
  const what = (): "draft" | "published" => (hasDraft() && router.query("try") !== "published" ? "draft" : "published");
  /** Local days, the last one included; undefined when they are none or the wrong way round. */
  const window = (): { from: number; to: number } | undefined => {
    const now = fullMinute(live.now());
    if (span() !== "dates") return { from: now - Number(span()) * DAY_MS, to: now };
    const from = fromLocalInput(network.timezone, firstDay());
    const end = fromLocalInput(network.timezone, lastDay());
    if (from === undefined || end === undefined || from > end || from >= now) return undefined;
    return { from, to: Math.min(now, end + DAY_MS) };
  };
  const locked = (): string | undefined => {
    if (window() === undefined) return t("backtestBadDates");
    return reason().trim() === "" ? t("rulesPublishReason") : undefined;
  };
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (locked() !== undefined || sending()) return;
    setSending(true);
    setError(undefined);
    const answer = await post<BacktestRun>("/api/backtests", {
      ...window(),
      stations: stations().length === 0 ? null : stations(),
      overrides: what() === "draft" ? desk.draft.limits() : null,
      reason: reason().trim(),
    });
    setSending(false);
    if (!answer.ok) return void setError(answer.error);
    setReason("");
    desk.refetchRuns();
    props.onAsked(answer.value);
  };
  return (
    <Panel title={t("backtestNew")} note={t("backtestNewNote")}>
      <form class="panel-form" onSubmit={(event) => void send(event)}>
        <div class="form-line">
          <span class="form-name">{t("backtestWhat")}</span>
          <Segments
            label={t("backtestWhat")}
            value={what()}
            options={[
              ...(hasDraft() ? [{ value: "draft" as const, text: t("rulesDraftCount", { n: desk.draft.changes().length }) }] : []),
              { value: "published" as const, text: t("backtestPublished") },
            ]}
            onChoose={(chosen) => router.set({ try: chosen })}
          />
        </div>
        <div class="form-line">
          <span class="form-name">{t("backtestWindow")}</span>
          <Segments
            label={t("backtestWindow")}
            value={span()}
            options={WINDOWS.map((value) => ({ value, text: value === "dates" ? t("backtestDates") : t("backtestDays", { n: value }) }))}
            onChoose={setSpan}
          />
        </div>
        <Show when={span() === "dates"}>
          <div class="form-pair">
            <label class="form-field">
              <span>{t("backtestFirstDay")}</span>
              <input class="input" type="date" value={firstDay()} onInput={(event) => setFirstDay(event.currentTarget.value)} />
            </label>
            <label class="form-field">
              <span>{t("backtestLastDay")}</span>
              <input class="input" type="date" value={lastDay()} onInput={(event) => setLastDay(event.currentTarget.value)} />
            </label>
          </div>
        </Show>
        <AssetPicker
          label={t("backtestStations")}
          value=""
          none={t("backtestAllStations", { n: network.stations.length })}
          belongs={(asset) => asset.level === "station"}
          onChoose={(id) => setStations((known) => (id === "" || known.includes(id) ? known : [...known, id]))}
        />
        <Show when={stations().length > 0}>
          <ul class="chips" aria-label={t("backtestStations")}>
            <For each={stations()}>
              {(id) => (
                <li>
                  <button
                    type="button"
                    class="chip"
                    aria-label={t("backtestWithout", { station: network.fullName(id) })}
                    onClick={() => setStations((known) => known.filter((one) => one !== id))}
                  >
                    {network.fullName(id)} <span aria-hidden="true">×</span>
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
        <ReasonField value={reason()} onInput={setReason} />
        <FormError error={error()} />
        <LockedButton text={t("backtestStart")} locked={locked()} busy={sending()} main submit />
      </form>
    </Panel>
  );
}
