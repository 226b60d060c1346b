import { createSignal, Show, type JSX } from "solid-js";
import type { Shadow, TicketDifference } from "../../model/backtest.ts";
import { get, post, remove, type ApiError, type Result } from "../api.ts";
import { FormError } from "../components/form-error.tsx";
import { FigureTile } from "../components/figure-tile.tsx";
import { Panel } from "../components/panel.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { createFetched, type Fetched } from "../fetched.ts";
import { formatDateTime } from "../format.ts";
import { ChangeList } from "./change-list.tsx";
import { DifferenceTable, leadText } from "./difference-table.tsx";
import { changesBetween } from "./draft.ts";
import { KindBars } from "./kind-bars.tsx";
import { LockedButton } from "./locked-button.tsx";
import { medianLeadSince, sideCounts } from "./outcome.ts";
import { ReasonField } from "./reason-field.tsx";
import { errorOf, useRules, valueOf, whileLookedAt } from "./rules-context.ts";

/** Other limits beside the live ones: begun with the draft, with tickets that nobody sees on the board, stopped at will. */

interface ShadowAnswer {
  readonly shadow: Shadow | null;
  readonly difference: TicketDifference | null;
}
type FetchedShadow = Fetched<Result<ShadowAnswer>>;

const CATCHING_UP_MS = 2_000;
const RESTING_MS = 20_000;

export function createShadow(): FetchedShadow {
  const answer = createFetched(
    () => true,
    () => get<ShadowAnswer>("/api/shadow"),
  );
  const catchingUp = (): boolean => {
    const shadow = valueOf(answer)?.shadow;
    return shadow !== null && shadow !== undefined && shadow.endedAt === null && shadow.ready < shadow.stations;
  };
  whileLookedAt(answer.refetch, () => (catchingUp() ? CATCHING_UP_MS : RESTING_MS));
  return answer;
}

export function ShadowPanel(props: { shadow: FetchedShadow; shown: boolean; onShow: () => void }): JSX.Element {
  const shell = useShell();
  const { t } = shell;
  const { network, live } = usePlant();
  const desk = useRules();
  const [reason, setReason] = createSignal("");
  const [sending, setSending] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();
  const last = (): Shadow | undefined => valueOf(props.shadow)?.shadow ?? undefined;
  const running = (): Shadow | undefined => (last()?.endedAt === null ? last() : undefined);
  const locked = (): string | undefined => {
    if (desk.draft.changes().length === 0) return t("shadowNeedsDraft");
    return reason().trim() === "" ? t("rulesPublishReason") : undefined;
  };
  const act = async (request: Promise<Result<Shadow>>): Promise<void> => {
    setSending(true);
    const answer = await request;
    setSending(false);
    setError(answer.ok ? undefined : answer.error);
    if (answer.ok) setReason("");
    props.shadow.refetch();
  };
  const begin = (event: SubmitEvent): void => {
    event.preventDefault();
    if (locked() !== undefined || sending()) return;
    void act(post<Shadow>("/api/shadow", { overrides: desk.draft.limits(), reason: reason().trim() })).then(props.onShow);
  };
  return (
    <Panel title={t("shadow")} note={t("shadowNote")} class="shadow-panel">
      <Show when={props.shadow.latest()} fallback={<Loading />}>
        <Show when={errorOf(props.shadow)}>{(failed) => <ErrorState error={failed()} onRetry={props.shadow.refetch} />}</Show>
        <Show when={last()}>
          {(one) => (
            <div class="run" classList={{ "run-chosen": props.shown }}>
              <button type="button" class="run-open" aria-current={props.shown ? "true" : undefined} onClick={() => props.onShow()}>
                <b>{t(one().endedAt === null ? "shadowRuns" : "shadowEnded")}</b>
                <span class="run-what">
                  {one().reason}
                  <span class="limit-note">
                    {formatDateTime(network.timezone, one().startedAt, live.now())}
                    {one().endedAt === null ? "" : ` – ${formatDateTime(network.timezone, one().endedAt!, live.now())}`} · {one().by}
                  </span>
                </span>
              </button>
              <Show when={one().endedAt === null}>
                <span class="run-side">
                  <span class="secondary">{t("shadowReady", { n: one().ready, all: one().stations })}</span>
                  <progress class="run-progress" max={Math.max(1, one().stations)} value={one().ready} aria-label={t("shadow")} />
                </span>
              </Show>
            </div>
          )}
        </Show>
        <form class="panel-form" onSubmit={begin}>
          <FormError error={error()} />
          <ReasonField value={reason()} onInput={setReason} />
          <div class="panel-buttons">
            <LockedButton text={t(running() === undefined ? "shadowBegin" : "shadowReplace")} locked={locked()} busy={sending()} submit />
            <Show when={running()}>
              <LockedButton
                text={t("shadowStop")}
                locked={undefined}
                busy={sending()}
                onPress={() => void act(remove<Shadow>("/api/shadow"))}
              />
            </Show>
          </div>
        </form>
      </Show>
    </Panel>
  );
}

export function ShadowResult(props: { shadow: FetchedShadow }): JSX.Element {
  const shell = useShell();
  const { t } = shell;
  const desk = useRules();
  const answer = () => valueOf(props.shadow);
  return (
    <Show when={answer()?.difference} fallback={<p class="state">{t(props.shadow.latest() === undefined ? "loading" : "shadowNone")}</p>}>
      {(difference) => (
        <>
          <dl class="figures trial-figures">
            <FigureTile
              label={t("resultDifference")}
              value={`+${difference().onlyTried.length} / −${difference().onlyLive.length}`}
              rest={t("resultOtherName", { n: difference().otherKind.length })}
            />
            <FigureTile
              label={t("resultOpened")}
              value={`${sideCounts(difference()).live} → ${sideCounts(difference()).tried}`}
              rest={t("resultLiveTried")}
            />
            <FigureTile
              label={t("resultLead")}
              value={leadText(shell, medianLeadSince(difference(), answer()!.shadow!.startedAt))}
              rest={t("resultLeadNote")}
            />
          </dl>
          <div class="trial-pair">
            <Panel title={t("resultKinds")} note={t("shadow")}>
              <KindBars difference={difference()} />
            </Panel>
            <Panel title={t("resultLimits")} note={t("resultLimitsNote")}>
              <ChangeList changes={changesBetween(desk.published()[0]?.overrides ?? {}, answer()!.shadow!.overrides)} />
            </Panel>
          </div>
          <DifferenceTable difference={difference()} leadsFrom={answer()!.shadow!.startedAt} />
        </>
      )}
    </Show>
  );
}
