import { describe, expect, it } from "vitest";
import { createHeard } from "../../evaluation/heard.ts";
import type { DeviceEvent } from "../../simulators/virtual-devices.ts";

const MINUTE = 60_000;
const message = (at: number, ts = at, batch = false): DeviceEvent => ({
  type: "message",
  at,
  gateway: "gw-S1",
  topic: "heat/v1/S1/telemetry",
  objects: [{ ts, assets: {} }],
  batch,
});

describe("what was really heard", () => {
  it("a silence of nine minutes is one, while it lasts and a quarter of an hour after", () => {
    const heard = createHeard(-20 * MINUTE);
    for (let minute = -20; minute <= 1; minute++) heard.note(message(minute * MINUTE));
    expect(heard.silence("S1", 9 * MINUTE)).toBeUndefined();
    expect(heard.silence("S1", 11 * MINUTE)).toBe("nothing was sent for 10 min");
    heard.note(message(31 * MINUTE, 20 * MINUTE, true));
    expect(heard.silence("S1", 32 * MINUTE)).toBe("nothing was sent for 30 min");
    heard.note(message(45 * MINUTE - 1));
    heard.note(message(50 * MINUTE));
    expect(heard.silence("S1", 52 * MINUTE)).toBe("nothing was sent for 14 min");
    for (let minute = 51; minute < 70; minute++) heard.note(message(minute * MINUTE));
    expect(heard.silence("S1", 70 * MINUTE)).toBeUndefined();
  });

  it("unit devices do not speak for the gateway, and one that collects its polls is not silent in between", () => {
    const heard = createHeard(0);
    const unit = (at: number): DeviceEvent => ({ ...message(at), topic: "heat/v1/S1/S1-B1-U1/telemetry" }) as DeviceEvent;
    for (let minute = 10; minute <= 100; minute += 10) heard.note(message(minute * MINUTE));
    for (let minute = 101; minute <= 130; minute++) heard.note(unit(minute * MINUTE));
    expect(heard.silence("S1", 113 * MINUTE)).toBeUndefined();
    expect(heard.silence("S1", 116 * MINUTE)).toBe("nothing was sent for 16 min");
  });

  it("a clock is off by what the last prompt message says, not by a backlog", () => {
    const heard = createHeard(0);
    expect(heard.skew("S1")).toBeUndefined();
    heard.note(message(10 * MINUTE, 15 * MINUTE));
    expect(heard.skew("S1")).toBe("clock off by 300 s");
    heard.note(message(11 * MINUTE, 11 * MINUTE + 60_000));
    expect(heard.skew("S1")).toBeUndefined();
    heard.note(message(12 * MINUTE, MINUTE, true));
    expect(heard.skew("S1")).toBeUndefined();
  });
});
