import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { faultId, type Scenario } from "../../simulators/scenario.ts";
import { parseScenario } from "../../simulators/scenario-file.ts";
import { truthOf } from "../../simulators/truth.ts";
import { createWorld, type WorldEvent } from "../../simulators/world.ts";

const HOUR = 3_600_000;
const read = (): never => {
  throw new Error("nothing else to read");
};
const scenario = (text: string, seed = 1): Scenario => parseScenario(text, "plays/world.yaml", read, { seed });
const TEXT = `size: { stations: 3, circuits: 1, buildings: 2, units: 2 }
to: +3d
vices: severe
residents: demanding
faults:
  - { kind: closed_valve, asset: any building, at: +6h, size: severe, lasts: 40h }
  - { kind: offline, asset: 2 stations, at: +20h, lasts: 2h, storm: true }
  - { kind: pump_switchover, asset: any circuit, at: +30h, size: mild }
  - { kind: primary_shortage, asset: any station, at: +40h, variant: source_cold, size: mild, lasts: 10h }
`;
function digest(events: Iterable<WorldEvent>): string {
  const hash = createHash("sha256");
  for (const event of events) hash.update(JSON.stringify(event));
  return hash.digest("hex");
}

describe("a world", () => {
  it("hands out messages, comings and goings, and calls by time of receipt, and nothing outside its span", () => {
    const { from, to } = scenario(TEXT);
    const seen = { message: 0, status: 0, call: 0 };
    let last = from;
    for (const event of createWorld(scenario(TEXT)).events()) {
      expect(event.at).toBeGreaterThanOrEqual(last);
      last = event.at;
      // Some gateways collect a few polls before they send them.
      seen[event.type] += event.type === "message" ? event.objects.length : 1;
    }
    expect(last).toBeLessThan(to);
    expect(seen.message).toBeGreaterThan(3 * 3 * 24 * 50);
    expect(seen.status).toBeGreaterThan(0);
    expect(seen.call).toBeGreaterThan(3);
  });

  it("is byte for byte the same for the same scenario, and another for another seed or name", () => {
    const short = { ...scenario(TEXT), to: scenario(TEXT).from + 8 * HOUR };
    const once = digest(createWorld(short).events());
    expect(digest(createWorld(short).events())).toBe(once);
    expect(digest(createWorld({ ...short, seed: 2 }).events())).not.toBe(once);
    expect(digest(createWorld({ ...short, name: "another" }).events())).not.toBe(once);
  });

  it("calls a shortage of the source one truth that every station feels, and a storm one event in many places", () => {
    const own = scenario(TEXT);
    const truth = createWorld(own).truth;
    const shortage = truth.find(({ disturbance }) => disturbance === "primary_shortage")!;
    expect(shortage).toMatchObject({ kind: "primary_shortage", from: own.from + 40 * HOUR, to: own.from + 50 * HOUR });
    expect(shortage.reach).toEqual(["S01", "S02", "S03"]);
    const silent = truth.filter(({ disturbance }) => disturbance === "offline");
    expect(silent.map(({ storm }) => storm)).toEqual([silent[0]!.id, silent[0]!.id]);
    expect(truth.find(({ disturbance }) => disturbance === "pump_switchover")!.kind).toBeUndefined();
    expect(new Set(truth.map(({ id }) => id)).size).toBe(truth.length);
  });

  it("knows of every call what it was about, if it was about something that was planted", () => {
    const world = createWorld(scenario(TEXT));
    const ids = new Set(world.truth.map(({ id }) => id));
    const causes = new Set<string | undefined>();
    for (const event of world.events()) if (event.type === "call") causes.add(event.cause);
    for (const cause of causes) if (cause !== undefined) expect(ids).toContain(cause);
    expect([...causes].some((cause) => cause?.includes("closed_valve"))).toBe(true);
  });
});

describe("truth", () => {
  it("ends with the repair or the scenario, and reaches the stations of a branch", () => {
    const own = scenario(`size: { stations: 12 }
to: +5d
faults:
  - { kind: primary_shortage, asset: S01, at: +1d, variant: branch_cold, lasts: 1d }
  - { kind: leak, asset: any circuit, at: +2d, lasts: 30d }
  - { kind: cold_snap, asset: S01, at: +3d }
`);
    const [shortage, leak, snap] = truthOf(own);
    const branch = own.network.asset("S01")!.primaryBranch;
    expect(shortage!.reach).toEqual(own.network.stations.filter((station) => station.primaryBranch === branch).map(({ id }) => id));
    expect(shortage!.reach.length).toBeLessThan(12);
    expect(leak).toMatchObject({ to: own.to, kind: "leak", alsoRight: ["burst"], id: faultId(1, own.faults[1]!) });
    expect(snap).toMatchObject({ kind: undefined, to: own.to });
    expect(snap!.reach).toHaveLength(12);
  });
});
