import type uPlot from "uplot";
import { formatTime } from "../format.ts";
import type { Gap } from "./chart-data.ts";
import type { Brush } from "./chart-brush.ts";
import type { ChartBand, ChartLimit, ChartMark } from "./chart-types.ts";

/** What is painted under and over the lines of a chart: the band of what should be, hatched gaps, limits, marks. All in canvas pixels. */

/** Runs `paint` clipped to the plotting area. */
function within(chart: uPlot, paint: (context: CanvasRenderingContext2D, ratio: number) => void): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  paint(ctx, devicePixelRatio);
  ctx.restore();
}

export function drawBand(chart: uPlot, brush: Brush, band: ChartBand): void {
  const factor = band.factor ?? 1;
  within(chart, (context, ratio) => {
    context.fillStyle = brush.colour("--band");
    context.strokeStyle = brush.colour("--band-edge");
    context.lineWidth = ratio;
    for (const [first, last] of runs(band)) {
      const trace = (column: readonly (number | null)[], from: number, to: number, start: boolean): void => {
        const step = from <= to ? 1 : -1;
        for (let index = from; index !== to + step; index += step) {
          const x = chart.valToPos(band.times[index]!, "x", true);
          const y = chart.valToPos(column[index]! * factor, "y", true);
          if (start && index === from) context.moveTo(x, y);
          else context.lineTo(x, y);
        }
      };
      context.beginPath();
      trace(band.high, first, last, true);
      trace(band.low, last, first, false);
      context.fill();
      for (const column of [band.high, band.low]) {
        context.beginPath();
        trace(column, first, last, true);
        context.stroke();
      }
    }
  });
}

/** Unbroken stretches of a band as [first, last] index. */
function runs(band: ChartBand): [number, number][] {
  const found: [number, number][] = [];
  let first = -1;
  for (let index = 0; index <= band.times.length; index++) {
    const known = index < band.times.length && band.low[index] !== null && band.high[index] !== null;
    if (known && first < 0) first = index;
    if (!known && first >= 0) {
      if (index - 1 > first) found.push([first, index - 1]);
      first = -1;
    }
  }
  return found;
}

const HATCH_PX = 6;

export function drawGaps(chart: uPlot, brush: Brush, gaps: readonly Gap[], words: (from: number, to: number) => string): void {
  if (gaps.length === 0) return;
  const { bbox } = chart;
  within(chart, (context, ratio) => {
    context.strokeStyle = brush.colour("--hatch");
    context.lineWidth = ratio;
    for (const [from, to] of gaps) {
      const left = Math.max(bbox.left, chart.valToPos(from, "x", true));
      const right = Math.min(bbox.left + bbox.width, chart.valToPos(to, "x", true));
      if (right - left < ratio) continue;
      context.save();
      context.beginPath();
      context.rect(left, bbox.top, right - left, bbox.height);
      context.clip();
      context.beginPath();
      for (let x = left - bbox.height; x < right; x += HATCH_PX * ratio) {
        context.moveTo(x, bbox.top + bbox.height);
        context.lineTo(x + bbox.height, bbox.top);
      }
      context.stroke();
      context.restore();
      const text = words(from, to);
      context.font = `${0.6875 * brush.remPx * ratio}px ${brush.family}`;
      const width = context.measureText(text).width;
      if (width + 12 * ratio > right - left) continue;
      context.fillStyle = brush.colour("--panel");
      context.fillRect((left + right - width) / 2 - 4 * ratio, bbox.top + bbox.height - 24 * ratio, width + 8 * ratio, 16 * ratio);
      context.fillStyle = brush.colour("--ink2");
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(text, (left + right) / 2, bbox.top + bbox.height - 16 * ratio);
    }
  });
}

export function drawLimits(chart: uPlot, brush: Brush, limits: readonly ChartLimit[]): void {
  within(chart, (context, ratio) => {
    context.strokeStyle = brush.colour("--line-strong");
    context.fillStyle = brush.colour("--ink2");
    context.lineWidth = ratio;
    context.font = `${0.6875 * brush.remPx * ratio}px ${brush.family}`;
    // At the start: the newest values and the marks are at the other end.
    context.textAlign = "left";
    context.textBaseline = "bottom";
    for (const limit of limits) {
      const y = Math.round(chart.valToPos(limit.value, "y", true)) + 0.5;
      context.setLineDash([5 * ratio, 4 * ratio]);
      context.beginPath();
      context.moveTo(chart.bbox.left, y);
      context.lineTo(chart.bbox.left + chart.bbox.width, y);
      context.stroke();
      context.fillText(limit.text, chart.bbox.left + 4 * ratio, y - 2 * ratio);
    }
  });
}

const CONCERN_MARK = { urgent: "--urgent", general: "--general", watch: "--watch" } as const;
const CONCERN_SHAPE = { urgent: "▲", general: "■", watch: "◆" } as const;

/** Dashed verticals with their text at the top; a text that would lie on its neighbour's moves one line down. */
export function drawMarks(chart: uPlot, brush: Brush, marks: readonly ChartMark[]): void {
  const { bbox } = chart;
  within(chart, (context, ratio) => {
    const lineHeight = brush.remPx * 1.05 * ratio;
    const taken: { row: number; left: number; right: number }[] = [];
    context.font = `700 ${0.75 * brush.remPx * ratio}px ${brush.family}`;
    context.textBaseline = "top";
    context.lineWidth = 1.5 * ratio;
    for (const mark of marks) {
      const x = chart.valToPos(mark.at, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      context.strokeStyle = context.fillStyle = brush.colour(CONCERN_MARK[mark.concern]);
      context.setLineDash([4 * ratio, 3 * ratio]);
      context.beginPath();
      context.moveTo(x, bbox.top);
      context.lineTo(x, bbox.top + bbox.height);
      context.stroke();
      if (mark.text === "") continue;
      const text = `${CONCERN_SHAPE[mark.concern]} ${formatTime(brush.zone, mark.at)} ${mark.text}`;
      const width = context.measureText(text).width;
      const onRight = x + 6 * ratio + width <= bbox.left + bbox.width;
      const left = onRight ? x + 6 * ratio : x - 6 * ratio - width;
      let row = 0;
      while (taken.some((other) => other.row === row && left < other.right && left + width > other.left)) row++;
      if (row > 3) continue;
      taken.push({ row, left, right: left + width });
      context.textAlign = "left";
      const top = bbox.top + 2 * ratio + row * lineHeight;
      // A halo, so that grid, lines and neighbours do not run through the letters.
      context.setLineDash([]);
      context.lineJoin = "round";
      context.lineWidth = 4 * ratio;
      context.strokeStyle = brush.colour("--panel");
      context.strokeText(text, left, top);
      context.lineWidth = 1.5 * ratio;
      context.fillText(text, left, top);
    }
  });
}
