import { createMemo, createSignal, Show, type JSX } from "solid-js";
import type { Asset } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import type { ChartBand, ChartBars, ChartLimit, ChartLine, ChartMark, CursorReading } from "../charts/chart-types.ts";
import { TimeChart } from "../charts/time-chart.tsx";
import { OlderMissing } from "../charts/older-missing.tsx";
import { ChartLegend } from "../charts/chart-legend.tsx";
import { createCircuitCurves } from "../charts/circuit-curves.ts";
import { createCurveWindow, CurveWindowControls } from "../charts/curve-window.tsx";
import { readingAt } from "../charts/chart-reading.ts";
import { Panel } from "../components/panel.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatNumber, formatTime } from "../format.ts";
import { carrierOf } from "../network.ts";
import { displayOf } from "../units.ts";
import { createMakeupBars } from "./makeup-history.ts";

/** Temperature with outdoor, pressure, flow with hourly makeup of one circuit over one time axis, following live, with the tickets' marks. */

const RANGES = ["1h", "6h", "24h", "7d", "30d"] as const;
const SIGNALS = ["t2_supply", "t2_return", "t2_set", "p2_supply", "p2_return", "q2_flow", "t_out"] as const satisfies readonly SignalId[];
/** Of a wide window. */
const CHART_SHARE = 0.5;
/** The rules' default: a return pressure this far under the static need is too low, kPa (DOMAIN R04). */
const STATIC_MARGIN_KPA = 20;
/** The makeup's own scale ends at a multiple of this, m³/h, and takes this share of its chart. */
const MAKEUP_STEP_M3H = 0.5;
const MAKEUP_SHARE = 0.8;

interface ChartPart {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly signal: SignalId;
  readonly spanMin: number;
  readonly size: "large" | "strip" | "middle";
  readonly last?: boolean;
  readonly band?: ChartBand | undefined;
  readonly bars?: ChartBars | undefined;
  readonly fromZero?: boolean;
  readonly limits?: readonly ChartLimit[];
  readonly marks?: readonly ChartMark[];
  /** Behind the legend: what the chart says beside its lines. */
  readonly aside?: (at: number | undefined) => JSX.Element;
}

