import { createEffect, createMemo, createSignal, For, on, Show, type JSX } from "solid-js";
import type { LimitsView } from "../../model/rule-control.ts";
import { post, type ApiError } from "../api.ts";
import { FormError } from "../components/form-error.tsx";
import { Panel } from "../components/panel.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatDay } from "../format.ts";
import { LockedButton } from "./locked-button.tsx";
import { backtestsOf } from "./outcome.ts";
import { useRules } from "./rules-context.ts";

/** Publishing the draft for the whole network, with the reason that people read later and the backtest behind it. */
export function PublishPanel(): JSX.Element {
  const shell = useShell();
  const { t } = shell;
  const { network } = usePlant();
  const desk = useRules();
  const [reason, setReason] = createSignal("");
  const [backtest, setBacktest] = createSignal("");
  const [sending, setSending] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();
  const [done, setDone] = createSignal<LimitsView>();
  const fitting = createMemo(() => (desk.draft.changes().length === 0 ? [] : backtestsOf(desk.runs(), desk.draft.limits())));
  // The newest backtest of exactly this draft is offered; whoever wants none says so.
  createEffect(
    on(
      () => fitting()[0]?.id,
      (newest) => setBacktest(newest ?? ""),
    ),
  );
  createEffect(
    on(
      () => desk.draft.changes().length,
      (count) => count > 0 && setDone(undefined),
    ),
  );
  const locked = (): string | undefined => {
    if (!desk.may("engineer")) return t("rulesNeedsEngineer");
    if (desk.draft.changes().length === 0) return t("rulesPublishNothing");
    return reason().trim() === "" ? t("rulesPublishReason") : undefined;
  };
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (locked() !== undefined || sending()) return;
    setSending(true);
    setError(undefined);
    // Somebody else may have published meanwhile: what differs now has to be seen first.
    if (!(await desk.stillHolds())) {
      setSending(false);
      return;
    }
    const chosen = backtest() === "" ? null : backtest();
    const after = desk.published()[0]?.id ?? null;
    const body = { overrides: desk.draft.limits(), reason: reason().trim(), backtest: chosen, after };
    const answer = await post<LimitsView>("/api/limits", body);
    setSending(false);
    if (!answer.ok) return void setError(answer.error);
    desk.draft.discard();
    setReason("");
    setDone(answer.value);
    desk.refetchLimits();
  };
  return (
    <Panel title={t("rulesPublish")} note={t("rulesPublishNote")} class="publish-panel">
      <form
        class="panel-form"
        onSubmit={(event) => void send(event)}
        onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.currentTarget.requestSubmit()}
      >
        <label class="form-field">
          <span>{t("rulesReason")}</span>
          <textarea
            class="input"
            rows="2"
            maxlength="500"
            disabled={!desk.may("engineer")}
            value={reason()}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <Show when={desk.may("engineer") && desk.draft.changes().length > 0}>
          <label class="form-field">
            <span>{t("rulesPublishBacktest")}</span>
            <select class="input" value={backtest()} onChange={(event) => setBacktest(event.currentTarget.value)}>
              <For each={fitting()}>
                {(run) => (
                  <option value={run.id} selected={run.id === backtest()}>
                    {run.id} · {formatDay(network.timezone, run.from)}–{formatDay(network.timezone, run.to)} ·{" "}
                    {t("rulesPerDay", { n: (run.figures?.ticketsPerDay ?? 0).toFixed(1) })}
                  </option>
                )}
              </For>
              <option value="" selected={backtest() === ""}>
                {t(fitting().length === 0 ? "rulesPublishUntried" : "rulesPublishWithout")}
              </option>
            </select>
          </label>
        </Show>
        <FormError error={error()} />
        <LockedButton text={t("rulesPublishNow")} locked={locked()} busy={sending()} main submit />
        <p role="status" class="publish-done">
          <Show when={done()}>{(set) => <>✓ {t("rulesPublished", { id: set().id })}</>}</Show>
        </p>
      </form>
    </Panel>
  );
}
