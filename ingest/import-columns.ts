import { InputError, nearestWord } from "../model/input-error.ts";
import type { Network, Point } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import type { AssetWords, Found } from "./import-assets.ts";
import type { ColumnTarget, Mapping } from "./import-mapping.ts";
import type { LeftOut } from "./import-report.ts";
import { conversionOf, isUnit, requireConversion, type Conversion } from "./import-units.ts";
import { plainWord } from "./import-words.ts";

/** What the columns of a table mean: as the mapping says, and what it does not say by their names. What fits nothing, or twice, is left out and told. */

export interface ValueColumn {
  readonly index: number;
  readonly name: string;
  /** Undefined when the row names the asset. */
  readonly point: Point | undefined;
  readonly signal: SignalId;
  readonly conversion: Conversion;
}

export interface TablePlan {
  readonly timeIndex: number;
  /** The time of day, where the date is a column of its own; -1: none, like every index below. */
  readonly clockIndex: number;
  readonly assetIndex: number;
  /** A row is one value of the signal (or asset and signal) that it names. */
  readonly signalIndex: number;
  readonly valueIndex: number;
  readonly unitIndex: number;
  readonly columns: readonly ValueColumn[];
  readonly leftOut: readonly LeftOut[];
  /** All of it as a mapping file would say it. */
  readonly recognised: Partial<Mapping>;
}

/** Names of the columns that are no values, the surest first. */
const NAMES = {
  time: [
    "ts",
    "时间戳",
    "timestamp",
    "epochms",
    "datetime",
    "日期时间",
    "采集时间",
    "采样时间",
    "记录时间",
    "数据时间",
    "time",
    "时间",
    "date",
    "日期",
  ],
  clock: ["时间", "时刻", "time"],
  date: ["日期", "date"],
  asset: ["asset", "assetid", "资产", "对象", "换热站", "站点", "站名", "机组", "设备编号", "设备"],
  signal: ["signal", "point", "tag", "测点", "测点名", "测点名称", "信号", "参数", "指标", "点名"],
  value: ["value", "数值", "测量值", "采集值", "值"],
  unit: ["unit", "单位"],
} as const;
/** Columns for people, or that say again what another one says. */
const OTHERS = new Set(["name", "名称", "序号", "编号", "备注", "id", "no", "quality", ...NAMES.time, ...NAMES.unit].map(plainWord));

/** Whether a line can be the names of the columns: one of them is a time. */
export function isHeader(fields: readonly string[], mapping: Mapping): boolean {
  const named = timeName(mapping);
  return named === undefined ? findName(fields, NAMES.time) !== -1 : fields.some((field) => field.trim() === named);
}

/** Throws InputError when there is no time, no value, or the mapping names a column that is not there. `sample` is the first row. */
export function planTable(
  header: readonly string[],
  sample: readonly string[],
  parts: { readonly mapping: Mapping; readonly words: AssetWords; readonly network: Network; readonly place: string },
): TablePlan {
  const { mapping, words, place } = parts;
  const names = header.map((name) => name.trim());
  const { timeIndex, clockIndex } = timeColumns(names, sample, mapping, place);
  const assetIndex = special(names, mapping.asset, NAMES.asset, place);
  const valueIndex = special(names, mapping.value, NAMES.value, place);
  const signalIndex = valueIndex === -1 ? -1 : special(names, mapping.signal, NAMES.signal, place);
  const unitIndex = signalIndex === -1 ? -1 : special(names, mapping.unit, NAMES.unit, place);
  const taken = new Set([timeIndex, clockIndex, assetIndex, signalIndex, unitIndex, ...(signalIndex === -1 ? [] : [valueIndex])]);
  const columns: ValueColumn[] = [];
  const leftOut: LeftOut[] = [];
  const targets: Record<string, ColumnTarget | "ignore"> = {};
  for (const column of Object.keys(mapping.columns)) if (!names.includes(column)) throw missing(place, column, names, `columns.${column}`);
  for (const [index, name] of names.entries()) {
    if (taken.has(index)) continue;
    const target = mapping.columns[name];
    const isOther = target === undefined && OTHERS.has(plainWord(name));
    if (target === "ignore" || isOther || name === "" || (signalIndex !== -1 && target === undefined)) {
      if (name !== "") targets[name] = "ignore";
      continue;
    }
    const found = target === undefined ? byName(index, name, assetIndex !== -1, words) : byTarget(index, name, target, assetIndex, parts);
    if ("found" in found) {
      columns.push(found.found);
      targets[name] = target ?? targetOf(found.found, name);
    } else {
      leftOut.push({ place, column: name, reason: found.problem, suggestion: found.suggestion });
      targets[name] = "ignore";
    }
  }
  if (columns.length === 0 && signalIndex === -1)
    throw new InputError(
      place,
      "a column whose name says an asset and a signal, or columns asset, signal and value",
      names.slice(0, 12).join(", "),
      leftOut[0]?.suggestion ?? "--mapping FILE says what the columns mean",
    );
  const nameAt = (index: number): string | undefined => (index === -1 ? undefined : names[index]);
  return {
    timeIndex,
    clockIndex,
    assetIndex,
    signalIndex,
    valueIndex: signalIndex === -1 ? -1 : valueIndex,
    unitIndex,
    columns,
    leftOut,
    recognised: {
      ...mapping,
      timezone: mapping.timezone ?? parts.network.timezone,
      time:
        mapping.time ?? (clockIndex === -1 ? names[timeIndex]! : { column: names[timeIndex]!, clock: names[clockIndex]!, format: "auto" }),
      asset: nameAt(assetIndex),
      ...(signalIndex === -1 ? {} : { signal: nameAt(signalIndex), value: nameAt(valueIndex), unit: nameAt(unitIndex) }),
      columns: targets,
    },
  };
}

