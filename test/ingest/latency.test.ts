import { expect, test } from "vitest";
import { latencyPercentile, newLatencyRing, recordLatency } from "../../ingest/latency.ts";

test("percentiles are of the last 1,024 durations", () => {
  const ring = newLatencyRing();
  expect(latencyPercentile(ring, 0.99)).toBe(0);
  for (let ms = 1; ms <= 100; ms++) recordLatency(ring, ms);
  expect(latencyPercentile(ring, 0.5)).toBe(50);
  expect(latencyPercentile(ring, 0.99)).toBe(99);
  for (let each = 0; each < 1_024; each++) recordLatency(ring, 7);
  expect(latencyPercentile(ring, 1)).toBe(7);
});
