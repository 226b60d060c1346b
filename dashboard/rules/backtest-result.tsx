import { createMemo, Show, type JSX } from "solid-js";
import type { BacktestOutcome, BacktestRun } from "../../model/backtest.ts";
import { get } from "../api.ts";
import { FigureTile } from "../components/figure-tile.tsx";
import { Panel } from "../components/panel.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { createFetched } from "../fetched.ts";
import { formatDateTime, formatNumber, formatShare, NO_VALUE } from "../format.ts";
import { ChangeList } from "./change-list.tsx";
import { DifferenceTable, leadText } from "./difference-table.tsx";
import { changesBetween } from "./draft.ts";
import { KindBars } from "./kind-bars.tsx";
import { isOver, sideCounts } from "./outcome.ts";
import { errorOf, useRules, valueOf } from "./rules-context.ts";

/** What a backtest would have opened, beside what was opened live. */

/** More new tickets in ten minutes than one person can read (UI.md, load; EEMUA 191). */
const READABLE_PER_10_MIN = 10;

export function BacktestResult(props: { run: BacktestRun }): JSX.Element {
  const shell = useShell();
  const { t } = shell;
  const { network, live } = usePlant();
  const desk = useRules();
  const answer = createFetched(
    () => (props.run.state === "done" ? props.run.id : null),
    async (id) => ({ id, result: await get<BacktestOutcome>(`/api/backtests/${encodeURIComponent(id)}/result`) }),
  );
  /** The answer of the run that is shown, not of the one before. */
  const own = { latest: () => (answer.latest()?.id === props.run.id ? answer.latest()!.result : undefined) };
  const outcome = (): BacktestOutcome | undefined => valueOf(own);
  const counts = createMemo(() => (outcome() === undefined ? undefined : sideCounts(outcome()!.difference)));
  const figures = () => props.run.figures;
  const changes = createMemo(() =>
    props.run.overrides === null ? [] : changesBetween(desk.published()[0]?.overrides ?? {}, props.run.overrides),
  );
  const title = (): string => t("backtestOf", { id: props.run.id });
  const span = (): string =>
    `${formatDateTime(network.timezone, props.run.from, live.now())} – ${formatDateTime(network.timezone, props.run.to, live.now())}`;
  return (
    <Show
      when={outcome()}
      fallback={
        <Panel title={title()} note={t(`run_${props.run.state}`)}>
          <Show when={errorOf(own)} fallback={<Waiting />}>
            {(failed) => <ErrorState error={failed()} onRetry={answer.refetch} />}
          </Show>
        </Panel>
      }
    >
      {(done) => (
        <>
          <dl class="figures trial-figures">
            <FigureTile
              label={t("resultDifference")}
              value={`+${done().difference.onlyTried.length} / −${done().difference.onlyLive.length}`}
              rest={t("resultOtherName", { n: done().difference.otherKind.length })}
            />
            <FigureTile label={t("resultOpened")} value={`${counts()!.live} → ${counts()!.tried}`} rest={t("resultLiveTried")} />
            <FigureTile
              label={t("resultPerDay")}
              value={formatNumber(figures()?.ticketsPerDay, 1)}
              rest={t("resultHeld", { n: figures()?.held ?? 0 })}
            />
            <FigureTile
              label={t("resultMost")}
              value={`${(figures()?.mostPer10Min ?? 0) > READABLE_PER_10_MIN ? "■ " : ""}${figures()?.mostPer10Min ?? NO_VALUE}`}
              rest={`≤ ${READABLE_PER_10_MIN}`}
            />
            <FigureTile label={t("resultLead")} value={leadText(shell, done().difference.medianLeadMs)} rest={t("resultLeadNote")} />
          </dl>
          <div class="trial-pair">
            <Panel title={t("resultKinds")} note={title()} side={<span class="secondary">{span()}</span>}>
              <KindBars difference={done().difference} />
            </Panel>
            <Panel title={t("resultLimits")} note={props.run.overrides === null ? t("backtestPublished") : t("resultLimitsNote")}>
              <Show when={changes().length > 0} fallback={<p class="state">{t("resultLimitsSame")}</p>}>
                <ChangeList changes={changes()} />
              </Show>
            </Panel>
          </div>
          <Show when={(figures()?.failures ?? 0) > 0}>
            <p class="form-error" role="alert">
              {t("resultFailures", { n: figures()!.failures, why: figures()!.lastFailure ?? "" })}
            </p>
          </Show>
          <DifferenceTable difference={done().difference} />
        </>
      )}
    </Show>
  );

  function Waiting(): JSX.Element {
    return (
      <Show
        when={!isOver(props.run)}
        fallback={
          <Show when={props.run.state === "done"} fallback={<p class="state">{props.run.error ?? t(`run_${props.run.state}`)}</p>}>
            <Loading />
          </Show>
        }
      >
        <div class="state" role="status">
          {t(`run_${props.run.state}`)} {formatShare(props.run.progress)}
          <progress class="run-progress" max="1" value={props.run.progress} aria-label={t("backtestProgress", { id: props.run.id })} />
        </div>
      </Show>
    );
  }
}
