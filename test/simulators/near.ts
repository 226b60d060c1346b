import { expect } from "vitest";

/** Fails unless `value` is within `tolerance` (same unit) of `expected`. */
export function expectNear(value: number, expected: number, tolerance: number): void {
  expect(Math.abs(value - expected), `${value} should be within ${tolerance} of ${expected}`).toBeLessThanOrEqual(tolerance);
}
