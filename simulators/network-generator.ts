import { stringify } from "yaml";
import { type Draws, draws, subSeed } from "./random.ts";
import type { Climate } from "./weather.ts";

/** Invents a network in the file format of CONTRACT 6: as varied as real plants are, the same for the same seed. */

/** [least, most]; a draw between them by seed. */
export type Range = readonly [number, number];

export interface NetworkSize {
  readonly stations: number;
  /** Of a station, 1 to 4; buildings of a circuit; units of a building; flats with a room sensor, as a share of the units. */
  readonly circuits: Range;
  readonly buildings: Range;
  readonly units: Range;
  readonly rooms: number;
  /** Heated area of a circuit, m². With few units each stands for many flats. */
  readonly areaM2: Range;
  /** How much the plants differ, 0 (all radiators in six storeys, band, new gear) … 1 (as in DOMAIN). */
  readonly variety: number;
  /** Share of the units that are 报停. */
  readonly suspended: number;
}

export const NETWORK_SIZE: NetworkSize = {
  stations: 3,
  circuits: [1, 2],
  buildings: [4, 7],
  units: [2, 4],
  rooms: 0.25,
  areaM2: [30_000, 200_000],
  variety: 1,
  suspended: 0.01,
};

export interface GenerateOptions {
  readonly seed: number;
  readonly climate: Climate;
  readonly size: NetworkSize;
  /** The year in which the season begins. */
  readonly year: number;
}

const CLIMATE_FACTS = {
  // DOMAIN 2 and 6: design temperatures and seasons; the middle of the map.
  jinan: { designC: -5.3, filling: "10-20", commissioning: "11-05", heating: "11-15", end: "03-15", position: [117, 36.6] },
  hohhot: { designC: -17, filling: "09-15", commissioning: "10-05", heating: "10-15", end: "04-15", position: [111.7, 40.8] },
} as const satisfies Record<Climate, unknown>;

/** DOMAIN 2 and 5.6, 5.8: design temperatures, kg/h per m² at these, and L of water per m². */
const EMITTERS = {
  old_radiator: { heating: "radiator", supplyC: 55, returnC: 40, kgHM2: 2.58, volumeLM2: 1.05 },
  hot_radiator: { heating: "radiator", supplyC: 75, returnC: 50, kgHM2: 1.55, volumeLM2: 1.05 },
  new_radiator: { heating: "radiator", supplyC: 55, returnC: 40, kgHM2: 1.95, volumeLM2: 0.85 },
  floor: { heating: "floor", supplyC: 45, returnC: 35, kgHM2: 3.87, volumeLM2: 1.4 },
  new_floor: { heating: "floor", supplyC: 42, returnC: 34, kgHM2: 3.3, volumeLM2: 1.3 },
} as const;
type Emitter = keyof typeof EMITTERS;

const STOREY_KPA = 2.9 * 9.81;
/** Over the highest point: 30-50 kPa (DOMAIN 2). */
const STATIC_MARGIN_KPA: Range = [30, 50];
const FLAT_M2: Range = [82, 108];
const AREAS = ["城北片区", "城南片区", "城东片区", "城西片区"] as const;
const STATIONS_PER_AREA = 12;
const STATIONS_PER_BRANCH: Range = [4, 9];
const PLACES = [
  "北苑",
  "东园",
  "南湖",
  "铁西",
  "西园",
  "河滨",
  "文昌",
  "柳园",
  "东关",
  "科苑",
  "槐荫",
  "松涛",
  "梅园",
  "桃源",
  "杏林",
  "竹溪",
] as const;

