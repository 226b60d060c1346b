import { describe, expect, test } from "vitest";
import { newClock, type ClockState } from "../../ingest/clock.ts";
import { decodeMessage, type Decoded } from "../../ingest/decode.ts";
import { INGEST_LIMITS } from "../../ingest/limits.ts";
import { settleTimes } from "../../ingest/times.ts";
import { smallNetwork } from "../support/small-network.ts";

const network = smallNetwork();
const RECEIVED = 1_795_132_800_000;

function message(body: unknown): Decoded {
  return decodeMessage({
    topic: "heat/v1/S01/B03-U2/telemetry",
    payload: Buffer.from(JSON.stringify(body)),
    receivedAt: RECEIVED,
    network,
    limits: INGEST_LIMITS,
  });
}
const at = (ts: unknown) => message({ ts, values: { t_return: 37, valve_pos: 80 } });
const settle = (decoded: Decoded, clock?: ClockState) => settleTimes(decoded, clock, RECEIVED);
const skewed = (offsetMs: number): ClockState => ({ verdict: "skewed", offsetMs, delaysMs: [offsetMs], run: [] });

describe("a time that is none", () => {
  test.each([
    [0, "bad_time", /leave ts out/],
    [-5, "bad_time", /leave ts out/],
    [1_795_132_800_000.5, "bad_time", /whole milliseconds/],
    [1_795_132_800, "too_old", /seconds: multiply by 1000/],
    [86_400_000, "too_old", /set the gateway's clock/],
    [Date.UTC(1999, 11, 31), "too_old", /set the gateway's clock/],
    [1_795_132_800_000_000_000, "bad_time", /nanoseconds/],
    [1_795_132_800_000_000, "future_time", /microseconds/],
    [Date.UTC(2106, 1, 7), "future_time", /NTP/],
  ])("%d is %s", (ts, reason, suggestion) => {
    const decoded = at(ts);
    expect(settle(decoded, newClock())).toEqual([]);
    expect(decoded.rejects.items).toHaveLength(1);
    expect(decoded.rejects.items[0]).toMatchObject({ reason, asset: "B03-U2", suggestion: expect.stringMatching(suggestion) });
  });

  test("1e999 too", () => {
    const decoded = decodeMessage({
      topic: "heat/v1/S01/telemetry",
      payload: Buffer.from('{"ts":1e999,"assets":{}}'),
      receivedAt: RECEIVED,
      network,
      limits: INGEST_LIMITS,
    });
    expect(settle(decoded)).toEqual([]);
    expect(decoded.rejects.items[0]).toMatchObject({ reason: "bad_time", found: "Infinity" });
  });
});

describe("the edges", () => {
  test.each([
    [RECEIVED + 300_000, 2],
    [RECEIVED + 300_001, 0],
    [Date.UTC(2000, 0, 1), 2],
    [Date.UTC(2000, 0, 1) - 1, 0],
  ])("%d leaves %d readings", (ts, count) => {
    expect(settle(at(ts))).toHaveLength(count);
  });

  test("tomorrow says how far ahead it is", () => {
    const decoded = at(RECEIVED + 24 * 3_600_000);
    settle(decoded);
    expect(decoded.rejects.items[0]).toMatchObject({
      reason: "future_time",
      found: expect.stringContaining("24 h ahead"),
      expected: expect.stringContaining("5 minutes"),
    });
  });
});

test("the correction shifts every reading of every object, and not what had no time", () => {
  const decoded = message([
    { ts: RECEIVED + 900_000, values: { t_return: 37 } },
    { ts: RECEIVED + 890_000, hist: true, values: { t_return: 36 } },
    { values: { t_return: 35 } },
  ]);
  expect(settle(decoded, skewed(-900_000)).map((reading) => reading.at)).toEqual([RECEIVED, RECEIVED - 10_000, RECEIVED]);
  expect(decoded.rejects.items).toEqual([]);
});

test("a future is judged after the correction", () => {
  expect(settle(at(RECEIVED + 900_000), skewed(-900_000))).toHaveLength(2);
  const decoded = at(RECEIVED + 900_000);
  expect(settle(decoded, { verdict: "skewed", offsetMs: 900_000, delaysMs: [900_000], run: [] })).toEqual([]);
  expect(decoded.rejects.items[0]).toMatchObject({ reason: "future_time" });
});

test("one object with a bad time does not take the others with it", () => {
  const decoded = message([
    { ts: 5, values: { t_return: 37 } },
    { ts: RECEIVED, values: { t_return: 36 } },
  ]);
  expect(settle(decoded).map(({ value }) => value)).toEqual([36]);
  expect(decoded.rejects.items.map(({ reason }) => reason)).toEqual(["too_old"]);
});

test("a time that is none is no evidence about the clock", () => {
  const clock = newClock();
  for (let each = 0; each < 10; each++) settle(at(86_400_000 + each * 10_000), clock);
  expect(clock).toEqual(newClock());
});
