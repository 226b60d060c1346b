import "uplot/dist/uPlot.min.css";
import "../styles/chart.css";
import uPlot from "uplot";
import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show, untrack, type JSX } from "solid-js";
import { useShell } from "../context.ts";
import { formatNumber, formatSpan, formatTime } from "../format.ts";
import { decimalsOfStep, niceRange, timeTicks, timeTickText, valueTicks } from "./axis.ts";
import { drawBars } from "./chart-bars.ts";
import { brushOf } from "./chart-brush.ts";
import { alignLines, gapsOf, summaryOf } from "./chart-data.ts";
import { drawBand, drawGaps, drawLimits, drawMarks } from "./chart-drawing.ts";
import { readingAt } from "./chart-reading.ts";
import type { ChartBand, ChartBars, ChartLimit, ChartLine, ChartMark, CursorReading } from "./chart-types.ts";

/**
 * Lines over time, drawn by uPlot: raw points or min–max buckets, an expected band, limits, marks, hatched gaps.
 * Data, window, marks and band may change as often as they like: the chart is built again only when the set of lines or the theme changes.
 */
export interface TimeChartProps {
  /** What a screen reader is told before the numbers. */
  readonly label: string;
  readonly lines: readonly ChartLine[];
  /** Window of the time axis, epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Where knowledge ends (now); later than the data means a gap up to here, not up to `to`. Default `to`. */
  readonly knownUntil?: number;
  /** IANA time zone of the axis and the cursor. */
  readonly zone: string;
  /** Written behind the axis numbers and in the cursor. */
  readonly unit: string;
  readonly decimals: number;
  /** Smallest span of the value axis, in shown units: noise of a steady value should not fill the height. */
  readonly spanMin: number;
  /** Where the values should be, in wire units like the lines; `factor` as for a line. */
  readonly band?: ChartBand | undefined;
  /** Bars behind the lines, on a scale of their own. */
  readonly bars?: ChartBars | undefined;
  /** Let the value axis begin at zero. */
  readonly fromZero?: boolean;
  readonly marks?: readonly ChartMark[];
  readonly limits?: readonly ChartLimit[];
  /** Charts with the same key share their cursor. */
  readonly syncKey?: string;
  /** Told what is under the cursor; null when it left. */
  readonly onCursor?: (reading: CursorReading | null) => void;
  /** Told the span (epoch ms) that was dragged over; without it nothing can be dragged. */
  readonly onSelectRange?: (from: number, to: number) => void;
  /** Leave the time labels away: a synced chart below shows them. */
  readonly hideTimes?: boolean;
}

const PX_PER_TIME_TICK = 54;
const PX_PER_VALUE_TICK = 40;