export function StationCharts(props: { station: Asset; circuit: Asset }): JSX.Element {
  const { t, preferences } = useShell();
  const { live, network } = usePlant();
  const span = createCurveWindow(RANGES);
  const curves = createCircuitCurves({
    station: () => props.station.id,
    circuit: () => props.circuit.id,
    signals: SIGNALS,
    window: span,
    share: CHART_SHARE,
  });
  const line = (signal: SignalId, label: string, colour: string): ChartLine[] => {
    const found = curves.line(signal);
    return found === undefined
      ? []
      : [{ id: signal, label, colour, data: found, factor: displayOf(signal, preferences.pressureUnit()).factor }];
  };
  const temperature = createMemo(() => [
    ...line("t2_supply", t("legendSupply"), "--supply"),
    ...line("t2_return", t("legendReturn"), "--return"),
  ]);
  const outdoor = createMemo(() => line("t_out", t("legendOutdoor"), "--outdoor"));
  const pressure = createMemo(() => [
    ...line("p2_supply", t("legendPressureSupply"), "--supply"),
    ...line("p2_return", t("legendPressureReturn"), "--return"),
  ]);
  const flow = createMemo(() => line("q2_flow", t("legendFlow"), "--flow"));
  const makeup = createMakeupBars(
    props.circuit.id,
    () => carrierOf(network, live.station(props.station.id), props.circuit.id, "mk_total"),
    curves.window,
  );
  const makeupTop = createMemo(
    () =>
      MAKEUP_STEP_M3H *
      Math.max(1, Math.ceil(Math.max(0, ...makeup().map((bar) => Math.max(bar.value, bar.usual?.[1] ?? 0))) / MAKEUP_STEP_M3H)),
  );
  const bars = createMemo((): ChartBars | undefined =>
    makeup().length === 0 ? undefined : { bars: makeup(), top: makeupTop(), share: MAKEUP_SHARE },
  );
  const lowLimit = createMemo<ChartLimit[]>(() => {
    const need = props.circuit.circuitFacts?.staticPressureKpa;
    if (need === undefined) return [];
    return [{ value: (need - STATIC_MARGIN_KPA) * displayOf("p2_return", preferences.pressureUnit()).factor, text: "" }];
  });
  const bare = createMemo(() => curves.marks().map((mark) => ({ ...mark, text: "" })));
  const chart = (part: ChartPart): JSX.Element => {
    const [cursor, setCursor] = createSignal<CursorReading | null>(null);
    const display = () => displayOf(part.signal, preferences.pressureUnit());
    /** Without a cursor the legend shows the newest values. */
    const reading = (): CursorReading | null => {
      const newest = Math.max(0, ...part.lines.map((line) => line.data.times.at(-1) ?? 0));
      return cursor() ?? (span.end() === null ? (readingAt(part.lines, newest) ?? null) : null);
    };
    return (
      <div class={`station-chart station-chart-${part.size}`}>
        <div class="station-chart-head">
          <b>{part.title}</b> <span class="secondary">{display().unit}</span>
          <ChartLegend
            lines={part.lines}
            reading={reading()}
            decimals={display().decimals}
            unit=""
            band={part.band === undefined ? undefined : t("legendBand")}
          />
          {part.aside?.(cursor()?.from)}
        </div>
        <TimeChart
          label={part.title}
          lines={part.lines}
          from={curves.window().from}
          to={curves.window().to}
          knownUntil={curves.knownUntil()}
          zone={network.timezone}
          unit={display().unit}
          decimals={display().decimals}
          spanMin={part.spanMin * display().factor}
          fromZero={part.fromZero === true}
          band={part.band}
          bars={part.bars}
          limits={part.limits ?? []}
          marks={part.marks ?? bare()}
          syncKey="station"
          hideTimes={part.last !== true}
          onCursor={setCursor}
        />
      </div>
    );
  };
  const pressureNote = (): JSX.Element => (
    <Show when={lowLimit()[0]}>
      {(limit) => (
        <span class="secondary limit-note">
          {t("legendStaticLow")} {formatNumber(limit().value, displayOf("p2_return", preferences.pressureUnit()).decimals)}
        </span>
      )}
    </Show>
  );
  /** The hour under the cursor, else the newest one, beside what is usual. */
  const makeupNote = (at: number | undefined): JSX.Element => {
    const bar = (): ReturnType<typeof makeup>[number] | undefined =>
      at === undefined ? makeup().at(-1) : makeup().find((one) => one.from <= at && at < one.to);
    return (
      <Show when={bar()}>
        {(found) => (
          <span class="legend makeup-note">
            <span class="legend-item">
              <span class={`legend-bar legend-bar-${found().concern ?? "normal"}`} />
              {t("legendMakeup", { from: formatTime(network.timezone, found().from), to: formatTime(network.timezone, found().to) })}{" "}
              <b>{formatNumber(found().value, 2)}</b>
              <Show when={found().usual}>
                {(usual) => (
                  <span class="secondary">
                    {t("makeupUsual", { value: `${formatNumber(usual()[0], 2)}–${formatNumber(usual()[1], 2)}` })}
                  </span>
                )}
              </Show>
            </span>
            <span class="secondary">{t("makeupAxis", { top: formatNumber(makeupTop(), 1) })}</span>
          </span>
        )}
      </Show>
    );
  };
  return (
    <Panel
      class="station-charts"
      title={t("charts", { range: span.range() })}
      note={curves.stepWords(temperature()[0]?.data)}
      side={<CurveWindowControls window={span} />}
    >
      <Show
        when={curves.error() === undefined || temperature().length > 0}
        fallback={<ErrorState error={curves.error()!} onRetry={curves.retry} />}
      >
        <OlderMissing lack={curves.incomplete()} />
        <Show when={temperature().length > 0} fallback={<Loading text={curves.loading() ? t("chartLoading") : t("chartEmpty")} />}>
          {chart({
            title: t("chartTemperature"),
            get lines() {
              return temperature();
            },
            signal: "t2_supply",
            spanMin: 10,
            size: "large",
            get band() {
              return curves.band();
            },
            get marks() {
              return curves.marks();
            },
          })}
          {chart({
            title: t("chartOutdoor"),
            get lines() {
              return outdoor();
            },
            signal: "t_out",
            spanMin: 6,
            size: "strip",
          })}
          {chart({
            title: t("chartPressure"),
            get lines() {
              return pressure();
            },
            signal: "p2_return",
            spanMin: 100,
            size: "middle",
            get limits() {
              return lowLimit();
            },
            aside: pressureNote,
          })}
          {chart({
            title: t("chartFlow"),
            get lines() {
              return flow();
            },
            signal: "q2_flow",
            spanMin: 20,
            size: "middle",
            last: true,
            fromZero: true,
            get bars() {
              return bars();
            },
            aside: makeupNote,
          })}
        </Show>
      </Show>
    </Panel>
  );
}
