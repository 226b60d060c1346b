import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Fault } from "../../simulators/faults.ts";
import { type Vices, VICES } from "../../simulators/gateway-vices.ts";
import {
  FROM,
  HOUR,
  messages,
  MINUTE,
  objectsOf,
  readings,
  smallDevices,
  smallNetwork,
  type SmallOptions,
  statuses,
} from "./small-devices.ts";

const DAY = 24 * HOUR;
const vices = (some: Partial<Vices>): Vices => ({ ...VICES.none, ...some });
const fault = (kind: Fault["kind"], more: Partial<Fault> = {}): Fault => ({
  kind,
  asset: "S1",
  onset: FROM + 2 * HOUR,
  rampMs: 0,
  magnitude: 1,
  repairAt: FROM + 4 * HOUR,
  ...more,
});

function digest(options: SmallOptions, stepMs: number, spanMs = 12 * HOUR): string {
  const devices = smallDevices(options);
  const hash = createHash("sha256");
  for (let at = FROM; at < FROM + spanMs; at += stepMs)
    for (const event of devices.events(at, Math.min(FROM + spanMs, at + stepMs))) hash.update(JSON.stringify(event));
  return hash.digest("hex");
}

describe("virtual devices", () => {
  it("give the same bytes for the same seed, whatever spans they are asked for, and others for another seed", () => {
    const options = { vices: VICES.severe, gear: undefined, points: "usual", faults: [fault("offline"), fault("clock_skew")] } as const;
    const whole = digest(options, 12 * HOUR);
    expect(digest(options, 7 * MINUTE)).toBe(whole);
    expect(digest(options, 1_000 * 13)).toBe(whole);
    expect(digest({ ...options, seed: 2 }, 12 * HOUR)).not.toBe(whole);
  });

  it("come in order of receipt, within the span that was asked for", () => {
    const devices = smallDevices({ vices: VICES.severe });
    let last = FROM;
    for (let at = FROM; at < FROM + DAY; at += HOUR)
      for (const event of devices.events(at, at + HOUR)) {
        expect(event.at).toBeGreaterThanOrEqual(Math.max(last, at));
        expect(event.at).toBeLessThan(at + HOUR);
        last = event.at;
      }
  });

  it("without vices poll on a grid, say online first, and deliver at once and once", () => {
    const events = [...smallDevices().events(FROM, FROM + HOUR)];
    expect(statuses(events).map(({ station, online }) => [station, online])).toEqual([
      ["S1", true],
      ["S2", true],
    ]);
    const objects = objectsOf(events, "S2");
    expect(objects.map(({ ts }) => ts - objects[0]!.ts)).toEqual(Array.from({ length: 60 }, (_, minute) => minute * MINUTE));
    expect(objects.map(({ seq }) => seq)).toEqual(objects.map(({ seq }) => seq).toSorted((a, b) => a! - b!));
    for (const { at, objects: own, batch } of messages(events)) expect([own[0]!.ts, batch]).toEqual([at, false]);
  });

  it("poll in another interval from an instant on", () => {
    const network = smallNetwork(1);
    const devices = smallDevices({ network, pollMs: 5 * MINUTE });
    expect(objectsOf(devices.events(FROM, FROM + HOUR))).toHaveLength(12);
  });

  it.each([
    ["lossShare", 0.05, "lost"],
    ["duplicateShare", 0.03, "duplicates"],
    ["reorderShare", 0.02, "late"],
  ] as const)("%s %d: about so many", (vice, share, count) => {
    const devices = smallDevices({ vices: vices({ [vice]: share }), network: smallNetwork(2) });
    const all = messages(devices.events(FROM, FROM + 2 * DAY));
    const counts = devices.counts();
    const sent = all.length + counts.lost - counts.duplicates;
    expect(counts[count] / sent).toBeGreaterThan(share * 0.75);
    expect(counts[count] / sent).toBeLessThan(share * 1.3);
  });

  it("jitter moves polls by at most its share, and never swaps them", () => {
    const times = objectsOf(smallDevices({ vices: vices({ jitterShare: 0.05 }) }).events(FROM, FROM + 6 * HOUR)).map(({ ts }) => ts);
    const gaps = times.slice(1).map((ts, index) => ts - times[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MINUTE * 0.9 - 1000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(MINUTE * 1.1 + 1000);
    expect(new Set(gaps).size).toBeGreaterThan(3);
  });

  it("late polls are overtaken by the next ones, and keep their own time", () => {
    const devices = smallDevices({ vices: vices({ reorderShare: 0.1 }) });
    const times = objectsOf(devices.events(FROM, FROM + 6 * HOUR)).map(({ ts }) => ts);
    expect(times).not.toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
  });

  it("a line that is down is told by the will; what was polled meanwhile comes as arrays after the return", () => {
    const events = [...smallDevices({ faults: [fault("offline")] }).events(FROM, FROM + 6 * HOUR)];
    const [online, silent, back] = statuses(events).filter(({ station }) => station === "S1");
    expect([online!.online, silent!.online, back!.online]).toEqual([true, false, true]);
    expect(silent!.at - (FROM + 2 * HOUR)).toBe(45_000);
    expect(back!.at - (FROM + 4 * HOUR)).toBeGreaterThanOrEqual(1_000);
    expect(back!.at - (FROM + 4 * HOUR)).toBeLessThanOrEqual(30_000);
    const during = messages(events).filter(({ gateway, at }) => gateway === "gw-S1" && at > FROM + 2 * HOUR && at < back!.at);
    expect(during).toEqual([]);
    const batches = messages(events).filter(({ batch }) => batch);
    expect(batches.length).toBeGreaterThan(0);
    for (const { at, objects } of batches) {
      expect(at).toBeGreaterThan(back!.at);
      expect(objects.length).toBeLessThanOrEqual(1_000);
    }
    const times = objectsOf(events).map(({ ts }) => ts);
    expect(new Set(times).size).toBe(6 * 60);
  });

  it("some gateways collect a few polls and send them as one array, and lose none of them when the line breaks meanwhile", () => {
    const collecting = vices({ collectingShare: 1 });
    const events = [...smallDevices({ vices: collecting, faults: [fault("backfill")] }).events(FROM, FROM + 6 * HOUR)];
    const sizes = messages(events)
      .filter(({ gateway, at }) => gateway === "gw-S2" && at > FROM)
      .map(({ objects }) => objects.length);
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5);
    const times = objectsOf(events).map(({ ts }) => ts);
    // The last ones still wait for company.
    expect(new Set(times).size).toBeGreaterThan(6 * 60 - 5);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("a station without power says nothing and keeps nothing", () => {
    const dark = fault("power_failure", { variant: "dark" });
    const events = [...smallDevices({ faults: [dark] }).events(FROM, FROM + 6 * HOUR)];
    const times = objectsOf(events).map(({ ts }) => ts);
    expect(times.filter((ts) => ts >= dark.onset && ts < dark.repairAt!)).toEqual([]);
    expect(times.length).toBe(4 * 60);
    expect(objectsOf(events).find(({ ts }) => ts >= dark.repairAt!)!.seq).toBe(1);
  });

  it("one that begins in the dark says offline first", () => {
    const dark = fault("offline", { onset: FROM - HOUR });
    const [first, second] = statuses(smallDevices({ faults: [dark] }).events(FROM, FROM + 6 * HOUR)).filter(
      ({ station }) => station === "S1",
    );
    expect([first!.at, first!.online, second!.online]).toEqual([FROM, false, true]);
  });

  it("gateways without memory lose what they could not send; a full memory loses the oldest and counts it", () => {
    const gone = [...smallDevices({ faults: [fault("offline")], vices: vices({ forgetfulShare: 1 }) }).events(FROM, FROM + 6 * HOUR)];
    expect(messages(gone).some(({ batch }) => batch)).toBe(false);
    // 58 hours of minutes are more than the smallest memory holds, not more than the others.
    const long = fault("backfill", { repairAt: FROM + 60 * HOUR });
    const dropped = [1, 2, 3, 4, 5, 6].map((seed) => {
      const devices = smallDevices({ seed, network: smallNetwork(1), faults: [long], pollMs: MINUTE });
      const times = objectsOf(devices.events(FROM, FROM + 61 * HOUR)).map(({ ts }) => ts);
      const counts = devices.counts();
      expect(times.length + counts.dropped).toBeGreaterThanOrEqual(61 * 60);
      return counts.dropped;
    });
    expect(Math.max(...dropped)).toBeGreaterThan(1_000);
    expect(Math.min(...dropped)).toBe(0);
  });

  it("outages come at their rate and last as long as said", () => {
    const usual = vices({ outagesPerDay: 2, outageMs: [10 * MINUTE, HOUR] });
    const offs = statuses(smallDevices({ network: smallNetwork(2), vices: usual, pollMs: 10 * MINUTE }).events(FROM, FROM + 20 * DAY));
    const silent = offs.filter(({ online }) => !online).length;
    expect(silent).toBeGreaterThan(50);
    expect(silent).toBeLessThan(110);
    for (const [index, off] of offs.entries()) {
      if (off.online) continue;
      const on = offs.slice(index).find(({ station, online }) => station === off.station && online);
      if (on === undefined) continue;
      expect(on.at - off.at).toBeGreaterThan(10 * MINUTE - 46_000);
    }
  });

  it("marks backlogs as history where the gateway does", () => {
    const events = (share: number) =>
      messages(smallDevices({ faults: [fault("backfill")], vices: vices({ markedHistoryShare: share }) }).events(FROM, FROM + 6 * HOUR));
    const marks = (share: number) => new Set(events(share).flatMap(({ batch, objects }) => (batch ? objects.map(({ hist }) => hist) : [])));
    expect([...marks(1)]).toEqual([true]);
    expect([...marks(0)]).toEqual([undefined]);
  });

  it("a wrong clock is ahead by what was planted, an hour by a mistake about summer time", () => {
    const ahead = (one: Fault) => {
      const all = messages(smallDevices({ faults: [one] }).events(FROM, FROM + 6 * HOUR));
      const own = all.filter(({ gateway, at }) => gateway === "gw-S1" && at > FROM + 2.5 * HOUR && at < FROM + 3.5 * HOUR);
      return new Set(own.map(({ at, objects }) => objects[0]!.ts - at));
    };
    expect([...ahead(fault("clock_skew", { magnitude: -240 }))]).toEqual([-240_000]);
    expect([...ahead(fault("dst_mistake", { magnitude: 1 }))]).toEqual([HOUR]);
  });

  it("a gateway that misses the change of summer time is an hour off from then on", () => {
    // 28 March 2027, 01:00 UTC: Berlin goes to summer time.
    const from = Date.UTC(2027, 2, 27, 20);
    const devices = smallDevices({ network: smallNetwork(1, "Europe/Berlin"), vices: vices({ dstMistakeShare: 1 }), from });
    const off = messages(devices.events(from, from + 10 * HOUR)).map(({ at, objects }) => [at, objects[0]!.ts - at] as const);
    expect(new Set(off.filter(([at]) => at < Date.UTC(2027, 2, 28, 1)).map(([, ms]) => ms))).toEqual(new Set([0]));
    expect(new Set(off.filter(([at]) => at >= Date.UTC(2027, 2, 28, 1)).map(([, ms]) => ms))).toEqual(new Set([HOUR]));
  });

  it("clocks stay within the skew of the vices, and differ", () => {
    const devices = smallDevices({ network: smallNetwork(6), vices: vices({ skewMs: 300_000 }) });
    const off = messages(devices.events(FROM, FROM + 2 * MINUTE)).map(({ at, objects }) => objects[0]!.ts - at);
    expect(Math.max(...off.map(Math.abs))).toBeLessThanOrEqual(300_000);
    expect(new Set(off).size).toBeGreaterThan(3);
  });

  it("units and rooms report every half hour, some by messages of their own, and some reports are lost", () => {
    const times = (share: number) =>
      readings(
        smallDevices({ network: smallNetwork(4), vices: vices({ unitLossShare: share }) }).events(FROM, FROM + DAY),
        "S1-B1-U1",
        "t_return",
      );
    expect(times(0)).toHaveLength(49);
    expect(times(0.3).length).toBeLessThan(44);
    const topics = new Set(
      messages(smallDevices({ network: smallNetwork(12) }).events(FROM, FROM + HOUR)).map(({ topic }) => topic.split("/").length),
    );
    expect(topics).toEqual(new Set([4, 5]));
  });
});
