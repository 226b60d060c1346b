import { expect, test } from "vitest";
import { maySubscribe, willFault } from "../../ingest/permissions.ts";

const OWN = new Set(["S01", "S02"]);

test.each([
  ["heat/v1/S01/command", true],
  ["heat/v1/S02/command/time", true],
  ["heat/v1/S01/status", true],
  ["heat/v1/S03/command", false],
  ["heat/v1/S03/status", false],
  ["heat/v1/S01/telemetry", false],
  ["heat/v1/S01/command/", false],
  ["heat/v1/S01/command/#", false],
  ["heat/v1/+/command", false],
  ["#", false],
  ["+/v1/S01/command", false],
  ["$SYS/#", false],
  ["$share/group/heat/v1/S01/command", false],
  ["", false],
])("subscription to %s: %s", (filter, allowed) => {
  expect(maySubscribe(filter, OWN)).toBe(allowed);
});

const will = (topic: string, payload: string, qos = 1) => willFault({ topic, payload: Buffer.from(payload), qos }, OWN);

test("a will may say offline on an own status topic, and nothing else", () => {
  expect(will("heat/v1/S01/status", "offline")).toBeUndefined();
  expect(will("heat/v1/S01/status", "offline", 0)).toBeUndefined();
  expect(will("heat/v1/S03/status", "offline")).toContain("not one of its own");
  expect(will("heat/v1/S01/telemetry", "offline")).toContain("belongs on");
  expect(will("heat/v1/S01/status", "burst")).toContain("does not say offline");
  expect(will("heat/v1/S01/status", "offline", 2)).toContain("QoS 2");
});
