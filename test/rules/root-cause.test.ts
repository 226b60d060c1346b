import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Episode, FAULT_KINDS, type FaultKind } from "../../model/finding.ts";
import { findRoots } from "../../rules/root-cause.ts";
import { HOUR, MINUTE, START, seeded, smallNetwork } from "../support/signals.ts";

const network = smallNetwork({ circuits: 2, buildings: 3, units: 4 });
const UNIT = "S1-A-B1-U";

interface Parts {
  readonly since?: number;
  readonly detected?: number;
  readonly cleared?: number;
  readonly severity?: Episode["severity"];
}

/** A finding; times in minutes after START. */
function finding(kind: FaultKind, asset: string, { since = 0, detected = since, cleared, severity = "general" }: Parts = {}): Episode {
  const nothing = { zh: "", en: "" };
  return {
    kind,
    asset,
    station: "S1",
    severity,
    since: START + since * MINUTE,
    detectedAt: START + detected * MINUTE,
    clearedAt: cleared === undefined ? undefined : START + cleared * MINUTE,
    summary: nothing,
    evidence: [{ asset, name: nothing, unit: "K", from: 0, to: 1, value: 1, text: nothing }],
    causes: [{ id: "vent", name: nothing, share: 1, pro: [], contra: [] }],
    consequence: nothing,
    action: [{ zh: "排气", en: "Vent" }],
  };
}

function ask(episodes: readonly Episode[], minute = 60, isReporting: (unit: string) => boolean = () => true) {
  return findRoots({ network, station: "S1", at: START + minute * MINUTE, episodes, isReporting });
}

/** "kind asset < kind asset of root", sorted. */
const lines = (episodes: readonly Episode[], minute?: number): string[] =>
  ask(episodes, minute)
    .rooted.map(({ episode, root }) => `${episode.kind} ${episode.asset}${root === undefined ? "" : ` < ${root.kind} ${root.asset}`}`)
    .sort();