export function TimeChart(props: TimeChartProps): JSX.Element {
  const { t, preferences } = useShell();
  let box!: HTMLDivElement;
  let chart: uPlot | undefined;
  const [size, setSize] = createSignal({ width: 0, height: 0 });
  const [chip, setChip] = createSignal<{ left: number; text: string } | null>(null);

  const aligned = createMemo(() => alignLines(props.lines.map((line) => ({ data: line.data, factor: line.factor ?? 1 }))));
  const gaps = createMemo(() =>
    props.lines[0] === undefined ? [] : gapsOf(props.lines[0].data, props.from, Math.min(props.to, props.knownUntil ?? props.to)),
  );
  const valueRange = createMemo(() => {
    let min = Infinity;
    let max = -Infinity;
    const take = (value: number | null | undefined): void => {
      if (value === null || value === undefined) return;
      min = Math.min(min, value);
      max = Math.max(max, value);
    };
    for (const line of props.lines) {
      const found = summaryOf(line.data, props.from, props.to);
      take(found && found.min * (line.factor ?? 1));
      take(found && found.max * (line.factor ?? 1));
    }
    if (props.band !== undefined) {
      const factor = props.band.factor ?? 1;
      for (const [index, at] of props.band.times.entries()) {
        if (at < props.from || at > props.to) continue;
        const low = props.band.low[index];
        const high = props.band.high[index];
        take(typeof low === "number" ? low * factor : null);
        take(typeof high === "number" ? high * factor : null);
      }
    }
    for (const limit of props.limits ?? []) take(limit.value);
    if (props.fromZero === true) take(0);
    const [low, high] = niceRange(min, max, props.spanMin);
    return props.fromZero === true && min >= 0 ? ([0, high] as const) : ([low, high] as const);
  });
  const structure = createMemo(() =>
    JSON.stringify([
      preferences.colours(),
      props.hideTimes,
      props.syncKey,
      props.lines.map(({ id, colour, width, dash, stepped }) => [id, colour, width, dash, stepped]),
    ]),
  );

  const build = (): void => {
    chart?.destroy();
    const { width, height } = untrack(size);
    if (width === 0 || height === 0) return;
    const brush = brushOf(box, props.zone);
    const rem = brush.remPx;
    const lines = untrack(() => props.lines);
    const axis = { stroke: brush.colour("--ink2"), font: `${0.75 * rem}px ${brush.family}`, ticks: { show: false } };
    chart = new uPlot(
      {
        width,
        height,
        padding: [rem * 0.6, rem * 1.1, props.hideTimes === true ? rem * 0.4 : 0, 0],
        legend: { show: false },
        cursor: {
          ...(props.syncKey === undefined ? {} : { sync: { key: props.syncKey } }),
          drag: { x: props.onSelectRange !== undefined, y: false, setScale: false },
          points: { show: false },
          y: false,
        },
        scales: { x: { time: false, range: () => [props.from, props.to] }, y: { range: () => [...valueRange()] } },
        axes: [
          {
            ...axis,
            show: true,
            size: props.hideTimes === true ? 0 : rem * 1.6,
            gap: rem * 0.3,
            grid: { stroke: brush.colour("--grid"), width: 1 },
            splits: () =>
              timeTicks(props.zone, props.from, props.to, (chart?.bbox.width ?? 600) / devicePixelRatio / (PX_PER_TIME_TICK * (rem / 16))),
            values: (_chart, splits) =>
              props.hideTimes === true
                ? splits.map(() => "")
                : splits.map((at) => timeTickText(props.zone, at, (splits[1] ?? at) - (splits[0] ?? at))),
          },
          {
            ...axis,
            size: rem * 3.1,
            gap: rem * 0.3,
            grid: { stroke: brush.colour("--grid"), width: 1 },
            splits: (self) => valueTicks(valueRange(), self.bbox.height / devicePixelRatio / (PX_PER_VALUE_TICK * (rem / 16))),
            values: (_chart, splits) => {
              const decimals = decimalsOfStep((splits[1] ?? 1) - (splits[0] ?? 0));
              return splits.map((value) => `${formatNumber(value, decimals)}${props.unit === "℃" ? "℃" : ""}`);
            },
          },
        ],
        series: [
          {},
          ...lines.flatMap((line): uPlot.Series[] => {
            const stroke = brush.colour(line.colour);
            const look: uPlot.Series = {
              stroke,
              width: line.width ?? (line.data.bucketMs > 0 ? 1.25 : 1.5),
              points: { show: false },
              spanGaps: false,
              ...(line.dash === undefined ? {} : { dash: [...line.dash] }),
              ...(line.stepped === true ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}),
            };
            return [look, look];
          }),
        ],
        bands: lines.map((line, index) => ({
          series: [2 * index + 2, 2 * index + 1] as [number, number],
          fill: brush.colour(line.colour),
        })),
        hooks: {
          drawAxes: [
            (self) => {
              drawGaps(self, brush, gaps(), (from, to) =>
                t("noData", { age: formatSpan(Math.round((to - from) / 60_000) * 60_000 || 1000) }),
              );
              if (props.band !== undefined) drawBand(self, brush, props.band);
              if (props.bars !== undefined) drawBars(self, brush, props.bars);
            },
          ],
          draw: [
            (self) => {
              drawLimits(self, brush, props.limits ?? []);
              drawMarks(self, brush, props.marks ?? []);
            },
          ],
          setCursor: [(self) => moveCursor(self)],
          setSelect: [
            (self) => {
              const { left, width: dragged } = self.select;
              if (dragged < 4) return;
              props.onSelectRange?.(Math.round(self.posToVal(left, "x")), Math.round(self.posToVal(left + dragged, "x")));
              self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
        },
      },
      dataOf(),
      box,
    );
  };

  const dataOf = (): uPlot.AlignedData => [aligned().times, ...aligned().columns] as uPlot.AlignedData;

  const moveCursor = (self: uPlot): void => {
    const left = self.cursor.left ?? -1;
    if (left < 0) {
      setChip(null);
      props.onCursor?.(null);
      return;
    }
    const reading = readingAt(props.lines, self.posToVal(left, "x"));
    if (reading === undefined) {
      setChip(null);
      props.onCursor?.(null);
      return;
    }
    const text =
      reading.to > reading.from
        ? t("bucketReading", {
            from: formatTime(props.zone, reading.from, reading.to - reading.from < 60_000),
            to: formatTime(props.zone, reading.to, reading.to - reading.from < 60_000),
            span: formatSpan(reading.to - reading.from),
          })
        : formatTime(props.zone, reading.from, true);
    setChip({ left: self.bbox.left / devicePixelRatio + left, text });
    props.onCursor?.(reading);
  };

  onMount(() => {
    const resized = new ResizeObserver(() => setSize({ width: Math.floor(box.clientWidth), height: Math.floor(box.clientHeight) }));
    resized.observe(box);
    onCleanup(() => resized.disconnect());
  });
  onCleanup(() => chart?.destroy());
  createEffect(on(structure, build));
  createEffect(
    on(size, ({ width, height }) => {
      if (chart === undefined) build();
      else if (width > 0 && height > 0) chart.setSize({ width, height });
    }),
  );
  createEffect(
    on(
      [
        aligned,
        valueRange,
        gaps,
        () => props.from,
        () => props.to,
        () => props.marks,
        () => props.limits,
        () => props.band,
        () => props.bars,
      ],
      () => {
        if (chart === undefined) return;
        chart.batch(() => {
          chart!.setData(dataOf(), false);
          chart!.setScale("x", { min: props.from, max: props.to });
          chart!.setScale("y", { min: valueRange()[0], max: valueRange()[1] });
        });
        chart.redraw(false, true);
      },
    ),
  );

  /** Like a mouse, so that charts of the same key follow: uPlot tells them only when asked by its third, undeclared argument. */
  const moveTo = (left: number): void =>
    (chart as unknown as { setCursor(at: { left: number; top: number }, fire: boolean, publish: boolean): void } | undefined)?.setCursor(
      { left, top: left < 0 ? -10 : 0 },
      true,
      true,
    );
  const step = (direction: number): void => {
    if (chart === undefined) return;
    const width = chart.bbox.width / devicePixelRatio;
    const left = chart.cursor.left ?? -1;
    moveTo(Math.max(0, Math.min(width, (left < 0 ? width : left) + direction)));
  };
  const keys = (event: KeyboardEvent): void => {
    const stride = event.shiftKey ? 40 : 4;
    if (event.key === "ArrowLeft") step(-stride);
    else if (event.key === "ArrowRight") step(stride);
    else return;
    event.preventDefault();
  };
  const summary = (): string =>
    [
      props.label,
      ...props.lines.map((line) => {
        const found = summaryOf(line.data, props.from, props.to);
        if (found === undefined) return `${line.label}: ${t("chartEmpty")}`;
        const shown = (value: number): string => formatNumber(value * (line.factor ?? 1), props.decimals);
        return t("chartSummary", {
          name: line.label,
          now: shown(found.last),
          min: shown(found.min),
          max: shown(found.max),
          unit: props.unit,
        });
      }),
    ].join(" · ");

  return (
    <div class="time-chart" role="img" aria-label={summary()} tabindex="0" onKeyDown={keys} onBlur={() => moveTo(-10)}>
      <div class="time-chart-canvas" ref={(element) => (box = element)} />
      <Show when={props.hideTimes !== true && chip()}>
        {(shown) => (
          <span class="time-chart-chip" style={{ left: `${shown().left}px` }}>
            {shown().text}
          </span>
        )}
      </Show>
    </div>
  );
}
