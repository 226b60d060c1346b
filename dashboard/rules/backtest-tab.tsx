import { Match, Show, Switch, type JSX } from "solid-js";
import type { BacktestRun } from "../../model/backtest.ts";
import { useShell } from "../context.ts";
import { BacktestForm } from "./backtest-form.tsx";
import { BacktestResult } from "./backtest-result.tsx";
import { Lock } from "./locked-button.tsx";
import { RunList } from "./run-list.tsx";
import { useRules } from "./rules-context.ts";
import { createShadow, ShadowPanel, ShadowResult } from "./shadow-panel.tsx";

/** Trying limits: over stored history (backtest) or beside the live ones (shadow), and how the tickets differ. */
export function BacktestTab(): JSX.Element {
  const { t } = useShell();
  const desk = useRules();
  return (
    <Show
      when={desk.may("engineer")}
      fallback={
        <p class="state">
          <Lock />
          {t("backtestNeedsEngineer")}
        </p>
      }
    >
      <Trials />
    </Show>
  );
}

/** In the place of a run's id in the URL. */
const SHADOW = "shadow";

function Trials(): JSX.Element {
  const { t, router } = useShell();
  const desk = useRules();
  const shadow = createShadow();
  const chosen = (): BacktestRun | undefined =>
    desk.runs().find((run) => run.id === router.query("run")) ??
    (router.query("run") === "" ? desk.runs().find(({ state }) => state !== "cancelled") : undefined);
  return (
    <div class="trials">
      <div class="rules-column">
        <BacktestForm onAsked={(run) => router.set({ run: run.id })} />
        <RunList chosen={router.query("run") === SHADOW ? undefined : chosen()} onChoose={(run) => router.set({ run: run.id })} />
        <ShadowPanel shadow={shadow} shown={router.query("run") === SHADOW} onShow={() => router.set({ run: SHADOW })} />
      </div>
      <div class="rules-column">
        <Switch fallback={<p class="state">{t("backtestNone")}</p>}>
          <Match when={router.query("run") === SHADOW}>
            <ShadowResult shadow={shadow} />
          </Match>
          <Match when={chosen()}>{(run) => <BacktestResult run={run()} />}</Match>
        </Switch>
      </div>
    </div>
  );
}
