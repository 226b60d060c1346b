import type { Cause } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import { type Candidate, rankCauses } from "./causes.ts";
import type { Rooms } from "./cold-rooms.ts";
import { severalStarved } from "./cooling-evidence.ts";
import { heatedUnits, type Peers, type UnitCooling } from "./cooling-index.ts";
import { type CoolingTrack, halfDays, riseHours } from "./cooling-track.ts";
import type { View } from "./rule.ts";
import { trendScore } from "./statistics.ts";
import type { UnderHeatedMemory } from "./under-heated.ts";

/** Why a unit may be under-heated, each cause with the numbers that speak for and against it. DOMAIN 4: R05, R07, R08u, R20. */

export interface UnderHeatedCase {
  readonly memory: UnderHeatedMemory;
  readonly track: CoolingTrack;
  readonly unit: Asset;
  readonly view: View;
  readonly peers: Peers;
  readonly cooling: UnitCooling;
  readonly rooms: Rooms | undefined;
  readonly index: number;
  readonly since: number;
}

const HOUR_MS = 3_600_000;
const CLOSED_POS = 10;
const OPEN_POS = 60;
const MISMATCH_POS = 10;
const STEP_POS = 15;
const FAST_RISE_HOURS = 24;
const SLOW_RISE_HOURS = 48;
/** Mann-Kendall score of p < 0.01, one-sided. */
const TREND_SCORE = 2.33;
const WARM_ROOM_C = 19.5;
/** φ that is high for imbalance to be a cause at all, and a base that says it was there before. */
const HIGH_INDEX = 1.25;
const HIGH_BASE = 1.15;

interface Signs {
  readonly rise: number;
  readonly slow: boolean;
  readonly trend: number;
  readonly valve: number | undefined;
  readonly command: number | undefined;
  readonly valveFellBy: number;
  readonly stagnant: boolean;
  readonly roomsOnly: boolean;
  readonly ageHours: number;
}

export function rankUnderHeatedCauses(about: UnderHeatedCase): Cause[] {
  const signs = readSigns(about);
  return rankCauses([
    airLock(about, signs),
    valve(signs),
    strainer(about, signs),
    imbalance(about, signs),
    position(about),
    sensor(about, signs),
    neighbours(about, signs),
    indoor(about, signs),
  ]);
}

function readSigns({ memory, track, unit, view, index, since }: UnderHeatedCase): Signs {
  const positions = view.since(unit.id, "valve_pos", since - 3 * HOUR_MS);
  const rise = riseHours(track, index);
  const trend = trendScore(halfDays(track));
  return {
    rise,
    slow: rise >= SLOW_RISE_HOURS,
    trend,
    valve: view.last(unit.id, "valve_pos")?.value,
    command: view.last(unit.id, "valve_set")?.value,
    valveFellBy: Math.max(0, ...positions.map(({ value }) => value)) - (positions.at(-1)?.value ?? 0),
    stagnant: memory.heldMs.stagnant >= 0,
    roomsOnly: memory.heldMs.rooms >= 0 && memory.heldMs.index < 0 && memory.heldMs.severe < 0 && memory.heldMs.stagnant < 0,
    ageHours: (view.at - since) / HOUR_MS,
  };
}

const list = (...items: (Text | false | undefined)[]): Text[] => items.filter((item): item is Text => item !== false && item !== undefined);
const positionText = ({ valve: at, command }: Signs): Text | undefined =>
  at === undefined
    ? undefined
    : {
        zh: `阀位 ${at.toFixed(0)}%${command === undefined ? "" : `，给定 ${command.toFixed(0)}%`}`,
        en: `Valve at ${at.toFixed(0)} %${command === undefined ? "" : `, command ${command.toFixed(0)} %`}`,
      };
const riseText = ({ rise }: Signs): Text | undefined =>
  Number.isNaN(rise) ? undefined : { zh: `指数在约 ${rise.toFixed(0)} 小时内升高`, en: `The index rose within about ${rise.toFixed(0)} h` };

