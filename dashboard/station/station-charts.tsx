import { createMemo, createSignal, Show, type JSX } from "solid-js";
import type { Asset } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import type { ChartBand, ChartBars, ChartLimit, ChartLine, ChartMark, CursorReading } from "../charts/chart-types.ts";
import { TimeChart } from "../charts/time-chart.tsx";
import { type LineData, lineOf } from "../charts/chart-data.ts";
import { ChartLegend } from "../charts/chart-legend.tsx";
import { readingAt } from "../charts/chart-reading.ts";
import { supplyBand } from "../charts/supply-band.ts";
import { Panel } from "../components/panel.tsx";
import { Segments } from "../components/segments.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { createCurves, type CurveRequest } from "../curves.ts";
import { formatNumber, formatSpan, formatTime } from "../format.ts";
import { carrierOf } from "../network.ts";
import { displayOf } from "../units.ts";
import { createMakeupBars } from "./makeup-history.ts";

/** Temperature with outdoor, pressure, flow with hourly makeup of one circuit over one time axis, following live, with the tickets' marks. */

const HOUR_MS = 3_600_000;
const RANGES = { "1h": HOUR_MS, "6h": 6 * HOUR_MS, "24h": 24 * HOUR_MS, "7d": 168 * HOUR_MS, "30d": 720 * HOUR_MS } as const;
type Range = keyof typeof RANGES;
const RANGE_NAMES = Object.keys(RANGES) as Range[];
const SIGNALS_OF_CIRCUIT = ["t2_supply", "t2_return", "t2_set", "p2_supply", "p2_return", "q2_flow"] as const satisfies readonly SignalId[];
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
  const { t, router, keyboard, preferences } = useShell();
  const { live, network } = usePlant();
  const range = (): Range => RANGE_NAMES.find((name) => name === router.query("range")) ?? "24h";
  const end = (): number | null => {
    const asked = Number(router.query("to"));
    return Number.isFinite(asked) && asked > 0 ? asked : null;
  };
  const carrier = (signal: SignalId): string => {
    const values = live.station(props.station.id);
    const own = carrierOf(network, values, props.circuit.id, signal);
    return values?.values[own]?.[signal] === undefined && values?.values[props.station.id]?.[signal] !== undefined ? props.station.id : own;
  };
  const request = createMemo(
    (): CurveRequest => {
      const signals: Record<string, SignalId[]> = {};
      for (const signal of [...SIGNALS_OF_CIRCUIT, "t_out"] as const) (signals[carrier(signal)] ??= []).push(signal);
      return { station: props.station.id, signals, rangeMs: RANGES[range()], end: end(), px: 760 };
    },
    undefined,
    { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  const curves = createCurves(live, request);
  const data = (signal: SignalId): LineData | undefined => {
    for (const [asset, signals] of Object.entries(request().signals)) {
      const curve = curves.byAsset()[asset];
      if (curve !== undefined && signals.includes(signal)) return lineOf(curve, asset, signal);
    }
    return undefined;
  };
  const line = (signal: SignalId, label: string, colour: string): ChartLine[] => {
    const found = data(signal);
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
  const band = createMemo(() =>
    supplyBand(props.circuit.circuitFacts, data("t2_set"), data("t_out"), curves.window().from, curves.window().to),
  );
  const makeup = createMakeupBars(props.circuit.id, () => carrier("mk_total"), curves.window);
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
  const marks = createMemo<ChartMark[]>(() =>
    [...live.tickets().values()]
      // Tickets of buildings and units would crowd the circuit's curves, and have their own place.
      .filter(
        (ticket) =>
          ticket.station === props.station.id &&
          ticket.building === undefined &&
          (ticket.circuit === undefined || ticket.circuit === props.circuit.id),
      )
      .sort((a, b) => a.openedAt - b.openedAt)
      .map((ticket) => ({ at: ticket.openedAt, text: ticket.id, concern: ticket.severity })),
  );
  const bare = createMemo(() => marks().map((mark) => ({ ...mark, text: "" })));
  const shift = (direction: 1 | -1): void => {
    const to = (end() ?? live.now()) + (direction * RANGES[range()]) / 2;
    router.set({ to: to >= live.now() ? undefined : String(Math.round(to)) });
  };
  keyboard.bind([
    { keys: "[", word: "helpEarlier", run: () => shift(-1) },
    { keys: "]", word: "helpLater", run: () => shift(1) },
    { keys: "l", word: "helpLive", run: () => router.set({ to: undefined }) },
    ...RANGE_NAMES.map((name, index) => ({
      keys: String(index + 1),
      word: "helpRange" as const,
      run: () => router.set({ range: name === "24h" ? undefined : name }),
    })),
  ]);
  const bucket = (): string => {
    const bucketMs = temperature()[0]?.data.bucketMs;
    return bucketMs === undefined ? "" : bucketMs === 0 ? t("rawPoints") : t("minMaxBuckets", { span: formatSpan(bucketMs) });
  };
  const chart = (part: ChartPart): JSX.Element => {
    const [cursor, setCursor] = createSignal<CursorReading | null>(null);
    const display = () => displayOf(part.signal, preferences.pressureUnit());
    /** Without a cursor the legend shows the newest values. */
    const reading = (): CursorReading | null => {
      const newest = Math.max(0, ...part.lines.map((line) => line.data.times.at(-1) ?? 0));
      return cursor() ?? (end() === null ? (readingAt(part.lines, newest) ?? null) : null);
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
          knownUntil={Math.min(curves.window().to, live.lostAt() ?? live.now())}
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
      title={t("charts", { range: range() })}
      note={bucket()}
      side={
        <>
          <Show when={end() !== null}>
            <button type="button" class="link-button" onClick={() => router.set({ to: undefined })}>
              {t("liveBack")}
            </button>
          </Show>
          <Segments
            label={t("ranges")}
            value={range()}
            onChoose={(name) => router.set({ range: name === "24h" ? undefined : name })}
            options={RANGE_NAMES.map((value) => ({ value, text: value }))}
          />
        </>
      }
    >
      <Show
        when={curves.error() === undefined || temperature().length > 0}
        fallback={<ErrorState error={curves.error()!} onRetry={curves.retry} />}
      >
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
              return band();
            },
            get marks() {
              return marks();
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
