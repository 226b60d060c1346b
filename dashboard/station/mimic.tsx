import { Show, type JSX } from "solid-js";
import type { Asset } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import { Panel } from "../components/panel.tsx";
import { useShell } from "../context.ts";
import { formatNumber } from "../format.ts";
import { displayOf, displayOfUnit, type Display } from "../units.ts";
import type { CircuitValues } from "./circuit-values.ts";

/** 工艺图: exchanger, valve, pumps, strainer, makeup and tank with the numbers at their points; pipes grey, supply solid, return hollow. */

const WIDTH = 760;
const HEIGHT = 420;
const SUPPLY_Y = 150;
const RETURN_Y = 285;

interface MimicProps {
  readonly circuit: Asset;
  readonly values: CircuitValues;
  readonly stale: boolean;
}

export function Mimic(props: MimicProps): JSX.Element {
  const { t } = useShell();
  const on = (signal: SignalId): boolean | null => {
    const value = props.values.value(signal);
    return value === null ? null : value > 0;
  };
  const state = (signal: SignalId): string => (on(signal) === null ? "—" : on(signal) === true ? t("running") : t("stopped"));
  const design = () => props.circuit.circuitFacts;
  return (
    <Panel title={t("mimic")} note={`${props.circuit.name} · ${t("mimicNote")}`} side={<span class="secondary">{t("mimicLive")}</span>} class="mimic-panel">
      <div class="mimic-scroll">
        <svg class="mimic" classList={{ "mimic-stale": props.stale }} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label={t("mimic")}>
          <Pipes />
          <g class="mimic-part">
            <rect x="300" y="118" width="64" height="200" rx="3" />
            <path d="M308 124v188M316 124v188M324 124v188M332 124v188M340 124v188M348 124v188M356 124v188" />
          </g>
          <text class="mimic-caption" x="332" y="336" text-anchor="middle">
            {t("exchanger")}
          </text>
          <ControlValve x={232} y={SUPPLY_Y} />
          <Pump x={470} y={RETURN_Y} running={on("cp_run")} />
          <Strainer x={620} y={RETURN_Y} />
          <Pump x={585} y={378} running={on("mk_pump")} small />
          <Tank level={props.values.value("tank_level")} />
          <text class="mimic-caption" x="8" y={SUPPLY_Y + 22}>
            {t("primarySupply")}
          </text>
          <text class="mimic-caption" x="8" y={RETURN_Y + 24}>
            {t("primaryReturn")}
          </text>
          <text class="mimic-caption" x={WIDTH - 8} y={SUPPLY_Y + 22} text-anchor="end">
            {t("secondarySupply")}
          </text>
          <text class="mimic-caption" x={WIDTH - 8} y={RETURN_Y + 24} text-anchor="end">
            {t("secondaryReturn")}
          </text>

          <Measured {...props} signal="t1_supply" x={12} top={56} pipeY={SUPPLY_Y} short="一供温" shortEn="T1 supply" scale={[60, 130]} />
          <Measured {...props} signal="p1_supply" x={112} top={56} pipeY={SUPPLY_Y} short="一供压" shortEn="P1 supply" scale={[0, 1600]} />
          <Measured {...props} signal="v1_pos" x={206} top={56} pipeY={SUPPLY_Y - 16} short="阀反馈" shortEn="Valve" scale={[0, 100]} expected={props.values.value("v1_set")} tolerance={5} />
          <Measured
            {...props}
            signal="t2_supply"
            x={392}
            top={56}
            pipeY={SUPPLY_Y}
            short="二供温"
            shortEn="T2 supply"
            scale={[20, 80]}
            expected={props.values.expectedSupplyC}
            tolerance={2}
            caption={props.values.expectedSupplyC === null ? "" : t("curveShort", { value: formatNumber(props.values.expectedSupplyC, 1) })}
          />
          <Measured {...props} signal="p2_supply" x={512} top={56} pipeY={SUPPLY_Y} short="二供压" shortEn="P2 supply" scale={[0, 900]} />
          <Derived {...props} x={630} top={56} name={t("deltaT")} value={props.values.deltaC} display={DEGREES} scale={[0, 25]} />

          <Measured {...props} signal="t1_return" x={12} top={196} pipeY={RETURN_Y} short="一回温" shortEn="T1 return" scale={[20, 80]} />
          <Measured {...props} signal="p1_return" x={112} top={196} pipeY={RETURN_Y} short="一回压" shortEn="P1 return" scale={[0, 1600]} />
          <Measured {...props} signal="q1_flow" x={206} top={196} pipeY={RETURN_Y} short="一次流量" shortEn="Q1" scale={[0, 120]} />
          <Measured {...props} signal="q2_flow" x={380} top={196} pipeY={RETURN_Y} short="循环流量" shortEn="Q2" scale={[0, (design()?.circulationM3h ?? 100) * 1.5]} expected={design()?.circulationM3h ?? null} tolerance={(design()?.circulationM3h ?? 100) * 0.15} />
          <Measured {...props} signal="p2_return" x={488} top={196} pipeY={RETURN_Y} short="二回压" shortEn="P2 return" scale={[0, 600]} expected={design()?.staticPressureKpa === undefined ? null : design()!.staticPressureKpa! + 15} tolerance={30} />
          <Derived {...props} x={588} top={196} name={t("strainerDrop")} value={props.values.strainerDropKpa} display={{ unit: "kPa", decimals: 0, factor: 1 }} scale={[0, 60]} normal={[0, 30]} />
          <Measured {...props} signal="t2_return" x={672} top={196} pipeY={RETURN_Y} short="二回温" shortEn="T2 return" scale={[15, 65]} expected={props.values.expectedReturnC} tolerance={3} narrow />

          <text class="mimic-caption" x="470" y={RETURN_Y + 34} text-anchor="middle">
            {t("pump")} {state("cp_run")}
            <Show when={props.values.value("cp_hz") !== null}> {formatNumber(props.values.value("cp_hz"), 1)} Hz</Show>
          </text>
          <text class="mimic-caption" x="585" y="412" text-anchor="middle">
            {t("makeupPump")} {state("mk_pump")}
          </text>
          <MakeupBox {...props} />
        </svg>
      </div>
      <Footer {...props} />
    </Panel>
  );
}

