import { createMemo, onCleanup, Show, type JSX } from "solid-js";
import { get } from "../api.ts";
import { createFetched } from "../fetched.ts";
import { FigureTile } from "../components/figure-tile.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatAge, formatNumber, formatShare, NO_VALUE } from "../format.ts";
import { OFF_CURVE_C, overviewFigures, type OverviewRow } from "./overview-rows.ts";

/** The part of `GET /api/kpi` that the overview shows. */
interface KpiAnswer {
  readonly beforeCall: {
    readonly called: number;
    readonly before: number;
    readonly share: number | null;
    readonly medianLeadMs: number | null;
  };
}

const KPI_REFRESH_MS = 60_000;

/** The six figures of the whole network. */
export function OverviewFiguresRow(props: { rows: readonly OverviewRow[] }): JSX.Element {
  const { t } = useShell();
  const { live, network } = usePlant();
  const figures = createMemo(() => overviewFigures(network, props.rows, live.stations(), live.tickets().values(), live.now()));
  const kpi = createFetched(
    () => true,
    async () => {
      const answer = await get<KpiAnswer>("/api/kpi");
      return answer.ok ? answer.value.beforeCall : undefined;
    },
  );
  const timer = setInterval(() => document.hidden || kpi.refetch(), KPI_REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  /** Of the last answer: a refresh must not blink. */
  const beforeCall = () => kpi.latest();
  const lost = (): boolean => live.lostAt() !== null;
  return (
    <dl class="figures">
      <FigureTile
        label={t("figureStations")}
        value={formatNumber(figures().online, 0)}
        rest={`/ ${formatNumber(figures().total, 0)}`}
        stale={lost()}
      />
      <FigureTile
        label={t("figureOffCurve", { limit: OFF_CURVE_C })}
        value={formatNumber(figures().offCurve, 0)}
        rest={figures().offCurve === null ? "" : t("figureOffCurveUrgent", { n: figures().offCurveUrgent })}
        stale={lost()}
      />
      <FigureTile
        label={t("figureMeanSupply")}
        value={formatNumber(figures().meanSupplyC, 1)}
        rest={figures().meanExpectedC === null ? "" : `/ ${formatNumber(figures().meanExpectedC, 1)}℃`}
        stale={lost()}
      />
      <FigureTile
        label={t("figureMakeup")}
        value={formatNumber(figures().makeupM3h, 1)}
        rest={figures().makeupExpectedM3h === null ? "" : `/ ${formatNumber(figures().makeupExpectedM3h, 1)} m³/h`}
        stale={lost()}
      />
      <FigureTile
        label={t("figureOpen")}
        value={formatNumber(figures().open, 0)}
        rest={
          <Show when={figures().overdue > 0} fallback={t("figureOverdueNone")}>
            <span class="urgent-text">▲ {t("figureOverdue", { n: figures().overdue })}</span>
          </Show>
        }
      />
      <FigureTile
        label={t("figureBeforeCall")}
        value={formatShare(beforeCall()?.share)}
        title={beforeCall()?.share === null ? t("figureNoCallsWhy") : undefined}
        rest={
          <Show when={beforeCall()} fallback={NO_VALUE}>
            {(found) =>
              found().share === null
                ? t("figureNoCalls")
                : found().medianLeadMs === null
                  ? t("figureCalls", { calls: found().called })
                  : t("figureLead", { lead: formatAge(found().medianLeadMs!) })
            }
          </Show>
        }
      />
    </dl>
  );
}