/** The generated network as YAML text. Ids: S01, S01-1, S01-B01, S01-B01-U1, S01-B01-U1-R0601; the first of each kind always exists. */
export function generateNetwork(options: GenerateOptions): string {
  const { seed, climate, size } = options;
  const facts = CLIMATE_FACTS[climate];
  const draw = draws(subSeed(seed, "network"));
  const areaCount = Math.max(1, Math.min(AREAS.length, Math.ceil(size.stations / STATIONS_PER_AREA)));
  const areas = AREAS.slice(0, areaCount).map((name, index) => ({ id: `area-${index + 1}`, name }));
  const digits = Math.max(2, String(size.stations).length);
  const branches = branchOf(size.stations, draw);
  const file = {
    name: `模拟供热管网 ${size.stations} 站`,
    timezone: "Asia/Shanghai",
    season: {
      filling: `${options.year}-${facts.filling}`,
      commissioning: `${options.year}-${facts.commissioning}`,
      heating: `${options.year}-${facts.heating}`,
      end: `${options.year + 1}-${facts.end}`,
    },
    areas,
    stewards: areas.map((area, index) => ({ id: `steward-${index + 1}`, name: `管家${index + 1}号`, areas: [area.id] })),
    stations: Array.from({ length: size.stations }, (_, index) => {
      const id = `S${String(index + 1).padStart(digits, "0")}`;
      return stationEntry(id, index, {
        seed,
        size,
        designC: facts.designC,
        area: areas[index % areaCount]!.id,
        branch: branches[index]!,
        position: facts.position,
      });
    }),
  };
  return stringify(file, { lineWidth: 0 });
}

/** Neighbouring stations hang on one branch of the primary network. */
function branchOf(stations: number, draw: Draws): string[] {
  const names: string[] = [];
  for (let branch = 1; names.length < stations; branch++)
    for (let left = draw.whole(...STATIONS_PER_BRANCH); left > 0 && names.length < stations; left--) names.push(`${branch}号支线`);
  return names;
}

interface StationPlan {
  readonly seed: number;
  readonly size: NetworkSize;
  readonly designC: number;
  readonly area: string;
  readonly branch: string;
  readonly position: readonly [number, number];
}

function stationEntry(id: string, index: number, plan: StationPlan): unknown {
  const { size } = plan;
  const draw = draws(subSeed(plan.seed, "station", id));
  const circuits = draw.whole(...size.circuits);
  const place = PLACES[index % PLACES.length]!;
  const turn = Math.floor(index / PLACES.length);
  let buildings = 0;
  return {
    id,
    name: `${place}${turn === 0 ? "" : turn + 1}站`,
    area: plan.area,
    primary_branch: plan.branch,
    position: [
      round(plan.position[0] + 0.02 * (index % 10) + draw.between(-0.006, 0.006), 4),
      round(plan.position[1] + 0.015 * Math.floor(index / 10) + draw.between(-0.005, 0.005), 4),
    ],
    // From the second on a circuit of the same station mostly serves another zone of height.
    circuits: Array.from({ length: circuits }, (_, number) => {
      const first = buildings;
      const count = draw.whole(...size.buildings);
      buildings += count;
      return circuitEntry(id, number, { ...plan, first, count, circuits, place });
    }),
  };
}

interface CircuitPlan extends StationPlan {
  readonly first: number;
  readonly count: number;
  readonly circuits: number;
  readonly place: string;
}

