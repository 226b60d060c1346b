import { InputError, nearestWord } from "../model/input-error.ts";
import { SIGNALS, type SignalId } from "../model/signals.ts";

/** Units that tables come in, to the one of the wire: value x factor + offset. */

export interface Conversion {
  readonly factor: number;
  readonly offset: number;
}

/** By the unit of the wire (CONTRACT 2), in the spelling of `plain`; kgf/cm² and mH2O are exact by definition, 1 kcal = 4.1868 kJ (international table). */
const UNITS: Readonly<Record<string, Readonly<Record<string, number | readonly [factor: number, offset: number]>>>> = {
  "°C": {
    "°c": 1,
    c: 1,
    "℃": 1,
    摄氏度: 1,
    "°f": [1 / 1.8, -32 / 1.8],
    f: [1 / 1.8, -32 / 1.8],
    "℉": [1 / 1.8, -32 / 1.8],
    k: [1, -273.15],
  },
  kPa: {
    kpa: 1,
    千帕: 1,
    mpa: 1_000,
    兆帕: 1_000,
    bar: 100,
    pa: 0.001,
    mbar: 0.1,
    mh2o: 9.80665,
    米水柱: 9.80665,
    "kgf/cm2": 98.0665,
    公斤: 98.0665,
    psi: 6.894757,
  },
  "m³/h": { "m3/h": 1, "t/h": 1, 吨时: 1, "吨/时": 1, "吨/小时": 1, "l/h": 0.001, "l/s": 3.6, "l/min": 0.06, "m3/s": 3_600, "m3/min": 60 },
  "m³": { m3: 1, t: 1, 吨: 1, 方: 1, 立方米: 1, l: 0.001, 升: 0.001 },
  kW: { kw: 1, 千瓦: 1, mw: 1_000, w: 0.001, "gj/h": 1_000 / 3.6, "mj/h": 1 / 3.6, "kcal/h": 4.1868 / 3_600, "gcal/h": 4_186.8 / 3.6 },
  GJ: { gj: 1, 吉焦: 1, mj: 0.001, kj: 1e-6, kwh: 0.0036, mwh: 3.6, gcal: 4.1868 },
  "%": { "%": 1, "‰": 0.1 },
  Hz: { hz: 1, 赫兹: 1 },
  m: { m: 1, 米: 1, cm: 0.01, mm: 0.001 },
  V: { v: 1, 伏: 1, mv: 0.001 },
  dBm: { dbm: 1 },
  "0/1": { "0/1": 1, bool: 1 },
};

const SAME: Conversion = { factor: 1, offset: 0 };

/** NFKC turns ㎏, ³ and full-width letters into plain ones. */
const plain = (unit: string): string => unit.normalize("NFKC").replaceAll(/\s+/g, "").toLowerCase().replaceAll("º", "°");

/** How a value in `unit` becomes the signal's own; undefined when the unit is none that the signal can have. */
export function conversionOf(signal: SignalId, unit: string): Conversion | undefined {
  const wire = SIGNALS[signal].unit;
  const found = UNITS[wire]?.[plain(unit)] ?? UNITS[wire]?.[unit.trim()];
  if (found === undefined) return unit.trim() === wire ? SAME : undefined;
  return typeof found === "number" ? { factor: found, offset: 0 } : { factor: found[0], offset: found[1] };
}

/** The same for a setting. Throws InputError at `place` that lists what the signal can have. */
export function requireConversion(signal: SignalId, unit: string, place: string): Conversion {
  const found = conversionOf(signal, unit);
  if (found !== undefined) return found;
  const known = Object.keys(UNITS[SIGNALS[signal].unit] ?? {});
  const nearest = nearestWord(unit, known);
  throw new InputError(
    place,
    `a unit of ${signal}: ${known.join(", ")}`,
    JSON.stringify(unit),
    nearest === undefined ? undefined : `did you mean ${nearest}?`,
  );
}

/** Whether any signal can have this unit: what stands in the brackets of a column's name. */
export function isUnit(word: string): boolean {
  const written = plain(word);
  return Object.entries(UNITS).some(([wire, units]) => wire === word || Object.hasOwn(units, written));
}
