import { deserialize, serialize } from "node:v8";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Episode } from "../../model/finding.ts";
import type { Reading } from "../../model/reading.ts";
import type { SignalId } from "../../model/signals.ts";
import { LIMITS, RULES } from "../../rules/catalogue.ts";
import { RuleHost } from "../../rules/host.ts";
import type { Rule } from "../../rules/rule.ts";
import type { SavedState } from "../../rules/saved.ts";
import { DAY, HOUR, MINUTE, MemoryHistory, START, plantReadings, seeded, smallNetwork } from "../support/signals.ts";

const network = smallNetwork({ circuits: 2, buildings: 2, units: 2, rooms: 1 });
const TO = START + DAY;

/**
 * A rule that listens to everything a view offers and fires by a checksum of it: if any value, order or moment of evaluation
 * differs between two deliveries, so do its findings.
 */
function listener(level: "circuit" | "unit", signals: readonly SignalId[]): Rule<{ sum: number }> {
  return {
    kind: "sensor_fault",
    level,
    everyMs: 10 * MINUTE,
    onSignals: signals.slice(0, 1),
    holdMs: 0,
    keepMs: 20 * MINUTE,
    phases: ["heating"],
    measure: { name: { zh: "", en: "" }, unit: "", faultWhen: "above" },
    cause: { zh: "", en: "" },
    consequence: { zh: "", en: "" },
    action: [],
    limits: [],
    start: () => ({ sum: 1 }),
    evaluate(memory, asset, view) {
      let sum = memory.sum;
      for (const signal of signals) {
        for (const { at, value } of view.since(asset.id, signal, 0)) sum = (sum * 31 + at / 1000 + Math.round(value * 100)) % 1_000_003;
        sum += (view.last(asset.id, signal)?.at ?? 7) % 1009;
        sum += (view.interval(asset.id, signal) ?? 11) % 1013;
        sum += (view.lastReport(asset.id, signal) ?? 13) % 1021;
      }
      memory.sum = (sum + ((view.lastHeard(asset.id) ?? 17) % 1019)) % 1_000_003;
      return {
        state: memory.sum % 17 === 0 ? "fault" : memory.sum % 5 === 0 ? "unknown" : "normal",
        severity: memory.sum % 2 === 0 ? "urgent" : "general",
      };
    },
    explain: () => ({ summary: { zh: "", en: "" }, evidence: [], causes: [], consequence: { zh: "", en: "" }, action: [] }),
  };
}

const LISTENERS = [
  listener("circuit", ["p2_return", "t2_supply", "mk_total"]),
  listener("unit", ["t_return", "t_supply", "valve_pos"]),
] as readonly Rule[];
const rules = [...RULES, ...LISTENERS];

/** What the broker says of the gateway: gone with the silence, back after it, flapping once in between. */
const online = network.point("S1", "online")!;
const statuses = [
  [0, 1],
  [17, 0],
  [18, 1],
  [18.1, 0],
  [19, 1],
].map(([hour, value]): Reading => ({ point: online, at: START + hour! * HOUR + 500, value: value! }));

/** A day with a burst, spikes, failed sensors, a pump trip and two silent hours. */
const measured = plantReadings({
  network,
  from: START,
  to: TO,
  seed: 7,
  intervalMs: 2 * MINUTE,
  lossM3h: (circuit, at) => (circuit === "S1-A" && at > START + 9 * HOUR && at < START + 11 * HOUR ? 20 : 0),
  pumpRuns: (circuit, at) => !(circuit === "S1-B" && at > START + 14 * HOUR && at < START + 14.5 * HOUR),
  tamper: ({ at, value, point }) => {
    if (at > START + 17 * HOUR && at < START + 19 * HOUR) return undefined;
    if ((at / MINUTE + point.index * 7) % 97 === 0) return point.index % 2 === 0 ? null : 0;
    return value;
  },
});

const day = [...measured, ...statuses].sort((a, b) => a.at - b.at);

const identity = (episode: Episode): string =>
  [episode.kind, episode.asset, episode.since, episode.detectedAt, episode.clearedAt, episode.severity].join(" ");

interface Delivery {
  readonly history: MemoryHistory;
  host: RuleHost;
}

const newHost = (history: MemoryHistory): RuleHost => new RuleHost({ network, history: history.read, rules, limits: LIMITS });

function begin(): Delivery {
  const history = new MemoryHistory();
  return { history, host: newHost(history) };
}

function deliver(delivery: Delivery, readings: readonly Reading[]): void {
  delivery.host.accept(delivery.history.commit(readings));
  delivery.host.settle();
}

