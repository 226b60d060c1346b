import type { Asset } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import { PLACE_SHARE } from "./building.ts";
import type { Circuit } from "./circuit.ts";
import { draws } from "./random.ts";
import type { PointMaker, ReportedPoint } from "./reported-point.ts";
import type { Station } from "./station.ts";
import type { UnitMeters } from "./unit-meters.ts";

/** The points of units and rooms, which report by radio in a rhythm of their own. */

/** Signal strength and battery go with every so many reports of a unit or room. */
export const UPKEEP_EVERY = 12;
const IN_PIPE = { mayStrapOn: true } as const;
const BATTERY_V = 3.58;
const RADIO_DBM = -84;
/** A heat meter counts in kWh: 0.01 GJ. */
const HEAT_PULSES_PER_GJ = 100;

/** Points that only every twelfth report brings. */
export const UPKEEP: ReadonlySet<SignalId> = new Set<SignalId>(["rssi", "battery"]);

export function unitPoints(circuit: Circuit, row: number, make: PointMaker, meters: UnitMeters | undefined): ReportedPoint[] {
  const { units } = circuit;
  const points = [
    make.analog("t_supply", "unitTemperature", () => units.supplySensorC[row]!, IN_PIPE),
    make.analog("t_return", "unitTemperature", () => units.returnSensorC[row]!, IN_PIPE),
    make.analog("valve_pos", "unitPosition", () => units.positionPct[row]!),
    make.known("valve_set", () => units.commandPct[row]!),
    make.analog("rssi", "radio", () => RADIO_DBM),
    make.analog("battery", "battery", () => BATTERY_V),
  ];
  if (meters !== undefined)
    points.push(
      make.analog("p_supply", "pressure", () => meters.supplyKpa),
      make.analog("p_return", "pressure", () => meters.returnKpa),
      make.analog("flow", "unitFlow", () => meters.flowM3h[row]!),
      make.counter("heat", () => meters.heatGj[row]!, HEAT_PULSES_PER_GJ),
    );
  return points;
}

/** `seed`: of this room. Its flat is a little warmer or colder than the mean of the unit, and its place takes something. */
export function roomPoints(station: Station, circuit: Circuit, row: number, room: Asset, make: PointMaker, seed: number): ReportedPoint[] {
  const draw = draws(seed);
  draw.between(0, 1);
  const shiftK = 0.3 * draw.normal();
  const share = PLACE_SHARE[room.roomPosition ?? "middle"];
  return [
    make.analog("t_room", "roomTemperature", () => {
      const unitC = circuit.units.roomC[row]!;
      return unitC + shiftK - (share + circuit.units.draughtShare[row]!) * (unitC - station.outdoorC);
    }),
    make.analog("battery", "battery", () => BATTERY_V),
  ];
}