function airLock({ index, cooling, peers }: UnderHeatedCase, signs: Signs): Candidate {
  const closed = signs.valve !== undefined && signs.valve < CLOSED_POS;
  const fast = signs.rise <= FAST_RISE_HOURS;
  const supplied = cooling.supplyC > cooling.offeredC - 6;
  const weight = closed || signs.roomsOnly ? 0.05 : (index >= 1.5 ? 0.8 : 0.3) * (fast ? 1 : signs.slow ? 0.2 : 0.6) * (supplied ? 1 : 0.6);
  const several = severalStarved(peers);
  return {
    id: "air_lock",
    name: { zh: "立管或单元集气", en: "Air in the riser" },
    weight: several === undefined ? weight : 1.3 * weight,
    pro: list(fast && riseText(signs), index >= 1.5 && { zh: `指数 ${index.toFixed(2)}`, en: `Index ${index.toFixed(2)}` }, several),
    contra: list(signs.slow && riseText(signs), closed && positionText(signs), {
      zh: "未见足够的集气征兆（降压、停泵、回温波动）",
      en: "No sufficient sign of air (pressure dip, pump stop, flutter)",
    }),
  };
}

function valve(signs: Signs): Candidate {
  const { valve: at, command, valveFellBy, stagnant } = signs;
  const closed = at !== undefined && at < CLOSED_POS;
  const half = at !== undefined && at < OPEN_POS;
  const off = at !== undefined && command !== undefined && Math.abs(at - command) > MISMATCH_POS;
  const stepped = valveFellBy >= STEP_POS;
  const weight = closed ? 4 : (stagnant ? 1.2 : 0.35) + (half ? 0.5 : 0) + (off ? 0.8 : 0) + (stepped ? 1 : 0);
  return {
    id: "closed_valve",
    name: { zh: "单元阀关闭或半开", en: "Unit valve closed or half open" },
    weight: !half && at !== undefined && !off && !stagnant ? 0.2 : weight,
    pro: list(
      (half || off) && positionText(signs),
      stepped && { zh: `阀位下降 ${valveFellBy.toFixed(0)} 个百分点`, en: `The valve closed by ${valveFellBy.toFixed(0)} points` },
      stagnant && { zh: "供温不到，水不循环", en: "No warm supply arrives: no circulation" },
    ),
    contra: list(!half && !off && positionText(signs), at === undefined && { zh: "无阀位反馈", en: "No valve feedback" }),
  };
}

function strainer({ index }: UnderHeatedCase, signs: Signs): Candidate {
  const fast = signs.rise <= FAST_RISE_HOURS;
  const rising = signs.trend > TREND_SCORE && !fast;
  const trendText: Text = {
    zh: `近5天趋势检验 ${signs.trend.toFixed(1)}（>2.3为单调上升）`,
    en: `Trend score over 5 days ${signs.trend.toFixed(1)} (> 2.3 is a steady rise)`,
  };
  return {
    id: "clogged_filter",
    name: { zh: "单元过滤器淤堵", en: "Clogged unit strainer" },
    weight: signs.roomsOnly ? 0.05 : signs.slow && rising ? 2 : rising ? 0.5 : fast || signs.stagnant ? 0.12 : 0.25,
    pro: list(rising && trendText, signs.slow && riseText(signs)),
    contra: list(!rising && !fast && !Number.isNaN(index) && trendText, fast && riseText(signs)),
  };
}

function imbalance({ track, index }: UnderHeatedCase, signs: Signs): Candidate {
  const { base } = track;
  const constant = Number.isNaN(signs.rise) && index >= HIGH_INDEX;
  const high = base >= HIGH_BASE;
  const baseText: Text = Number.isNaN(base)
    ? { zh: "投运以来一直偏高，无健康基线", en: "High since it was first seen, no healthy base" }
    : { zh: `健康基线 ${base.toFixed(2)}`, en: `Healthy base ${base.toFixed(2)}` };
  return {
    id: "imbalance",
    name: { zh: "二网水力失调", en: "Hydraulic imbalance" },
    weight: signs.stagnant || signs.roomsOnly ? 0.05 : constant && index < 1.8 ? 1 : high ? 0.5 : Number.isNaN(index) ? 0.3 : 0.12,
    pro: list((constant || high) && baseText),
    contra: list(!constant && !high && !Number.isNaN(base) && baseText, riseText(signs)),
  };
}

