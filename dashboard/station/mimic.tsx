import { createMemo, type JSX } from "solid-js";
import type { Asset } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import { KIND_WORDS } from "../../model/words.ts";
import { Panel } from "../components/panel.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatNumber } from "../format.ts";
import { displayOf, displayOfUnit, type Display } from "../units.ts";
import type { PlainKey } from "../words/words.ts";
import type { CircuitValues } from "./circuit-values.ts";
import {
  CirculationPump,
  ControlValve,
  Exchanger,
  MakeupPump,
  MIMIC_HEIGHT,
  MIMIC_WIDTH,
  Pipes,
  RETURN_Y,
  Strainer,
  SUPPLY_Y,
  Tank,
} from "./mimic-parts.tsx";
import { markedPoints, type MimicPoint } from "./mimic-points.ts";
import { MimicFact, MimicValue } from "./mimic-value.tsx";

/** 工艺图: exchanger, valve, pumps, strainer, makeup and tank with the numbers at their points and the tickets at the machines they are about. */

interface MimicProps {
  readonly circuit: Asset;
  readonly values: CircuitValues;
  readonly stale: boolean;
}

/** Base lines of the names above the supply pipe and above the return pipe. */
const UPPER = 44;
const LOWER = 212;
const UPPER_X = [14, 98, 186, 376, 530, 662] as const;
const LOWER_X = [14, 98, 186, 364, 452, 540, 622, 698] as const;
/** kW that 1 m³/h of water carries per K, at 4.186 kJ/(kg·K) and 1 t/m³. */
const KW_PER_M3H_K = 1.163;
/** What is usual may be missed by this much before it is worth a mark. */
const TOLERANCE = { supplyC: 2, returnC: 3, valvePercent: 5, makeupM3h: 0.3, flowShare: 0.15 } as const;
const STRAINER_KPA_MAX = 30;

