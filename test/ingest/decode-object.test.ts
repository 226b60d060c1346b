import { describe, expect, test } from "vitest";
import { decodeMessage, type Decoded } from "../../ingest/decode.ts";
import { INGEST_LIMITS } from "../../ingest/limits.ts";
import { sumUpRejects } from "../../ingest/rejects.ts";
import { smallNetwork } from "../support/small-network.ts";

const network = smallNetwork();
const RECEIVED = 1_795_132_800_000;
const STATION_TOPIC = "heat/v1/S01/telemetry";
const UNIT_TOPIC = "heat/v1/S01/B03-U2/telemetry";

function decode(topic: string, payload: string | Uint8Array, stations?: string[]): Decoded {
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  const decoded = decodeMessage({
    topic,
    payload: bytes,
    receivedAt: RECEIVED,
    gateway: "G1",
    network,
    limits: INGEST_LIMITS,
    stations: stations && new Set(stations),
  });
  sumUpRejects(decoded.rejects);
  return decoded;
}

const flat = (decoded: Decoded): [string, string, number, number | null][] =>
  decoded.objects.flatMap(({ readings }) =>
    readings.map(({ point, at, value }): [string, string, number, number | null] => [point.asset, point.signal, at, value]),
  );
const reasons = (decoded: Decoded): string[] => decoded.rejects.items.map(({ reason }) => reason);
const only = (decoded: Decoded) => {
  expect(decoded.rejects.items).toHaveLength(1);
  return decoded.rejects.items[0]!;
};