describe("root cause", () => {
  it("lets a burst stand for the pressure, the leak and the cold units of its circuit", () => {
    const burst = finding("burst", "S1-A", { since: 30 });
    const rest = [
      finding("low_pressure", "S1-A", { since: 35 }),
      finding("leak", "S1-A", { since: 31 }),
      finding("air_lock", `${UNIT}1`, { since: 50 }),
      finding("low_pressure", "S1-B", { since: 35 }),
    ];
    expect(lines([burst, ...rest])).toEqual([
      "air_lock S1-A-B1-U1 < burst S1-A",
      "burst S1-A",
      "leak S1-A < burst S1-A",
      "low_pressure S1-A < burst S1-A",
      "low_pressure S1-B",
    ]);
  });

  it("of two that could each explain the other the first one does", () => {
    const makeup = finding("makeup_fault", "S1-A", { since: 0 });
    const rest = [finding("low_pressure", "S1-A", { since: 10 }), finding("pump_failure", "S1-A", { since: 20 })];
    expect(lines([makeup, ...rest])).toEqual([
      "low_pressure S1-A < makeup_fault S1-A",
      "makeup_fault S1-A",
      "pump_failure S1-A < makeup_fault S1-A",
    ]);
    const later = finding("makeup_fault", "S1-A", { since: 25 });
    expect(lines([later, rest[1]!])).toContain("makeup_fault S1-A < pump_failure S1-A");
  });

  it("has a root for everything, whatever is found at once", () => {
    const kinds = fc.constantFrom<FaultKind>(...FAULT_KINDS);
    const assets = fc.constantFrom("S1", "S1-A", "S1-B", "S1-A-B1", `${UNIT}1`, `${UNIT}2`);
    const some = fc.array(fc.tuple(kinds, assets, fc.nat(120), fc.boolean()), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(some, (told) => {
        const named = new Map(told.map((one) => [`${one[0]} ${one[1]}`, one]));
        const all = [...named.values()].map(([kind, asset, since, over]) =>
          finding(kind, asset, over ? { since, cleared: since + 5 } : { since }),
        );
        const { rooted } = ask(all, 130);
        const roots = new Set(rooted.map(({ root }) => root));
        for (const { episode, root } of rooted) if (roots.has(episode)) expect([episode, root]).toEqual([episode, undefined]);
      }),
      { numRuns: 2000 },
    );
  });

  it("does not blame a burst for what began more than half an hour before", () => {
    expect(
      lines([
        finding("burst", "S1-A", { since: 60 }),
        finding("air_lock", `${UNIT}1`, { since: 29 }),
        finding("under_heated", `${UNIT}2`, { since: 31 }),
      ]),
    ).toEqual(["air_lock S1-A-B1-U1", "burst S1-A", "under_heated S1-A-B1-U2 < burst S1-A"]);
  });

  it("lets low pressure explain cold units that came after it, and a leak none", () => {
    expect(
      lines([
        finding("low_pressure", "S1-A", { since: 10 }),
        finding("air_lock", `${UNIT}1`, { since: 9 }),
        finding("air_lock", `${UNIT}2`, { since: 10 }),
      ]),
    ).toEqual(["air_lock S1-A-B1-U1", "air_lock S1-A-B1-U2 < low_pressure S1-A", "low_pressure S1-A"]);
    expect(lines([finding("leak", "S1-A"), finding("under_heated", `${UNIT}1`, { since: 30 })])).toEqual([
      "leak S1-A",
      "under_heated S1-A-B1-U1",
    ]);
  });

  it("makes one of an air lock and an under-heated unit, and of a silent station and its buildings", () => {
    expect(lines([finding("air_lock", `${UNIT}1`, { since: 20 }), finding("under_heated", `${UNIT}1`)])).toEqual([
      "air_lock S1-A-B1-U1",
      "under_heated S1-A-B1-U1 < air_lock S1-A-B1-U1",
    ]);
    expect(lines([finding("offline", "S1", { since: 20 }), finding("offline", "S1-A-B1")])).toEqual([
      "offline S1",
      "offline S1-A-B1 < offline S1",
    ]);
  });

  it("names the root of the root", () => {
    const chain = [
      finding("burst", "S1-A"),
      finding("low_pressure", "S1-A", { since: 3 }),
      finding("air_lock", `${UNIT}1`, { since: 20 }),
      finding("under_heated", `${UNIT}1`, { since: 20 }),
    ];
    expect(
      lines(chain)
        .filter((line) => line.includes("<"))
        .every((line) => line.endsWith("< burst S1-A")),
    ).toBe(true);
  });

  it("lifts the same fault of most units of a building to the building", () => {
    const units = [1, 2, 3].map((unit) =>
      finding("air_lock", `${UNIT}${unit}`, { since: unit, detected: 10 * unit, severity: unit === 2 ? "urgent" : "general" }),
    );
    const { rooted, lifted } = ask(units);
    expect(lifted).toHaveLength(1);
    expect(lifted[0]).toMatchObject({
      kind: "air_lock",
      asset: "S1-A-B1",
      severity: "urgent",
      since: START + MINUTE,
      detectedAt: START + 30 * MINUTE,
      clearedAt: undefined,
    });
    expect(lifted[0]!.summary.en).toContain("3 of 4 units");
    expect(lifted[0]!.summary.zh).toContain("3/4 个单元");
    expect(lifted[0]!.evidence.map(({ asset }) => asset)).toEqual([`${UNIT}1`, `${UNIT}2`, `${UNIT}3`]);
    expect(lifted[0]!.causes).toMatchObject([{ id: "vent", share: 1 }]);
    expect(rooted.map(({ root }) => root?.asset)).toEqual([undefined, "S1-A-B1", "S1-A-B1", "S1-A-B1"]);
  });

  it("does not lift two of four, but two of three reporting ones", () => {
    const units = [1, 2].map((unit) => finding("under_heated", `${UNIT}${unit}`));
    expect(ask(units).lifted).toEqual([]);
    expect(ask(units, 60, (unit) => unit !== `${UNIT}3`).lifted.map(({ asset }) => asset)).toEqual(["S1-A-B1"]);
  });

  it("lifts to the circuit when most of its units in several buildings are affected", () => {
    const units = [1, 2, 3].flatMap((building) => [1, 2, 3].map((unit) => finding("air_lock", `S1-A-B${building}-U${unit}`)));
    expect(lines(units).filter((line) => !line.includes("<"))).toEqual(["air_lock S1-A"]);
    expect(lines(units)).toContain("air_lock S1-A-B2 < air_lock S1-A");
  });

  it("keeps a lifted finding while units recover one by one, and clears it when few are left", () => {
    const units = [1, 2, 3].map((unit) => finding("air_lock", `${UNIT}${unit}`, { cleared: unit === 1 ? 20 : undefined }));
    expect(ask(units).lifted).toMatchObject([{ clearedAt: undefined }]);
    const more = [units[0]!, { ...units[1]!, clearedAt: START + 40 * MINUTE }, units[2]!];
    expect(ask(more).lifted).toMatchObject([{ clearedAt: START + 40 * MINUTE }]);
    expect(lines(more, 60)).toEqual(["air_lock S1-A-B1-U3 < air_lock S1-A-B1"]);
    expect(lines(more, 40 + 120)).toEqual(["air_lock S1-A-B1-U3"]);
  });

  it("holds a cold unit for two hours after its root has cleared, then lets it speak", () => {
    const both = [finding("burst", "S1-A", { since: 0, cleared: 60 }), finding("air_lock", `${UNIT}1`, { since: 30 })];
    expect(lines(both, 179)).toEqual(["air_lock S1-A-B1-U1 < burst S1-A"]);
    expect(ask(both, 179).nextReleaseAt).toBe(START + 180 * MINUTE);
    expect(lines(both, 180)).toEqual(["air_lock S1-A-B1-U1"]);
    expect(ask(both, 180).nextReleaseAt).toBeUndefined();
  });

  it("holds low pressure for ten minutes only, and nothing that began after the root had cleared", () => {
    const burst = finding("burst", "S1-A", { cleared: 60 });
    expect(lines([burst, finding("low_pressure", "S1-A", { since: 5 })], 69)).toEqual(["low_pressure S1-A < burst S1-A"]);
    expect(lines([burst, finding("low_pressure", "S1-A", { since: 5 })], 70)).toEqual(["low_pressure S1-A"]);
    expect(lines([burst, finding("low_pressure", "S1-A", { since: 61 })], 62)).toEqual(["low_pressure S1-A"]);
  });

  it("does not depend on the order of the findings, keeps each active one once, and roots are never explained", () => {
    const kinds: readonly FaultKind[] = ["burst", "low_pressure", "leak", "air_lock", "under_heated", "offline"];
    const places = ["S1", "S1-A", "S1-B", "S1-A-B1", ...[1, 2, 3, 4].map((unit) => `${UNIT}${unit}`)];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        const random = seeded(seed);
        const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
        const episodes = Array.from({ length: 12 }, () => {
          const since = Math.floor(random() * 100);
          return finding(pick(kinds), pick(places), { since, ...(random() < 0.3 ? { cleared: since + Math.floor(random() * 200) } : {}) });
        });
        const { rooted, lifted, nextReleaseAt } = ask(episodes, 200);
        const again = ask(
          episodes.toSorted(() => random() - 0.5),
          200,
        );
        const key = ({ episode, root }: (typeof rooted)[number]): string =>
          [episode.kind, episode.asset, episode.since, root?.kind, root?.asset, root?.since].join(" ");
        expect(again.rooted.map(key)).toEqual(rooted.map(key));
        expect(again.nextReleaseAt).toBe(nextReleaseAt);
        const active = [...episodes, ...lifted].filter(({ clearedAt }) => clearedAt === undefined);
        expect(rooted).toHaveLength(active.length);
        const rootOf = new Map(rooted.map(({ episode, root }) => [episode, root]));
        const activeRoots = rooted.flatMap(({ root }) => (root !== undefined && root.clearedAt === undefined ? [root] : []));
        expect(activeRoots.filter((root) => rootOf.get(root) !== undefined)).toEqual([]);
      }),
    );
  });

  it("answers fast for a station in trouble", () => {
    expect(
      ask(
        Array.from({ length: 200 }, (_, index) =>
          finding("air_lock", `S1-A-B${(index % 3) + 1}-U${(index % 4) + 1}`, { since: index, cleared: index + 1 }),
        ),
        HOUR,
      ).rooted,
    ).toEqual([]);
  });
});
