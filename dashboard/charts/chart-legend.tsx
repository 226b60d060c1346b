import { For, Show, type JSX } from "solid-js";
import { formatNumber, NO_VALUE } from "../format.ts";
import type { ChartLine, CursorReading } from "./chart-types.ts";

/** Names and colours of a chart's lines; the values under the cursor beside them, a bucket as "min–max". */
export function ChartLegend(props: {
  lines: readonly Pick<ChartLine, "id" | "label" | "colour">[];
  reading: CursorReading | null;
  decimals: number;
  unit: string;
  band?: string | undefined;
}): JSX.Element {
  const value = (id: string): string => {
    const found = props.reading?.values[id];
    if (found === null || found === undefined) return NO_VALUE;
    const low = formatNumber(found.min, props.decimals);
    const high = formatNumber(found.max, props.decimals);
    return low === high ? low : `${low}–${high}`;
  };
  return (
    <div class="legend">
      <For each={props.lines}>
        {(line) => (
          <span class="legend-item">
            <span class="legend-line" style={{ background: `var(${line.colour})` }} />
            {line.label}
            <Show when={props.reading}>
              <span class="legend-value">
                {value(line.id)} {props.unit}
              </span>
            </Show>
          </span>
        )}
      </For>
      <Show when={props.band}>
        <span class="legend-item">
          <span class="legend-band" />
          {props.band}
        </span>
      </Show>
    </div>
  );
}
