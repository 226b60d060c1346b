import { For, Show, type JSX } from "solid-js";
import type { Concern } from "../components/severity-tag.tsx";
import { formatNumber } from "../format.ts";

/** The machines of the mimic: pipes grey, supply solid, return hollow; a machine is tinted only where a ticket says that it is at fault. */

export const MIMIC_WIDTH = 776;
export const MIMIC_HEIGHT = 424;
export const SUPPLY_Y = 122;
export const RETURN_Y = 292;
const EXCHANGER = { left: 276, right: 352, top: 92, bottom: 322 } as const;
const MAKEUP_Y = 386;
const MAKEUP_X = 582;

type Marked = { readonly concern?: Concern | undefined };
const partClass = (concern: Concern | undefined): string => `mimic-part mimic-part-${concern ?? "normal"}`;

export function Pipes(): JSX.Element {
  const right = MIMIC_WIDTH - 6;
  return (
    <g>
      <path class="mimic-supply" d={`M6 ${SUPPLY_Y}H${EXCHANGER.left}M${EXCHANGER.right} ${SUPPLY_Y}H${right}`} />
      <path class="mimic-return" d={`M6 ${RETURN_Y}H${EXCHANGER.left}M${EXCHANGER.right} ${RETURN_Y}H${right}`} />
      <path class="mimic-return-core" d={`M8 ${RETURN_Y}H${EXCHANGER.left}M${EXCHANGER.right} ${RETURN_Y}H${right - 2}`} />
      <path class="mimic-makeup" d={`M${MAKEUP_X} ${RETURN_Y}V${MAKEUP_Y}H712`} />
      <path class="mimic-makeup-core" d={`M${MAKEUP_X} ${RETURN_Y}V${MAKEUP_Y}H712`} />
      <path
        class="mimic-arrow"
        d={`M14 ${SUPPLY_Y - 5}l9 5-9 5ZM358 ${SUPPLY_Y - 5}l9 5-9 5ZM${right - 9} ${SUPPLY_Y - 5}l9 5-9 5ZM16 ${RETURN_Y - 5}l-9 5 9 5ZM398 ${RETURN_Y - 5}l-9 5 9 5ZM${right} ${RETURN_Y - 5}l-9 5 9 5ZM${MAKEUP_X - 5} 342l5-10 5 10Z`}
      />
    </g>
  );
}

export function Exchanger(props: Marked & { name: string }): JSX.Element {
  const plates = Array.from({ length: 6 }, (_, index) => EXCHANGER.left + 15 + index * 9.2);
  return (
    <g>
      <g class={partClass(props.concern)}>
        <rect x={EXCHANGER.left} y={EXCHANGER.top} width="6" height={EXCHANGER.bottom - EXCHANGER.top} rx="2" />
        <rect x={EXCHANGER.right - 6} y={EXCHANGER.top} width="6" height={EXCHANGER.bottom - EXCHANGER.top} rx="2" />
        <rect
          class="mimic-plates"
          x={EXCHANGER.left + 6}
          y={EXCHANGER.top + 4}
          width={EXCHANGER.right - EXCHANGER.left - 12}
          height={EXCHANGER.bottom - EXCHANGER.top - 8}
        />
        <For each={plates}>{(x) => <path d={`M${x} ${EXCHANGER.top + 12}V${EXCHANGER.bottom - 12}`} />}</For>
        <For each={[SUPPLY_Y, RETURN_Y]}>
          {(y) => (
            <>
              <circle cx={EXCHANGER.left} cy={y} r="5" />
              <circle cx={EXCHANGER.right} cy={y} r="5" />
            </>
          )}
        </For>
      </g>
      <text class="mimic-caption" x={(EXCHANGER.left + EXCHANGER.right) / 2} y={EXCHANGER.bottom + 17} text-anchor="middle">
        {props.name}
      </text>
    </g>
  );
}

export function ControlValve(props: Marked & { x: number }): JSX.Element {
  const y = SUPPLY_Y;
  return (
    <path
      class={partClass(props.concern)}
      d={`M${props.x - 13} ${y - 10}v20l26-20v20ZM${props.x} ${y}v-16M${props.x - 9} ${y - 16}a9 7 0 0 1 18 0Z`}
    />
  );
}

export function CirculationPump(props: Marked & { x: number; running: boolean | null }): JSX.Element {
  return <Pump x={props.x} y={RETURN_Y} radius={14} running={props.running} concern={props.concern} />;
}

export function MakeupPump(props: Marked & { running: boolean | null; text: string }): JSX.Element {
  return (
    <g>
      <Pump x={640} y={MAKEUP_Y} radius={13} running={props.running} concern={props.concern} />
      <text class="mimic-caption" x="640" y={MAKEUP_Y + 29} text-anchor="middle">
        {props.text}
      </text>
    </g>
  );
}

function Pump(props: Marked & { x: number; y: number; radius: number; running: boolean | null }): JSX.Element {
  const reach = (): number => props.radius;
  return (
    <g class={partClass(props.concern)} classList={{ "mimic-running": props.running === true }}>
      <circle cx={props.x} cy={props.y} r={reach()} />
      <path
        d={`M${props.x + reach() * 0.5} ${props.y - reach() * 0.86}L${props.x - reach()} ${props.y}L${props.x + reach() * 0.5} ${props.y + reach() * 0.86}`}
      />
    </g>
  );
}

export function Strainer(props: Marked & { x: number }): JSX.Element {
  return (
    <g class={partClass(props.concern)}>
      <rect x={props.x - 18} y={RETURN_Y - 13} width="36" height="26" rx="2" />
      <path d={`M${props.x - 18} ${RETURN_Y + 13}l36-26`} stroke-dasharray="3 2" />
      <path d={`M${props.x - 7} ${RETURN_Y + 13}v6h14v-6`} />
    </g>
  );
}

const TANK = { x: 712, y: 338, width: 54, height: 68, fullM: 2 } as const;

/** Tank of the makeup water: its height on the drawing stands for 2 m. */
export function Tank(props: { level: number | null; name: string }): JSX.Element {
  const height = (): number => Math.max(0, Math.min(1, (props.level ?? 0) / TANK.fullM)) * (TANK.height - 2);
  const middle = TANK.x + TANK.width / 2;
  return (
    <g>
      <g class="mimic-part mimic-part-normal">
        <rect x={TANK.x} y={TANK.y} width={TANK.width} height={TANK.height} rx="2" />
        <rect class="mimic-water" x={TANK.x + 1} y={TANK.y + TANK.height - 1 - height()} width={TANK.width - 2} height={height()} />
      </g>
      <text class="mimic-name" x={middle} y={TANK.y + 16} text-anchor="middle">
        {props.name}
      </text>
      <Show
        when={props.level !== null}
        fallback={
          <text class="mimic-fact" x={middle} y={TANK.y + 46} text-anchor="middle">
            —
          </text>
        }
      >
        <text class="mimic-fact" x={middle} y={TANK.y + 46} text-anchor="middle">
          {formatNumber(props.level, 2)} m
        </text>
      </Show>
    </g>
  );
}
