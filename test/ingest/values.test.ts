import { expect, test } from "vitest";
import { checkValue, isPossible } from "../../ingest/values.ts";
import { SIGNALS, SIGNAL_IDS } from "../../model/signals.ts";

test("the ends of every signal's range are possible, what lies beyond is not", () => {
  for (const signal of SIGNAL_IDS) {
    const { min, max } = SIGNALS[signal];
    expect(isPossible(signal, min), `${signal} ${min}`).toBe(true);
    expect(isPossible(signal, max), `${signal} ${max}`).toBe(true);
    for (const value of [min - 0.01, max + 0.01, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(isPossible(signal, value), `${signal} ${value}`).toBe(false);
    }
  }
});

test("a pressure of exactly 0 kPa is possible, one between 0 and 5 is another unit", () => {
  for (const signal of ["p1_supply", "p2_return", "p_supply", "p2_filter_in"] as const) {
    expect(isPossible(signal, 0)).toBe(true);
    expect(isPossible(signal, 0.35)).toBe(false);
    expect(isPossible(signal, 4.99)).toBe(false);
    expect(isPossible(signal, 5)).toBe(true);
  }
});

test("a 0/1 signal is 0 or 1, or true or false", () => {
  expect(checkValue("cp_run", true)).toEqual({ value: 1 });
  expect(checkValue("cp_run", false)).toEqual({ value: 0 });
  expect(checkValue("cp_run", 0.5)).toMatchObject({ reason: "out_of_range", expected: "0 or 1" });
  expect(checkValue("cp_run", 2)).toMatchObject({ reason: "out_of_range", suggestion: expect.stringContaining("0 or 1") });
});

test("null is a value: the sensor failed", () => {
  expect(checkValue("t_out", null)).toEqual({ value: null });
});
