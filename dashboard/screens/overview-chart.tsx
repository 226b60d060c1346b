import { createMemo, createSignal, lazy, Show, Suspense, type JSX } from "solid-js";
import { ChartLegend } from "../charts/chart-legend.tsx";
import type { ChartLine, CursorReading } from "../charts/chart-types.ts";
import { createCircuitCurves } from "../charts/circuit-curves.ts";
import { createCurveWindow, CurveWindowControls } from "../charts/curve-window.tsx";
import { Panel } from "../components/panel.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatDateTime } from "../format.ts";
import type { OverviewRow } from "./overview-rows.ts";

/** The selected station's supply and return against its heating curve, with the moments at which tickets were opened. */

const TimeChart = lazy(() => import("../charts/time-chart.tsx").then((module) => ({ default: module.TimeChart })));

const SIGNALS = ["t2_supply", "t2_return", "t2_set", "t_out"] as const;
const LINES = [
  { id: "supply", signal: "t2_supply", word: "legendSupply", colour: "--supply" },
  { id: "return", signal: "t2_return", word: "legendReturn", colour: "--return" },
] as const;
const RANGES = ["1h", "6h", "24h", "7d"] as const;
/** Of a wide window. */
const CHART_SHARE = 0.36;

export function OverviewChart(props: { row: OverviewRow; wall: boolean }): JSX.Element {
  const { t } = useShell();
  const { live, network } = usePlant();
  const [reading, setReading] = createSignal<CursorReading | null>(null);
  const span = createCurveWindow(RANGES);
  const curves = createCircuitCurves({
    station: createMemo(() => props.row.id),
    circuit: createMemo(() => props.row.circuit ?? props.row.id),
    signals: SIGNALS,
    window: span,
    share: CHART_SHARE,
  });
  const lines = createMemo<ChartLine[]>(() =>
    LINES.flatMap(({ id, signal, word, colour }) => {
      const data = curves.line(signal);
      return data === undefined ? [] : [{ id, label: t(word), colour, data }];
    }),
  );
  const marks = createMemo(() => curves.marks().map((mark) => ({ ...mark, text: t("ticketMark", { id: mark.text }) })));
  const title = (): string => (props.row.circuits > 1 ? `${props.row.name} ${props.row.circuitName}` : props.row.name);

  return (
    <Panel
      class="overview-chart"
      title={title()}
      note={
        <>
          {span.range()} · {curves.stepWords(lines()[0]?.data)}
        </>
      }
      side={
        <Show when={!props.wall}>
          <CurveWindowControls window={span} />
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
              knownUntil={curves.knownUntil()}
              zone={network.timezone}
              unit="℃"
              decimals={1}
              spanMin={10}
              band={curves.band()}
              marks={marks()}
              onCursor={setReading}
            />
          </Suspense>
        </Show>
      </Show>
      <ChartLegend
        lines={LINES.map(({ id, word, colour }) => ({ id, label: t(word), colour }))}
        reading={reading()}
        decimals={1}
        unit="℃"
        band={t("legendBand")}
      />
      <Show when={span.end()}>{(at) => <p class="visually-hidden">{formatDateTime(network.timezone, at(), live.now())}</p>}</Show>
    </Panel>
  );
}
