import { Show, type JSX } from "solid-js";
import type { Concern } from "./severity-tag.tsx";

/** A number beside what it should be: a tick on a track with its normal range. Decorative for screen readers unless labelled. */

export interface AnalogBarProps {
  readonly value: number | null;
  /** Ends of the track. */
  readonly min: number;
  readonly max: number;
  /** The normal range; either end may lie outside the track. */
  readonly normal?: readonly [number, number];
  /** Limits drawn as dashed lines. */
  readonly limits?: readonly number[];
  readonly concern?: Concern | undefined;
  readonly stale?: boolean;
  readonly label?: string;
}

const WIDTH = 140;
const HEIGHT = 16;

export function AnalogBar(props: AnalogBarProps): JSX.Element {
  /** Off-scale values stand at the end of the track: still visible, and the number beside it says how far. */
  const x = (value: number): number => ((Math.min(props.max, Math.max(props.min, value)) - props.min) / (props.max - props.min)) * WIDTH;
  const width = (): number => (props.concern === undefined ? 4 : 6);
  return (
    <svg
      class={`bar bar-${props.concern ?? "normal"}`}
      classList={{ "bar-stale": props.stale }}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role={props.label === undefined ? undefined : "img"}
      aria-label={props.label}
      aria-hidden={props.label === undefined ? "true" : undefined}
    >
      <rect class="bar-track" x="0.5" y="3" width={WIDTH - 1} height="10" vector-effect="non-scaling-stroke" />
      <Show when={props.normal}>
        {(normal) => <rect class="bar-range" x={x(normal()[0])} y="3.5" width={Math.max(0, x(normal()[1]) - x(normal()[0]))} height="9" />}
      </Show>
      {(props.limits ?? []).map((limit) => (
        <line class="bar-limit" x1={x(limit)} x2={x(limit)} y1="1" y2="15" />
      ))}
      <Show when={props.value !== null}>
        <rect
          class="bar-tick"
          x={Math.min(WIDTH - width(), Math.max(0, x(props.value!) - width() / 2))}
          y="0"
          width={width()}
          height={HEIGHT}
        />
      </Show>
    </svg>
  );
}