/** Each: what was sent, the one reject it gets, and how many readings of the message are still used. */
const BAD: { name: string; topic?: string; payload: string | Uint8Array; expected: object; used?: number }[] = [
  { name: "not JSON", payload: "t_return=37.4", expected: { reason: "not_json", found: "t_return=37.4" } },
  { name: "nothing", payload: "", expected: { reason: "not_json", found: "nothing" } },
  { name: "a cut message", payload: '{"values":{"t_return":37', expected: { reason: "not_json" } },
  {
    name: "NaN",
    payload: '{"values":{"t_return":NaN}}',
    expected: { reason: "not_json", suggestion: expect.stringContaining("send null") },
  },
  {
    name: "bad UTF-8",
    payload: Buffer.concat([Buffer.from('{"values":{"t_return":37.4,"x'), Buffer.from([0xff]), Buffer.from('":1}}')]),
    expected: { reason: "bad_utf8", found: expect.stringContaining("7b22") },
  },
  { name: "an overlong UTF-8 form", payload: Buffer.from([0x7b, 0xc0, 0x80, 0x7d]), expected: { reason: "bad_utf8" } },
  {
    name: "1e999",
    payload: '{"values":{"t_return":1e999,"valve_pos":80}}',
    expected: { reason: "not_finite", found: "Infinity", asset: "B03-U2", signal: "t_return" },
    used: 1,
  },
  {
    name: "a number in quotes",
    payload: '{"values":{"t_return":"37.4","valve_pos":80}}',
    expected: { reason: "not_finite", found: '"37.4"', suggestion: "send the number without quotes" },
    used: 1,
  },
  {
    name: "an object as a value",
    payload: '{"values":{"t_return":{"v":1},"valve_pos":80}}',
    expected: { reason: "not_finite", found: "an object with v" },
    used: 1,
  },
  { name: "1e308", payload: '{"values":{"t_return":1e308,"valve_pos":80}}', expected: { reason: "out_of_range" }, used: 1 },
  {
    name: "0.35 kPa",
    payload: '{"values":{"p_supply":0.35,"valve_pos":80}}',
    expected: { reason: "out_of_range", expected: "0, or 5…1600 kPa", found: "0.35", suggestion: "probably MPa: multiply by 1000" },
    used: 1,
  },
  {
    name: "a raw register",
    payload: '{"values":{"t_return":374,"valve_pos":80}}',
    expected: { reason: "out_of_range", suggestion: "probably tenths of a degree: multiply by 0.1" },
    used: 1,
  },
  {
    name: "half a pump",
    topic: STATION_TOPIC,
    payload: '{"assets":{"S01-H":{"cp_run":0.5,"cp_hz":40}}}',
    expected: { reason: "out_of_range", expected: "0 or 1" },
    used: 1,
  },
  {
    name: "an unknown signal",
    payload: '{"values":{"t_retrun":37.4,"valve_pos":80}}',
    expected: { reason: "unknown_signal", signal: "t_retrun", suggestion: "did you mean t_return?" },
    used: 1,
  },
  {
    name: "a signal called constructor",
    payload: '{"values":{"constructor":1,"valve_pos":80}}',
    expected: { reason: "unknown_signal", signal: "constructor" },
    used: 1,
  },
  {
    name: "an asset called __proto__",
    topic: STATION_TOPIC,
    payload: '{"assets":{"__proto__":{"t_out":1},"S01":{"t_out":1}}}',
    expected: { reason: "unknown_asset", asset: "__proto__" },
    used: 1,
  },
  {
    name: "a signal of another level",
    payload: '{"values":{"t2_supply":48,"valve_pos":80}}',
    expected: { reason: "wrong_level", suggestion: "t2_supply belongs to a circuit or a station" },
    used: 1,
  },
  {
    name: "online as telemetry",
    topic: STATION_TOPIC,
    payload: '{"assets":{"S01":{"online":1,"t_out":1}}}',
    expected: { reason: "unknown_signal", suggestion: expect.stringContaining("heat/v1/S01/status") },
    used: 1,
  },
  {
    name: "an unknown asset",
    topic: STATION_TOPIC,
    payload: '{"assets":{"S01-X":{"t_out":1},"S01":{"t_out":1}}}',
    expected: { reason: "unknown_asset", asset: "S01-X", suggestion: expect.stringMatching(/did you mean S01/) },
    used: 1,
  },
  {
    name: "an asset of another station",
    topic: STATION_TOPIC,
    payload: '{"assets":{"S02-L":{"t2_supply":48},"S01":{"t_out":1}}}',
    expected: { reason: "foreign_asset", asset: "S02-L", found: "S02-L of station S02" },
    used: 1,
  },
  {
    name: "an unknown asset in the topic",
    topic: "heat/v1/S01/B99/telemetry",
    payload: '{"values":{"t_return":37}}',
    expected: { reason: "unknown_asset", asset: "B99" },
  },
  {
    name: "an unknown station",
    topic: "heat/v1/S99/telemetry",
    payload: "{}",
    expected: { reason: "unknown_station", station: "S99", suggestion: expect.stringContaining("did you mean S0") },
  },
  {
    name: "a circuit as a station",
    topic: "heat/v1/S01-H/telemetry",
    payload: "{}",
    expected: { reason: "unknown_station", suggestion: "S01-H is a circuit of S01: publish under heat/v1/S01/" },
  },
  {
    name: "another topic",
    topic: "heat/v2/S01/telemetry",
    payload: "{}",
    expected: { reason: "bad_topic", found: "heat/v2/S01/telemetry" },
  },
  { name: "a topic with a bad id", topic: "heat/v1/S 01/telemetry", payload: "{}", expected: { reason: "bad_topic" } },
  {
    name: "a status of another word",
    topic: "heat/v1/S01/status",
    payload: "ONLINE",
    expected: { reason: "bad_shape", expected: "online or offline", found: '"ONLINE"' },
  },
  { name: "a number instead of an object", payload: "42", expected: { reason: "bad_shape", found: "42" } },
  { name: "null instead of an object", payload: "null", expected: { reason: "bad_shape", found: "null" } },
  { name: "an empty array", payload: "[]", expected: { reason: "bad_shape", found: "an empty array" } },
  {
    name: "an array with one odd item",
    payload: '[17,{"values":{"t_return":37}}]',
    expected: { reason: "bad_shape", found: "17" },
    used: 1,
  },
  { name: "no values", payload: '{"ts":1795132800000}', expected: { reason: "bad_shape", expected: 'an object "values"' } },
  {
    name: "values on the station's topic",
    topic: STATION_TOPIC,
    payload: '{"values":{"t_out":1}}',
    expected: { reason: "bad_shape", suggestion: '"values" belongs on heat/v1/{station}/{asset}/telemetry' },
  },
  {
    name: "values that are a list",
    topic: STATION_TOPIC,
    payload: '{"assets":{"S01":[1],"S01-H":{"t2_supply":48}}}',
    expected: { reason: "bad_shape", asset: "S01", found: "an array of 1" },
    used: 1,
  },
  {
    name: "a ts in words",
    payload: '{"ts":"2026-11-20T00:00:00Z","values":{"t_return":37}}',
    expected: { reason: "bad_time", found: '"2026-11-20T00:00:00Z"' },
  },
  {
    name: "a hist that is no boolean",
    payload: '{"hist":"yes","values":{"t_return":37}}',
    expected: { reason: "bad_shape", found: '"yes"' },
    used: 1,
  },
];