const DEGREES: Display = { unit: "K", decimals: 1, factor: 1 };

interface PointProps extends MimicProps {
  readonly x: number;
  readonly top: number;
  readonly scale: readonly [number, number];
}

/** A number at its point: name, value, unit, the bar with where it should be, a stem down to the pipe. */
function Measured(props: PointProps & { signal: SignalId; pipeY: number; short: string; shortEn: string; expected?: number | null; tolerance?: number; caption?: string; narrow?: boolean }): JSX.Element {
  const { preferences } = useShell();
  const display = () => displayOf(props.signal, preferences.pressureUnit());
  const expected = () => props.expected ?? null;
  return (
    <Block
      x={props.x}
      top={props.top}
      width={props.narrow === true ? 76 : 84}
      name={preferences.language() === "zh" ? props.short : props.shortEn}
      caption={props.caption ?? ""}
      value={props.values.value(props.signal)}
      display={display()}
      scale={props.scale}
      normal={expected() === null || props.tolerance === undefined ? undefined : [expected()! - props.tolerance, expected()! + props.tolerance]}
      pipeY={props.pipeY}
    />
  );
}

function Derived(props: PointProps & { name: string; value: number | null; display: Display; normal?: readonly [number, number] }): JSX.Element {
  return <Block x={props.x} top={props.top} width={76} name={props.name} caption="" value={props.value} display={props.display} scale={props.scale} normal={props.normal} />;
}

interface BlockProps {
  readonly x: number;
  readonly top: number;
  readonly width: number;
  readonly name: string;
  readonly caption: string;
  readonly value: number | null;
  readonly display: Display;
  readonly scale: readonly [number, number];
  readonly normal?: readonly [number, number] | undefined;
  readonly pipeY?: number;
}

function Block(props: BlockProps): JSX.Element {
  const place = (value: number): number => props.x + (Math.max(0, Math.min(1, (value - props.scale[0]) / (props.scale[1] - props.scale[0]))) * (props.width - 4));
  const abnormal = (): boolean => props.value !== null && props.normal !== undefined && (props.value < props.normal[0] || props.value > props.normal[1]);
  return (
    <g class="mimic-value" classList={{ "mimic-abnormal": abnormal() }}>
      <text class="mimic-name" x={props.x} y={props.top}>
        {props.name}
        <Show when={props.caption !== ""}>
          <tspan class="mimic-caption"> {props.caption}</tspan>
        </Show>
      </text>
      <text class="mimic-number" x={props.x} y={props.top + 20}>
        <Show when={abnormal()}>◆ </Show>
        {formatNumber(props.value === null ? null : props.value * props.display.factor, props.display.decimals)}
        <tspan class="mimic-unit"> {props.display.unit}</tspan>
      </text>
      <rect class="bar-track" x={props.x} y={props.top + 27} width={props.width} height="8" />
      <Show when={props.normal}>{(normal) => <rect class="bar-range" x={place(normal()[0])} y={props.top + 27} width={Math.max(0, place(normal()[1]) - place(normal()[0]))} height="8" />}</Show>
      <Show when={props.value !== null}>
        <rect class="mimic-tick" x={place(props.value!)} y={props.top + 24} width="4" height="14" />
      </Show>
      <Show when={props.pipeY}>
        {(pipeY) => (
          <>
            <path class="mimic-stem" d={`M${props.x + 20} ${props.top + 38}V${pipeY() - 4}`} />
            <circle class="mimic-point" cx={props.x + 20} cy={pipeY()} r="4" />
          </>
        )}
      </Show>
    </g>
  );
}

