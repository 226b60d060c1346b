import { InputError, nearestWord } from "./input-error.ts";
import { type CircuitEntry, type NetworkFile, type StationEntry, type UnitEntry, issueError, networkFile } from "./network-schema.ts";
import { type Asset, type CircuitFacts, Network, type Season, type UnitFacts } from "./network.ts";
import { type Path, readYamlFile } from "./yaml-file.ts";
import { isZone, startOfLocalDay } from "./zone.ts";

/** Reads the network file of CONTRACT 6 and fills in what it leaves out. Never imported by the browser (zod, yaml). */

/** Documented defaults; DOMAIN 2, 5.6 and 5.8. */
const NETWORK_DEFAULTS = {
  timezone: "Asia/Shanghai",
  areaPerHouseholdM2: 90,
  householdsPerUnit: 18,
  circuitAreaM2: 20_000,
  designOutdoorC: -5.3,
  designC: { radiator: { supply: 55, return: 40 }, floor: { supply: 45, return: 35 } },
  circulationKgHM2: { radiator: 2.58, floor: 3.87 },
  waterVolumeLM2: { radiator: 1.05, floor: 1.4 },
} as const;

/**
 * Parses a network file (YAML or JSON text). Throws one InputError that names file and line, what was expected and what was
 * found, for bad YAML, a wrong type, an unknown key (with the nearest known one), a duplicate id, an unknown area, or dates out of order.
 */
export function parseNetworkFile(text: string, fileName: string): Network {
  const { value, place } = readYamlFile(text, fileName);
  const parsed = networkFile.safeParse(value);
  if (!parsed.success) throw issueError(parsed.error.issues[0]!, value, place);
  return buildNetwork(parsed.data, place);
}

function buildNetwork(file: NetworkFile, place: (path: Path) => string): Network {
  const timezone = file.timezone ?? NETWORK_DEFAULTS.timezone;
  if (!isZone(timezone)) throw new InputError(place(["timezone"]), "an IANA time zone such as Asia/Shanghai", `"${timezone}"`);
  const areas = (file.areas ?? []).map((area) => ({ id: area.id, name: area.name ?? area.id }));
  const areaIds = new Set(areas.map((area) => area.id));
  const checkArea = (areaId: string, path: Path): void => {
    if (areaIds.has(areaId)) return;
    const nearest = nearestWord(areaId, areaIds);
    throw new InputError(place(path), "an id of `areas`", `"${areaId}"`, nearest === undefined ? undefined : `did you mean "${nearest}"?`);
  };
  const stewards = (file.stewards ?? []).map((steward, index) => {
    for (const [position, areaId] of (steward.areas ?? []).entries()) checkArea(areaId, ["stewards", index, "areas", position]);
    return {
      id: steward.id,
      name: steward.name ?? steward.id,
      areas: steward.areas ?? [],
      ...(steward.phone === undefined ? {} : { phone: steward.phone }),
    };
  });
  const assets: Asset[] = [];
  const seen = new Map<string, string>();
  const add = (asset: Asset, path: Path): void => {
    const where = place([...path, "id"]);
    const first = seen.get(asset.id);
    if (first !== undefined) throw new InputError(where, `an id that is unique in the network`, `"${asset.id}" again (first at ${first})`);
    seen.set(asset.id, where);
    assets.push(asset);
  };
  for (const [index, entry] of file.stations.entries()) {
    if (entry.area !== undefined) checkArea(entry.area, ["stations", index, "area"]);
    addStation(entry, ["stations", index], add, place);
  }
  return new Network({
    name: file.name ?? "HeatSteward",
    timezone,
    season: readSeason(file.season, timezone, place),
    areas,
    stewards,
    assets,
  });
}

type Add = (asset: Asset, path: Path) => void;

function addStation(entry: StationEntry, path: Path, add: Add, place: (path: Path) => string): void {
  const circuits = entry.circuits ?? [];
  add(
    {
      id: entry.id,
      level: "station",
      name: entry.name ?? entry.id,
      parent: undefined,
      children: circuits.map((child) => child.id),
      station: entry.id,
      circuit: undefined,
      building: undefined,
      unit: undefined,
      ...(entry.area === undefined ? {} : { area: entry.area }),
      ...(entry.primary_branch === undefined ? {} : { primaryBranch: entry.primary_branch }),
      ...(entry.position === undefined ? {} : { position: entry.position }),
    },
    path,
  );
  for (const [index, child] of circuits.entries()) addCircuit(child, entry.id, [...path, "circuits", index], add, place);
}

function addCircuit(entry: CircuitEntry, stationId: string, path: Path, add: Add, place: (path: Path) => string): void {
  const buildings = entry.buildings ?? [];
  const facts = circuitFacts(entry, path, place);
  const unitCount = buildings.reduce((sum, child) => sum + (child.units?.length ?? 0), 0);
  const above = { station: stationId, circuit: entry.id };
  add(
    {
      ...above,
      id: entry.id,
      level: "circuit",
      name: entry.name ?? entry.id,
      parent: stationId,
      children: buildings.map((child) => child.id),
      building: undefined,
      unit: undefined,
      circuitFacts: facts,
    },
    path,
  );
  for (const [index, child] of buildings.entries()) {
    const buildingPath = [...path, "buildings", index];
    const units = child.units ?? [];
    add(
      {
        ...above,
        id: child.id,
        level: "building",
        name: child.name ?? child.id,
        parent: entry.id,
        children: units.map((grandchild) => grandchild.id),
        building: child.id,
        unit: undefined,
        ...(child.floors === undefined ? {} : { floors: child.floors }),
        ...(child.address === undefined ? {} : { address: child.address }),
      },
      buildingPath,
    );
    for (const [position, grandchild] of units.entries())
      addUnit(
        grandchild,
        { ...above, building: child.id },
        unitFacts(grandchild, facts, unitCount),
        [...buildingPath, "units", position],
        add,
      );
  }
}

