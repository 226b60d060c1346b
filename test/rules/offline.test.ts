import { describe, expect, it } from "vitest";
import { RuleHost } from "../../rules/host.ts";
import { DAY, HOUR, MINUTE, MemoryHistory, START, plantReadings, smallNetwork } from "../support/signals.ts";

const network = smallNetwork({ buildings: 2, units: 4 });
const readings = plantReadings({ network, from: START, to: START + 12 * HOUR, seed: 5 });
const SILENT = START + 4 * HOUR;

interface Rig {
  readonly host: RuleHost;
  readonly history: MemoryHistory;
  readonly feed: (from: number, to: number, keep?: (asset: string) => boolean) => void;
}

function rig(): Rig {
  const history = new MemoryHistory();
  const host = new RuleHost({ network, history: history.read });
  return {
    host,
    history,
    feed(from, to, keep = () => true) {
      host.accept(history.commit(readings.filter(({ at, point }) => at >= from && at < to && keep(point.asset))));
      host.settle();
    },
  };
}

const offline = (host: RuleHost) => host.episodes("S1").filter(({ kind }) => kind === "offline");

describe("offline", () => {
  it("opens when ten minutes after the last reading nothing has come, and tells when it was", () => {
    const { host, feed } = rig();
    feed(START, SILENT);
    const lastAt = SILENT - MINUTE;
    host.tick(lastAt + 10 * MINUTE);
    expect(offline(host)).toEqual([]);
    host.tick(lastAt + 10 * MINUTE + 1000);
    expect(offline(host)).toMatchObject([{ asset: "S1", severity: "general", since: lastAt, detectedAt: lastAt + 10 * MINUTE + 1000 }]);
    expect(offline(host)[0]!.summary.zh).toContain("03:59 起全站无数据");
  });

  it("waits until a station that reports rarely has missed three reports", () => {
    const { host, history } = rig();
    const slow = plantReadings({ network, from: START, to: SILENT, seed: 5, intervalMs: 5 * MINUTE }).filter(
      ({ point }) => point.asset === "S1",
    );
    host.accept(history.commit(slow));
    host.tick(SILENT - 5 * MINUTE + 17 * MINUTE);
    expect(offline(host)).toEqual([]);
    host.tick(SILENT - 5 * MINUTE + 18 * MINUTE);
    expect(offline(host)).toHaveLength(1);
  });

  it("is urgent after half an hour in severe cold", () => {
    const { host, history } = rig();
    host.accept(
      history.commit(
        readings
          .filter(({ at }) => at < SILENT)
          .map((reading) => (reading.point.signal === "t_out" ? { ...reading, value: -14 } : reading)),
      ),
    );
    host.tick(SILENT + 20 * MINUTE);
    expect(offline(host)).toMatchObject([{ severity: "general" }]);
    host.tick(SILENT + 31 * MINUTE);
    expect(offline(host)).toMatchObject([{ severity: "urgent" }]);
  });

  it("still names the power cut that came with the silence when it has lasted for half a day", () => {
    const { host, history } = rig();
    const cut = readings
      .filter(({ at }) => at < SILENT)
      .map((reading) => (reading.point.signal === "power_ok" && reading.at >= SILENT - MINUTE ? { ...reading, value: 0 } : reading));
    host.accept(history.commit(cut));
    for (const hours of [1, 12]) {
      host.tick(SILENT + hours * HOUR);
      expect(offline(host)[0]!.evidence[0]!.to).toBeGreaterThan(SILENT + hours * 0.7 * HOUR);
      expect(offline(host)[0]!.causes[0]).toMatchObject({ id: "power_failure", pro: [{ en: "The last mains signal said off" }] });
    }
  });

  it("is taken back when the gateway delivers what it held back", () => {
    const { host, feed } = rig();
    feed(START, SILENT);
    host.tick(SILENT + 2 * HOUR);
    expect(offline(host)).toHaveLength(1);
    feed(SILENT, SILENT + 2 * HOUR);
    expect(offline(host)).toEqual([]);
  });

  it("clears when the station is back, and needs five readings ever", () => {
    const { host, feed, history } = rig();
    host.accept(history.commit(readings.filter(({ point, at }) => point.signal === "t_out" && at < START + 4 * MINUTE)));
    host.tick(START + HOUR);
    expect(offline(host)).toEqual([]);
    feed(START + 2 * HOUR, SILENT);
    host.tick(SILENT + HOUR);
    feed(SILENT + 2 * HOUR, SILENT + 3 * HOUR);
    expect(offline(host)).toHaveLength(1);
    expect(offline(host)[0]!.clearedAt! - (SILENT + 2 * HOUR)).toBeLessThanOrEqual(6 * MINUTE);
  });

  it("sees unit devices of a building fall silent while the station reports", () => {
    const { host, feed } = rig();
    feed(START, SILENT);
    feed(SILENT, START + 8 * HOUR, (asset) => asset !== "S1-A-B1-U1" && asset !== "S1-A-B1-U2");
    const [found, ...more] = offline(host);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ asset: "S1-A-B1", severity: "general" });
    expect(found!.evidence[0]!.text.zh).toContain("4 个单元设备中 2 个");
    expect(found!.detectedAt - SILENT).toBeLessThanOrEqual(2 * HOUR + 15 * MINUTE);
    expect(SILENT - found!.since).toBeLessThanOrEqual(15 * MINUTE);
  });

  it("does not mind a single silent device", () => {
    const { host, feed } = rig();
    feed(START, SILENT);
    feed(SILENT, START + 8 * HOUR, (asset) => asset !== "S1-A-B1-U1");
    expect(offline(host)).toEqual([]);
  });

  it("devices that report once a day, or say for an hour that their sensors failed, are not silent", () => {
    const daily = rig();
    daily.host.accept(
      daily.history.commit(
        plantReadings({ network, from: START, to: START + 3 * DAY, seed: 5, intervalMs: 5 * MINUTE, unitIntervalMs: DAY }),
      ),
    );
    expect(offline(daily.host)).toEqual([]);

    const withRooms = smallNetwork({ buildings: 2, units: 4, rooms: 1 });
    const failed = plantReadings({
      network: withRooms,
      from: START,
      to: START + 8 * HOUR,
      seed: 5,
      tamper: ({ at, value, point }) => (point.asset.includes("-U") && at > START + 5 * HOUR ? null : value),
    });
    const host = new RuleHost({ network: withRooms, history: new MemoryHistory().read });
    host.accept(failed);
    expect(offline(host)).toEqual([]);
  });
});
