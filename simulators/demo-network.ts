import { stringify } from "yaml";
import { localDay } from "../model/zone.ts";
import { type Draws, draws, subSeed } from "./random.ts";

/** The network of the demo: ten invented stations in the file format of CONTRACT 6, in the middle of a heating season at any date. */

export interface DemoNetworkOptions {
  readonly seed: number;
  /** Epoch ms; the season is laid so that this is a day of heating. */
  readonly now: number;
}

const TIMEZONE = "Asia/Shanghai";
/** Days from each phase of the season to `now` (negative: ahead). */
const SEASON_DAYS = { filling: 63, commissioning: 47, heating: 37, end: -83 } as const;
const UNIT_AREA_M2 = 1667;
const HOUSEHOLDS_PER_UNIT = 17;
const CIRCULATION_T_H_M2 = { radiator: 2.58e-3, floor: 3.87e-3 } as const;
const VOLUME_M3_M2 = { radiator: 1.05e-3, floor: 1.4e-3 } as const;
const DESIGN_C = { radiator: { t_supply: 55, t_return: 40, t_out: -5.3 }, floor: { t_supply: 45, t_return: 35, t_out: -5.3 } } as const;
const STOREY_KPA = 2.9 * 9.81;
const STATIC_MARGIN_KPA = 45;

type Heating = keyof typeof DESIGN_C;

/** [suffix, name, heating, floors, buildings, units per building] */
type CircuitPlan = readonly [suffix: string, name: string, heating: Heating, floors: number, buildings: number, units: number];

interface StationPlan {
  readonly name: string;
  readonly area: string;
  readonly branch: string;
  readonly street: string;
  readonly circuits: readonly CircuitPlan[];
}

const AREAS = [
  { id: "north", name: "城北片区" },
  { id: "south", name: "城南片区" },
];

const STEWARDS = [
  { id: "steward-1", name: "管家一号", areas: ["north"] },
  { id: "steward-2", name: "管家二号", areas: ["south"] },
];

const STATIONS: readonly StationPlan[] = [
  {
    name: "北苑站",
    area: "north",
    branch: "北支线",
    street: "北苑路",
    circuits: [
      ["H", "高区机组", "radiator", 12, 10, 3],
      ["L", "低区机组", "radiator", 6, 10, 3],
    ],
  },
  {
    name: "城东站",
    area: "north",
    branch: "东支线",
    street: "东园街",
    circuits: [
      ["R", "散热器机组", "radiator", 6, 10, 3],
      ["F", "地暖机组", "floor", 11, 10, 3],
    ],
  },
  {
    name: "南湖站",
    area: "south",
    branch: "南支线",
    street: "湖滨路",
    circuits: [
      ["H", "高区机组", "floor", 11, 10, 3],
      ["L", "低区机组", "floor", 6, 10, 3],
    ],
  },
  { name: "铁西站", area: "south", branch: "南支线", street: "铁西街", circuits: [["1", "1号机组", "radiator", 6, 8, 3]] },
  { name: "城西站", area: "north", branch: "北支线", street: "西园街", circuits: [["1", "1号机组", "radiator", 6, 7, 3]] },
  { name: "河滨站", area: "south", branch: "南支线", street: "河滨路", circuits: [["1", "1号机组", "floor", 8, 6, 3]] },
  { name: "文昌站", area: "north", branch: "东支线", street: "文昌街", circuits: [["1", "1号机组", "radiator", 6, 6, 3]] },
  { name: "柳园站", area: "south", branch: "南支线", street: "柳园路", circuits: [["1", "1号机组", "radiator", 7, 5, 3]] },
  { name: "东关站", area: "north", branch: "东支线", street: "东关街", circuits: [["1", "1号机组", "floor", 9, 6, 2]] },
  { name: "科苑站", area: "south", branch: "北支线", street: "科苑路", circuits: [["1", "1号机组", "radiator", 6, 6, 3]] },
];