function addUnit(
  entry: UnitEntry,
  above: { station: string; circuit: string; building: string },
  facts: UnitFacts,
  path: Path,
  add: Add,
): void {
  const rooms = entry.rooms ?? [];
  add(
    {
      ...above,
      id: entry.id,
      level: "unit",
      name: entry.name ?? entry.id,
      parent: above.building,
      children: rooms.map((child) => child.id),
      unit: entry.id,
      unitFacts: facts,
    },
    path,
  );
  for (const [index, child] of rooms.entries()) {
    add(
      {
        ...above,
        id: child.id,
        level: "room",
        name: child.name ?? child.id,
        parent: entry.id,
        children: [],
        unit: entry.id,
        ...(child.floor === undefined ? {} : { floor: child.floor }),
        ...(child.position === undefined ? {} : { roomPosition: child.position }),
      },
      [...path, "rooms", index],
    );
  }
}

function circuitFacts(entry: CircuitEntry, path: Path, place: (path: Path) => string): CircuitFacts {
  const heating = entry.heating ?? "radiator";
  const units = (entry.buildings ?? []).flatMap((child) => child.units ?? []);
  const sum = (pick: (child: UnitEntry) => number | undefined): number | undefined =>
    units.length > 0 && units.every((child) => pick(child) !== undefined)
      ? units.reduce((total, child) => total + pick(child)!, 0)
      : undefined;
  const households = entry.households ?? sum((child) => child.households);
  const heatedAreaM2 =
    entry.heated_area_m2 ??
    sum((child) => child.heated_area_m2) ??
    (households
      ? households * NETWORK_DEFAULTS.areaPerHouseholdM2
      : Math.max(NETWORK_DEFAULTS.circuitAreaM2, units.length * NETWORK_DEFAULTS.householdsPerUnit * NETWORK_DEFAULTS.areaPerHouseholdM2));
  const curve = entry.curve === undefined ? undefined : [...entry.curve].sort((a, b) => a[0] - b[0]);
  const designSupplyC = entry.design?.t_supply ?? NETWORK_DEFAULTS.designC[heating].supply;
  const designReturnC = entry.design?.t_return ?? NETWORK_DEFAULTS.designC[heating].return;
  if (designReturnC >= designSupplyC)
    throw new InputError(place([...path, "design"]), "t_supply above t_return", `${designSupplyC} and ${designReturnC} °C`);
  const designOutdoorC = entry.design?.t_out ?? NETWORK_DEFAULTS.designOutdoorC;
  if (designOutdoorC >= 15)
    throw new InputError(place([...path, "design", "t_out"]), "an outdoor design temperature below 15 °C", String(designOutdoorC));
  return {
    heating,
    heatedAreaM2,
    sizeIsKnown: (entry.water_volume_m3 ?? entry.heated_area_m2 ?? sum((child) => child.heated_area_m2) ?? households) !== undefined,
    households: households ?? Math.round(heatedAreaM2 / NETWORK_DEFAULTS.areaPerHouseholdM2),
    designSupplyC,
    designReturnC,
    designOutdoorC,
    circulationM3h: entry.circulation_m3h ?? (heatedAreaM2 * NETWORK_DEFAULTS.circulationKgHM2[heating]) / 1000,
    waterVolumeM3: entry.water_volume_m3 ?? (heatedAreaM2 * NETWORK_DEFAULTS.waterVolumeLM2[heating]) / 1000,
    staticPressureKpa: entry.static_pressure_kpa,
    makeupControl: entry.makeup_control ?? "band",
    curve,
  };
}

function unitFacts(entry: UnitEntry, facts: CircuitFacts, unitCount: number): UnitFacts {
  const heatedAreaM2 =
    entry.heated_area_m2 ??
    (entry.households ? entry.households * NETWORK_DEFAULTS.areaPerHouseholdM2 : facts.heatedAreaM2 / Math.max(1, unitCount));
  return {
    households:
      entry.households ??
      (entry.heated_area_m2 === undefined
        ? NETWORK_DEFAULTS.householdsPerUnit
        : Math.max(1, Math.round(heatedAreaM2 / NETWORK_DEFAULTS.areaPerHouseholdM2))),
    heatedAreaM2,
    position: entry.position ?? "middle",
    suspended: entry.suspended ?? false,
  };
}

const SEASON_ORDER = ["filling", "commissioning", "heating", "end"] as const;

function readSeason(season: NetworkFile["season"], timezone: string, place: (path: Path) => string): Season {
  const result: { -readonly [key in keyof Season]: Season[key] } = {};
  let previous: (typeof SEASON_ORDER)[number] | undefined;
  for (const key of SEASON_ORDER) {
    const word = season?.[key];
    if (word === undefined) continue;
    const day = Date.parse(`${word}T00:00:00Z`);
    if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== word)
      throw new InputError(place(["season", key]), "a date that exists, like 2026-11-15", `"${word}"`);
    const at = startOfLocalDay(timezone, day / 86_400_000);
    if (previous !== undefined && result[previous]! >= at)
      throw new InputError(place(["season", key]), `a date after \`${previous}\` (${season![previous]})`, `"${word}"`);
    result[key] = at;
    previous = key;
  }
  return result;
}
