import { expect, test } from "vitest";
import { createSpoolLedger } from "../../store/spool-ledger.ts";

test("what waits is told exactly, by commit", () => {
  const ledger = createSpoolLedger();
  expect(ledger.waiting()).toEqual({ bytes: 0, points: 0, since: undefined, from: Infinity });
  ledger.add({ sequence: 1, bytes: 100, points: 4, from: 50, since: 1000 });
  ledger.add({ sequence: 2, bytes: 200, points: 9, from: 20, since: 2000 });
  expect(ledger.waiting()).toEqual({ bytes: 300, points: 13, since: 1000, from: 20 });
  ledger.forwarded(1);
  expect(ledger.waiting()).toEqual({ bytes: 200, points: 9, since: 2000, from: 20 });
  ledger.forwarded(5);
  expect(ledger.waiting()).toEqual({ bytes: 0, points: 0, since: undefined, from: Infinity });
});

test("a long row takes a bounded place and is never told too small", () => {
  const ledger = createSpoolLedger();
  for (let sequence = 1; sequence <= 20_000; sequence++)
    ledger.add({ sequence, bytes: 1, points: 1, from: 30_000 - sequence, since: sequence });
  expect(ledger.waiting()).toEqual({ bytes: 20_000, points: 20_000, since: 1, from: 10_000 });
  for (const cursor of [1, 777, 12_345, 19_999]) {
    ledger.forwarded(cursor);
    const { bytes, since } = ledger.waiting();
    expect(bytes).toBeGreaterThanOrEqual(20_000 - cursor);
    expect(bytes).toBeLessThan(20_000 - cursor + 64);
    expect(since).toBeLessThanOrEqual(cursor + 1);
  }
  ledger.forwarded(20_000);
  expect(ledger.waiting()).toMatchObject({ bytes: 0, points: 0 });
});
