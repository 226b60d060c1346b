import type { TraceLine } from "../../model/insight.ts";

/** The last evaluations of a rule as a small drawing: value and limit over time, a cell of state under each. Pure. */

export interface Spark {
  /** SVG paths of value and limit; gaps where either is not known. */
  readonly value: string;
  readonly limit: string;
  readonly states: readonly { readonly x: number; readonly width: number; readonly state: TraceLine["state"] }[];
  /** Where the newest value stands; undefined when it is not known. */
  readonly last: { readonly x: number; readonly y: number } | undefined;
}

export const SPARK_WIDTH = 160;
export const SPARK_HEIGHT = 32;
/** Height of the strip of states at the bottom, and the free edge of the drawing. */
const STRIP = 5;
const EDGE = 2;

export function spark(lines: readonly TraceLine[]): Spark {
  const numbers = lines.flatMap(({ value, limit }) => [value, limit]).filter((one): one is number => one !== null);
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  const bottom = SPARK_HEIGHT - STRIP - EDGE;
  const span = high - low;
  const width = SPARK_WIDTH / Math.max(1, lines.length);
  const x = (index: number): number => round((index + 0.5) * width);
  const y = (value: number): number => round(span === 0 ? (bottom + EDGE) / 2 : bottom - ((value - low) / span) * (bottom - EDGE));
  const path = (of: (line: TraceLine) => number | null): string => {
    let text = "";
    let joined = false;
    for (const [index, line] of lines.entries()) {
      const value = of(line);
      if (value !== null) text += `${joined ? "L" : "M"}${x(index)} ${y(value)}`;
      joined = value !== null;
    }
    return text;
  };
  const newest = lines.at(-1)?.value ?? null;
  return {
    value: path(({ value }) => value),
    limit: path(({ limit }) => limit),
    states: lines.map(({ state }, index) => ({ x: round(index * width), width: round(width), state })),
    last: newest === null ? undefined : { x: x(lines.length - 1), y: y(newest) },
  };
}

/** Path over 24 hours in a box, gaps where an hour is not known; undefined when no hour is. */
export function dayCurve(byHour: readonly (number | null)[], width: number, height: number): string | undefined {
  const known = byHour.filter((value): value is number => value !== null);
  if (known.length === 0) return undefined;
  const low = Math.min(...known, 0);
  const span = Math.max(...known) - low;
  let text = "";
  for (const [hour, value] of byHour.entries()) {
    if (value === null) continue;
    const y = round(span === 0 ? height / 2 : height - 1 - ((value - low) / span) * (height - 2));
    const [from, to] = [round((hour / byHour.length) * width), round(((hour + 1) / byHour.length) * width)];
    text += `${hour > 0 && byHour[hour - 1] !== null ? "L" : "M"}${from} ${y}H${to}`;
  }
  return text;
}

const round = (value: number): number => Math.round(value * 10) / 10;
