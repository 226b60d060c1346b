import { createMemo, createSignal, lazy, Show, Suspense, type JSX } from "solid-js";
import type { SignalId } from "../../model/signals.ts";
import { lineOf, type LineData } from "../charts/chart-data.ts";
import { ChartLegend } from "../charts/chart-legend.tsx";
import type { ChartLine, ChartMark, CursorReading } from "../charts/chart-types.ts";
import { supplyBand } from "../charts/supply-band.ts";
import { Panel } from "../components/panel.tsx";
import { Segments } from "../components/segments.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { createCurves, type CurveRequest } from "../curves.ts";
import { formatDateTime, formatSpan } from "../format.ts";
import { carrierOf } from "../network.ts";
import { createWidth } from "../rem.ts";
import type { OverviewRow } from "./overview-rows.ts";

/** The selected station's supply and return against its heating curve, with the moments at which tickets were opened. */

const TimeChart = lazy(() => import("../charts/time-chart.tsx").then((module) => ({ default: module.TimeChart })));

const HOUR_MS = 3_600_000;
const RANGES = { "1h": HOUR_MS, "6h": 6 * HOUR_MS, "24h": 24 * HOUR_MS, "7d": 168 * HOUR_MS } as const;
type Range = keyof typeof RANGES;
const RANGE_NAMES = Object.keys(RANGES) as Range[];
const RANGE_WORDS = { "1h": "range1h", "6h": "range6h", "24h": "range24h", "7d": "range7d" } as const;

/** Share of a wide window that the plotting area takes; a narrow one, where it takes nearly all, is within the first step. */
const CHART_SHARE = 0.36;
const PX_STEP = 400;

export function OverviewChart(props: { row: OverviewRow; wall: boolean }): JSX.Element {
  const { t, router, keyboard } = useShell();
  const { live, network } = usePlant();
  const [reading, setReading] = createSignal<CursorReading | null>(null);
  const range = (): Range => RANGE_NAMES.find((name) => name === router.query("range")) ?? "24h";
  /** End of a window in the past, from the URL; null follows now. */
  const end = (): number | null => {
    const asked = Number(router.query("to"));
    return Number.isFinite(asked) && asked > 0 ? asked : null;
  };
  const subject = createMemo(() => props.row.circuit ?? props.row.id);
  const station = createMemo(() => props.row.id);
  const outdoorCarrier = createMemo(() => {
    const values = live.station(station());
    const own = carrierOf(network, values, subject(), "t_out");
    return values?.values[own]?.t_out !== undefined ? own : station();
  });
  /** At least one bucket for a pixel of the drawing, in steps so that dragging the window's edge fetches seldom. */
  const width = createWidth(window);
  const px = (): number => Math.ceil((width() * devicePixelRatio * CHART_SHARE) / PX_STEP) * PX_STEP;
  const request = createMemo(
    (): CurveRequest => {
      const signals: Record<string, SignalId[]> = {};
      const values = live.station(station());
      for (const signal of ["t2_supply", "t2_return", "t2_set"] as const)
        (signals[carrierOf(network, values, subject(), signal)] ??= []).push(signal);
      (signals[outdoorCarrier()] ??= []).push("t_out");
      return { station: station(), signals, rangeMs: RANGES[range()], end: end(), px: px() };
    },
    undefined,
    { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  const curves = createCurves(live, request);

  const line = (signal: SignalId): LineData | undefined => {
    for (const [asset, curve] of Object.entries(curves.byAsset())) {
      const found = lineOf(curve, asset, signal);
      if (found !== undefined && request().signals[asset]?.includes(signal)) return found;
    }
    return undefined;
  };
  const lines = createMemo<ChartLine[]>(() => {
    const supply = line("t2_supply");
    const back = line("t2_return");
    return [
      ...(supply === undefined ? [] : [{ id: "supply", label: t("legendSupply"), colour: "--supply", data: supply }]),
      ...(back === undefined ? [] : [{ id: "return", label: t("legendReturn"), colour: "--return", data: back }]),
    ];
  });
  const band = createMemo(() =>
    supplyBand(network.asset(subject())?.circuitFacts, line("t2_set"), line("t_out"), curves.window().from, curves.window().to),
  );
  const marks = createMemo<ChartMark[]>(() =>
    [...live.tickets().values()]
      // Tickets of buildings and units would crowd the station's curve, and have their own place.
      .filter(
        (ticket) =>
          ticket.station === station() && ticket.building === undefined && (ticket.circuit === undefined || ticket.circuit === subject()),
      )
      .sort((a, b) => a.openedAt - b.openedAt)
      .map((ticket) => ({ at: ticket.openedAt, text: t("ticketMark", { id: ticket.id }), concern: ticket.severity })),
  );
  const bucket = (): string => {
    const bucketMs = lines()[0]?.data.bucketMs;
    return bucketMs === undefined ? "" : bucketMs === 0 ? t("rawPoints") : t("minMaxBuckets", { span: formatSpan(bucketMs) });
  };
  const title = (): string => (props.row.circuits > 1 ? `${props.row.name} ${props.row.circuitName}` : props.row.name);

  const shift = (direction: 1 | -1): void => {
    const stepMs = RANGES[range()] / 2;
    const to = (end() ?? live.now()) + direction * stepMs;
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

  return (
    <Panel
      class="overview-chart"
      title={title()}
      note={
        <>
          {t(RANGE_WORDS[range()])} · {bucket()}
        </>
      }
      side={
        <Show when={!props.wall}>
          <Show when={end() !== null}>
            <button type="button" class="link-button" onClick={() => router.set({ to: undefined })}>
              {t("liveBack")}
            </button>
          </Show>
          <Segments
            label={t("ranges")}
            value={range()}
            onChoose={(name) => router.set({ range: name === "24h" ? undefined : name })}
            options={RANGE_NAMES.map((value) => ({ value, text: t(RANGE_WORDS[value]) }))}
          />
        </Show>
      }
    >
      <Show
        when={curves.error() === undefined || lines().length > 0}
        fallback={<ErrorState error={curves.error()!} onRetry={curves.retry} />}
      >
        <Show when={lines().length > 0} fallback={<Loading text={curves.loading() ? t("chartLoading") : t("chartEmpty")} />}>
          <Suspense fallback={<Loading text={t("chartLoading")} />}>
            <TimeChart
              label={t("chartOf", { station: title() })}
              lines={lines()}
              from={curves.window().from}
              to={curves.window().to}
              knownUntil={Math.min(curves.window().to, live.lostAt() ?? live.now())}
              zone={network.timezone}
              unit="℃"
              decimals={1}
              spanMin={10}
              band={band()}
              marks={marks()}
              onCursor={setReading}
            />
          </Suspense>
        </Show>
      </Show>
      <ChartLegend
        lines={LEGEND.map(({ id, word, colour }) => ({ id, label: t(word), colour }))}
        reading={reading()}
        decimals={1}
        unit="℃"
        band={t("legendBand")}
      />
      <Show when={end()}>{(at) => <p class="visually-hidden">{formatDateTime(network.timezone, at(), live.now())}</p>}</Show>
    </Panel>
  );
}

const LEGEND = [
  { id: "supply", word: "legendSupply", colour: "--supply" },
  { id: "return", word: "legendReturn", colour: "--return" },
] as const;
