import { expect, test } from "vitest";
import { createAdmission } from "../../ingest/admission.ts";

test("an address may open so many at once, then so many a second; others are not touched", () => {
  const admit = createAdmission({ connectionsPerSecondMax: 10, connectionsAtOnceMax: 20, addressesMax: 100 });
  const attempts = (address: string, count: number, at: number): number =>
    Array.from({ length: count }, () => admit(address, at)).filter(Boolean).length;
  expect(attempts("10.0.0.1", 50, 0)).toBe(20);
  expect(attempts("10.0.0.2", 1, 0)).toBe(1);
  expect(attempts("10.0.0.1", 50, 500)).toBe(5);
  expect(attempts("10.0.0.1", 50, 60_000)).toBe(20);
});

test("at most so many addresses are remembered, the one heard longest ago is forgotten", () => {
  const admit = createAdmission({ connectionsPerSecondMax: 0, connectionsAtOnceMax: 1, addressesMax: 2 });
  expect(admit("a", 0)).toBe(true);
  expect(admit("b", 0)).toBe(true);
  expect(admit("a", 0)).toBe(false);
  expect(admit("c", 0)).toBe(true);
  expect(admit("a", 0)).toBe(false);
  expect(admit("b", 0)).toBe(true);
});
