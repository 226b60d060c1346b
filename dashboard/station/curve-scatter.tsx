import { createMemo, For, Show, type JSX } from "solid-js";
import type { Curve } from "../../model/curve.ts";
import { expectedSupplyC } from "../../model/heating-curve.ts";
import type { Asset } from "../../model/network.ts";
import { get, type ApiError, type Result } from "../api.ts";
import { lineOf } from "../charts/chart-data.ts";
import { BAND_C } from "../charts/supply-band.ts";
import { Panel } from "../components/panel.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { createFetched } from "../fetched.ts";
import { formatNumber } from "../format.ts";
import { hourPairs, followedPairs, type HourPair } from "./hour-pairs.ts";

/** 供热曲线: outdoor against supply by the hour, thirty days, with the curve and its band; the last day dark, now ringed. */

const HOUR_MS = 3_600_000;
const DAYS = 30;
const OFF_CURVE_C = 3;
const BOX = { width: 360, height: 250, left: 28, right: 6, top: 8, bottom: 22 } as const;
/** Points of the last day are dark. */
const RECENT_MS = 25 * HOUR_MS;

export function CurveScatter(props: {
  circuit: Asset;
  supplyCarrier: string;
  outdoorCarrier: string;
  nowOutdoorC: number | null;
  nowSupplyC: number | null;
  expectedC: number | null;
}): JSX.Element {
  const { t } = useShell();
  const { live } = usePlant();
  const hour = createMemo(() => Math.ceil(live.now() / HOUR_MS) * HOUR_MS);
  const ask = (asset: string, signal: "t_out" | "t2_supply", to: number): Promise<Result<Curve>> =>
    get<Curve>("/api/series", { asset, signal: [signal], from: to - DAYS * 24 * HOUR_MS, to, px: DAYS * 24 });
  const answers = createFetched(
    () => ({ supply: props.supplyCarrier, outdoor: props.outdoorCarrier, to: hour() }),
    ({ supply, outdoor, to }) => Promise.all([ask(outdoor, "t_out", to), ask(supply, "t2_supply", to)]),
  );
  const facts = () => props.circuit.circuitFacts;
  const followed = createMemo(() => {
    const [outdoor, supply] = answers.latest() ?? [];
    const nothing = { pairs: [], smoothed: false };
    if (outdoor?.ok !== true || supply?.ok !== true) return nothing;
    const [x, y] = [lineOf(outdoor.value, props.outdoorCarrier, "t_out"), lineOf(supply.value, props.supplyCarrier, "t2_supply")];
    if (x === undefined || y === undefined) return nothing;
    const measured = hourPairs(x, y);
    const own = facts();
    return own === undefined ? { pairs: measured, smoothed: false } : followedPairs(measured, (outdoorC) => expectedSupplyC(own, outdoorC));
  });
  const pairs = (): readonly HourPair[] => followed().pairs;
  const nowOutdoorC = (): number | null => (followed().smoothed ? (pairs().at(-1)?.outdoorC ?? null) : props.nowOutdoorC);
  const range = createMemo(() => {
    const x = pairs().map((pair) => pair.outdoorC);
    if (nowOutdoorC() !== null) x.push(nowOutdoorC()!);
    const [minX, maxX] = x.length === 0 ? [-10, 10] : [Math.floor(Math.min(...x)) - 1, Math.ceil(Math.max(...x)) + 1];
    const y = pairs().map((pair) => pair.supplyC);
    if (props.nowSupplyC !== null) y.push(props.nowSupplyC);
    if (facts() !== undefined) y.push(expectedSupplyC(facts()!, minX) + BAND_C, expectedSupplyC(facts()!, maxX) - BAND_C);
    const [minY, maxY] = y.length === 0 ? [30, 60] : [Math.floor(Math.min(...y) / 5) * 5, Math.ceil(Math.max(...y) / 5) * 5];
    return { minX, maxX, minY, maxY };
  });
  const x = (value: number): number =>
    BOX.left + ((value - range().minX) / (range().maxX - range().minX)) * (BOX.width - BOX.left - BOX.right);
  const y = (value: number): number =>
    BOX.top + ((range().maxY - value) / (range().maxY - range().minY)) * (BOX.height - BOX.top - BOX.bottom);
  const curve = createMemo(() => {
    const own = facts();
    if (own === undefined) return { line: "", band: "" };
    const steps = Array.from({ length: 25 }, (_, index) => range().minX + ((range().maxX - range().minX) * index) / 24);
    const path = (shift: number): string[] =>
      steps.map((outdoor) => `${x(outdoor).toFixed(1)} ${y(expectedSupplyC(own, outdoor) + shift).toFixed(1)}`);
    return { line: `M${path(0).join("L")}`, band: `M${path(BAND_C).join("L")}L${path(-BAND_C).reverse().join("L")}Z` };
  });
  const off = (): boolean =>
    props.nowSupplyC !== null && props.expectedC !== null && Math.abs(props.nowSupplyC - props.expectedC) > OFF_CURVE_C;
  const ticks = (min: number, max: number, step: number): number[] =>
    Array.from({ length: Math.floor(max / step) - Math.ceil(min / step) + 1 }, (_, index) => (Math.ceil(min / step) + index) * step);
  const recent = (pair: HourPair): boolean => pair.at > hour() - RECENT_MS;
  const outOfBand = (pair: HourPair): boolean =>
    facts() !== undefined && Math.abs(pair.supplyC - expectedSupplyC(facts()!, pair.outdoorC)) > OFF_CURVE_C;
  const summary = (): string =>
    props.nowSupplyC === null
      ? t("scatterEmpty")
      : t("scatterNow", { value: formatNumber(props.nowSupplyC, 1), expected: formatNumber(props.expectedC, 1) });
  const failed = () => answers.latest()?.find((answer) => !answer.ok);
  return (
    <Panel title={t("scatter")} note={t(followed().smoothed ? "scatterNoteSmoothed" : "scatterNote")} class="scatter-panel">
      <Show
        when={pairs().length > 0}
        fallback={
          <Show when={failed()} fallback={answers.loading() ? <Loading /> : <p class="state">{t("scatterEmpty")}</p>}>
            {(answer) => <ErrorState error={(answer() as { error: ApiError }).error} onRetry={() => answers.refetch()} />}
          </Show>
        }
      >
        <div class="scatter-box">
          <svg class="scatter" viewBox={`0 0 ${BOX.width} ${BOX.height}`} role="img" aria-label={`${t("scatter")}: ${summary()}`}>
            <For each={ticks(range().minY, range().maxY, 5)}>
              {(value) => (
                <>
                  <line class="scatter-grid" x1={BOX.left} x2={BOX.width - BOX.right} y1={y(value)} y2={y(value)} />
                  <text class="scatter-text" x={BOX.left - 5} y={y(value) + 4} text-anchor="end">
                    {value}
                  </text>
                </>
              )}
            </For>
            <For each={ticks(range().minX, range().maxX, 4)}>
              {(value) => (
                <>
                  <line class="scatter-grid" x1={x(value)} x2={x(value)} y1={BOX.top} y2={BOX.height - BOX.bottom} />
                  <text class="scatter-text" x={x(value)} y={BOX.height - 7} text-anchor="middle">
                    {formatNumber(value, 0)}
                  </text>
                </>
              )}
            </For>
            <path class="scatter-band" d={curve().band} />
            <path class="scatter-curve" d={curve().line} />
            <For each={pairs()}>
              {(pair) => (
                <Show
                  when={recent(pair) && outOfBand(pair)}
                  fallback={
                    <circle
                      class={recent(pair) ? "scatter-recent" : "scatter-older"}
                      cx={x(pair.outdoorC)}
                      cy={y(pair.supplyC)}
                      r={recent(pair) ? 2.6 : 1.5}
                    />
                  }
                >
                  <path class="scatter-out" d={`M${x(pair.outdoorC).toFixed(1)} ${(y(pair.supplyC) - 3.5).toFixed(1)}l3.6 6.4h-7.2Z`} />
                </Show>
              )}
            </For>
            <Show when={nowOutdoorC() !== null && props.nowSupplyC !== null}>
              <Show when={off() && props.expectedC !== null}>
                <path class="scatter-residual" d={`M${x(nowOutdoorC()!)} ${y(props.expectedC!)}V${y(props.nowSupplyC!)}`} />
              </Show>
              <circle class={off() ? "scatter-now-off" : "scatter-now"} cx={x(nowOutdoorC()!)} cy={y(props.nowSupplyC!)} r="6" />
            </Show>
            <text class="scatter-text" x={BOX.width - BOX.right - 4} y={BOX.top + 12} text-anchor="end">
              {t("scatterAxisY")}
            </text>
            <text class="scatter-text" x={BOX.width - BOX.right - 4} y={BOX.height - BOX.bottom - 6} text-anchor="end">
              {t("scatterAxisX")}
            </text>
          </svg>
        </div>
        <p class="scatter-legend">
          <span class="scatter-key scatter-key-older">{t("scatterOlder")}</span>
          <span class="scatter-key scatter-key-recent">{t("scatterRecent")}</span>
          <b classList={{ "urgent-text": off() }}>
            <Show when={off()}>▲ </Show>
            {summary()}
          </b>
        </p>
      </Show>
    </Panel>
  );
}
