import type { Circuit } from "./circuit.ts";
import { suctionKpa, supplyHeadKpa } from "./circuit-step.ts";
import { MAKEUP_PULSE_M3 } from "./pressure.ts";
import { draws, subSeed } from "./random.ts";
import type { PointMaker, ReportedPoint } from "./reported-point.ts";
import { primarySide, type PrimarySide, type Station } from "./station.ts";
import { strainerDropKpa } from "./strainer.ts";

/** The points of a station and of its circuits: which state of the plant each signal of CONTRACT 2 shows. */

const IN_PIPE = { mayStrapOn: true } as const;

const bit = (on: boolean): number => (on ? 1 : 0);

/** Primary side, tank, power, floor. Flow, heat and return of all circuits together are worked out once for one instant. */
export function stationPoints(station: Station, make: PointMaker): ReportedPoint[] {
  let side: PrimarySide = { flowM3h: 0, heatKw: 0, returnC: 0 };
  let sideAt = NaN;
  const primary = (): PrimarySide => {
    if (sideAt !== station.at) side = primarySide(station);
    sideAt = station.at;
    return side;
  };
  return [
    make.analog("t_out", "outdoorTemperature", () => station.sensedOutdoorC),
    make.analog("t1_supply", "pipeTemperature", () => station.primarySupplyC, IN_PIPE),
    make.analog("t1_return", "pipeTemperature", () => primary().returnC, IN_PIPE),
    make.analog("p1_supply", "pressure", () => station.primaryReturnKpa + station.primaryKpa),
    make.analog("p1_return", "pressure", () => station.primaryReturnKpa),
    make.analog("q1_flow", "flow", () => primary().flowM3h),
    make.counter("q1_total", () => station.primaryM3, 10),
    make.analog("h1_power", "power", () => primary().heatKw),
    make.counter("h1_total", () => station.primaryGj, 100),
    make.known("power_ok", () => bit(station.powerOk)),
    make.analog("tank_level", "level", () => station.tankM),
    make.known("flood", () => bit(station.isFlooded)),
  ];
}

/** Control valve: of the circuit, reported by the station where that has no other. */
export function valvePoints(circuit: Circuit, make: PointMaker): ReportedPoint[] {
  return [make.analog("v1_pos", "position", () => circuit.valve.positionPct), make.known("v1_set", () => circuit.valve.commandPct, 0.1)];
}

/** Secondary side of a circuit: temperatures, pressures, makeup, pumps. */
export function circuitPoints(circuit: Circuit, make: PointMaker): ReportedPoint[] {
  const makeupAtStartM3 = Math.round(draws(subSeed(circuit.seed, "meter")).between(120, 2400) * 100) / 100;
  const { pressure } = circuit;
  return [
    make.analog("t2_supply", "pipeTemperature", () => circuit.supplyC, IN_PIPE),
    make.analog("t2_return", "pipeTemperature", () => circuit.returnC, IN_PIPE),
    make.known("t2_set", () => circuit.setC, 0.1),
    make.analog("p2_supply", "pressure", () => suctionKpa(circuit) + supplyHeadKpa(circuit)),
    make.analog("p2_return", "pressure", () => suctionKpa(circuit)),
    make.analog("p2_filter_in", "filterPressure", () => suctionKpa(circuit) + filterDropKpa(circuit)),
    make.analog("p2_filter_out", "filterPressure", () => suctionKpa(circuit)),
    make.analog("q2_flow", "flow", () => circuit.flow * circuit.nominalKgS * 3.6),
    make.counter("mk_total", () => makeupAtStartM3 + pressure.makeupM3, 1 / MAKEUP_PULSE_M3),
    make.analog("mk_flow", "makeupFlow", () => pressure.makeupM3h, { isOff: () => pressure.makeupM3h <= 0 }),
    make.known("mk_pump", () => bit(pressure.pumpOn)),
    make.known("cp_run", () => bit(circuit.pumpRun)),
    make.known("cp_fault", () => bit(circuit.pumpFault)),
    make.analog("cp_hz", "position", () => circuit.pumpHz * circuit.pumpSpeed, { isOff: () => circuit.pumpSpeed <= 0 }),
  ];
}

const filterDropKpa = (circuit: Circuit): number => strainerDropKpa(circuit.strainerFactor, circuit.flow, circuit.headScale);
