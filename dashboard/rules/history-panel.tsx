import { For, Show, type JSX } from "solid-js";
import { sameLimits, type LimitValues } from "../../model/limit-values.ts";
import { Panel } from "../components/panel.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatDateTime } from "../format.ts";
import { countLimits } from "./draft.ts";
import { useRules } from "./rules-context.ts";

/** The published sets: who, when, why, on which backtest; every one can be put back into the draft. */
export function HistoryPanel(): JSX.Element {
  const { t } = useShell();
  const { network, live } = usePlant();
  const desk = useRules();
  const Back = (props: { set: LimitValues; what: string }): JSX.Element => (
    <Show when={desk.may("engineer") && !sameLimits(props.set, desk.draft.limits())}>
      <button
        type="button"
        class="link-button"
        aria-label={t("rulesBackTo", { what: props.what })}
        onClick={() => desk.draft.take(props.set)}
      >
        {t("rulesBack")}
      </button>
    </Show>
  );
  return (
    <Panel title={t("rulesHistory")} note={t("rulesHistoryNote")} class="history-panel">
      <ol class="versions">
        <For each={desk.published()}>
          {(set, index) => (
            <li class="version">
              <b>{set.id}</b>
              <span class="version-why">
                {set.reason}
                <span class="limit-note">
                  {formatDateTime(network.timezone, set.madeAt, live.now())} · {set.by} ·{" "}
                  {t("rulesSetSize", { n: countLimits(set.overrides) })}
                  <Show when={set.backtest} fallback={<> · {t("rulesNoBacktest")}</>}>
                    {(run) => (
                      <>
                        {" · "}
                        <a class="text-link" href={`/rules?tab=backtest&run=${encodeURIComponent(run())}`}>
                          {t("rulesOnBacktest", { id: run() })}
                        </a>
                      </>
                    )}
                  </Show>
                </span>
              </span>
              <span class="version-side">
                <Show when={index() === 0}>
                  <b>{t("rulesInForce")}</b>
                </Show>
                <Back set={set.overrides} what={set.id} />
              </span>
            </li>
          )}
        </For>
        <li class="version">
          <b>—</b>
          <span class="version-why">
            {t("rulesDefaults")}
            <span class="limit-note">{t("rulesDefaultsNote")}</span>
          </span>
          <span class="version-side">
            <Show when={desk.published().length === 0}>
              <b>{t("rulesInForce")}</b>
            </Show>
            <Back set={{}} what={t("rulesDefaults")} />
          </span>
        </li>
      </ol>
    </Panel>
  );
}
