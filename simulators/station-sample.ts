import type { Asset, Network } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import type { Circuit } from "./circuit.ts";
import { suctionKpa, supplyHeadKpa } from "./circuit-step.ts";
import { MAKEUP_PULSE_M3 } from "./pressure.ts";
import { draws, subSeed } from "./random.ts";
import { createSensor, readCounter, readSensor, type Sensor, SENSOR_CLASSES } from "./sensors.ts";
import { primarySide, type Station } from "./station.ts";
import { strainerDropKpa } from "./strainer.ts";

/** One poll of a station as its gateway would see it: station and circuits always, units and rooms when their own report is due. */

export interface StationSample {
  readonly station: string;
  /** Event time of the poll, epoch ms. */
  readonly at: number;
  /** In the shape of `assets` on the wire (CONTRACT 3). */
  readonly assets: Readonly<Record<string, Readonly<Partial<Record<SignalId, number | null>>>>>;
}

type Values = Partial<Record<SignalId, number | null>>;

/** Signal strength and battery go with every so many reports of a unit or room. */
const UPKEEP_EVERY = 12;
const BATTERY_V = 3.58;
/** How much a flat's place in the house takes from its room temperature, as a share of room minus outdoor. */
const ROOM_SHARE = { top: 0.02, bottom: 0.014, corner: 0.028, middle: 0 } as const;

interface UnitReporter {
  readonly asset: Asset;
  readonly row: number;
  /** When in the interval this unit's report falls, ms. */
  readonly phaseMs: number;
  readonly sensors: Readonly<Record<"supply" | "return" | "valve" | "rssi" | "battery", Sensor>>;
  readonly rooms: readonly {
    readonly asset: Asset;
    readonly phaseMs: number;
    readonly shiftK: number;
    readonly sensor: Sensor;
    readonly battery: Sensor;
  }[];
}

interface CircuitReporter {
  readonly circuit: Circuit;
  readonly units: readonly UnitReporter[];
  readonly sensors: Readonly<
    Record<"supply" | "return" | "supplyKpa" | "returnKpa" | "filterIn" | "filterOut" | "flow" | "makeup" | "hz" | "valve", Sensor>
  >;
  /** What the makeup meter showed when the plant began, m³. */
  readonly makeupAtStartM3: number;
}

export interface StationReporter {
  readonly station: Station;
  readonly unitIntervalMs: number;
  readonly circuits: readonly CircuitReporter[];
  readonly sensors: Readonly<Record<"outdoor" | "supply" | "return" | "supplyKpa" | "returnKpa" | "flow" | "power" | "tank", Sensor>>;
  /** Event time of the poll before; -Infinity before the first. */
  polledAt: number;
}

export function createReporter(station: Station, network: Network, unitIntervalMs: number): StationReporter {
  const { seed } = station;
  const id = station.asset.id;
  const sensor = (kind: keyof typeof SENSOR_CLASSES, signal: SignalId, asset = id): Sensor =>
    createSensor(SENSOR_CLASSES[kind], seed, asset, signal);
  return {
    station,
    unitIntervalMs,
    circuits: station.circuits.map((circuit) => circuitReporter(circuit, network, unitIntervalMs, sensor)),
    sensors: {
      outdoor: sensor("outdoorTemperature", "t_out"),
      supply: sensor("pipeTemperature", "t1_supply"),
      return: sensor("pipeTemperature", "t1_return"),
      supplyKpa: sensor("pressure", "p1_supply"),
      returnKpa: sensor("pressure", "p1_return"),
      flow: sensor("flow", "q1_flow"),
      power: sensor("power", "h1_power"),
      tank: sensor("level", "tank_level"),
    },
    polledAt: -Infinity,
  };
}

type MakeSensor = (kind: keyof typeof SENSOR_CLASSES, signal: SignalId, asset?: string) => Sensor;

