import { isAscii, isUtf8 } from "node:buffer";
import type { Network } from "../model/network.ts";
import { STATUS_SIGNAL } from "../model/signals.ts";
import { parseTopic, TOPIC_ROOT, type Topic } from "../model/topic.ts";
import { decodeObject, type DecodeContext, type DecodedObject } from "./decode-object.ts";
import type { IngestLimits } from "./limits.ts";
import { addReject, describe, newRejectList, type RejectList } from "./rejects.ts";
import { suggestStation } from "./suggest.ts";

/** The bytes of one message to readings and rejects: CONTRACT 3. Pure, and on the path of every message. */

export interface Decoded {
  /** Undefined when the topic names none that is known. */
  readonly station: string | undefined;
  /** The message was a JSON array. */
  readonly batch: boolean;
  readonly objects: DecodedObject[];
  readonly rejects: RejectList;
}

export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly receivedAt: number;
  readonly gateway?: string | undefined;
  /** Stations that the gateway was registered for; undefined: all (an external broker does its own access control). */
  readonly stations?: ReadonlySet<string> | undefined;
}

/** Everything usable in a message and a reason for everything else; never throws on what a device sent. */
export function decodeMessage(message: Message & { readonly network: Network; readonly limits: IngestLimits }): Decoded {
  const { network, limits, receivedAt } = message;
  const rejects = newRejectList(message, limits.rejectsPerMessageMax);
  const topic = readTopic(message, rejects);
  if (topic === undefined) return { station: undefined, batch: false, objects: [], rejects };
  const context: DecodeContext = { network, station: topic.station, receivedAt, rejects };
  return topic.type === "status" ? decodeStatus(context, message.payload) : decodeTelemetry(context, limits, topic, message.payload);
}

/** A topic of the grammar, of a known station, of this gateway. */
function readTopic(
  message: Message & { readonly network: Network; readonly limits: IngestLimits },
  rejects: RejectList,
): Topic | undefined {
  const { network, receivedAt, stations } = message;
  const topic = parseTopic(message.topic);
  if (topic === undefined) {
    addReject(rejects, "bad_topic", `${TOPIC_ROOT}/{station}/telemetry, …/{asset}/telemetry or …/status`, message.topic);
    return undefined;
  }
  rejects.station = topic.station;
  const station = network.asset(topic.station);
  if (station?.level === "station") {
    if (stations === undefined || stations.has(topic.station)) return topic;
    addReject(rejects, "bad_topic", `a station of this gateway: ${[...stations].slice(0, 5).join(", ")}`, topic.station);
    return undefined;
  }
  const suggestion =
    station === undefined
      ? suggestStation(network, topic.station, receivedAt)
      : `${station.id} is a ${station.level} of ${station.station}: publish under ${TOPIC_ROOT}/${station.station}/`;
  addReject(rejects, "unknown_station", "a station of the network file", topic.station, { suggestion });
  return undefined;
}

/** The two words of the status topic; undefined for anything else. */
export function readStatus(payload: Uint8Array): boolean | undefined {
  const word = payload.length <= "offline".length ? Buffer.from(payload).toString("latin1") : "";
  return word === "online" ? true : word === "offline" ? false : undefined;
}

function decodeStatus(context: DecodeContext, payload: Uint8Array): Decoded {
  const { network, station, receivedAt, rejects } = context;
  const online = readStatus(payload);
  const point = network.point(station, STATUS_SIGNAL);
  if (online === undefined || point === undefined) {
    addReject(rejects, "bad_shape", "online or offline", describe(Buffer.from(payload.subarray(0, 100)).toString()));
    return { station, batch: false, objects: [], rejects };
  }
  return {
    station,
    batch: false,
    objects: [{ ts: undefined, hist: false, readings: [{ point, at: receivedAt, value: online ? 1 : 0 }] }],
    rejects,
  };
}

function decodeTelemetry(context: DecodeContext, limits: IngestLimits, topic: Topic, payload: Uint8Array): Decoded {
  const { station, rejects } = context;
  const empty: Decoded = { station, batch: false, objects: [], rejects };
  if (payload.length > limits.batchBytesMax) {
    addReject(rejects, "too_large", `at most ${limits.batchBytesMax} bytes`, `${payload.length} bytes`, {
      suggestion: "send a long backlog in several messages",
    });
    return empty;
  }
  const text = readText(payload);
  if (text === undefined) {
    addReject(rejects, "bad_utf8", "UTF-8", `bytes ${Buffer.from(payload.subarray(0, 16)).toString("hex")}`);
    return empty;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    addReject(rejects, "not_json", "a JSON object, or an array of them", text.trim() === "" ? "nothing" : text.slice(0, 100), {
      suggestion: suggestJson(text),
    });
    return empty;
  }
  const batch = Array.isArray(parsed);
  if (!batch && payload.length > limits.objectBytesMax) {
    addReject(rejects, "too_large", `at most ${limits.objectBytesMax} bytes for one object`, `${payload.length} bytes`, {
      suggestion: "send an array of smaller objects",
    });
    return empty;
  }
  const objects: DecodedObject[] = [];
  const items: readonly unknown[] = batch ? (parsed as unknown[]) : [parsed];
  if (items.length === 0) addReject(rejects, "bad_shape", `1 to ${limits.batchObjectsMax} objects`, "an empty array");
  if (items.length > limits.batchObjectsMax) {
    addReject(
      rejects,
      "too_many",
      `at most ${limits.batchObjectsMax} objects in an array`,
      `${items.length}; the first ${limits.batchObjectsMax} were used`,
    );
  }
  const count = Math.min(items.length, limits.batchObjectsMax);
  for (let index = 0; index < count; index++) {
    const object = decodeObject(context, topic, items[index]);
    if (object !== undefined) objects.push(object);
  }
  return { station, batch, objects, rejects };
}

/** Plain ASCII, the usual case, needs no decoder; anything else has to be valid UTF-8 to the last byte. */
function readText(payload: Uint8Array): string | undefined {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (isAscii(bytes)) return bytes.toString("latin1");
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString("utf8");
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function suggestJson(text: string): string | undefined {
  if (/[:[,]\s*(NaN|-?Infinity)\b/.test(text.slice(0, 4_096))) return "JSON has no NaN and no Infinity: send null when the sensor failed";
  if (text.startsWith("{'")) return 'JSON wants double quotes (")';
  return undefined;
}
