import type { Network, Point } from "../model/network.ts";
import type { Reading, Reject, RejectReason } from "../model/reading.ts";
import { SIGNALS, type SignalId } from "../model/signals.ts";
import type { AssetWords, Found } from "./import-assets.ts";
import { targetConversion, type TablePlan, type ValueColumn } from "./import-columns.ts";
import type { Mapping } from "./import-mapping.ts";
import type { TimeReader } from "./import-time.ts";
import { conversionOf, type Conversion } from "./import-units.ts";
import { addReject, describe, newRejectList, type RejectList } from "./rejects.ts";
import { historyTimeFault } from "./times.ts";
import { checkValue, isPossible } from "./values.ts";

/** Rows of a table to readings, whatever the file: the time, then a value per column, or one value of the point that the row names. */

export interface TableReader {
  /** Adds the readings of one row. Cells are text, or numbers, dates and null of a typed file. */
  read(cells: readonly unknown[], count: number, row: number, into: Reading[]): void;
  /** A row that cannot be cut into cells. */
  refuse(reason: RejectReason, expected: string, found: string, row: number): void;
  takeRejects(): readonly Reject[];
}

const REJECTS_PER_ROW_MAX = 5_000;
/** Words of the asset and signal columns whose meaning is kept. */
const WORDS_KEPT_MAX = 100_000;
/** What programs write for "no value". */
const FAILED_WORDS = ["null", "nan", "--", "-", "n/a", "#n/a", "坏点", "坏值", "故障"];
const SWITCH_WORDS: Readonly<Record<string, number>> = {
  true: 1,
  on: 1,
  开: 1,
  运行: 1,
  是: 1,
  false: 0,
  off: 0,
  关: 0,
  停止: 0,
  停: 0,
  否: 0,
};
/** Converted values keep this many decimals: 0.281 MPa is 281 kPa. */
const DECIMALS = 1e6;
const EXACT_BELOW = 1e9;
const SAME: Conversion = { factor: 1, offset: 0 };

interface NamedPoint {
  readonly point: Point;
  readonly conversion: Conversion;
}

