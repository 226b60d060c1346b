import type { FaultKind } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import type { Circuit } from "../simulators/circuit.ts";
import type { Plant } from "../simulators/plant.ts";
import type { Heard } from "./heard.ts";
import type { History } from "./history.ts";
import { HOUR_MS } from "./outcome.ts";

/**
 * What is really wrong at a place of the plant though nobody planted it: air of the first days, a unit that is badly balanced from the
 * beginning, a pressure that fell because of work. A ticket for it is neither found nor false. Only the plant is asked, never the rules.
 */

/** DOMAIN 2: rooms are to have 18 °C. */
const ROOM_C_MIN = 18;
/** DOMAIN 3.1: at 60 % of the flow the cooling index is 1.35 and the rooms will fall below 18 °C in a cold spell. */
const FLOW_SHARE_MIN = 0.65;
/** DOMAIN 3.1: at 130 % of the flow the index is 0.8. */
const FLOW_SHARE_MAX = 1.3;
/** Within this of the pressure at which the highest riser runs empty there is air in it (DOMAIN 2: 5 kPa at the top). */
const TOP_KPA_MIN = 5;

const COLD_KINDS: ReadonlySet<FaultKind> = new Set(["under_heated", "air_lock", "closed_valve", "imbalance", "freeze_risk"]);
/** DOMAIN 5.11: so much gas begins to matter, L. */
const GAS_L_MIN = 0.5;

/** Units and rooms report every half hour or so: without a word for two of these they are away. */
const DEVICE_SILENT_MS = HOUR_MS;
/** DOMAIN 4, R31: more than a fifth of a building. */
const SILENT_SHARE = 0.2;

export interface Reality {
  readonly plant: Plant;
  readonly network: Network;
  readonly heard: Heard;
  readonly history: History;
}

/** In a few words of what is wrong at `at`; undefined: nothing of this kind. */
export function realTrouble(reality: Reality, kind: FaultKind, asset: string, at: number): string | undefined {
  const { plant, network, heard } = reality;
  const place = network.asset(asset);
  if (place === undefined) return undefined;
  if (kind === "clock_skew") return heard.skew(place.station);
  if (kind === "offline") return heard.silence(place.station, at) ?? silentDevices(reality, asset, at);
  for (const circuit of plant.station(place.station).state.circuits) {
    const isWithin = network.lineage(asset).some(({ id }) => id === circuit.asset.id) || place.level === "station";
    if (!isWithin) continue;
    const found = inCircuit(circuit, network, kind, asset);
    if (found !== undefined) return found;
  }
  return undefined;
}

function silentDevices({ network, history }: Reality, asset: string, at: number): string | undefined {
  const place = network.asset(asset)!;
  const devices = place.level === "building" ? network.below(asset, "unit").map(({ id }) => id) : [asset];
  if (place.level === "station" || devices.length === 0) return undefined;
  const silent = devices.filter((id) => at - history.newestAt(new Set([id]), place.station) >= DEVICE_SILENT_MS);
  return silent.length / devices.length >= SILENT_SHARE ? `${silent.length} devices sent nothing` : undefined;
}

function inCircuit(circuit: Circuit, network: Network, kind: FaultKind, asset: string): string | undefined {
  const { pressure, pressureFacts, units } = circuit;
  if (kind === "low_pressure" && pressure.kpa < pressureFacts.drainKpa + TOP_KPA_MIN) return "pressure below what the highest riser needs";
  if (kind === "over_pressure" && pressure.kpa > pressureFacts.reliefKpa) return "pressure above the relief valve's";
  if (!COLD_KINDS.has(kind) && kind !== "over_heated") return undefined;
  for (let row = 0; row < units.count; row++) {
    const unit = units.assets[row]!;
    if (unit.unitFacts?.suspended === true) continue;
    const isNear = network.lineage(unit.id).some(({ id }) => id === asset) || network.lineage(asset).some(({ id }) => id === unit.id);
    if (!isNear) continue;
    const flow = circuit.flow <= 0 ? 0 : units.flow[row]! / circuit.flow;
    if (kind === "over_heated") {
      if (flow > FLOW_SHARE_MAX) return `flow ${Math.round(100 * flow)} % of planned`;
      continue;
    }
    if (units.gasL[row]! >= GAS_L_MIN) return `${units.gasL[row]!.toFixed(1)} L of gas in a riser`;
    if (units.roomC[row]! < ROOM_C_MIN) return `rooms of ${units.roomC[row]!.toFixed(1)} °C`;
    if (flow < FLOW_SHARE_MIN) return `flow ${Math.round(100 * flow)} % of planned`;
  }
  return undefined;
}
