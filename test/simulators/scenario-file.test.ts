import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../model/input-error.ts";
import { VICES } from "../../simulators/gateway-vices.ts";
import { HABITS } from "../../simulators/habits.ts";
import { SCENARIO_EXAMPLE } from "../../simulators/scenario-help.ts";
import type { Scenario } from "../../simulators/scenario.ts";
import { parseScenario, type ScenarioOverrides } from "../../simulators/scenario-file.ts";

/** Scenario files as a person writes them: what is read, and the one sentence that is told when something does not fit. */

const DAY = 86_400_000;
const NETWORK = `season: { heating: 2026-11-15, end: 2027-03-15 }
stations: [{ id: S1, circuits: [{ id: C1, buildings: [{ id: B1, units: [{ id: U1 }, { id: U2 }] }] }] }]
`;
const hourly = (from: string, hours: number): string =>
  Array.from({ length: hours + 1 }, (_, hour) => `${Date.parse(from) + hour * 3_600_000},${-5 + (hour % 24) / 4}`).join("\n");
const FILES: Readonly<Record<string, string>> = {
  "plays/town.yaml": NETWORK,
  "base.yaml":
    "title: { zh: 底, en: base }\nsize: { stations: 2, circuits: 1 }\npoll: 5m\nfaults:\n  - { kind: leak, asset: any, at: +3d }\n",
  "plays/loop.yaml": "extends: loop2.yaml\n",
  "plays/loop2.yaml": "extends: ./loop.yaml\n",
  "plays/bad.yaml": "size: { stations: 2 }\nfaults:\n  - { kind: laek, asset: any, at: +3d }\n",
  "plays/cold.csv": `time,celsius\n${hourly("2026-12-01T00:00:00Z", 24 * 20)}`,
};
const readOther = (path: string): string => {
  const text = FILES[path];
  if (text === undefined) throw new InputError(path, "a file that can be read", "ENOENT");
  return text;
};
const parse = (text: string, overrides?: ScenarioOverrides): Scenario => parseScenario(text, "plays/x.yaml", readOther, overrides);
const told = (text: string, overrides?: ScenarioOverrides): string => {
  try {
    parse(text, overrides);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error("was not refused");
};

describe("a scenario file", () => {
  it("that is empty but for a size is three weeks of health with usual vices and residents", () => {
    const scenario = parse("size: { stations: 2 }\n");
    expect(scenario.network.stations).toHaveLength(2);
    expect(scenario.to - scenario.from).toBe(14 * DAY);
    expect(scenario).toMatchObject({
      name: "x",
      faults: [],
      storms: [],
      climate: "jinan",
      points: "usual",
      speed: 1,
      pollMs: 60_000,
      vices: VICES.usual,
      habits: HABITS.usual,
    });
  });

  it("names its network file relative to itself, places its faults there, and lists them by onset", () => {
    const { network, faults, from } = parse(`network: town.yaml
from: 2026-12-01
faults:
  - { kind: closed_valve, asset: U2, at: +5d, size: severe, variant: actuator, lasts: 2d }
  - { kind: leak, asset: C1, at: 2026-12-03 06:00, size: 0.7, ramp: 12h, repair: +4d }
  - { kind: sensor_bias, asset: S1, signal: t_out, at: +1d, size: -4 }
`);
    expect(network.asset("U2")?.unit).toBe("U2");
    expect(faults).toEqual([
      { kind: "sensor_bias", asset: "S1", signal: "t_out", onset: from + DAY, rampMs: 0, magnitude: -4 },
      { kind: "leak", asset: "C1", onset: from + 2.25 * DAY, rampMs: 12 * 3_600_000, magnitude: 0.7, repairAt: from + 4 * DAY },
      { kind: "closed_valve", asset: "U2", onset: from + 5 * DAY, rampMs: 0, magnitude: 1, repairAt: from + 7 * DAY, variant: "actuator" },
    ]);
  });

  it("extends another one: its keys replace the other's as a whole, and errors name the file in which they are", () => {
    const scenario = parse("extends: ../base.yaml\nclimate: hohhot\nspeed: max\n");
    expect(scenario).toMatchObject({ title: { en: "base" }, climate: "hohhot", pollMs: 300_000, speed: "max" });
    expect(scenario.faults.map(({ kind }) => kind)).toEqual(["leak"]);
    expect(parse("extends: ../base.yaml\nfaults: []\n").faults).toEqual([]);
    expect(told("extends: bad.yaml\n")).toMatch(/^plays\/bad\.yaml:3 faults\.0\.kind: .*did you mean "leak"\?$/);
    expect(told("extends: loop.yaml\n")).toBe('plays/loop2.yaml:1 extends: expected another file, found "./loop.yaml"');
    expect(told("extends: nowhere.yaml\n")).toBe("plays/nowhere.yaml: expected a file that can be read, found ENOENT");
  });

  it("is another world with another seed, the same with the same, and takes stations and days from a command", () => {
    const text = "size: { stations: 3 }\nfaults:\n  - { kind: air_lock, asset: 4 units, at: +2d, spread: 2d }\n";
    expect(parse(text)).toEqual(parse(text));
    const other = parse(text, { seed: 9, stations: 5, days: 6 });
    expect(other.networkYaml).not.toBe(parse(text).networkYaml);
    expect(other).toMatchObject({ seed: 9, to: other.from + 6 * DAY });
    expect(other.network.stations).toHaveLength(5);
    expect(new Set(other.faults.map(({ onset }) => onset)).size).toBeGreaterThan(1);
    expect(told("network: town.yaml\n", { stations: 5 })).toMatch(/^plays\/x\.yaml:1 network: expected a generated network/);
  });

  it("moves the season of its network, draws faults by rates, and keeps one storm together", () => {
    const scenario = parse(`size: { stations: 6 }
season: { heating: 2026-11-20 }
from: heating
random: { kinds: { pump_switchover: 30, leak: 0 }, after: 4d }
faults:
  - { kind: offline, asset: 50% of stations, at: +5d, lasts: 2h, storm: true }
`);
    expect(new Date(scenario.from).toISOString()).toBe("2026-11-19T16:00:00.000Z");
    const drawn = scenario.faults.filter(({ kind }) => kind !== "offline");
    expect(drawn.length).toBeGreaterThan(3);
    expect(new Set(drawn.map(({ kind }) => kind))).toEqual(new Set(["pump_switchover"]));
    expect(Math.min(...drawn.map(({ onset }) => onset))).toBeGreaterThanOrEqual(scenario.from + 4 * DAY);
    expect(scenario.storms).toHaveLength(1);
    expect(scenario.storms[0]!.map((index) => scenario.faults[index]!.kind)).toEqual(["offline", "offline", "offline"]);
    expect([...scenario.faults].sort((a, b) => a.onset - b.onset)).toEqual(scenario.faults);
  });

  it("takes real temperatures for a climate, if they tell the whole span", () => {
    const { weather, from } = parse("network: town.yaml\nfrom: 2026-12-02\nto: +10d\nweather: cold.csv\n");
    expect(weather!.outdoorC(from)).toBeCloseTo(-5 + 16 / 4, 6);
    expect(told("network: town.yaml\nfrom: 2026-12-02\nto: +30d\nweather: cold.csv\n")).toMatch(
      /^plays\/x\.yaml:4 weather: expected temperatures from 2026-12-02 00:00 to 2027-01-01 00:00, found a table from 2026-12-01 08:00 to 2026-12-21/,
    );
    expect(
      told("network: town.yaml\nfrom: 2026-12-02\nto: +9d\nweather: cold.csv\nfaults:\n  - { kind: cold_snap, asset: S1, at: +1d }\n"),
    ).toMatch(/no cold_snap/);
  });

  it("changes single vices and habits of a preset", () => {
    const { vices, habits } = parse(
      "size: { stations: 1 }\nvices: { base: none, loss_share: 0.1, outage: [10m, 2h] }\nresidents: { base: demanding, patience: 90m }\n",
    );
    expect(vices).toEqual({ ...VICES.none, lossShare: 0.1, outageMs: [600_000, 7_200_000] });
    expect(habits).toEqual({ ...HABITS.demanding, patienceHours: 1.5 });
  });
});

describe("what does not fit is told in one sentence with its line", () => {
  const fault = (entry: string): string => `network: town.yaml\nfrom: 2026-12-01\nfaults:\n  - { ${entry} }\n`;
  it.each([
    [
      fault("kind: leek, asset: C1, at: +1d"),
      /^plays\/x\.yaml:4 faults\.0\.kind: expected a kind of fault: .*, found "leek"; did you mean "leak"\?$/,
    ],
    [fault("kind: leak, asset: U3, at: +1d"), /^plays\/x\.yaml:4 faults\.0\.asset: .*found "U3"; did you mean "U1"\?$/],
    [
      fault("kind: leak, asset: S1, at: +1d"),
      /faults\.0\.asset: expected an asset of level circuit or building or unit, found station S1$/,
    ],
    [fault("kind: leak, asset: any room, at: +1d"), /one of the levels circuit, building, unit, found "room"/],
    [fault("kind: leak, asset: 3 units, at: +1d"), /at most 2: so many units are there, found "3 units"/],
    [fault("kind: leak, asset: any unit in S9, at: +1d"), /an asset of the network after `in`, found "S9"; did you mean "S1"\?/],
    [fault("kind: leak, asset: any on branch North, at: +1d"), /one of the branches/],
    [
      fault("kind: leak, asset: C1, at: 2026-11-30"),
      /faults\.0\.at: expected a time within the scenario, 2026-12-01 00:00 to 2026-12-15 00:00, found 2026-11-30 00:00/,
    ],
    [fault("kind: leak, asset: C1, at: +13d, spread: 2d"), /faults\.0\.spread: .*found up to 2026-12-16/],
    [fault("kind: leak, asset: C1, at: +1d, size: -2"), /faults\.0: leak on C1: expected a magnitude of 0 or more/],
    [fault("kind: leak, asset: C1, at: +1d, size: huge"), /faults\.0\.size: expected one of mild, severe, or a number, found "huge"/],
    [fault("kind: leak, asset: C1, at: +1d, lasts: 2d, repair: +3d"), /either `lasts` or `repair`, found both/],
    [fault("kind: leak, asset: C1, at: +3d, repair: +2d"), /a time after the fault began/],
    [fault("kind: leak, asset: C1, at: +3d, lasts: 5"), /faults\.0\.lasts: expected a text, found 5; a number needs its unit/],
    [fault("kind: leak, asset: C1, at: +1d, signal: t2_supply"), /no signal: leak is no fault of a sensor/],
    [fault("kind: sensor_bias, asset: C1, at: +1d"), /the `signal` that fails/],
    [fault("kind: sensor_bias, asset: C1, at: +1d, signal: t2_suply"), /found "t2_suply"; did you mean "t2_supply"\?/],
    [fault("kind: sensor_bias, asset: C1, at: +1d, signal: t_room"), /a signal that a circuit can have, found "t_room"/],
    [fault("kind: closed_valve, asset: U1, at: +1d, variant: hand"), /one of the variants by_hand, actuator, command, found "hand"/],
    [fault("kind: leak, asset: C1, when: +1d"), /faults\.0\.when: expected one of kind, asset, at, .*found unknown key "when"/],
    [
      "network: town.yaml\nsize: { stations: 2 }\n",
      /^plays\/x\.yaml:2 size: expected either `network` \(a file\) or `size` \(generated\), found both/,
    ],
    ["network: nowhere.yaml\n", /^plays\/nowhere\.yaml: expected a file that can be read/],
    ["size: { stations: 0 }\n", /^plays\/x\.yaml:1 size\.stations: expected at least 1, found 0$/],
    ["size: { circuits: [3, 2] }\n", /size\.circuits: expected \[least, most\], found \[3,2\]/],
    ["size: { circuits: [1, 9] }\n", /size\.circuits\.1: expected at most 4, found 9/],
    ["random: { kinds: { leak: -1 } }\n", /^plays\/x\.yaml:1 random\.kinds\.leak: expected at least 0, found -1$/],
    ["random: { kinds: { lek: 1 } }\n", /random\.kinds\.lek: expected a kind of fault/],
    ["random: { times: -2 }\n", /random\.times: expected at least 0, found -2/],
    ["speed: 0\n", /^plays\/x\.yaml:1 speed: expected more than 0, found 0$/],
    ["speed: fast\n", /speed: expected a number, or "max", found "fast"/],
    ["climate: hohot\n", /climate: expected one of jinan, hohhot, found "hohot"; did you mean "hohhot"\?/],
    ["climat: jinan\n", /climat: .*unknown key "climat"; did you mean "climate"\?/],
    ["vices: usuall\n", /vices: expected one of none, usual, severe, or a group of keys, found "usuall"; did you mean "usual"\?/],
    ["vices: { lose_share: 1 }\n", /vices\.lose_share: .*did you mean "loss_share"\?/],
    ["vices: { loss_share: 2 }\n", /vices\.loss_share: expected at most 1, found 2/],
    ["vices: { latency: 2h }\n", /vices\.latency: expected a duration from 0s to 30m, found "2h"/],
    ["vices: { outage: [3h, 1h] }\n", /vices\.outage: expected \[shortest, longest\]/],
    ["poll: 5s\n", /poll: expected a duration from 10s to 1d, found "5s"/],
    ["poll: soon\n", /poll: expected a duration like 30s/],
    [
      "from: heating+5d\nto: heating+3d\n",
      /^plays\/x\.yaml:2 to: expected a time after the begin, 2026-11-20 00:00, found 2026-11-18 00:00$/,
    ],
    ["from: 2026-12-01\nto: +300d\n", /to: expected a time of the season, to 2027-05-14/],
    ["from: filling-90d\n", /from: expected a time of the season/],
    ["network: town.yaml\nfrom: filling\n", /the network's season does not say when that is/],
    ["season: { heating: 2027-04-20 }\n", /season: expected a date after `heating`/],
    ["season: { heating: soon }\n", /season\.heating: expected a date like 2026-11-15, found "soon"/],
    ["faults: [3]\n", /faults\.0: expected a group of keys, found 3/],
    ["[]\n", /expected a group of keys, found \[\]/],
    ["a: [\n", /^plays\/x\.yaml:2:1: expected valid YAML/],
    ["poll: 1m\npoll: 2m\n", /^plays\/x\.yaml:2:1: expected valid YAML/],
  ])("%j", (text, sentence) => {
    expect(told(text)).toMatch(sentence);
  });
});

describe("a file that somebody damaged", () => {
  const words = SCENARIO_EXAMPLE.match(/[A-Za-z0-9_+.-]+|[{}[\],:]/g)!;
  const junk = fc.oneof(
    fc.constantFrom("", "-1", "1e99", "null", "true", "[]", "{}", "2027-02-30", "+9999d", "any", "~", "99999999999", "*nothing"),
    fc.constantFrom(...words),
    fc.string({ maxLength: 12 }),
  );
  it("is read, or refused with one sentence that names the file: nothing else ever comes out", () => {
    fc.assert(
      fc.property(fc.nat(words.length - 1), fc.nat(3), junk, (index, nth, replacement) => {
        const at = SCENARIO_EXAMPLE.split(words[index]!, nth + 1).join(words[index]!).length;
        const text = SCENARIO_EXAMPLE.slice(0, at) + replacement + SCENARIO_EXAMPLE.slice(at + words[index]!.length);
        try {
          parseScenario(text, "damaged.yaml", readOther, { stations: 2 });
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).toMatch(/^(damaged|stations|.*\.yaml)/);
        }
      }),
      { numRuns: 400 },
    );
  });
});
