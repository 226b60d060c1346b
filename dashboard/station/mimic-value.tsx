import { Show, type JSX } from "solid-js";
import type { TicketSummary } from "../../model/live.ts";
import { KIND_WORDS } from "../../model/words.ts";
import type { Concern } from "../components/severity-tag.tsx";
import { useShell } from "../context.ts";
import { formatNumber } from "../format.ts";
import type { Display } from "../units.ts";

/** A number at its point of the mimic: name, value, unit, the bar with where it should be, a stem to the pipe; boxed where something is wrong. */

export interface MimicValueProps {
  readonly x: number;
  /** Base line of the name. */
  readonly top: number;
  readonly width?: number;
  readonly name: string;
  readonly caption?: string;
  readonly value: number | null;
  readonly display: Display;
  /** Ends of the bar, in wire units like the value. */
  readonly scale: readonly [number, number];
  readonly normal?: readonly [number, number] | undefined;
  /** The ticket whose fault shows itself here. */
  readonly ticket?: TicketSummary | undefined;
  /** Where the stem ends; without it there is none. */
  readonly pipeY?: number;
}

const WIDTH = 74;
const BAR_DROP = 27;
const SHAPES: Readonly<Record<Concern, string>> = { urgent: "▲", general: "■", watch: "◆" };

export function MimicValue(props: MimicValueProps): JSX.Element {
  const { say, router } = useShell();
  const width = (): number => props.width ?? WIDTH;
  const place = (value: number): number =>
    props.x + Math.max(0, Math.min(1, (value - props.scale[0]) / (props.scale[1] - props.scale[0]))) * (width() - 4);
  const outside = (): boolean =>
    props.value !== null && props.normal !== undefined && (props.value < props.normal[0] || props.value > props.normal[1]);
  const concern = (): Concern | undefined => props.ticket?.severity ?? (outside() ? "watch" : undefined);
  return (
    <g class={`mimic-value mimic-${concern() ?? "normal"}`}>
      <Show when={props.pipeY}>
        {(pipeY) => (
          <>
            <path class="mimic-stem" d={`M${props.x + width() / 2} ${props.top + BAR_DROP + 8}V${pipeY() - 4}`} />
            <circle class="mimic-point" cx={props.x + width() / 2} cy={pipeY()} r="3.5" />
          </>
        )}
      </Show>
      <Show when={concern() !== undefined}>
        <rect class="mimic-box" x={props.x - 7} y={props.top - 15} width={width() + 14} height="58" rx="3" />
      </Show>
      <Show when={props.ticket}>
        {(ticket) => (
          // A link inside of a drawing is not one that the router knows by itself.
          <g>
            <a
              href={`/tickets/${encodeURIComponent(ticket().id)}`}
              aria-label={`${ticket().id} ${say(ticket().title)}`}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                router.go(`/tickets/${encodeURIComponent(ticket().id)}`);
              }}
            >
              <path class="mimic-flag" d={`M${props.x - 7} ${props.top - 14}v-13a3 3 0 0 1 3-3h${width() + 8}a3 3 0 0 1 3 3v13Z`} />
              <text
                class="mimic-flag-text"
                x={props.x + width() / 2}
                y={props.top - 18}
                text-anchor="middle"
                textLength={flagLength(say(KIND_WORDS[ticket().kind]), width() + 6)}
                lengthAdjust="spacingAndGlyphs"
              >
                {SHAPES[ticket().severity]} {say(KIND_WORDS[ticket().kind])}
              </text>
            </a>
          </g>
        )}
      </Show>
      <text class="mimic-name" x={props.x} y={props.top}>
        {props.name}
      </text>
      <Show when={props.caption}>
        <text class="mimic-caption" x={props.x + width()} y={props.top} text-anchor="end">
          {props.caption}
        </text>
      </Show>
      <text class="mimic-number" x={props.x} y={props.top + 20}>
        <Show when={concern() !== undefined && props.ticket === undefined}>◆ </Show>
        {formatNumber(props.value === null ? null : props.value * props.display.factor, props.display.decimals)}
        <tspan class="mimic-unit"> {props.display.unit}</tspan>
      </text>
      <rect class="bar-track" x={props.x} y={props.top + BAR_DROP} width={width()} height="8" />
      <Show when={props.normal}>
        {(normal) => (
          <rect
            class="bar-range"
            x={place(normal()[0])}
            y={props.top + BAR_DROP + 0.5}
            width={Math.max(0, place(normal()[1]) + 4 - place(normal()[0]))}
            height="7"
          />
        )}
      </Show>
      <Show when={props.value !== null}>
        <rect class="mimic-tick" x={place(props.value!)} y={props.top + BAR_DROP - 3} width="4" height="14" />
      </Show>
    </g>
  );
}

/** A flag's words are squeezed only when they would not fit; about 12 units a Chinese letter, 6.5 a Latin one. */
function flagLength(words: string, roomUnits: number): number | undefined {
  const wide = Array.from(words).reduce((sum, letter) => sum + (letter > "\u2e80" ? 12 : 6.5), 16);
  return wide > roomUnits ? roomUnits : undefined;
}

/** A derived number without a bar: name, value, what it should be. */
export function MimicFact(props: { x: number; y: number; name: string; value: string; note?: string }): JSX.Element {
  return (
    <g>
      <text class="mimic-name" x={props.x} y={props.y}>
        {props.name}
      </text>
      <text class="mimic-fact" x={props.x} y={props.y + 17}>
        {props.value}
        <Show when={props.note}>
          <tspan class="mimic-caption"> {props.note}</tspan>
        </Show>
      </text>
    </g>
  );
}
