import type { Evidence, Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import { type RoomLimits, type Rooms, roomsOf } from "./cold-rooms.ts";
import { hundredths, indexEvidence, returnEvidence, supplyEvidence, tenths } from "./cooling-evidence.ts";
import { outdoorC, type Peers, type UnitCooling } from "./cooling-index.ts";
import { type CoolingTrack, indexOver } from "./cooling-track.ts";
import { coolingOf } from "./cooling-watch.ts";
import { flowShareAtIndex, hoursUntil, radiatorLaw, steadyRoomC } from "./radiator-law.ts";
import type { View } from "./rule.ts";
import { rankUnderHeatedCauses } from "./under-heated-causes.ts";
import type { UnderHeatedMemory } from "./under-heated.ts";

/** What people are told of an under-heated unit: how much flow is left, when rooms fall below 18 °C, and what it may be. */

/** Room temperature assumed where no sensor reports, °C. */
const USUAL_ROOM_C = 20;
/** With more flow than this the water does not explain cold rooms. */
const STARVED_SHARE = 0.9;
/** A forecast further ahead is the weather's, not ours. */
const FORECAST_HOURS_MAX = 240;

/** Flow left and what comes of it, by the radiator law. */
interface Forecast {
  readonly flowShare: number;
  readonly steadyC: number;
  readonly hoursToLimit: number;
}

export function explainUnderHeated(
  memory: UnderHeatedMemory,
  unit: Asset,
  view: View,
  since: number,
  limits: RoomLimits,
): Pick<Explanation, "summary" | "evidence" | "causes"> {
  const { peers, cooling, track } = coolingOf(view, unit)!;
  const averaged = indexOver(track, 2, 1);
  const index = Number.isNaN(averaged) ? cooling.index : averaged;
  const rooms = roomsOf(view, unit, cooling.index, limits);
  const stagnant = memory.heldMs.stagnant >= 0;
  const forecast = foresee(unit, view, cooling, rooms, stagnant ? Number.POSITIVE_INFINITY : index);
  return {
    summary: summary(memory, view, unit, cooling, index, stagnant, rooms, forecast),
    evidence: [
      ...waterEvidence(memory, track, unit, view, since, peers, cooling, index),
      ...roomEvidence(unit, view, since, rooms, forecast),
    ],
    causes: rankUnderHeatedCauses({ memory, track, unit, view, peers, cooling, rooms, index, since }),
  };
}

function summary(
  memory: UnderHeatedMemory,
  view: View,
  unit: Asset,
  cooling: UnitCooling,
  index: number,
  stagnant: boolean,
  rooms: Rooms | undefined,
  forecast: Forecast | undefined,
): Explanation["summary"] {
  const ahead = lookAhead(forecast, rooms, view.limits.get("under_heated_room_c", unit.id));
  if (stagnant) {
    const missing = cooling.offeredC - cooling.supplyC;
    return {
      zh: `单元无循环：供温 ${tenths(cooling.supplyC)} °C，比应有值低 ${tenths(missing)} K${ahead.zh}`,
      en: `No circulation: supply ${tenths(cooling.supplyC)} °C, ${tenths(missing)} K below what is offered${ahead.en}`,
    };
  }
  if (memory.heldMs.index < 0 && memory.heldMs.severe < 0 && memory.heldMs.rooms >= 0 && rooms !== undefined) {
    const limit = view.limits.get("under_heated_room_c", unit.id);
    return {
      zh: `${rooms.coldCount}/${rooms.count} 个室温点低于 ${limit} °C，最低 ${tenths(rooms.lowestC)} °C`,
      en: `${rooms.coldCount} of ${rooms.count} room sensors below ${limit} °C, lowest ${tenths(rooms.lowestC)} °C`,
    };
  }
  const flow =
    forecast === undefined
      ? { zh: "", en: "" }
      : {
          zh: `，流量约为设计的 ${(100 * forecast.flowShare).toFixed(0)}%`,
          en: `, about ${(100 * forecast.flowShare).toFixed(0)} % of the design flow`,
        };
  if (Number.isNaN(index))
    return { zh: `回温 ${tenths(cooling.returnC)} °C，明显低于同伴`, en: `Return ${tenths(cooling.returnC)} °C, well below its peers` };
  return {
    zh: `降温指数 ${index.toFixed(2)}（正常1.0）${flow.zh}${ahead.zh}`,
    en: `Cooling index ${index.toFixed(2)} (usual 1.0)${flow.en}${ahead.en}`,
  };
}

/** The end of the summary: how long rooms stay warm, or that they are cold already. */
function lookAhead(forecast: Forecast | undefined, rooms: Rooms | undefined, limitC: number): Text {
  const hours = forecast?.hoursToLimit ?? Infinity;
  if (hours > 0 && hours < FORECAST_HOURS_MAX)
    return { zh: `；约 ${hours.toFixed(0)} 小时后室温降到 ${limitC} °C`, en: `; rooms reach ${limitC} °C in about ${hours.toFixed(0)} h` };
  if (hours <= 0 && rooms !== undefined)
    return { zh: `；室温已降到 ${tenths(rooms.medianC)} °C`, en: `; rooms are down to ${tenths(rooms.medianC)} °C` };
  return { zh: "", en: "" };
}

function foresee(unit: Asset, view: View, cooling: UnitCooling, rooms: Rooms | undefined, index: number): Forecast | undefined {
  const facts = view.network.asset(unit.circuit!)?.circuitFacts;
  const outdoor = outdoorC(view, unit);
  const offeredC = Number.isNaN(cooling.offeredC) ? cooling.supplyC : cooling.offeredC;
  if (facts === undefined || outdoor === undefined || Number.isNaN(offeredC) || Number.isNaN(index)) return undefined;
  const law = radiatorLaw(facts);
  const roomC = rooms === undefined || Number.isNaN(rooms.medianC) ? USUAL_ROOM_C : rooms.medianC;
  const flowShare = Math.min(1, flowShareAtIndex(law, index, offeredC, Math.min(roomC, USUAL_ROOM_C)));
  const steadyC = steadyRoomC(law, offeredC, outdoor, flowShare);
  const hoursToLimit = hoursUntil(
    view.limits.get("under_heated_room_c", unit.id),
    roomC,
    steadyC,
    view.limits.get("under_heated_tau_hours", unit.id),
  );
  return { flowShare, steadyC, hoursToLimit };
}

function waterEvidence(
  memory: UnderHeatedMemory,
  track: CoolingTrack,
  unit: Asset,
  view: View,
  since: number,
  peers: Peers,
  cooling: UnitCooling,
  index: number,
): Evidence[] {
  // Water that stands has no index.
  const hasIndex = !Number.isNaN(index) && memory.heldMs.stagnant < 0;
  const limit = view.limits.get("under_heated_index", unit.id);
  const found = [
    ...(hasIndex ? [indexEvidence(track, unit, view, { index, limit, peers, cooling })] : []),
    ...returnEvidence(unit, view, since, peers, cooling),
    ...supplyEvidence(unit, view, since, cooling, view.limits.get("under_heated_stagnant_k", unit.id)),
  ];
  const valve = view.last(unit.id, "valve_pos");
  if (valve !== undefined) {
    const command = view.last(unit.id, "valve_set")?.value;
    found.push({
      asset: unit.id,
      signal: "valve_pos",
      name: { zh: "单元阀反馈", en: "Unit valve position" },
      unit: "%",
      from: since,
      to: view.at,
      value: valve.value,
      ...(command === undefined ? {} : { expected: command }),
      text: {
        zh: `开度 ${valve.value.toFixed(0)}%${command === undefined ? "" : `，给定 ${command.toFixed(0)}%`}`,
        en: `Position ${valve.value.toFixed(0)} %${command === undefined ? "" : `, command ${command.toFixed(0)} %`}`,
      },
    });
  }
  return found;
}

function roomEvidence(unit: Asset, view: View, since: number, rooms: Rooms | undefined, forecast: Forecast | undefined): Evidence[] {
  const found: Evidence[] = [];
  const limit = view.limits.get("under_heated_room_c", unit.id);
  if (rooms !== undefined && rooms.count > 0) {
    found.push({
      asset: unit.id,
      name: { zh: "室温", en: "Rooms" },
      unit: "°C",
      from: since,
      to: view.at,
      value: hundredths(rooms.medianC),
      limit,
      text: {
        zh: `${rooms.count} 个测点，中位 ${tenths(rooms.medianC)}，最低 ${tenths(rooms.lowestC)} °C${rooms.windows > 0 ? `；${rooms.windows} 个疑似开窗未计` : ""}`,
        en: `${rooms.count} sensors, median ${tenths(rooms.medianC)}, lowest ${tenths(rooms.lowestC)} °C${rooms.windows > 0 ? `; ${rooms.windows} left out, window open` : ""}`,
      },
    });
  }
  if (forecast !== undefined && forecast.flowShare < STARVED_SHARE && forecast.steadyC < limit) {
    const hours = forecast.hoursToLimit;
    found.push({
      asset: unit.id,
      name: { zh: "预计稳定室温", en: "Rooms will settle at" },
      unit: "°C",
      from: view.at,
      to: view.at,
      value: hundredths(forecast.steadyC),
      limit,
      text: {
        zh: `按现流量与室外温度将降至 ${tenths(forecast.steadyC)} °C，${hours <= 0 ? "已低于" : `约 ${hours.toFixed(0)} 小时后到`} ${limit} °C`,
        en: `At this flow and weather they fall to ${tenths(forecast.steadyC)} °C; ${hours <= 0 ? "already below" : `in about ${hours.toFixed(0)} h at`} ${limit} °C`,
      },
    });
  }
  return found;
}