function circuitEntry(station: string, number: number, plan: CircuitPlan): unknown {
  const { size, count, circuits } = plan;
  const id = `${station}-${number + 1}`;
  const draw = draws(subSeed(plan.seed, "circuit", id));
  const isVaried = (): boolean => draw.between(0, 1) < size.variety;
  const emitter: Emitter = isVaried()
    ? draw.pick(["old_radiator", "old_radiator", "new_radiator", "hot_radiator", "floor", "new_floor"] as const)
    : "old_radiator";
  const facts = EMITTERS[emitter];
  const isHigh = circuits > 1 && number === 0;
  const floors = isVaried() ? (isHigh ? draw.whole(12, 18) : draw.whole(5, 11)) : isHigh ? 12 : 6;
  const unitsOf = Array.from({ length: count }, () => draw.whole(...size.units));
  const unitCount = unitsOf.reduce((sum, units) => sum + units, 0);
  // Small circuits are more common than large ones: even on a scale of ratios.
  const [low, high] = size.areaM2;
  const unitM2 = (low * (high / low) ** draw.between(0, 1)) / unitCount;
  const buildings = unitsOf.map((units, index) => buildingEntry(station, plan.first + index + 1, { units, floors, unitM2, plan, draw }));
  const areaM2 = buildings.flatMap(({ units }) => units).reduce((sum, unit) => sum + unit.heated_area_m2, 0);
  return {
    id,
    name: circuits === 1 ? "1号机组" : `${number + 1}号机组${isHigh ? "（高区）" : number === 1 ? "（低区）" : ""}`,
    heating: facts.heating,
    heated_area_m2: areaM2,
    households: buildings.flatMap(({ units }) => units).reduce((sum, unit) => sum + unit.households, 0),
    design: { t_supply: facts.supplyC, t_return: facts.returnC, t_out: plan.designC },
    circulation_m3h: round((areaM2 * facts.kgHM2 * draw.between(1 - 0.1 * size.variety, 1 + 0.1 * size.variety)) / 1000, 1),
    water_volume_m3: round((areaM2 * facts.volumeLM2 * draw.between(1 - 0.15 * size.variety, 1 + 0.15 * size.variety)) / 1000, 1),
    static_pressure_kpa: Math.round((floors * STOREY_KPA + draw.between(...STATIC_MARGIN_KPA)) / 5) * 5,
    makeup_control: draw.between(0, 1) < 0.35 * size.variety ? "vfd" : "band",
    buildings,
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

interface BuildingPlan {
  readonly units: number;
  readonly floors: number;
  readonly unitM2: number;
  readonly plan: CircuitPlan;
  readonly draw: Draws;
}

function buildingEntry(
  station: string,
  number: number,
  own: BuildingPlan,
): { readonly units: readonly UnitEntry[] } & Record<string, unknown> {
  const { plan, draw } = own;
  const { size } = plan;
  const id = `${station}-B${String(number).padStart(2, "0")}`;
  const floors = Math.max(2, own.floors - draw.whole(0, Math.round(2 * size.variety)));
  const units = Array.from({ length: own.units }, (_, index): UnitEntry => {
    const unitId = `${id}-U${index + 1}`;
    const areaM2 = Math.round(own.unitM2 * draw.between(1 - 0.15 * size.variety, 1 + 0.15 * size.variety));
    // The first unit of a building always heats: faults of a scenario can be planted there.
    const suspended = draw.between(0, 1) < size.suspended && index > 0;
    const sensed = draw.between(0, 1) < size.rooms;
    const rooms = sensed && !suspended ? roomEntries(unitId, index + 1, floors, draw) : undefined;
    return {
      id: unitId,
      name: `${index + 1}单元`,
      households: Math.max(1, Math.round(areaM2 / draw.between(...FLAT_M2))),
      heated_area_m2: areaM2,
      position: index === 0 ? "corner" : index === own.units - 1 ? "end" : "middle",
      ...(suspended ? { suspended: true } : {}),
      ...(rooms === undefined ? {} : { rooms }),
    };
  });
  return { id, name: `${number}号楼`, address: `${plan.place}路${draw.whole(2, 198)}号院`, floors, units };
}

function roomEntries(unit: string, unitNumber: number, floors: number, draw: Draws): readonly unknown[] {
  const chosen = new Set([draw.between(0, 1) < 0.6 ? floors : 1, draw.whole(2, Math.max(2, floors - 1))]);
  return [...chosen].map((floor) => {
    const door = draw.whole(1, 2);
    return {
      id: `${unit}-R${String(floor).padStart(2, "0")}${String(door).padStart(2, "0")}`,
      name: `${unitNumber}-${floor}0${door}`,
      floor,
      position: floor === floors ? "top" : floor === 1 ? "bottom" : "middle",
    };
  });
}

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals));
