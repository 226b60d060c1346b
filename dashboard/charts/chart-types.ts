import type { Concern } from "../components/severity-tag.tsx";
import type { LineData } from "./chart-data.ts";

/** What a chart over time is told to draw, and what it tells of its cursor. */

export interface ChartLine {
  /** Unique in the chart. */
  readonly id: string;
  readonly label: string;
  /** Name of a colour token: "--supply". */
  readonly colour: string;
  readonly data: LineData;
  /** Shown value = value × factor; 1 unless said. */
  readonly factor?: number;
  /** CSS px; 1.5 unless said. */
  readonly width?: number;
  readonly dash?: readonly number[];
  /** Steps instead of slopes: counters, hourly values. */
  readonly stepped?: boolean;
}

/** Columns in wire units on their own times; null breaks it. */
export interface ChartBand {
  readonly times: readonly number[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly factor?: number;
}

/** Hourly amounts drawn as bars from the foot of the chart, on a scale of their own. */
export interface ChartBars {
  readonly bars: readonly ChartBar[];
  /** Value at the upper end of their scale. */
  readonly top: number;
  /** Share of the chart's height that their scale takes, 0…1. */
  readonly share: number;
}

export interface ChartBar {
  readonly from: number;
  readonly to: number;
  readonly value: number;
  /** What is usual at this time of day, in the same unit. */
  readonly usual?: readonly [low: number, high: number] | undefined;
  readonly concern?: Concern | undefined;
}

export interface ChartMark {
  readonly at: number;
  /** Written behind the time; "" draws the line alone. */
  readonly text: string;
  readonly concern: Concern;
}

export interface ChartLimit {
  /** In shown units. */
  readonly value: number;
  readonly text: string;
}

export interface CursorReading {
  /** The bucket (or both times the point's own) under the cursor, epoch ms. */
  readonly from: number;
  readonly to: number;
  /** By line id, in shown units; null in a gap. */
  readonly values: Readonly<Record<string, { readonly min: number; readonly max: number } | null>>;
}