function circuitReporter(circuit: Circuit, network: Network, unitIntervalMs: number, sensor: MakeSensor): CircuitReporter {
  const id = circuit.asset.id;
  const units = circuit.units.assets.flatMap((asset, row) =>
    asset.level === "unit" ? [unitReporter(asset, row, circuit.seed, network, unitIntervalMs, sensor)] : [],
  );
  return {
    circuit,
    units,
    sensors: {
      supply: sensor("pipeTemperature", "t2_supply", id),
      return: sensor("pipeTemperature", "t2_return", id),
      supplyKpa: sensor("pressure", "p2_supply", id),
      returnKpa: sensor("pressure", "p2_return", id),
      filterIn: sensor("filterPressure", "p2_filter_in", id),
      filterOut: sensor("filterPressure", "p2_filter_out", id),
      flow: sensor("flow", "q2_flow", id),
      makeup: sensor("makeupFlow", "mk_flow", id),
      hz: sensor("position", "cp_hz", id),
      valve: sensor("position", "v1_pos", id),
    },
    makeupAtStartM3: Math.round(draws(subSeed(circuit.seed, "meter")).between(120, 2400) * 100) / 100,
  };
}

function unitReporter(asset: Asset, row: number, seed: number, network: Network, unitIntervalMs: number, sensor: MakeSensor): UnitReporter {
  const draw = draws(subSeed(seed, "report", asset.id));
  return {
    asset,
    row,
    phaseMs: draw.between(0, unitIntervalMs),
    sensors: {
      supply: sensor("unitTemperature", "t_supply", asset.id),
      return: sensor("unitTemperature", "t_return", asset.id),
      valve: sensor("unitPosition", "valve_pos", asset.id),
      rssi: sensor("radio", "rssi", asset.id),
      battery: sensor("battery", "battery", asset.id),
    },
    rooms: network.below(asset.id, "room").map((room) => {
      const own = draws(subSeed(seed, "room", room.id));
      return {
        asset: room,
        phaseMs: own.between(0, unitIntervalMs),
        shiftK: 0.3 * own.normal(),
        sensor: sensor("roomTemperature", "t_room", room.id),
        battery: sensor("battery", "battery", room.id),
      };
    }),
  };
}

/** Number of the report that is due between two polls, undefined when none is. A first poll brings everything. */
function dueReport(polledAt: number, at: number, phaseMs: number, intervalMs: number): number | undefined {
  const turn = Math.floor((at - phaseMs) / intervalMs);
  return turn > Math.floor((polledAt - phaseMs) / intervalMs) ? turn : undefined;
}

/** Reads every sensor that reports with the poll at `at` (epoch ms); the station must have been advanced to it. */
export function sampleStation(reporter: StationReporter, at: number): StationSample {
  const assets: Record<string, Values> = {};
  assets[reporter.station.asset.id] = stationValues(reporter, at);
  for (const own of reporter.circuits) {
    assets[own.circuit.asset.id] = circuitValues(own, reporter.circuits.length > 1, at);
    for (const unit of own.units) unitValues(reporter, own.circuit, unit, at, assets);
  }
  reporter.polledAt = at;
  return { station: reporter.station.asset.id, at, assets };
}

function stationValues(reporter: StationReporter, at: number): Values {
  const { station, sensors } = reporter;
  const primary = primarySide(station);
  const values: Values = {
    t_out: readSensor(sensors.outdoor, station.outdoorC, at),
    t1_supply: readSensor(sensors.supply, station.primarySupplyC, at),
    t1_return: readSensor(sensors.return, primary.returnC, at),
    p1_supply: readSensor(sensors.supplyKpa, station.primaryReturnKpa + station.primaryKpa, at),
    p1_return: readSensor(sensors.returnKpa, station.primaryReturnKpa, at),
    q1_flow: readSensor(sensors.flow, primary.flowM3h, at),
    q1_total: readCounter(station.primaryM3, 10),
    h1_power: readSensor(sensors.power, primary.heatKw, at),
    h1_total: readCounter(station.primaryGj, 100),
    power_ok: 1,
    tank_level: readSensor(sensors.tank, station.tankM, at),
    flood: 0,
  };
  const only = reporter.circuits.length === 1 ? reporter.circuits[0] : undefined;
  if (only !== undefined) Object.assign(values, valveValues(only, at));
  return values;
}

