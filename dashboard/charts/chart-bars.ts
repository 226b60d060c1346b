import type uPlot from "uplot";
import type { Brush } from "./chart-brush.ts";
import type { ChartBars } from "./chart-types.ts";

/** Bars of an hourly quantity at the foot of a chart, on a scale of their own, each before the range that is usual at its time. */

const COLOURS = { urgent: "--urgent-mark", general: "--general-mark", watch: "--watch-mark" } as const;
/** Air between neighbouring bars, as a share of their width. */
const AIR = 0.3;

export function drawBars(chart: uPlot, brush: Brush, { bars, top, share }: ChartBars): void {
  const { ctx, bbox } = chart;
  const foot = bbox.top + bbox.height;
  const height = (value: number): number => (Math.max(0, Math.min(top, value)) / top) * bbox.height * share;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = brush.colour("--band");
  for (const bar of bars) {
    if (bar.usual === undefined) continue;
    const left = chart.valToPos(bar.from, "x", true);
    const right = chart.valToPos(bar.to, "x", true);
    ctx.fillRect(left, foot - height(bar.usual[1]), right - left, height(bar.usual[1]) - height(bar.usual[0]));
  }
  for (const bar of bars) {
    const left = chart.valToPos(bar.from, "x", true);
    const width = chart.valToPos(bar.to, "x", true) - left;
    ctx.fillStyle = brush.colour(bar.concern === undefined ? "--bar" : COLOURS[bar.concern]);
    // A bar of nothing still leaves a line: the hour was measured.
    const tall = Math.max(devicePixelRatio, height(bar.value));
    ctx.fillRect(left + (width * AIR) / 2, foot - tall, width * (1 - AIR), tall);
  }
  ctx.restore();
}
