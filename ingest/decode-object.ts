import type { Network, Point } from "../model/network.ts";
import { isSignalId, PLATFORM_SIGNALS, SIGNALS, STATUS_SIGNAL } from "../model/signals.ts";
import { statusTopic, TOPIC_ROOT, type Topic } from "../model/topic.ts";
import { addReject, describe, type RejectList } from "./rejects.ts";
import { suggestAsset, suggestSignal } from "./suggest.ts";
import { checkValue, isPossible, signalsOfLevel } from "./values.ts";

/** One object of a message to readings and rejects: its time, its assets, their signals and values. */

/** A reading whose time may still be shifted by the correction of the gateway's clock. */
export interface DraftReading {
  readonly point: Point;
  at: number;
  readonly value: number | null;
}

/** One object of a message. */
export interface DecodedObject {
  /** As sent, epoch ms; undefined when the time of receipt counts. Any number: `clock.ts` says whether it is a time. */
  readonly ts: number | undefined;
  /** Replayed history: no evidence of a wrong clock. */
  readonly hist: boolean;
  /** `at` is `ts`, or the time of receipt. */
  readonly readings: DraftReading[];
}

/** What the parts of one message are read against. */
export interface DecodeContext {
  readonly network: Network;
  readonly station: string;
  readonly receivedAt: number;
  readonly rejects: RejectList;
}

/** One object with its time and its values; undefined when it has neither in a form that can be read. */
export function decodeObject(context: DecodeContext, topic: Topic, item: unknown): DecodedObject | undefined {
  const key = topic.type === "asset" ? "values" : "assets";
  if (!isRecord(item)) {
    addReject(context.rejects, "bad_shape", `an object with ts and ${key}`, describe(item));
    return undefined;
  }
  const ts = item["ts"];
  if (ts !== undefined && typeof ts !== "number") {
    const suggestion = typeof ts === "string" ? "send epoch milliseconds as a number" : "leave ts out to let the time of receipt count";
    addReject(context.rejects, "bad_time", "ts in epoch milliseconds, UTC", describe(ts), { suggestion });
    return undefined;
  }
  const parts = item[key];
  if (!isRecord(parts)) {
    const other = key === "values" ? "assets" : "values";
    const suggestion = isRecord(item[other])
      ? `"${other}" belongs on ${TOPIC_ROOT}/{station}/${other === "values" ? "{asset}/" : ""}telemetry`
      : undefined;
    addReject(context.rejects, "bad_shape", `an object "${key}"`, parts === undefined ? describe(item) : describe(parts), {
      suggestion,
    });
    return undefined;
  }
  const hist = item["hist"];
  if (hist !== undefined && typeof hist !== "boolean") addReject(context.rejects, "bad_shape", '"hist" true or false', describe(hist));
  const readings: DraftReading[] = [];
  const at = ts ?? context.receivedAt;
  if (topic.type === "asset") readAsset(context, topic.asset, parts, at, readings);
  // A key of JSON is always an own one, whatever its name; the prototype has no enumerable ones.
  else for (const asset in parts) readAsset(context, asset, parts[asset], at, readings);
  // Whatever is odd about "hist" is read as the careful side: no evidence about the clock.
  return { ts, hist: hist !== undefined && hist !== false, readings };
}

function readAsset(context: DecodeContext, assetId: string, values: unknown, at: number, readings: DraftReading[]): void {
  const { network, station, rejects } = context;
  const asset = network.asset(assetId);
  if (asset === undefined || asset.station !== station) {
    if (asset === undefined) {
      const suggestion = suggestAsset(network, station, assetId, context.receivedAt);
      addReject(rejects, "unknown_asset", `an asset of station ${station}`, assetId, {
        asset: assetId,
        suggestion,
      });
    } else {
      addReject(rejects, "foreign_asset", `an asset of station ${station}`, `${assetId} of station ${asset.station}`, { asset: assetId });
    }
    return;
  }
  if (!isRecord(values)) {
    addReject(rejects, "bad_shape", "an object of signals and values", describe(values), { asset: assetId });
    return;
  }
  for (const signal in values) {
    const value = values[signal];
    const point = isSignalId(signal) && !PLATFORM_SIGNALS.has(signal) ? network.point(assetId, signal) : undefined;
    if (point === undefined) rejectSignal(context, assetId, signal);
    else if (typeof value === "number" && isPossible(point.signal, value)) readings.push({ point, at, value: value + 0 });
    else readOddValue(context, point, value, at, readings);
  }
}

function readOddValue(context: DecodeContext, point: Point, value: unknown, at: number, readings: DraftReading[]): void {
  const checked = checkValue(point.signal, value);
  if (!("reason" in checked)) {
    readings.push({ point, at, value: checked.value });
    return;
  }
  const place = { asset: point.asset, signal: point.signal, suggestion: checked.suggestion };
  addReject(context.rejects, checked.reason, checked.expected, checked.found, place);
}

function rejectSignal(context: DecodeContext, asset: string, signal: string): void {
  const { network, station, rejects } = context;
  if (isSignalId(signal) && PLATFORM_SIGNALS.has(signal)) {
    addReject(rejects, "unknown_signal", "a signal that is measured", signal, {
      asset,
      signal,
      suggestion:
        signal === STATUS_SIGNAL ? `publish online or offline to ${statusTopic(station)}` : "the platform works it out from ts by itself",
    });
  } else if (isSignalId(signal)) {
    const suggestion = `${signal} belongs to a ${SIGNALS[signal].levels.join(" or a ")}`;
    addReject(rejects, "wrong_level", `one of ${signalsOfLevel(network, asset).join(" ")}`, signal, { asset, signal, suggestion });
  } else {
    addReject(rejects, "unknown_signal", "a signal of the contract", signal, {
      asset,
      signal,
      suggestion: suggestSignal(network, signal, context.receivedAt),
    });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
