import { indexAt } from "./chart-data.ts";
import type { ChartLine, CursorReading } from "./chart-types.ts";

/** What every line says at an instant; undefined when none says anything. The widest bucket names the span. */
export function readingAt(lines: readonly ChartLine[], at: number): CursorReading | undefined {
  const values: Record<string, { min: number; max: number } | null> = {};
  let span: { from: number; to: number } | undefined;
  for (const line of lines) {
    const index = indexAt(line.data, at);
    if (index < 0) {
      values[line.id] = null;
      continue;
    }
    const factor = line.factor ?? 1;
    const low = line.data.low[index]!;
    values[line.id] = { min: low * factor, max: (line.data.high[index] ?? low) * factor };
    const from = line.data.times[index]!;
    span ??= { from, to: from + line.data.bucketMs };
  }
  return span === undefined ? undefined : { ...span, values };
}