/** The network file as YAML text. The seed moves areas, positions and sensors a little; ids and names stay. */
export function demoNetworkYaml(options: DemoNetworkOptions): string {
  const today = localDay(TIMEZONE, options.now);
  const day = (before: number): string => new Date((today - before) * 86_400_000).toISOString().slice(0, 10);
  const file = {
    name: "示范供热管网",
    timezone: TIMEZONE,
    season: {
      filling: day(SEASON_DAYS.filling),
      commissioning: day(SEASON_DAYS.commissioning),
      heating: day(SEASON_DAYS.heating),
      end: day(SEASON_DAYS.end),
    },
    areas: AREAS,
    stewards: STEWARDS,
    stations: STATIONS.map((plan, index) => station(plan, `S${String(index + 1).padStart(2, "0")}`, index, options.seed)),
  };
  return stringify(file, { lineWidth: 0 });
}

function station(plan: StationPlan, id: string, index: number, seed: number): unknown {
  const draw = draws(subSeed(seed, "demo", id));
  let buildingNumber = 0;
  return {
    id,
    name: plan.name,
    area: plan.area,
    primary_branch: plan.branch,
    position: [
      round(117 + 0.02 * (index % 4) + draw.between(-0.006, 0.006), 4),
      round(36.6 + 0.02 * Math.floor(index / 4) + draw.between(-0.006, 0.006), 4),
    ],
    circuits: plan.circuits.map(([suffix, name, heating, floors, buildings, units]) => {
      const first = buildingNumber;
      buildingNumber += buildings;
      const list = Array.from({ length: buildings }, (_, position) => building(plan.street, id, first + position + 1, floors, units, draw));
      const areaM2 = list.flatMap((entry) => entry.units).reduce((sum, unit) => sum + unit.heated_area_m2, 0);
      return {
        id: `${id}-${suffix}`,
        name,
        heating,
        heated_area_m2: areaM2,
        households: buildings * units * HOUSEHOLDS_PER_UNIT,
        design: DESIGN_C[heating],
        circulation_m3h: round(areaM2 * CIRCULATION_T_H_M2[heating], 1),
        water_volume_m3: round(areaM2 * VOLUME_M3_M2[heating], 1),
        static_pressure_kpa: Math.round((floors * STOREY_KPA + STATIC_MARGIN_KPA) / 5) * 5,
        makeup_control: suffix === "F" ? "vfd" : "band",
        buildings: list,
      };
    }),
  };
}

interface UnitEntry {
  readonly id: string;
  readonly name: string;
  readonly households: number;
  readonly heated_area_m2: number;
  readonly position: "corner" | "end" | "middle";
  readonly suspended?: true;
  readonly rooms?: readonly unknown[];
}

function building(
  street: string,
  stationId: string,
  number: number,
  floors: number,
  unitCount: number,
  draw: Draws,
): { readonly units: readonly UnitEntry[] } & Record<string, unknown> {
  const id = `${stationId}-B${String(number).padStart(2, "0")}`;
  const units = Array.from({ length: unitCount }, (_, index): UnitEntry => {
    const unitId = `${id}-U${index + 1}`;
    const outer = index === 0 || index === unitCount - 1;
    // One unit in the network is 报停, and about one in four has room sensors.
    const suspended = stationId === "S04" && number === 5 && index === 1;
    const rooms = !suspended && draw.between(0, 1) < 0.25 ? roomsOf(unitId, floors, index + 1, draw) : undefined;
    return {
      id: unitId,
      name: `${index + 1}单元`,
      households: HOUSEHOLDS_PER_UNIT,
      heated_area_m2: Math.round(UNIT_AREA_M2 * draw.between(0.92, 1.08)),
      position: outer ? (index === 0 ? "corner" : "end") : "middle",
      ...(suspended ? { suspended: true } : {}),
      ...(rooms === undefined ? {} : { rooms }),
    };
  });
  return { id, name: `${number}号楼`, address: `${street}${draw.whole(2, 198)}号院`, floors, units };
}

function roomsOf(unitId: string, floors: number, unitNumber: number, draw: Draws): readonly unknown[] {
  const chosen = [floors, draw.whole(2, floors - 1)];
  return [...new Set(chosen)].map((floor) => {
    const door = draw.whole(1, 2);
    return {
      id: `${unitId}-R${String(floor).padStart(2, "0")}${String(door).padStart(2, "0")}`,
      name: `${unitNumber}-${floor}0${door}`,
      floor,
      position: floor === floors ? "top" : "middle",
    };
  });
}

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals));