function timeName({ time }: Mapping): string | undefined {
  return typeof time === "object" ? time.column : time;
}

/** A date alone and a time of day alone belong together. */
function timeColumns(
  names: readonly string[],
  sample: readonly string[],
  mapping: Mapping,
  place: string,
): { timeIndex: number; clockIndex: number } {
  const named = timeName(mapping);
  if (named !== undefined) {
    const clock = typeof mapping.time === "object" ? mapping.time.clock : undefined;
    return {
      timeIndex: require(names, named, place, "time"),
      clockIndex: clock === undefined ? -1 : require(names, clock, place, "time.clock"),
    };
  }
  const timeIndex = findName(names, NAMES.time);
  if (timeIndex === -1)
    throw new InputError(place, `a column of times: ${NAMES.time.slice(0, 8).join(", ")} …`, names.slice(0, 12).join(", "));
  const dateIndex = findName(names, NAMES.date);
  const clockIndex = findName(names, NAMES.clock);
  const isClock = clockIndex !== -1 && /^\s*\d{1,2}:\d{2}/.test(sample[clockIndex] ?? "");
  const isSurer = timeIndex !== dateIndex && timeIndex !== clockIndex;
  return isClock && dateIndex !== -1 && !isSurer ? { timeIndex: dateIndex, clockIndex } : { timeIndex, clockIndex: -1 };
}

function special(names: readonly string[], named: string | undefined, known: readonly string[], place: string): number {
  return named === undefined ? findName(names, known) : require(names, named, place, "the mapping");
}

function findName(names: readonly string[], known: readonly string[]): number {
  const plain = names.map(plainWord);
  for (const name of known) {
    const index = plain.indexOf(plainWord(name));
    if (index !== -1) return index;
  }
  return -1;
}

function require(names: readonly string[], named: string, place: string, key: string): number {
  const index = names.indexOf(named);
  if (index === -1) throw missing(place, named, names, key);
  return index;
}

function missing(place: string, column: string, names: readonly string[], key: string): InputError {
  const nearest = nearestWord(column, names);
  const found = names.slice(0, 12).join(", ");
  return new InputError(
    place,
    `a column ${JSON.stringify(column)} (${key})`,
    `the columns ${found}`,
    nearest === undefined ? undefined : `did you mean ${nearest}?`,
  );
}

type FoundColumn = { readonly found: ValueColumn } | { readonly problem: string; readonly suggestion: string | undefined };

/** 二次供压(MPa): what stands in brackets at the end is a unit, if it is one. */
const WITH_UNIT = /^(.*?)[\s_]*[([（【]([^()[\]（）【】]+)[)\]）】]\s*$/;

function byName(index: number, name: string, hasAsset: boolean, words: AssetWords): FoundColumn {
  const [, before = "", inBrackets = ""] = WITH_UNIT.exec(name) ?? [];
  const unit = inBrackets !== "" && isUnit(inBrackets) ? inBrackets : undefined;
  const word = unit === undefined ? name : before;
  const isSignal = hasAsset ? words.signal(word) : undefined;
  if (isSignal !== undefined && "found" in isSignal) return column(index, name, undefined, isSignal.found, unit);
  const found: Found<Point> = words.point(word);
  return "found" in found ? column(index, name, found.found, found.found.signal, unit) : found;
}

function column(index: number, name: string, point: Point | undefined, signal: SignalId, unit: string | undefined): FoundColumn {
  const conversion = unit === undefined ? { factor: 1, offset: 0 } : conversionOf(signal, unit);
  if (conversion === undefined) return { problem: `${signal} cannot be measured in ${unit}`, suggestion: "set `unit` in a mapping file" };
  return { found: { index, name, point, signal, conversion } };
}

function byTarget(
  index: number,
  name: string,
  target: ColumnTarget,
  assetIndex: number,
  { network, place }: { readonly network: Network; readonly place: string },
): FoundColumn {
  const signal = target.signal as SignalId;
  const point = target.asset === undefined ? undefined : network.point(target.asset, signal);
  if (point === undefined && assetIndex === -1)
    throw new InputError(`${place} columns.${name}`, "an asset, or a column that names it (asset)", "neither");
  return { found: { index, name, point, signal, conversion: targetConversion(target, `${place} columns.${name}`) } };
}

/** First the unit, then what the mapping adds: value x factor + offset, in the unit of the wire. */
export function targetConversion(target: Omit<ColumnTarget, "asset">, place: string): Conversion {
  const { unit, factor = 1, offset = 0 } = target;
  const base = unit === undefined ? { factor: 1, offset: 0 } : requireConversion(target.signal as SignalId, unit, place);
  return { factor: base.factor * factor, offset: base.offset + offset };
}

function targetOf({ point, signal, name }: ValueColumn, header: string): ColumnTarget {
  const unit = WITH_UNIT.exec(header)?.[2];
  return {
    ...(point === undefined ? {} : { asset: point.asset }),
    signal,
    ...(unit !== undefined && isUnit(unit) && name === header ? { unit } : {}),
  };
}
