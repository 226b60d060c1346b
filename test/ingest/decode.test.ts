import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { decodeMessage, type Decoded } from "../../ingest/decode.ts";
import { INGEST_LIMITS } from "../../ingest/limits.ts";
import { sumUpRejects } from "../../ingest/rejects.ts";
import { REJECT_REASONS } from "../../model/reading.ts";
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
const only = (decoded: Decoded) => {
  expect(decoded.rejects.items).toHaveLength(1);
  return decoded.rejects.items[0]!;
};

describe("the messages of the contract", () => {
  test("a poll of the whole station", () => {
    const decoded = decode(
      STATION_TOPIC,
      '{"ts":1795132800000,"seq":7,"assets":{"S01":{"t_out":-3.1},"S01-H":{"t2_supply":48.2,"mk_total":1031.4},"B03-U2":{"t_return":37.4}}}',
    );
    expect(flat(decoded)).toEqual([
      ["S01", "t_out", 1_795_132_800_000, -3.1],
      ["S01-H", "t2_supply", 1_795_132_800_000, 48.2],
      ["S01-H", "mk_total", 1_795_132_800_000, 1031.4],
      ["B03-U2", "t_return", 1_795_132_800_000, 37.4],
    ]);
    expect(decoded.station).toBe("S01");
    expect(decoded.rejects.items).toEqual([]);
  });

  test("one asset", () => {
    expect(flat(decode(UNIT_TOPIC, '{"ts":1795132800000,"seq":7,"values":{"t_return":37.4,"valve_pos":80}}'))).toEqual([
      ["B03-U2", "t_return", 1_795_132_800_000, 37.4],
      ["B03-U2", "valve_pos", 1_795_132_800_000, 80],
    ]);
  });

  test("without ts the time of receipt counts, and it is no time of the device", () => {
    const decoded = decode(UNIT_TOPIC, '{"values":{"t_return":37.4}}');
    expect(flat(decoded)).toEqual([["B03-U2", "t_return", RECEIVED, 37.4]]);
    expect(decoded.objects[0]!.ts).toBeUndefined();
  });

  test("a backlog as an array, with history marked", () => {
    const decoded = decode(
      UNIT_TOPIC,
      '[{"ts":1795132790000,"hist":true,"values":{"t_return":37}},{"ts":1795132800000,"values":{"t_return":38}}]',
    );
    expect(decoded.batch).toBe(true);
    expect(decoded.objects.map(({ ts, hist }) => [ts, hist])).toEqual([
      [1_795_132_790_000, true],
      [1_795_132_800_000, false],
    ]);
    expect(flat(decoded).map(([, , at, value]) => [at, value])).toEqual([
      [1_795_132_790_000, 37],
      [1_795_132_800_000, 38],
    ]);
  });

  test("1,000 objects are read, the rest is one reject", () => {
    const objects = Array.from({ length: 1_003 }, (_, index) => ({ ts: RECEIVED + index, values: { t_return: 37 } }));
    expect(decode(UNIT_TOPIC, JSON.stringify(objects.slice(0, 1_000))).rejects.items).toEqual([]);
    const decoded = decode(UNIT_TOPIC, JSON.stringify(objects));
    expect(decoded.objects).toHaveLength(1_000);
    expect(only(decoded)).toMatchObject({ reason: "too_many", found: "1003; the first 1000 were used" });
  });

  test("null says that the sensor failed; true and false are 1 and 0 where the signal is 0/1", () => {
    const decoded = decode(STATION_TOPIC, '{"assets":{"S01":{"t_out":null,"power_ok":true,"flood":false},"S01-H":{"t2_supply":true}}}');
    expect(flat(decoded).map(([, signal, , value]) => [signal, value])).toEqual([
      ["t_out", null],
      ["power_ok", 1],
      ["flood", 0],
    ]);
    expect(only(decoded)).toMatchObject({ reason: "not_finite", asset: "S01-H", signal: "t2_supply", found: "true" });
  });

  test("-0 is 0", () => {
    expect(Object.is(decode(STATION_TOPIC, '{"assets":{"S01":{"t_out":-0}}}').objects[0]!.readings[0]!.value, 0)).toBe(true);
  });

  test.each([
    ["online", 1],
    ["offline", 0],
  ])("status %s", (word, value) => {
    expect(flat(decode("heat/v1/S01/status", word))).toEqual([["S01", "online", RECEIVED, value]]);
  });

  test("a byte order mark before the JSON is forgiven", () => {
    expect(flat(decode(UNIT_TOPIC, '\ufeff{"values":{"t_return":37.4}}'))).toHaveLength(1);
  });
});

describe("for every input", () => {
  const options = { seed: 19_081, numRuns: 500 };
  const known = fc.constantFrom("S01", "S01-H", "B03-U2", "R1", "S02-L", "nowhere", "__proto__");
  const signal = fc.constantFrom("t_out", "t2_supply", "p2_supply", "t_return", "t_room", "cp_run", "online", "toString", "t_foo");
  const value = fc.oneof(fc.double(), fc.integer(), fc.constant(null), fc.boolean(), fc.string(), fc.constant([]), fc.constant({}));

  test("bytes never throw, and never become readings silently", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        const decoded = decode(UNIT_TOPIC, payload);
        expect(decoded.rejects.items.length + decoded.objects.length).toBeGreaterThan(0);
      }),
      options,
    );
  });

  test("each value of a message is either one reading or one reject", () => {
    fc.assert(
      fc.property(fc.dictionary(known, fc.dictionary(signal, value, { minKeys: 1, maxKeys: 4 }), { maxKeys: 4 }), (assets) => {
        const decoded = decode(STATION_TOPIC, JSON.stringify({ assets }));
        let parts = 0;
        for (const [asset, values] of Object.entries(JSON.parse(JSON.stringify(assets)) as Record<string, object>)) {
          // A whole asset is one reject when it is not of this station.
          parts += network.asset(asset)?.station === "S01" ? Object.keys(values).length : 1;
        }
        const used = decoded.objects.reduce((sum, { readings }) => sum + readings.length, 0);
        const refused = decoded.rejects.items.length;
        expect(used + refused).toBe(parts);
        for (const { reason } of decoded.rejects.items) expect(REJECT_REASONS).toContain(reason);
        for (const { readings } of decoded.objects)
          for (const reading of readings) expect(reading.value === null || Number.isFinite(reading.value)).toBe(true);
      }),
      options,
    );
  });
});
