import { createMemo, For, Show, type JSX } from "solid-js";
import type { TraceLine } from "../../model/insight.ts";
import { spark, SPARK_HEIGHT, SPARK_WIDTH } from "./spark.ts";

/** The last evaluations drawn: value solid, limit dashed, a strip of states below. `label` says the same in words. */
export function Sparkline(props: { lines: readonly TraceLine[]; label: string }): JSX.Element {
  const drawn = createMemo(() => spark(props.lines));
  return (
    <svg class="spark" viewBox={`0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={props.label}>
      <title>{props.label}</title>
      <path class="spark-limit" d={drawn().limit} vector-effect="non-scaling-stroke" />
      <path class="spark-value" d={drawn().value} vector-effect="non-scaling-stroke" />
      <Show when={drawn().last}>{(last) => <rect class="spark-last" x={last().x - 2} y={last().y - 2} width="4" height="4" />}</Show>
      <For each={drawn().states}>
        {(cell) => (
          <rect
            class={`spark-state spark-${cell.state}`}
            x={cell.x + 0.4}
            y={SPARK_HEIGHT - 4}
            width={Math.max(0.5, cell.width - 0.8)}
            height="4"
          />
        )}
      </For>
    </svg>
  );
}
