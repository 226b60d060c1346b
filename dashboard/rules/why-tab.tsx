import { createMemo, createSignal, createUniqueId, Show, type JSX } from "solid-js";
import type { Insight, Learning } from "../../model/insight.ts";
import { get } from "../api.ts";
import { Panel } from "../components/panel.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { createFetched } from "../fetched.ts";
import { formatDateTime } from "../format.ts";
import { AssetPicker } from "./asset-picker.tsx";
import { Learned } from "./learned.tsx";
import { fromLocalInput, toLocalInput } from "./local-time.ts";
import { errorOf, valueOf, whileLookedAt } from "./rules-context.ts";
import { WhyRules } from "./why-rules.tsx";

/** Why something was found, or not: the last evaluations of every rule over an asset, now or at a past moment, and what the rules know of it. */

const REFRESH_MS = 15_000;
/** Rules judge in event time, with the newest readings; older than this and the station is not judged as now. */
const BEHIND_MS_MAX = 15 * 60_000;

export function WhyTab(): JSX.Element {
  const { t, router, keyboard } = useShell();
  const { network, live } = usePlant();
  let field: HTMLInputElement | undefined;
  const timeId = createUniqueId();
  const asset = (): string => router.query("asset");
  const known = (): boolean => network.asset(asset()) !== undefined;
  /** Undefined: now. */
  const at = (): number | undefined => (/^\d{1,16}$/.test(router.query("at")) ? Number(router.query("at")) : undefined);
  const [typed, setTyped] = createSignal(at() === undefined ? "" : toLocalInput(network.timezone, at()!));
  const ahead = (): boolean => at() !== undefined && at()! > live.now();
  const asked = createMemo(() => (known() && !ahead() ? { asset: asset(), at: at() } : null), undefined, {
    equals: (a, b) => a?.asset === b?.asset && a?.at === b?.at,
  });
  const why = createFetched(asked, async (query) => ({ query, result: await get<Insight>("/api/rules/why", query) }));
  const learned = createFetched(asked, async (query) => ({ query, result: await get<Learning>("/api/rules/learned", query) }));
  /** Answers about what is asked now, not about the asset or moment before. */
  const insight = { latest: () => (why.latest()?.query === asked() ? why.latest()!.result : undefined) };
  const learning = { latest: () => (learned.latest()?.query === asked() ? learned.latest()!.result : undefined) };
  const refetch = (): void => {
    why.refetch();
    learned.refetch();
  };
  whileLookedAt(
    () => asked() !== null && at() === undefined && refetch(),
    () => REFRESH_MS,
  );
  keyboard.bind([{ keys: "/", word: "helpSearch", run: () => field?.focus() }]);
  const setTime = (text: string): void => {
    setTyped(text);
    router.set({ at: fromLocalInput(network.timezone, text)?.toString() });
  };
  const behind = (told: Insight): boolean => at() === undefined && told.at !== null && live.now() - told.at > BEHIND_MS_MAX;
  return (
    <div class="why">
      <Panel title={t("whyAsk")} note={t("whyAskNote")} class="why-ask">
        <div class="panel-form">
          <AssetPicker
            label={t("whyAsset")}
            value={asset()}
            onChoose={(id) => router.set({ asset: id }, true)}
            onField={(element) => (field = element)}
          />
          <label class="form-field" for={timeId}>
            <span>{t("whyTime")}</span>
            <span class="why-time">
              <input
                id={timeId}
                class="input"
                type="datetime-local"
                value={typed()}
                max={toLocalInput(network.timezone, live.now())}
                aria-invalid={ahead()}
                onChange={(event) => setTime(event.currentTarget.value)}
              />
              <button type="button" class="button" disabled={typed() === ""} onClick={() => setTime("")}>
                {t("whyNow")}
              </button>
            </span>
          </label>
          <Show when={ahead()}>
            <p class="field-error" role="alert">
              {t("whyAhead")}
            </p>
          </Show>
          <Show when={valueOf(insight)}>
            {(told) => (
              <p class="secondary" role="status">
                <Show when={told().at} fallback={t("whyNothing")}>
                  {(judgedAt) => (
                    <>
                      <span classList={{ "general-text": behind(told()) }}>
                        {behind(told()) ? "■ " : ""}
                        {t("whyJudged", { time: formatDateTime(network.timezone, judgedAt(), live.now()) })}
                      </span>
                      <Show when={told().phase}>{(phase) => <> · {t("whyPhase", { phase: t(`phase_${phase()}`) })}</>}</Show>
                    </>
                  )}
                </Show>
              </p>
            )}
          </Show>
        </div>
      </Panel>
      <Show when={asked() !== null} fallback={<p class="state">{t("whyChoose")}</p>}>
        <div class="rules-column">
          <Show
            when={valueOf(insight)}
            fallback={
              <Show when={errorOf(insight)} fallback={<Loading text={at() === undefined ? t("loading") : t("whyFolding")} />}>
                {(failed) => <ErrorState error={failed()} onRetry={refetch} />}
              </Show>
            }
          >
            {(told) => <WhyRules insight={told()} />}
          </Show>
        </div>
        <div class="rules-column">
          <Show
            when={valueOf(learning)}
            fallback={
              <Show when={errorOf(learning)} fallback={<Loading />}>
                {(failed) => <ErrorState error={failed()} onRetry={refetch} />}
              </Show>
            }
          >
            {(told) => <Learned learning={told()} />}
          </Show>
        </div>
      </Show>
    </div>
  );
}
