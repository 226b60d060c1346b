import { expect, test } from "vitest";
import { createGateways } from "../../ingest/gateways.ts";

test("clocks go out and come back as plain data, and what was given is not shared", () => {
  const given = { G1: { verdict: "skewed" as const, offsetMs: -900_000, delaysMs: [-900_000], run: [] } };
  const gateways = createGateways(10, given);
  gateways.get("G1").clock.offsetMs = 5;
  expect(given.G1.offsetMs).toBe(-900_000);
  expect(JSON.parse(JSON.stringify(gateways.clocks()))).toEqual({ G1: { ...given.G1, offsetMs: 5 } });
  expect(gateways.figures()).toEqual([
    { name: "G1", lastSeenAt: null, messages: 0, readings: 0, rejects: 0, duplicates: 0, clock: "skewed", offsetMs: 5 },
  ]);
});