function position({ unit }: UnderHeatedCase): Candidate {
  const place = unit.unitFacts?.position ?? "middle";
  const words = {
    corner: { zh: "边角单元", en: "Corner unit" },
    end: { zh: "末端单元", en: "End of the line" },
    middle: { zh: "中间单元", en: "Middle unit" },
  };
  return {
    id: "position",
    name: { zh: "边角或末端位置", en: "Corner or end position" },
    weight: place === "middle" ? 0.03 : 0.2,
    pro: place === "middle" ? [] : [words[place]],
    contra: place === "middle" ? [words.middle] : [],
  };
}

function sensor({ rooms, cooling, index }: UnderHeatedCase, signs: Signs): Candidate {
  const warm = rooms !== undefined && rooms.count > 0 && rooms.medianC >= WARM_ROOM_C && signs.ageHours >= 24 && index >= 1.5;
  const swapped = cooling.supplyC < cooling.returnC - 1;
  const roomText: Text =
    rooms === undefined || rooms.count === 0
      ? { zh: "无室温佐证", en: "No room sensor to tell" }
      : { zh: `室温中位 ${rooms.medianC.toFixed(1)} °C`, en: `Rooms at ${rooms.medianC.toFixed(1)} °C` };
  return {
    id: "sensor_fault",
    name: { zh: "单元温度探头故障或脱落", en: "Unit sensor faulty or fallen off" },
    weight: swapped ? 2 : warm ? 1 : signs.roomsOnly ? 0.1 : 0.12,
    pro: list(
      warm && roomText,
      swapped && {
        zh: `供温 ${cooling.supplyC.toFixed(1)} 低于回温 ${cooling.returnC.toFixed(1)} °C`,
        en: `Supply ${cooling.supplyC.toFixed(1)} is below return ${cooling.returnC.toFixed(1)} °C`,
      },
    ),
    contra: list(!warm && roomText),
  };
}

function neighbours({ unit, view, rooms }: UnderHeatedCase, signs: Signs): Candidate {
  const units = unit.building === undefined ? [] : view.network.below(unit.building, "unit");
  const suspended = units.filter((other) => other.id !== unit.id && other.unitFacts?.suspended === true).length;
  const cold = rooms !== undefined && rooms.coldCount > 0;
  return {
    id: "unheated_neighbours",
    name: { zh: "邻户报停，不供暖", en: "Unheated neighbours" },
    weight: suspended === 0 ? 0.03 : signs.roomsOnly ? 1 : cold ? 0.4 : 0.12,
    pro: suspended > 0 ? [{ zh: `同楼 ${suspended} 个单元报停`, en: `${suspended} units of the building are suspended` }] : [],
    contra: suspended > 0 ? [] : [{ zh: "同楼无报停单元", en: "No suspended unit in the building" }],
  };
}

function indoor({ index, unit, view }: UnderHeatedCase, signs: Signs): Candidate {
  const usual = index < 1.2;
  return {
    id: "indoor",
    name: { zh: "户内管路或散热器堵塞", en: "Blocked pipes or radiators indoors" },
    weight: signs.roomsOnly ? (usual ? 0.8 : 0.4) : 0.06,
    pro: list(
      signs.roomsOnly &&
        usual && {
          zh: `单元回温正常（指数 ${index.toFixed(2)}），仅室温低`,
          en: `The unit's water is normal (index ${index.toFixed(2)}), only rooms are cold`,
        },
    ),
    contra: list(
      !signs.roomsOnly && {
        zh: `整个单元欠流（同机组 ${heatedUnits(view.network, unit.circuit!).length} 个单元比较）`,
        en: `The whole unit is starved (of ${heatedUnits(view.network, unit.circuit!).length} compared)`,
      },
    ),
  };
}