/** The process dies after a save and comes back with what was saved, through the form that goes to disk. */
function restart(delivery: Delivery): void {
  const saved = deserialize(serialize(delivery.host.save())) as SavedState[];
  delivery.host = newHost(delivery.history);
  expect(delivery.host.load(saved)).toEqual([]);
  const extent = delivery.history.extent();
  if (extent !== undefined) delivery.host.resume("S1", extent);
}

function finish({ host }: Delivery): string[] {
  host.tick(TO + HOUR);
  host.settle();
  expect(host.counts()).toMatchObject({ failures: 0, tooLate: 0, dirty: 0 });
  return host.episodes("S1").map(identity);
}

const orderly = begin();
deliver(orderly, day);
const expected = finish(orderly);

describe("rule host", () => {
  it("finds something worth comparing", () => {
    const kinds = expected.map((line) => line.split(" ")[0]);
    expect(kinds).toEqual(expect.arrayContaining(["burst", "low_pressure", "offline", "sensor_fault"]));
    expect(expected.length).toBeGreaterThan(40);
  });

  it("live with a tick every ten seconds finds the same", () => {
    const delivery = begin();
    let next = 0;
    for (let at = START; at < TO; at += 10_000) {
      const from = next;
      while (next < day.length && day[next]!.at <= at) next++;
      deliver(delivery, day.slice(from, next));
      delivery.host.tick(at - 1000);
    }
    expect(finish(delivery)).toEqual(expected);
  });

  it("shuffled, repeated, in late batches, with restarts: the same findings", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        const random = seeded(seed);
        const delivery = begin();
        const late: Reading[] = [];
        for (let at = START; at < TO; at += 20 * MINUTE) {
          const batch = day.filter((reading) => reading.at >= at && reading.at < at + 20 * MINUTE);
          const kept = batch.filter((reading) => {
            const isLate = random() < (reading.point.asset === "S1-A" ? 0.02 : 0.1);
            if (isLate) late.push(reading);
            return !isLate;
          });
          deliver(delivery, shuffled(random() < 0.2 ? [...kept, ...kept.slice(0, 50)] : kept, random));
          if (random() < 0.5) delivery.host.tick(at + 20 * MINUTE + Math.floor(random() * HOUR));
          if (random() < 0.1) deliver(delivery, late.splice(0, Math.floor(random() * late.length)));
          if (random() < 0.1) restart(delivery);
        }
        deliver(delivery, shuffled(late, random));
        deliver(delivery, day.slice(0, 1000));
        expect(finish(delivery)).toEqual(expected);
      }),
      { numRuns: 6, seed: 20270110, endOnFailure: true },
    );
  });

  it("two hours late in one batch: the finding that the silence caused is taken back", () => {
    const delivery = begin();
    const [early, late, rest] = [
      day.filter(({ at }) => at < START + 3 * HOUR),
      day.filter(({ at }) => at >= START + 3 * HOUR && at < START + 5 * HOUR),
      day.filter(({ at }) => at >= START + 5 * HOUR),
    ];
    deliver(delivery, early);
    delivery.host.tick(START + 5 * HOUR);
    expect(delivery.host.rooted("S1").map(({ episode }) => episode.kind)).toContain("offline");
    deliver(delivery, late);
    expect(delivery.host.rooted("S1").map(({ episode }) => episode.kind)).not.toContain("offline");
    deliver(delivery, rest);
    expect(finish(delivery)).toEqual(expected);
  });

  it("a rewind whose readings could not be had is repeated: until then nothing is judged, then the findings are the same", () => {
    const history = new MemoryHistory();
    let failures = 0;
    const read: typeof history.read = (station, from, to) => {
      if (failures > 0 && to > START + 4 * HOUR) {
        failures--;
        throw new Error("disk I/O error");
      }
      return history.read(station, from, to);
    };
    const delivery: Delivery = { history, host: new RuleHost({ network, history: read, rules, limits: LIMITS }) };
    const { host } = delivery;
    const isLate = ({ at }: Reading): boolean => at >= START + 3 * HOUR && at < START + 5 * HOUR;
    const to = (until: number): Reading[] => day.filter((reading) => reading.at < until && !isLate(reading));
    deliver(delivery, to(START + 8 * HOUR));
    failures = 3;
    host.accept(history.commit(day.filter(isLate)));
    expect(() => host.settle()).toThrow("disk I/O error");
    expect(host.isTorn("S1")).toBe(true);
    const evaluatedAt = host.evaluatedAt("S1");
    // Life goes on meanwhile: time, fresh readings, statuses, and more that is late.
    host.tick(START + 9 * HOUR);
    expect(host.evaluatedAt("S1")).toBe(evaluatedAt);
    const rest = day.filter(({ at }) => at >= START + 8 * HOUR);
    host.accept(history.commit(rest.slice(0, rest.length >> 1)));
    expect(() => host.settle()).toThrow("disk I/O error");
    host.accept(history.commit(rest.slice(rest.length >> 1)));
    expect(() => host.settle()).toThrow("disk I/O error");
    expect(host.settle()).toBe(0);
    expect(host.isTorn("S1")).toBe(false);
    expect(finish(delivery)).toEqual(expected);
  });

  it("judges a gateway's farewell when the clock gets there, though nothing else comes", () => {
    const delivery = begin();
    deliver(
      delivery,
      measured.filter(({ at }) => at < START + HOUR),
    );
    deliver(delivery, [{ point: online, at: START + HOUR + 500, value: 0 }]);
    delivery.host.tick(START + HOUR + 20 * MINUTE);
    const [found] = delivery.host.rooted("S1");
    expect(found!.episode).toMatchObject({ kind: "offline", causes: [{ id: "link" }, { id: "gateway" }, { id: "power_failure" }] });
    expect(found!.episode.causes[0]!.pro[0]!.zh).toBe("网关于 01:00 断开连接");
  });

  it("a corrected value of a reading is judged anew", () => {
    const wrong = day.map((reading) =>
      reading.point.signal === "p2_return" && reading.at > START + 4 * HOUR && reading.at < START + 5 * HOUR
        ? { ...reading, value: 90 }
        : reading,
    );
    const delivery = begin();
    deliver(delivery, wrong);
    expect(delivery.host.episodes("S1").map(identity)).not.toEqual(expected);
    deliver(delivery, day);
    expect(finish(delivery)).toEqual(expected);
  });

  it("folds the whole store at once when nothing was saved", () => {
    const history = new MemoryHistory();
    history.commit(shuffled(day, seeded(3)));
    const delivery: Delivery = { history, host: newHost(history) };
    delivery.host.resume("S1", history.extent()!);
    expect(finish(delivery)).toEqual(expected);
  });

  it("refuses a save of other rules", () => {
    const delivery = begin();
    deliver(delivery, day);
    const other = new RuleHost({ network, history: delivery.history.read, rules: RULES.slice(1), limits: LIMITS });
    expect(other.load(delivery.host.save())).toEqual(["S1"]);
    expect(other.episodes("S1")).toEqual([]);
  });

  it("gives the same saved object again for a snapshot that it has saved", () => {
    const delivery = begin();
    deliver(delivery, day);
    const first = delivery.host.save();
    const second = delivery.host.save();
    expect(first.length).toBeGreaterThan(5);
    expect(second.every((entry, index) => entry === first[index])).toBe(true);
  });

  it("counts readings that are too old to be judged and changes nothing for them", () => {
    const delivery = begin();
    const { host, history } = delivery;
    const point = network.point("S1", "t_out")!;
    for (let at = START; at < START + 16 * DAY; at += HOUR) host.accept(history.commit([{ point, at, value: 1 }]));
    host.accept(history.commit([{ point, at: START + 1, value: 2 }]));
    expect(host.settle()).toBe(0);
    expect(host.counts()).toMatchObject({ tooLate: 1, rewinds: 0 });
  });

  it("tells of changes of the station that changed", () => {
    const history = new MemoryHistory();
    const changes: string[] = [];
    const host = new RuleHost({ network, history: history.read, onChange: (station) => changes.push(station) });
    host.accept(history.commit(day.filter(({ at }) => at < START + 2 * HOUR)));
    expect(changes).toEqual([]);
    host.tick(START + 3 * HOUR);
    expect(changes).toEqual(["S1"]);
  });

  it("answers why not: the last evaluations of a rule that did not fire", () => {
    const delivery = begin();
    deliver(
      delivery,
      day.filter(({ at }) => at < START + 8 * HOUR),
    );
    delivery.host.tick(START + 8 * HOUR);
    const status = delivery.host.statuses("S1").find(({ kind, asset }) => kind === "low_pressure" && asset === "S1-A");
    expect(status).toMatchObject({ state: "normal", at: START + 8 * HOUR });
    expect(status!.value!).toBeGreaterThan(status!.limit!);
    const trace = delivery.host.insight("S1-A")!.rules.find(({ kind }) => kind === "low_pressure")!.evaluations;
    expect(trace).toHaveLength(20);
    expect(trace.every((line, index) => index === 0 || line.at > trace[index - 1]!.at)).toBe(true);
  });

  it("derives what a circuit's supply should be", () => {
    const delivery = begin();
    deliver(
      delivery,
      day.filter(({ at }) => at < START + 8 * HOUR),
    );
    expect(delivery.host.derived("S1")["S1-A"]!.supplyExpectedC).toBeGreaterThan(35);
  });
});

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let index = mixed.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [mixed[index], mixed[other]] = [mixed[other]!, mixed[index]!];
  }
  return mixed;
}
