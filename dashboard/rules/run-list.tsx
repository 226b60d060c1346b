import { createSignal, For, Show, type JSX } from "solid-js";
import type { BacktestRun } from "../../model/backtest.ts";
import { sameLimits } from "../../model/limit-values.ts";
import { remove, type ApiError } from "../api.ts";
import { FormError } from "../components/form-error.tsx";
import { Panel } from "../components/panel.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatDateTime, formatDay, formatShare } from "../format.ts";
import { isOver } from "./outcome.ts";
import { useRules } from "./rules-context.ts";

/** The backtests, newest first: what they try, how far they are, and the way to stop one. */
export function RunList(props: { chosen: BacktestRun | undefined; onChoose: (run: BacktestRun) => void }): JSX.Element {
  const shell = useShell();
  const { t } = shell;
  const { network, live } = usePlant();
  const desk = useRules();
  const [error, setError] = createSignal<ApiError>();
  const cancel = async (run: BacktestRun): Promise<void> => {
    const answer = await remove<BacktestRun>(`/api/backtests/${encodeURIComponent(run.id)}`);
    setError(answer.ok ? undefined : answer.error);
    desk.refetchRuns();
  };
  const tries = (run: BacktestRun): string => {
    if (run.overrides === null) return t("backtestPublished");
    if (desk.draft.changes().length > 0 && sameLimits(run.overrides, desk.draft.limits())) return t("backtestThisDraft");
    return t("backtestOtherDraft");
  };
  return (
    <Panel title={t("backtestRuns")} note={t("backtestRunsNote")}>
      <FormError error={error()} />
      <Show
        when={desk.runs().length > 0}
        fallback={
          <Show when={desk.runsFailed()} fallback={desk.runsLoading() ? <Loading /> : <p class="state">{t("backtestNone")}</p>}>
            {(failed) => <ErrorState error={failed()} onRetry={desk.refetchRuns} />}
          </Show>
        }
      >
        <ol class="runs">
          <For each={desk.runs()}>
            {(run) => (
              <li class="run" classList={{ "run-chosen": run.id === props.chosen?.id }}>
                <button
                  type="button"
                  class="run-open"
                  aria-current={run.id === props.chosen?.id ? "true" : undefined}
                  onClick={() => props.onChoose(run)}
                >
                  <b>{run.id}</b>
                  <span class="run-what">
                    {tries(run)} · {formatDay(network.timezone, run.from)}–{formatDay(network.timezone, run.to)} ·{" "}
                    {run.stations === null ? t("backtestAll") : t("backtestSome", { n: run.stations.length })}
                    <span class="limit-note">
                      {formatDateTime(network.timezone, run.madeAt, live.now())} · {run.by} · {run.reason}
                    </span>
                    <Show when={run.error}>{(why) => <span class="field-error">{why()}</span>}</Show>
                  </span>
                </button>
                <span class="run-side">
                  <Show when={!isOver(run)} fallback={<span class="secondary">{t(`run_${run.state}`)}</span>}>
                    <span class="secondary">
                      {t(`run_${run.state}`)} {formatShare(run.progress)}
                    </span>
                    <progress class="run-progress" max="1" value={run.progress} aria-label={t("backtestProgress", { id: run.id })} />
                    <button
                      type="button"
                      class="link-button"
                      aria-label={t("backtestCancelOf", { id: run.id })}
                      onClick={() => void cancel(run)}
                    >
                      {t("cancel")}
                    </button>
                  </Show>
                </span>
              </li>
            )}
          </For>
        </ol>
      </Show>
    </Panel>
  );
}
