import { z } from "zod";
import { InputError, nearestWord } from "./input-error.ts";
import type { Path } from "./yaml-file.ts";
import { ASSET_ID } from "./topic.ts";

/** The shape of the network file of CONTRACT 6, and what a person is told when a file has another one. */

/** Named so that a file that was generated wrongly fails early and clearly. */
const STATION_COUNT_MAX = 10_000;

const id = z.string().regex(ASSET_ID);
const idLike = z.union([z.string(), z.number()]).transform(String).pipe(id);
const name = z.string().min(1).max(80).optional();
const positive = z.number().positive();
const celsius = z.number().min(-60).max(150);
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

const room = z.strictObject({
  id: idLike,
  name,
  floor: z.number().int().optional(),
  position: z.enum(["top", "bottom", "corner", "middle"]).optional(),
});
const unit = z.strictObject({
  id: idLike,
  name,
  households: z.number().int().nonnegative().optional(),
  heated_area_m2: positive.optional(),
  position: z.enum(["corner", "end", "middle"]).optional(),
  suspended: z.boolean().optional(),
  rooms: z.array(room).optional(),
});
const building = z.strictObject({
  id: idLike,
  name,
  address: z.string().max(200).optional(),
  floors: z.number().int().positive().optional(),
  units: z.array(unit).optional(),
});
const circuit = z.strictObject({
  id: idLike,
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
  id: idLike,
  name,
  area: z.union([z.string(), z.number()]).transform(String).optional(),
  primary_branch: z.union([z.string(), z.number()]).transform(String).optional(),
  position: z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).optional(),
  circuits: z.array(circuit).optional(),
});
export const networkFile = z.strictObject({
  name,
  timezone: z.string().optional(),
  season: z
    .strictObject({ filling: date.optional(), commissioning: date.optional(), heating: date.optional(), end: date.optional() })
    .optional(),
  areas: z.array(z.strictObject({ id: idLike, name })).optional(),
  stewards: z
    .array(z.strictObject({ id: idLike, name, areas: z.array(idLike).optional(), phone: z.string().max(40).optional() }))
    .optional(),
  stations: z.array(station).max(STATION_COUNT_MAX),
});
export type NetworkFile = z.infer<typeof networkFile>;
export type StationEntry = z.infer<typeof station>;
export type CircuitEntry = z.infer<typeof circuit>;
export type UnitEntry = z.infer<typeof unit>;
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

/** The first problem that the schema found, as a sentence with its place. */
export function issueError(issue: z.core.$ZodIssue, value: unknown, place: (path: Path) => string): InputError {
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
