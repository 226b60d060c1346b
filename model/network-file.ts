import { type Document, LineCounter, parseDocument, isNode } from "yaml";
import { z } from "zod";
import { InputError, nearestWord } from "./input-error.ts";
import { type Asset, type CircuitFacts, Network, type Season, type UnitFacts } from "./network.ts";
import { ASSET_ID } from "./topic.ts";
import { isZone, startOfLocalDay } from "./zone.ts";

/** Reads the network file of CONTRACT 6 and fills in what it leaves out. Never imported by the browser (zod, yaml). */

/** Named so that a file that was generated wrongly fails early and clearly. */
export const STATION_COUNT_MAX = 10_000;

/** Documented defaults; DOMAIN 2, 5.6 and 5.8. */
export const NETWORK_DEFAULTS = {
  timezone: "Asia/Shanghai",
  areaPerHouseholdM2: 90,
  householdsPerUnit: 18,
  circuitAreaM2: 20_000,
  designOutdoorC: -5.3,
  designC: { radiator: { supply: 55, return: 40 }, floor: { supply: 45, return: 35 } },
  circulationKgHM2: { radiator: 2.58, floor: 3.87 },
  waterVolumeLM2: { radiator: 1.05, floor: 1.4 },
} as const;

const id = z.string().regex(ASSET_ID);
const id_like = z.union([z.string(), z.number()]).transform(String).pipe(id);
const name = z.string().min(1).max(80).optional();
const positive = z.number().positive();
const celsius = z.number().min(-60).max(150);
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

const room = z.strictObject({
  id: id_like,
  name,
  floor: z.number().int().optional(),
  position: z.enum(["top", "bottom", "corner", "middle"]).optional(),
});
const unit = z.strictObject({
  id: id_like,
  name,
  households: z.number().int().nonnegative().optional(),
  heated_area_m2: positive.optional(),
  position: z.enum(["corner", "end", "middle"]).optional(),
  suspended: z.boolean().optional(),
  rooms: z.array(room).optional(),
});
const building = z.strictObject({
  id: id_like,
  name,
  address: z.string().max(200).optional(),
  floors: z.number().int().positive().optional(),
  units: z.array(unit).optional(),
});
const circuit = z.strictObject({
  id: id_like,
  name,
  heating: z.enum(["radiator", "floor"]).optional(),
  heated_area_m2: positive.optional(),
  households: z.number().int().nonnegative().optional(),
  design: z.strictObject({ t_supply: celsius.optional(), t_return: celsius.optional(), t_out: celsius.optional() }).optional(),
  circulation_m3h: positive.optional(),
  water_volume_m3: positive.optional(),
  static_pressure_kpa: positive.optional(),
  makeup_control: z.enum(["band", "vfd"]).optional(),
  curve: z
    .array(z.tuple([celsius, celsius]))
    .min(2)
    .optional(),
  buildings: z.array(building).optional(),
});
const station = z.strictObject({
  id: id_like,
  name,
  area: z.union([z.string(), z.number()]).transform(String).optional(),
  primary_branch: z.union([z.string(), z.number()]).transform(String).optional(),
  position: z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).optional(),
  circuits: z.array(circuit).optional(),
});
const networkFile = z.strictObject({
  name,
  timezone: z.string().optional(),
  season: z
    .strictObject({ filling: date.optional(), commissioning: date.optional(), heating: date.optional(), end: date.optional() })
    .optional(),
  areas: z.array(z.strictObject({ id: id_like, name })).optional(),
  stewards: z
    .array(z.strictObject({ id: id_like, name, areas: z.array(id_like).optional(), phone: z.string().max(40).optional() }))
    .optional(),
  stations: z.array(station).max(STATION_COUNT_MAX),
});
type NetworkFile = z.infer<typeof networkFile>;
type Path = readonly (string | number)[];

