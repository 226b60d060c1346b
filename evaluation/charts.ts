import type { Text } from "../model/text.ts";
import { HOUR_MS, MINUTE_MS } from "./outcome.ts";

/** The drawings of the report as SVG text: no library, no script, the same bytes for the same numbers. */

/** Text that may stand in HTML and in attributes. */
export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Both languages; the style shows one of them. */
export const both = ({ zh, en }: Text): string =>
  zh === en ? escape(zh) : `<span class="zh">${escape(zh)}</span><span class="en">${escape(en)}</span>`;

const svgText = (x: number, y: number, { zh, en }: Text, attributes = ""): string =>
  zh === en
    ? `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escape(zh)}</text>`
    : (["zh", "en"] as const)
        .map(
          (language) =>
            `<text class="${language}" x="${round(x)}" y="${round(y)}" ${attributes}>${escape(language === "zh" ? zh : en)}</text>`,
        )
        .join("");

const plain = (text: string): Text => ({ zh: text, en: text });
const round = (value: number): string => String(Math.round(value * 10) / 10);

const TICKS: readonly (readonly [number, Text])[] = [
  [MINUTE_MS, { zh: "1 分", en: "1 min" }],
  [10 * MINUTE_MS, { zh: "10 分", en: "10 min" }],
  [HOUR_MS, { zh: "1 时", en: "1 h" }],
  [6 * HOUR_MS, { zh: "6 时", en: "6 h" }],
  [24 * HOUR_MS, { zh: "1 天", en: "1 d" }],
  [96 * HOUR_MS, { zh: "4 天", en: "4 d" }],
  [480 * HOUR_MS, { zh: "20 天", en: "20 d" }],
];
const DELAY_MS_LEAST = 0.5 * MINUTE_MS;
const DELAY_MS_MOST = 1_000 * HOUR_MS;

export interface DelayRow {
  readonly name: Text;
  /** In the order of size. */
  readonly delaysMs: readonly number[];
}

/** One row per kind on a logarithmic axis of time: a dot per fault, a bar at the median. */
export function delayChart(rows: readonly DelayRow[]): string {
  const [left, right, top, rowHeight] = [130, 20, 24, 26];
  const width = 900;
  const height = top + rows.length * rowHeight + 8;
  const x = (ms: number): number => {
    const clamped = Math.min(DELAY_MS_MOST, Math.max(DELAY_MS_LEAST, ms));
    return left + ((width - left - right) * Math.log(clamped / DELAY_MS_LEAST)) / Math.log(DELAY_MS_MOST / DELAY_MS_LEAST);
  };
  const axis = TICKS.map(
    ([ms, text]) =>
      `<line class="axis" x1="${round(x(ms))}" x2="${round(x(ms))}" y1="${top - 4}" y2="${height - 4}"/>${svgText(x(ms), top - 10, text, 'text-anchor="middle"')}`,
  ).join("");
  const drawn = rows.map(({ name, delaysMs }, index) => {
    const y = top + (index + 0.5) * rowHeight;
    const dots = delaysMs
      .map((ms, place) => `<circle class="dot" cx="${round(x(ms))}" cy="${round(y + ((place * 7) % 11) - 5)}" r="3.5"/>`)
      .join("");
    const median = delaysMs[Math.max(0, Math.ceil(delaysMs.length / 2) - 1)];
    const middle =
      median === undefined
        ? ""
        : `<line class="middle" x1="${round(x(median))}" x2="${round(x(median))}" y1="${round(y - 9)}" y2="${round(y + 9)}"/>`;
    return svgText(left - 8, y + 4, name, 'text-anchor="end"') + dots + middle;
  });
  return svg(width, height, axis + drawn.join(""));
}

export interface CurveChart {
  readonly label: string;
  readonly unit: string;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  readonly from: number;
  readonly to: number;
  /** An instant to be marked. */
  readonly markAt: number;
  /** The limit that was crossed, if it is known. */
  readonly limit?: number | undefined;
}

/** One signal as a line with its least and largest value; a mark at the instant in question. */
export function curveChart({ label, unit, times, values, from, to, markAt, limit }: CurveChart): string {
  const [width, height, left, top, bottom] = [340, 84, 46, 16, 6];
  const numbers = [...values, limit ?? null].filter((value) => value !== null);
  const least = numbers.length === 0 ? 0 : Math.min(...numbers);
  const most = numbers.length === 0 ? 1 : Math.max(...numbers);
  const span = most - least || 1;
  const x = (at: number): number => left + ((width - left - 4) * (at - from)) / (to - from);
  const y = (value: number): number => height - bottom - ((height - top - bottom) * (value - least)) / span;
  let path = "";
  let isDown = false;
  for (const [index, at] of times.entries()) {
    const value = values[index]!;
    if (value !== null) path += `${isDown ? "L" : "M"}${round(x(at))} ${round(y(value))}`;
    isDown = value !== null;
  }
  const limitLine =
    limit === undefined ? "" : `<line class="limit" x1="${left}" x2="${width - 4}" y1="${round(y(limit))}" y2="${round(y(limit))}"/>`;
  const mark = `<line class="mark" x1="${round(x(markAt))}" x2="${round(x(markAt))}" y1="${top}" y2="${height - bottom}"/>`;
  return svg(
    width,
    height,
    `${svgText(left, 11, plain(`${label}, ${unit}`), 'class="strong"')}${svgText(left - 4, top + 8, plain(short(most)), 'text-anchor="end"')}${svgText(left - 4, height - bottom, plain(short(least)), 'text-anchor="end"')}<line class="axis" x1="${left}" x2="${width - 4}" y1="${height - bottom}" y2="${height - bottom}"/>${limitLine}${mark}<path class="curve" d="${path}"/>`,
  );
}

/** Bars over days with a line at a limit. */
export function dayBars(values: readonly number[], limit: number, limitName: Text): string {
  const [width, height, left, bottom, top] = [900, 180, 46, 22, 12];
  const most = Math.max(limit * 1.15, ...values);
  const step = (width - left - 8) / Math.max(1, values.length);
  const y = (value: number): number => height - bottom - ((height - bottom - top) * value) / most;
  const bars = values
    .map(
      (value, day) =>
        `<rect class="bar" x="${round(left + day * step + 0.5)}" y="${round(y(value))}" width="${round(Math.max(1, step - 1))}" height="${round(height - bottom - y(value))}"><title>${day + 1}: ${short(value)}</title></rect>`,
    )
    .join("");
  const every = Math.max(1, Math.ceil(values.length / 12));
  const names = values
    .map((_, day) =>
      day % every === 0 ? svgText(left + (day + 0.5) * step, height - 6, plain(String(day + 1)), 'text-anchor="middle"') : "",
    )
    .join("");
  const line = `<line class="limit" x1="${left}" x2="${width - 8}" y1="${round(y(limit))}" y2="${round(y(limit))}"/>${svgText(width - 10, y(limit) - 4, limitName, 'text-anchor="end"')}`;
  const scale =
    svgText(left - 4, y(0), plain("0"), 'text-anchor="end"') + svgText(left - 4, y(limit) + 4, plain(short(limit)), 'text-anchor="end"');
  return svg(
    width,
    height,
    `${scale}<line class="axis" x1="${left}" x2="${width - 8}" y1="${height - bottom}" y2="${height - bottom}"/>${bars}${line}${names}`,
  );
}

function short(value: number): string {
  const size = Math.abs(value);
  return size >= 1_000 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : String(Number(value.toPrecision(3)));
}

const svg = (width: number, height: number, body: string): string =>
  `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" xmlns="http://www.w3.org/2000/svg">${body}</svg>`;