function valveValues(own: CircuitReporter, at: number): Values {
  const { valve } = own.circuit;
  return { v1_pos: readSensor(own.sensors.valve, valve.positionPct, at), v1_set: Math.round(valve.commandPct * 10) / 10 };
}

function circuitValues(own: CircuitReporter, withValve: boolean, at: number): Values {
  const { circuit, sensors } = own;
  const returnKpa = suctionKpa(circuit);
  const dropKpa = strainerDropKpa(circuit.strainerFactor, circuit.flow, circuit.headScale);
  const values: Values = {
    t2_supply: readSensor(sensors.supply, circuit.supplyC, at),
    t2_return: readSensor(sensors.return, circuit.returnC, at),
    t2_set: Math.round(circuit.setC * 10) / 10,
    p2_supply: readSensor(sensors.supplyKpa, returnKpa + supplyHeadKpa(circuit), at),
    p2_return: readSensor(sensors.returnKpa, returnKpa, at),
    p2_filter_in: readSensor(sensors.filterIn, returnKpa + dropKpa, at),
    p2_filter_out: readSensor(sensors.filterOut, returnKpa, at),
    q2_flow: readSensor(sensors.flow, circuit.flow * circuit.nominalKgS * 3.6, at),
    mk_total: readCounter(own.makeupAtStartM3 + circuit.pressure.makeupM3, 1 / MAKEUP_PULSE_M3),
    mk_flow: circuit.pressure.makeupM3h > 0 ? readSensor(sensors.makeup, circuit.pressure.makeupM3h, at) : 0,
    mk_pump: circuit.pressure.pumpOn ? 1 : 0,
    cp_run: circuit.pumpRun ? 1 : 0,
    cp_fault: 0,
    cp_hz: circuit.pumpSpeed > 0 ? readSensor(sensors.hz, circuit.pumpHz * circuit.pumpSpeed, at) : 0,
  };
  if (withValve) Object.assign(values, valveValues(own, at));
  return values;
}

function unitValues(reporter: StationReporter, circuit: Circuit, own: UnitReporter, at: number, assets: Record<string, Values>): void {
  const { units } = circuit;
  const { row, sensors } = own;
  const report = dueReport(reporter.polledAt, at, own.phaseMs, reporter.unitIntervalMs);
  if (report !== undefined) {
    const values: Values = {
      t_supply: readSensor(sensors.supply, units.supplySensorC[row]!, at),
      t_return: readSensor(sensors.return, units.returnSensorC[row]!, at),
      valve_pos: readSensor(sensors.valve, units.valvePct[row]!, at),
      valve_set: units.valvePct[row]!,
    };
    if (report % UPKEEP_EVERY === 0) {
      values.rssi = readSensor(sensors.rssi, -84, at);
      values.battery = readSensor(sensors.battery, BATTERY_V, at);
    }
    assets[own.asset.id] = values;
  }
  for (const room of own.rooms) {
    const due = dueReport(reporter.polledAt, at, room.phaseMs, reporter.unitIntervalMs);
    if (due === undefined) continue;
    const roomC = units.roomC[row]!;
    const place = ROOM_SHARE[room.asset.roomPosition ?? "middle"];
    const values: Values = { t_room: readSensor(room.sensor, roomC + room.shiftK - place * (roomC - reporter.station.outdoorC), at) };
    if (due % UPKEEP_EVERY === 0) values.battery = readSensor(room.battery, BATTERY_V, at);
    assets[room.asset.id] = values;
  }
}