export function createTableReader(parts: {
  readonly plan: TablePlan;
  readonly mapping: Mapping;
  readonly words: AssetWords;
  readonly network: Network;
  readonly readTime: TimeReader;
  readonly place: string;
  /** The present, epoch ms: nothing may be later. */
  readonly receivedAt: number;
}): TableReader {
  const { plan, mapping, words, readTime, receivedAt } = parts;
  const { columns, timeIndex, clockIndex, assetIndex, signalIndex, valueIndex, unitIndex } = plan;
  const failed = new Set([...FAILED_WORDS, ...mapping.failed.map((word) => String(word).toLowerCase())]);
  const failedNumbers = new Set(mapping.failed.map(Number).filter((value) => !Number.isNaN(value)));
  let rowNumber = 0;
  const envelope = {
    get topic() {
      return `${parts.place}:${rowNumber}`;
    },
    receivedAt,
  };
  let rejects: RejectList = newRejectList(envelope, REJECTS_PER_ROW_MAX);
  let taken: Reject[] = [];
  const pointsByAsset: Map<string, Found<Point>>[] = columns.map(() => new Map());
  const namedPoints = new Map<string, Found<NamedPoint>>();

  function readAt(cells: readonly unknown[]): number | undefined {
    const cell = cells[timeIndex];
    const at = typeof cell === "string" && clockIndex !== -1 ? readTime(`${cell} ${String(cells[clockIndex])}`) : timeOf(cell, readTime);
    if (Number.isNaN(at)) {
      const written = clockIndex === -1 ? describe(cell ?? "") : describe(`${String(cell)} ${String(cells[clockIndex])}`);
      addReject(rejects, "bad_time", "a time: 2026-01-05 08:00:00, ISO 8601, epoch seconds or milliseconds", written, {
        suggestion: "set time.format in a mapping file",
      });
      return undefined;
    }
    const fault = historyTimeFault(at, receivedAt);
    if (fault === undefined) return at;
    addReject(rejects, fault.reason, fault.expected, fault.found, { suggestion: fault.suggestion });
    return undefined;
  }

  function readValue(point: Point, { factor, offset }: Conversion, at: number, cell: unknown, into: Reading[]): void {
    let value = numberOf(cell);
    if (Number.isNaN(value)) {
      readOdd(point, at, cell, into);
      return;
    }
    if (failedNumbers.size > 0 && failedNumbers.has(value)) {
      into.push({ point, at, value: null });
      return;
    }
    if (factor !== 1 || offset !== 0) {
      value = value * factor + offset;
      if (value < EXACT_BELOW && value > -EXACT_BELOW) value = Math.round(value * DECIMALS) / DECIMALS;
    }
    if (isPossible(point.signal, value)) into.push({ point, at, value: value + 0 });
    else refuseValue(point, value);
  }

  /** Nothing, a word, or something else that is no number. */
  function readOdd(point: Point, at: number, cell: unknown, into: Reading[]): void {
    const word = textOf(cell).toLowerCase();
    if (word === "") {
      if (mapping.empty === "failed") into.push({ point, at, value: null });
    } else if (failed.has(word) || (typeof cell === "number" && Number.isNaN(cell))) into.push({ point, at, value: null });
    else if (SIGNALS[point.signal].unit === "0/1" && SWITCH_WORDS[word] !== undefined) into.push({ point, at, value: SWITCH_WORDS[word] });
    else refuseValue(point, cell);
  }

  function refuseValue({ asset, signal, station }: Point, value: unknown): void {
    const checked = checkValue(signal, value);
    if (!("reason" in checked)) return;
    rejects.station = station;
    const suggestion = checked.reason === "not_finite" ? "`failed` in a mapping file lists words for a failed sensor" : checked.suggestion;
    addReject(rejects, checked.reason, checked.expected, checked.found, { asset, signal, suggestion });
  }

  function refuseWord(problem: Exclude<Found<never>, { found: never }>, word: string): void {
    const reason = problem.what === "asset" ? "unknown_asset" : problem.what === "signal" ? "unknown_signal" : "wrong_level";
    const expected =
      problem.what === "asset" ? "an asset of the network file" : problem.what === "signal" ? "a signal" : "a signal of this asset";
    addReject(rejects, reason, expected, problem.what === "asset" ? word : problem.problem, { suggestion: problem.suggestion });
  }

  /** The point of a column in a row that names its asset. */
  function pointIn(column: ValueColumn, index: number, assetWord: string): Point | undefined {
    const kept = pointsByAsset[index]!;
    let found = kept.get(assetWord);
    if (found === undefined) {
      const asset = words.asset(mapping.assets[assetWord] ?? assetWord, column.signal);
      found = "found" in asset ? words.pointOf(asset.found, column.signal) : asset;
      if (kept.size >= WORDS_KEPT_MAX) kept.clear();
      kept.set(assetWord, found);
    }
    if ("found" in found) return found.found;
    refuseWord(found, assetWord);
    return undefined;
  }

  /** The point that a row of one value names. */
  function namedPoint(assetWord: string | undefined, signalWord: string, unit: string): Found<NamedPoint> {
    const key = `${assetWord ?? ""}\n${signalWord}\n${unit}`;
    let found = namedPoints.get(key);
    if (found === undefined) {
      found = resolve(assetWord, signalWord, unit);
      if (namedPoints.size >= WORDS_KEPT_MAX) namedPoints.clear();
      namedPoints.set(key, found);
    }
    return found;
  }

  function resolve(assetWord: string | undefined, signalWord: string, unit: string): Found<NamedPoint> {
    const target = mapping.signals[signalWord];
    const named = target === undefined ? undefined : typeof target === "string" ? { signal: target } : target;
    let found: Found<Point>;
    if (assetWord === undefined || assetWord === "") found = words.point(signalWord);
    else {
      const signal: Found<SignalId> = named === undefined ? words.signal(signalWord) : { found: named.signal as SignalId };
      if (!("found" in signal)) return signal;
      const asset = words.asset(mapping.assets[assetWord] ?? assetWord, signal.found);
      found = "found" in asset ? words.pointOf(asset.found, signal.found) : asset;
    }
    if (!("found" in found)) return found;
    const point = found.found;
    const conversion = named === undefined ? (unit === "" ? SAME : conversionOf(point.signal, unit)) : targetConversion(named, parts.place);
    if (conversion !== undefined) return { found: { point, conversion } };
    return { problem: `${point.signal} in ${unit}`, suggestion: `its unit is ${SIGNALS[point.signal].unit}`, what: "signal" };
  }

  function settle(): void {
    if (rejects.items.length === 0) return;
    taken.push(...rejects.items);
    rejects = newRejectList(envelope, REJECTS_PER_ROW_MAX);
  }

  return {
    read(cells, count, row, into) {
      if (count === 1 && cells[0] === "") return;
      rowNumber = row;
      const at = readAt(cells);
      if (at !== undefined) {
        const assetWord = assetIndex === -1 ? undefined : textOf(cells[assetIndex]);
        if (signalIndex !== -1) {
          const signalWord = textOf(cells[signalIndex]);
          const named = namedPoint(assetWord, signalWord, unitIndex === -1 ? "" : textOf(cells[unitIndex]));
          // A row that is there only for this value and has none of a typed file says that the sensor failed.
          if ("found" in named && cells[valueIndex] === null) into.push({ point: named.found.point, at, value: null });
          else if ("found" in named) readValue(named.found.point, named.found.conversion, at, cells[valueIndex], into);
          else refuseWord(named, named.what === "asset" ? (assetWord ?? signalWord) : signalWord);
        }
        for (let index = 0; index < columns.length; index++) {
          const column = columns[index]!;
          // A row that ends early has nothing in its last columns.
          const cell = column.index < count ? cells[column.index] : "";
          const point = column.point ?? (cell === "" ? undefined : pointIn(column, index, assetWord ?? ""));
          if (point !== undefined) readValue(point, column.conversion, at, cell, into);
        }
      }
      settle();
    },
    refuse(reason, expected, found, row) {
      rowNumber = row;
      addReject(rejects, reason, expected, found);
      settle();
    },
    takeRejects() {
      const found = taken;
      taken = [];
      return found;
    },
  };
}

function textOf(cell: unknown): string {
  if (typeof cell === "string") return cell.trim();
  return cell === null || cell === undefined ? "" : describe(cell);
}

/** NaN for anything that is not a number. */
function numberOf(cell: unknown): number {
  if (typeof cell === "number") return cell;
  // Number("") and Number(" ") are 0.
  if (typeof cell === "string") return cell === "" || cell.trim() === "" ? NaN : Number(cell);
  return typeof cell === "bigint" || typeof cell === "boolean" ? Number(cell) : NaN;
}

function timeOf(cell: unknown, readTime: TimeReader): number {
  if (typeof cell === "string") return readTime(cell);
  if (cell instanceof Date) return cell.getTime();
  return typeof cell === "number" || typeof cell === "bigint" ? readTime(String(cell)) : NaN;
}
