import type { Asset, Network } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";

/**
 * Line protocol of points: one line per (asset, time) with all signals of that poll, tags for identity only, every field a float,
 * times in ms. Pure, and made for 100,000 values a second.
 */

/** Sensors that said they failed: same tags, the signal as field, always 1. A float field cannot say it. */
export const FAILED_MEASUREMENT = "failed";

/** A value of an asset that the network does not know (any more): its line would have no level and no parents. */
export interface UnknownValue {
  readonly asset: string;
  readonly signal: SignalId;
  readonly at: number;
  readonly value: number;
}

export interface LineBatch {
  readonly lines: string[];
  /** Values in the lines, failed sensors included. */
  readonly values: number;
  /** Not in the lines; reason `unknown_asset`. */
  readonly unknown: UnknownValue[];
}

export interface LineWriter {
  /**
   * Adds a value (NaN: the sensor failed) at event time `at` in epoch ms. Consecutive values of one asset and time become one line.
   * The order of the lines is that of the calls, so of two values for the same point the later one stays.
   */
  add(asset: string, signal: SignalId, at: number, value: number): void;
  /** Characters (bytes, as ids are ASCII) in the lines so far. */
  readonly characters: number;
  /** The lines since the last call; begins anew. */
  take(): LineBatch;
}

export function createLineWriter(network: Network): LineWriter {
  const prefixes = new Map<string, { readonly values: string; readonly failed: string } | undefined>();
  let batch = emptyBatch();
  let values = 0;
  let characters = 0;
  // The line in hand: its asset and time, fields of good values and of failed sensors, and the signals it has.
  let asset = "";
  let at = Number.NaN;
  let fields = "";
  let failedFields = "";
  let signals: SignalId[] = [];

  function end(): void {
    if (signals.length === 0) return;
    const prefix = prefixes.get(asset)!;
    // `fields` starts with the comma that separates it from the field before: here it becomes the space after the tags.
    if (fields !== "") push(`${prefix.values} ${fields.slice(1)} ${at}`);
    if (failedFields !== "") push(`${prefix.failed} ${failedFields.slice(1)} ${at}`);
    fields = "";
    failedFields = "";
    signals = [];
  }
  function push(line: string): void {
    characters += line.length + 1;
    batch.lines.push(line);
  }
  function prefixOf(id: string): { readonly values: string; readonly failed: string } | undefined {
    const known = prefixes.get(id);
    if (known !== undefined || prefixes.has(id)) return known;
    const found = network.asset(id);
    const tags = found === undefined ? "" : identityTags(network, found);
    const prefix = found === undefined ? undefined : { values: `${found.level}${tags}`, failed: `${FAILED_MEASUREMENT}${tags}` };
    prefixes.set(id, prefix);
    return prefix;
  }

  return {
    add(newAsset, signal, newAt, value) {
      // A second value of a signal in one line would leave it to the server which one counts.
      if (newAsset !== asset || newAt !== at || signals.includes(signal)) {
        end();
        if (prefixOf(newAsset) === undefined) {
          batch.unknown.push({ asset: newAsset, signal, at: newAt, value });
          return;
        }
        asset = newAsset;
        at = newAt;
      }
      signals.push(signal);
      values += 1;
      if (Number.isFinite(value)) fields += `,${signal}=${floatText(value)}`;
      else failedFields += `,${signal}=1`;
    },
    get characters() {
      return characters;
    },
    take() {
      end();
      const taken = { ...batch, values };
      batch = emptyBatch();
      values = 0;
      characters = 0;
      return taken;
    },
  };
}

function emptyBatch(): { lines: string[]; unknown: UnknownValue[] } {
  return { lines: [], unknown: [] };
}

/**
 * ",building=B03,circuit=S01-H,id=B03-U2,station=S01": the asset itself as `id` and what is above it by level. Sorted by key, which
 * the server would have to do otherwise.
 */
export function identityTags(network: Network, asset: Asset): string {
  const tags: [string, string][] = [["id", asset.id]];
  for (const above of network.lineage(asset.id).slice(1)) tags.push([above.level, above.id]);
  return tags
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, id]) => `,${key}=${escapeTag(id)}`)
    .join("");
}

/** A tag key, tag value or field key as line protocol wants it. */
export function escapeTag(text: string): string {
  return text.replaceAll(/[ ,=]/g, "\\$&");
}

/** Shortest text that reads back as the same float; without a suffix every number is one to InfluxDB. */
export function floatText(value: number): string {
  return value === 0 && Object.is(value, -0) ? "-0" : String(value);
}
