import { nearestWord } from "../model/input-error.ts";
import type { Network } from "../model/network.ts";
import type { Reading, Reject } from "../model/reading.ts";
import type { Topic } from "../model/topic.ts";
import { decodeObject, type DecodeContext } from "./decode-object.ts";
import { addReject, describe, newRejectList, type RejectList } from "./rejects.ts";
import { historyTimeFault } from "./times.ts";

/** Lines of JSON to readings, by the checks of live telemetry: `{"asset","ts","values"}`, or what a gateway publishes (CONTRACT 3), one or an array. */

/** CONTRACT 3: objects of one array. */
const OBJECTS_PER_LINE_MAX = 1_000;
const REJECTS_PER_LINE_MAX = 5_000;
/** Wrong words that are compared with the known ones in one import. */
const SUGGESTIONS_MAX = 500;

export interface LineReader {
  /** Adds the readings of one line to `into`; an empty line is nothing. */
  read(line: string, number: number, into: Reading[]): void;
  /** A line that is not even text. */
  damaged(bytes: string, number: number): void;
  /** Rejects since the last call. */
  takeRejects(): readonly Reject[];
}

/** `place` names the file, `receivedAt` (epoch ms) is the present: nothing may be later than it. */
export function createLineReader(options: { readonly network: Network; readonly place: string; readonly receivedAt: number }): LineReader {
  const { network, receivedAt } = options;
  let lineNumber = 0;
  const envelope = {
    get topic() {
      return `${options.place}:${lineNumber}`;
    },
    receivedAt,
  };
  let rejects: RejectList = newRejectList(envelope, REJECTS_PER_LINE_MAX);
  let found: Reject[] = [];
  const suggestions = new Map<string, string | undefined>();

  function suggest(word: string): string | undefined {
    if (!suggestions.has(word)) {
      if (suggestions.size >= SUGGESTIONS_MAX) return undefined;
      const nearest = nearestWord(
        word,
        Array.from(network.assets(), ({ id }) => id),
      );
      suggestions.set(word, nearest === undefined ? undefined : `did you mean ${nearest}?`);
    }
    return suggestions.get(word);
  }

  function readObject(item: unknown, into: Reading[]): void {
    const topic = topicOf(item);
    if (topic === undefined) return;
    rejects.station = topic.station;
    const context: DecodeContext = { network, station: topic.station, receivedAt, rejects };
    const object = decodeObject(context, topic, item);
    if (object === undefined) return;
    if (object.ts === undefined) {
      addReject(rejects, "bad_time", "ts in epoch milliseconds, UTC", "nothing", { suggestion: "history needs the time of every value" });
      return;
    }
    const fault = historyTimeFault(object.ts, receivedAt);
    if (fault !== undefined) {
      const asset = object.readings[0]?.point.asset;
      addReject(rejects, fault.reason, fault.expected, fault.found, { asset, suggestion: fault.suggestion });
      return;
    }
    for (const reading of object.readings) into.push(reading);
  }

  function readArray(items: readonly unknown[], into: Reading[]): void {
    if (items.length > OBJECTS_PER_LINE_MAX) {
      const expected = `at most ${OBJECTS_PER_LINE_MAX} objects in an array`;
      addReject(rejects, "too_many", expected, `${items.length}; the first ${OBJECTS_PER_LINE_MAX} were used`);
    }
    for (const item of items.slice(0, OBJECTS_PER_LINE_MAX)) readObject(item, into);
  }

  /** A line has no topic: the asset that it names says the station. */
  function topicOf(item: unknown): Topic | undefined {
    if (typeof item !== "object" || item === null || Array.isArray(item)) {
      addReject(rejects, "bad_shape", "an object with asset, ts and values, or ts and assets", describe(item));
      return undefined;
    }
    const { asset, assets } = item as { asset?: unknown; assets?: unknown };
    if (typeof asset === "string") {
      const known = network.asset(asset);
      if (known !== undefined) return { type: "asset", station: known.station, asset };
      addReject(rejects, "unknown_asset", "an asset of the network file", asset, { asset, suggestion: suggest(asset) });
      return undefined;
    }
    if (asset === undefined && typeof assets === "object" && assets !== null) {
      for (const id in assets) {
        const known = network.asset(id);
        if (known !== undefined) return { type: "station", station: known.station };
      }
      const [first = ""] = Object.keys(assets);
      addReject(rejects, "unknown_asset", "assets of the network file", first, { asset: first, suggestion: suggest(first) });
      return undefined;
    }
    addReject(rejects, "bad_shape", "an object with asset, ts and values, or ts and assets", describe(item));
    return undefined;
  }

  function settle(): void {
    if (rejects.items.length === 0) return;
    if (rejects.unlisted > 0) addUnlisted(rejects);
    found.push(...rejects.items);
    rejects = newRejectList(envelope, REJECTS_PER_LINE_MAX);
  }

  return {
    read(line, number, into) {
      if (line === "") return;
      lineNumber = number;
      rejects.station = undefined;
      let parsed: unknown;
      try {
        parsed = JSON.parse(line);
      } catch {
        if (line.trim() === "") return;
        addReject(rejects, "not_json", "one JSON object, or an array of them, on each line", line.slice(0, 100));
        settle();
        return;
      }
      if (Array.isArray(parsed)) readArray(parsed, into);
      else readObject(parsed, into);
      settle();
    },
    damaged(bytes, number) {
      lineNumber = number;
      addReject(rejects, "bad_utf8", "UTF-8", `bytes ${bytes}`);
      settle();
    },
    takeRejects() {
      const taken = found;
      found = [];
      return taken;
    },
  };
}

/** The list is full: what it left out is one more line of it. */
function addUnlisted(rejects: RejectList): void {
  const { unlisted, items } = rejects;
  items.push({
    ...items[0]!,
    reason: "too_many",
    expected: `at most ${REJECTS_PER_LINE_MAX} problems in one line`,
    found: `${unlisted} more`,
  });
}