function Pipes(): JSX.Element {
  return (
    <g>
      <path class="mimic-supply" d={`M4 ${SUPPLY_Y}H300M364 ${SUPPLY_Y}H${WIDTH - 4}`} />
      <path class="mimic-return" d={`M4 ${RETURN_Y}H300M364 ${RETURN_Y}H${WIDTH - 4}`} />
      <path class="mimic-return-core" d={`M6 ${RETURN_Y}H299M365 ${RETURN_Y}H${WIDTH - 6}`} />
      <path class="mimic-makeup" d={`M545 ${RETURN_Y}V378H650`} />
      <path class="mimic-arrow" d={`M284 ${SUPPLY_Y - 5}l9 5-9 5ZM${WIDTH - 14} ${SUPPLY_Y - 5}l9 5-9 5ZM16 ${RETURN_Y - 5}l-9 5 9 5ZM386 ${RETURN_Y - 5}l-9 5 9 5ZM540 330l5-9 5 9Z`} />
    </g>
  );
}

function ControlValve(props: { x: number; y: number }): JSX.Element {
  return <path class="mimic-part" d={`M${props.x - 13} ${props.y - 10}v20l26-20v20ZM${props.x} ${props.y}v-14M${props.x - 8} ${props.y - 14}a8 6 0 0 1 16 0Z`} />;
}

function Pump(props: { x: number; y: number; running: boolean | null; small?: boolean }): JSX.Element {
  const radius = (): number => (props.small === true ? 11 : 15);
  return (
    <g class="mimic-part" classList={{ "mimic-running": props.running === true }}>
      <circle cx={props.x} cy={props.y} r={radius()} />
      <path d={`M${props.x + radius() * 0.5} ${props.y - radius() * 0.85}L${props.x - radius()} ${props.y}L${props.x + radius() * 0.5} ${props.y + radius() * 0.85}`} />
    </g>
  );
}

function Strainer(props: { x: number; y: number }): JSX.Element {
  return (
    <g class="mimic-part">
      <rect x={props.x - 17} y={props.y - 13} width="34" height="26" />
      <path d={`M${props.x - 17} ${props.y + 13}l34-26`} stroke-dasharray="3 2" />
    </g>
  );
}

/** Tank of the makeup water: its height on the drawing stands for 2 m. */
function Tank(props: { level: number | null }): JSX.Element {
  const { t } = useShell();
  const height = (): number => Math.max(0, Math.min(1, (props.level ?? 0) / 2)) * 58;
  return (
    <g class="mimic-part">
      <rect x="650" y="336" width="66" height="60" />
      <rect class="mimic-water" x="651" y={395 - height()} width="64" height={height()} />
      <text class="mimic-name" x="683" y="352" text-anchor="middle">
        {t("tank")}
      </text>
      <text class="mimic-number" x="683" y="384" text-anchor="middle">
        {formatNumber(props.level, 2)}
        <tspan class="mimic-unit"> m</tspan>
      </text>
    </g>
  );
}

function MakeupBox(props: MimicProps): JSX.Element {
  const { t } = useShell();
  const display: Display = { unit: "m³/h", decimals: 2, factor: 1 };
  return (
    <g>
      <Block
        x={380}
        top={358}
        width={130}
        name={t("makeupCorrected")}
        caption={props.values.makeupExpectedM3h === null ? "" : t("makeupUsual", { value: formatNumber(props.values.makeupExpectedM3h, 2) })}
        value={props.values.makeupM3h}
        display={display}
        scale={[0, Math.max(1, 3 * (props.values.makeupExpectedM3h ?? 0.3))]}
        normal={props.values.makeupExpectedM3h === null ? undefined : [props.values.makeupExpectedM3h - 0.3, props.values.makeupExpectedM3h + 0.3]}
      />
      <path class="mimic-stem" d="M512 372H574" />
    </g>
  );
}

function Footer(props: MimicProps): JSX.Element {
  const { t, preferences } = useShell();
  const areaM2 = () => props.circuit.circuitFacts?.heatedAreaM2;
  const power = (): number | null => {
    const [flow, delta] = [props.values.value("q2_flow"), props.values.deltaC];
    return flow === null || delta === null ? null : flow * 1.163 * delta;
  };
  const show = (value: number | null, unit: string, decimals: number): string => {
    const display = displayOfUnit(unit, preferences.pressureUnit(), decimals);
    return `${formatNumber(value === null ? null : value * display.factor, display.decimals)} ${display.unit}`;
  };
  return (
    <dl class="mimic-foot">
      <div>
        <dt>{t("approach")}</dt>
        <dd>{show(props.values.approachC, "K", 1)}</dd>
      </div>
      <div>
        <dt>{t("deltaT")}</dt>
        <dd>{show(props.values.deltaC, "K", 1)}</dd>
      </div>
      <div>
        <dt>{t("specificHeat")}</dt>
        <dd>{show(power() === null || areaM2() === undefined ? null : (power()! * 1000) / areaM2()!, "W/m²", 1)}</dd>
      </div>
    </dl>
  );
}