/** Keys that each place knows, for the suggestion after a typo. `*` stands for a list index. */
const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": Object.keys(networkFile.shape),
  season: ["filling", "commissioning", "heating", "end"],
  "areas.*": ["id", "name"],
  "stewards.*": ["id", "name", "areas", "phone"],
  "stations.*": Object.keys(station.shape),
  "stations.*.circuits.*": Object.keys(circuit.shape),
  "stations.*.circuits.*.design": ["t_supply", "t_return", "t_out"],
  "stations.*.circuits.*.buildings.*": Object.keys(building.shape),
  "stations.*.circuits.*.buildings.*.units.*": Object.keys(unit.shape),
  "stations.*.circuits.*.buildings.*.units.*.rooms.*": Object.keys(room.shape),
};

/**
 * Parses a network file (YAML or JSON text). Throws one InputError that names file and line, what was expected and what was
 * found, for bad YAML, a wrong type, an unknown key (with the nearest known one), a duplicate id, an unknown area, or dates out of order.
 */
export function parseNetworkFile(text: string, fileName: string): Network {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const syntax = document.errors[0];
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    throw new InputError(`${fileName}:${line}:${col}`, "valid YAML", syntax.message);
  }
  const place = (path: Path): string => placeOf(document, lines, fileName, path);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  const parsed = networkFile.safeParse(value);
  if (!parsed.success) throw issueError(parsed.error.issues[0]!, value, place);
  return buildNetwork(parsed.data, place);
}

function placeOf(document: Document, lines: LineCounter, fileName: string, path: Path): string {
  for (let depth = path.length; depth >= 0; depth--) {
    const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return `${fileName}:${lines.linePos(node.range[0]).line} ${path.join(".")}`.trimEnd();
  }
  return `${fileName} ${path.join(".")}`.trimEnd();
}

function issueError(issue: z.core.$ZodIssue, value: unknown, place: (path: Path) => string): InputError {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const known = KNOWN_KEYS[path.map((part) => (typeof part === "number" ? "*" : part)).join(".")] ?? [];
    const nearest = nearestWord(key, known);
    return new InputError(
      place([...path, key]),
      `one of ${known.join(", ")}`,
      `unknown key "${key}"`,
      nearest === undefined ? undefined : `did you mean "${nearest}"?`,
    );
  }
  let found: unknown = value;
  for (const part of path) found = (found as Record<string | number, unknown> | null | undefined)?.[part];
  return new InputError(place(path), expectation(issue), found === undefined ? "nothing" : JSON.stringify(found).slice(0, 80));
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "array" ? "a list" : issue.expected === "object" ? "a group of keys" : `a ${issue.expected}`;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return issue.format === "regex" && issue.pattern === String(ASSET_ID)
        ? "an id of 1 to 64 letters, digits, '.', '_' or '-'"
        : "a date like 2026-11-15";
    case "too_small":
      return `at least ${issue.minimum}${issue.inclusive === false ? " (exclusive)" : ""}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    default:
      return issue.message;
  }
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

function addStation(entry: z.infer<typeof station>, path: Path, add: Add, place: (path: Path) => string): void {
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

function addCircuit(entry: z.infer<typeof circuit>, stationId: string, path: Path, add: Add, place: (path: Path) => string): void {
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
  entry: z.infer<typeof unit>,
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

function circuitFacts(entry: z.infer<typeof circuit>, path: Path, place: (path: Path) => string): CircuitFacts {
  const heating = entry.heating ?? "radiator";
  const units = (entry.buildings ?? []).flatMap((child) => child.units ?? []);
  const sum = (pick: (child: z.infer<typeof unit>) => number | undefined): number | undefined =>
    units.length > 0 && units.every((child) => pick(child) !== undefined)
      ? units.reduce((total, child) => total + pick(child)!, 0)
      : undefined;
  const households = entry.households ?? sum((child) => child.households);
  const heatedAreaM2 =
    entry.heated_area_m2 ??
    sum((child) => child.heated_area_m2) ??
    (households ? households * NETWORK_DEFAULTS.areaPerHouseholdM2 : NETWORK_DEFAULTS.circuitAreaM2);
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

function unitFacts(entry: z.infer<typeof unit>, facts: CircuitFacts, unitCount: number): UnitFacts {
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