export function Mimic(props: MimicProps): JSX.Element {
  const { t, say, preferences } = useShell();
  const { live } = usePlant();
  const marks = createMemo(() => markedPoints(live.tickets().values(), props.circuit.station, props.circuit.id));
  const concern = (point: MimicPoint) => marks().get(point)?.severity;
  /** A machine's name, or what is wrong with it: its colour must not speak alone. */
  const flag = (point: MimicPoint, name: string): string => {
    const ticket = marks().get(point);
    return ticket === undefined ? name : `${ticket.severity === "urgent" ? "▲" : "■"} ${say(KIND_WORDS[ticket.kind])}`;
  };
  const value = (signal: SignalId): number | null => props.values.value(signal);
  const on = (signal: SignalId): boolean | null => (value(signal) === null ? null : value(signal)! > 0);
  const running = (signal: SignalId): string => (on(signal) === null ? "—" : t(on(signal) === true ? "running" : "stopped"));
  const facts = () => props.circuit.circuitFacts;
  const around = (expected: number | null | undefined, tolerance: number): readonly [number, number] | undefined =>
    expected === null || expected === undefined ? undefined : [expected - tolerance, expected + tolerance];
  const percent = (number: number | null): string => (number === null ? "" : t("valveSet", { value: formatNumber(number, 0) }));
  const curve = (): string =>
    props.values.expectedSupplyC === null ? "" : t("curveShort", { value: formatNumber(props.values.expectedSupplyC, 1) });
  const head = (): number | null => {
    const [supply, back] = [value("p2_supply"), value("p2_return")];
    return supply === null || back === null ? null : supply - back;
  };
  const powerKw = (): number | null =>
    value("q2_flow") === null || props.values.deltaC === null ? null : value("q2_flow")! * KW_PER_M3H_K * props.values.deltaC;
  const perArea = (): number | null => (powerKw() === null || facts() === undefined ? null : (powerKw()! * 1000) / facts()!.heatedAreaM2);
  const primaryDelta = (): number | null =>
    value("t1_supply") === null || value("t1_return") === null ? null : value("t1_supply")! - value("t1_return")!;
  const flowDesign = (): number => facts()?.circulationM3h ?? 100;
  const makeupUsual = (): number | null => props.values.makeupExpectedM3h;
  const pressure = (decimals = 0): Display => displayOfUnit("kPa", preferences.pressureUnit(), decimals);

  const at = (
    signal: SignalId,
    x: number,
    row: "upper" | "lower",
    scale: readonly [number, number],
    more: { normal?: readonly [number, number] | undefined; point?: MimicPoint; caption?: string; width?: number; pipe?: boolean } = {},
  ): JSX.Element => (
    <MimicValue
      x={x}
      top={row === "upper" ? UPPER : LOWER}
      width={more.width}
      name={t(`point_${signal}` as PlainKey)}
      caption={more.caption}
      value={value(signal)}
      display={displayOf(signal, preferences.pressureUnit())}
      scale={scale}
      normal={more.normal}
      ticket={more.point === undefined ? undefined : marks().get(more.point)}
      pipeY={more.pipe === false ? undefined : row === "upper" ? SUPPLY_Y : RETURN_Y}
    />
  );

  return (
    <Panel
      title={t("mimic")}
      note={`${props.circuit.name} · ${t("mimicNote")}`}
      side={<span class="secondary">{props.stale ? t("mimicStale") : t("mimicLive")}</span>}
      class="mimic-panel"
    >
      <div class="mimic-scroll" tabindex="0" role="region" aria-label={t("mimic")}>
        <svg
          class="mimic"
          classList={{ "mimic-stale": props.stale }}
          viewBox={`0 0 ${MIMIC_WIDTH} ${MIMIC_HEIGHT}`}
          role="group"
          aria-label={t("mimic")}
        >
          <Pipes />
          <Exchanger name={flag("exchanger", t("exchanger"))} concern={concern("exchanger")} />
          <ControlValve x={UPPER_X[2] + 37} concern={concern("valve")} />
          <CirculationPump x={LOWER_X[4] + 20} running={on("cp_run")} concern={concern("pump")} />
          <Strainer x={LOWER_X[6] + 37} concern={concern("strainer")} />
          <MakeupPump running={on("mk_pump")} text={`${t("makeupPump")} ${running("mk_pump")}`} concern={undefined} />
          <Tank level={value("tank_level")} name={t("tank")} />

          <text class="mimic-caption" x="8" y={SUPPLY_Y + 20}>
            {t("primarySupply")}
          </text>
          <text class="mimic-caption" x="8" y={RETURN_Y + 20}>
            {t("primaryReturn")}
          </text>
          <text class="mimic-caption" x={MIMIC_WIDTH - 8} y={SUPPLY_Y + 20} text-anchor="end">
            {t("secondarySupply")}
          </text>
          <text class="mimic-caption" x={MIMIC_WIDTH - 8} y={RETURN_Y + 20} text-anchor="end">
            {t("secondaryReturn")}
          </text>

          {at("t1_supply", UPPER_X[0], "upper", [60, 130], { point: "primary_supply" })}
          {at("p1_supply", UPPER_X[1], "upper", [0, 1600])}
          {at("v1_pos", UPPER_X[2], "upper", [0, 100], {
            point: "valve",
            get caption() {
              return percent(value("v1_set"));
            },
            get normal() {
              return around(value("v1_set"), TOLERANCE.valvePercent);
            },
            pipe: false,
          })}
          {at("t2_supply", UPPER_X[3], "upper", [20, 80], {
            point: "supply",
            width: 118,
            get caption() {
              return curve();
            },
            get normal() {
              return around(props.values.expectedSupplyC, TOLERANCE.supplyC);
            },
          })}
          {at("p2_supply", UPPER_X[4], "upper", [0, 900])}
          <MimicValue
            x={UPPER_X[5]}
            top={UPPER}
            name={t("headDrop")}
            value={head()}
            display={pressure()}
            scale={[0, 400]}
            pipeY={SUPPLY_Y}
          />

          {at("t1_return", LOWER_X[0], "lower", [20, 80])}
          {at("p1_return", LOWER_X[1], "lower", [0, 1600])}
          {at("q1_flow", LOWER_X[2], "lower", [0, 120])}
          {at("q2_flow", LOWER_X[3], "lower", [0, flowDesign() * 1.5], {
            get normal() {
              return around(facts()?.circulationM3h, flowDesign() * TOLERANCE.flowShare);
            },
          })}
          <MimicFact
            x={LOWER_X[4]}
            y={LOWER}
            name={flag("pump", t("pump"))}
            value={value("cp_hz") === null ? running("cp_run") : `${formatNumber(value("cp_hz"), 1)} Hz`}
            note={value("cp_hz") === null ? "" : running("cp_run")}
          />
          {at("p2_return", LOWER_X[5], "lower", [0, 600], {
            point: "return_pressure",
            get normal() {
              return facts()?.staticPressureKpa === undefined
                ? undefined
                : ([facts()!.staticPressureKpa! - 20, facts()!.staticPressureKpa! + 60] as const);
            },
          })}
          <MimicValue
            x={LOWER_X[6]}
            top={LOWER}
            width={64}
            name={t("strainerDrop")}
            value={props.values.strainerDropKpa}
            display={pressure()}
            scale={[0, 60]}
            normal={[0, STRAINER_KPA_MAX]}
            ticket={marks().get("strainer")}
            pipeY={RETURN_Y - 12}
          />
          {at("t2_return", LOWER_X[7], "lower", [15, 65], {
            width: 70,
            get normal() {
              return around(props.values.expectedReturnC, TOLERANCE.returnC);
            },
          })}

          <MimicFact x={376} y={150} name={t("approach")} value={`${formatNumber(props.values.approachC, 1)} K`} />
          <MimicFact x={452} y={150} name={t("deltaT")} value={`${formatNumber(props.values.deltaC, 1)} K`} />
          <MimicFact x={540} y={150} name={t("specificHeat")} value={`${formatNumber(perArea(), 1)} W/㎡`} />
          <MimicFact
            x={14}
            y={362}
            name={t("heatNow")}
            value={`${formatNumber(powerKw() === null ? null : powerKw()! * 0.0036, 2)} GJ/h`}
          />
          <MimicFact x={122} y={362} name={t("primaryDelta")} value={`${formatNumber(primaryDelta(), 1)} K`} />

          <path class="mimic-stem mimic-stem-dotted" d="M520 384H582" />
          <MimicValue
            x={384}
            top={376}
            width={136}
            name={t("makeupCorrected")}
            caption={makeupUsual() === null ? "" : t("makeupUsual", { value: formatNumber(makeupUsual(), 2) })}
            value={props.values.makeupM3h}
            display={{ unit: "m³/h", decimals: 2, factor: 1 }}
            scale={[0, Math.max(1, 3 * (makeupUsual() ?? 0.3))]}
            normal={
              makeupUsual() === null ? undefined : [Math.max(0, makeupUsual()! - TOLERANCE.makeupM3h), makeupUsual()! + TOLERANCE.makeupM3h]
            }
            ticket={marks().get("makeup")}
          />
        </svg>
      </div>
    </Panel>
  );
}