describe("what cannot be used is one reject with its reason, and the rest goes on", () => {
  test.each(BAD)("$name", ({ topic, payload, expected, used }) => {
    const decoded = decode(topic ?? UNIT_TOPIC, payload);
    expect(only(decoded)).toMatchObject({ at: RECEIVED, topic: topic ?? UNIT_TOPIC, gateway: "G1", ...expected });
    expect(flat(decoded)).toHaveLength(used ?? 0);
  });

  test("a topic of a station that the gateway was not registered for", () => {
    const decoded = decode("heat/v1/S02/telemetry", '{"assets":{"S02":{"t_out":1}}}', ["S01"]);
    expect(only(decoded)).toMatchObject({ reason: "bad_topic", station: "S02", expected: "a station of this gateway: S01" });
    expect(flat(decoded)).toEqual([]);
  });

  test("one object of more than 64 KB, and an array of more than 1 MB", () => {
    const padding = "x".repeat(70_000);
    expect(reasons(decode(UNIT_TOPIC, `{"note":"${padding}","values":{"t_return":37}}`))).toEqual(["too_large"]);
    expect(flat(decode(UNIT_TOPIC, `[{"note":"${padding}","values":{"t_return":37}}]`))).toHaveLength(1);
    expect(reasons(decode(UNIT_TOPIC, Buffer.alloc(1_100_000, " ")))).toEqual(["too_large"]);
  });

  test("20 problems of a message are listed, the others are summed up in one", () => {
    const values = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`wrong_${index}`, 1]));
    const decoded = decode(UNIT_TOPIC, JSON.stringify({ values: { ...values, t_return: 37 } }));
    expect(flat(decoded)).toHaveLength(1);
    expect(decoded.rejects.items).toHaveLength(21);
    expect(decoded.rejects.items.at(-1)).toMatchObject({ reason: "too_many", found: "180 more, not listed one by one" });
  });

  test("what was found is cut to 80 characters, between characters", () => {
    const found = only(decode(UNIT_TOPIC, `"${"😀".repeat(100)}"`)).found;
    expect(found.length).toBeLessThanOrEqual(80);
    expect(found.isWellFormed()).toBe(true);
  });

  test("nesting deeper than any stack", () => {
    const deep = 30_000;
    expect(reasons(decode(UNIT_TOPIC, `{"values":{"t_return":${"[".repeat(deep)}${"]".repeat(deep)}}}`))).toEqual(["not_finite"]);
    expect(reasons(decode(UNIT_TOPIC, "[".repeat(60_000)))).toEqual(["not_json"]);
  });
});
