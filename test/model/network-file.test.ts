import { describe, expect, it } from "vitest";
import { InputError } from "../../model/input-error.ts";
import { parseNetworkFile } from "../../model/network-file.ts";

const SMALL = `
name: 测试网
timezone: Asia/Shanghai
season: { filling: 2026-10-20, commissioning: 2026-11-05, heating: 2026-11-15, end: 2027-03-15 }
areas: [{ id: A1, name: 城北 }]
stations:
  - id: S01
    name: 北苑
    area: A1
    circuits:
      - id: S01-H
        heating: floor
        heated_area_m2: 10000
        buildings:
          - id: B03
            units:
              - { id: B03-U1 }
              - { id: B03-U2, suspended: true, rooms: [{ id: R1, floor: 3 }] }
  - id: S02
`;

function errorOf(text: string): InputError {
  try {
    parseNetworkFile(text, "network.yaml");
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("the file was accepted");
}

describe("network file", () => {
  const network = parseNetworkFile(SMALL, "network.yaml");

  it("builds the tree with parents, children and the place of every asset", () => {
    expect(network.stations.map((station) => station.id)).toEqual(["S01", "S02"]);
    expect(network.asset("R1")).toMatchObject({
      level: "room",
      parent: "B03-U2",
      unit: "B03-U2",
      building: "B03",
      circuit: "S01-H",
      station: "S01",
      floor: 3,
    });
    expect(network.below("S01", "unit").map((unit) => unit.id)).toEqual(["B03-U1", "B03-U2"]);
    expect(network.lineage("B03-U1").map((asset) => asset.id)).toEqual(["B03-U1", "B03", "S01-H", "S01"]);
  });

  it("fills in the documented defaults of what is left out", () => {
    const facts = network.asset("S01-H")!.circuitFacts!;
    expect(facts).toMatchObject({
      heating: "floor",
      designSupplyC: 45,
      designReturnC: 35,
      designOutdoorC: -5.3,
      makeupControl: "band",
      staticPressureKpa: undefined,
    });
    expect(facts.circulationM3h).toBeCloseTo(38.7);
    expect(facts.waterVolumeM3).toBeCloseTo(14);
    expect(network.asset("B03-U2")!.unitFacts).toMatchObject({ suspended: true, heatedAreaM2: 5000, position: "middle" });
    expect(network.asset("B03-U1")!.name).toBe("B03-U1");
  });

  it("reads dates as midnight in the network's own zone", () => {
    expect(network.season.heating).toBe(Date.parse("2026-11-14T16:00:00Z"));
  });

  it("interns points and knows which level may carry a signal", () => {
    expect(network.point("S01-H", "t2_supply")).toBe(network.point("S01-H", "t2_supply"));
    expect(network.point("S01", "t2_supply")).toBeDefined();
    expect(network.point("B03-U1", "t2_supply")).toBeUndefined();
    expect(network.point("nowhere", "t_out")).toBeUndefined();
  });

  it.each([
    ["a typo", "stations:\n  - id: S01\n    circits: []\n", /network\.yaml:3 .*unknown key "circits"; did you mean "circuits"\?/],
    ["a duplicate id", "stations:\n  - id: S01\n  - id: S01\n", /network\.yaml:3 .*"S01" again \(first at network\.yaml:2/],
    ["an unknown key at the top", "station: []\nstations: []\n", /network\.yaml:1 .*unknown key "station"/],
    ["an impossible id", "stations:\n  - id: 北苑\n", /1 to 64 letters.*"北苑"/],
    ["an unknown area", "areas: [{ id: north }]\nstations:\n  - { id: S1, area: nroth }\n", /network\.yaml:3 .*did you mean "north"\?/],
    ["dates out of order", "season: { heating: 2026-11-15, end: 2026-03-15 }\nstations: []\n", /a date after `heating`/],
    ["a date that does not exist", "season: { heating: 2026-02-30 }\nstations: []\n", /a date that exists.*2026-02-30/],
    ["a wrong word", "stations:\n  - { id: S1, circuits: [{ id: C, heating: steam }] }\n", /one of radiator, floor.*steam/],
    ["a number as text", "stations:\n  - { id: S1, circuits: [{ id: C, heated_area_m2: big }] }\n", /a number.*"big"/],
    [
      "a return hotter than the supply",
      "stations:\n  - { id: S1, circuits: [{ id: C, design: { t_supply: 40, t_return: 50 } }] }\n",
      /t_supply above t_return/,
    ],
    ["a zone that does not exist", "timezone: Asia/Beiping\nstations: []\n", /IANA time zone/],
    ["no stations", "name: x\n", /stations: expected a list, found nothing/],
    ["broken YAML", "stations: [\n", /valid YAML/],
    ["the same key twice", "name: a\nname: b\nstations: []\n", /network\.yaml:2.*valid YAML.*unique/],
  ])("refuses %s with the line, what was expected and what was found", (_what, text, message) => {
    expect(errorOf(text).message).toMatch(message);
  });

  it("reads JSON, which is YAML", () => {
    expect(
      parseNetworkFile(JSON.stringify({ stations: [{ id: "S1", circuits: [{ id: "S1-A" }] }] }), "network.json").stations,
    ).toHaveLength(1);
  });

  it("lets the only circuit of a station and its station stand in for each other", () => {
    expect(network.carriers("S01-H", "t2_supply")).toEqual(["S01-H", "S01"]);
    expect(network.carriers("S01", "t2_supply")).toEqual(["S01", "S01-H"]);
  });
});
