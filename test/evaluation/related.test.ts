import { describe, expect, it } from "vitest";
import { causeNames, isRelated, isRightKind } from "../../evaluation/related.ts";
import { FAULT_KINDS } from "../../model/finding.ts";
import { disturbanceOf, DISTURBANCE_KINDS } from "../../simulators/faults.ts";

describe("what belongs to a fault", () => {
  it("its own kind and what is as right, always", () => {
    for (const kind of DISTURBANCE_KINDS) {
      const { truth, alsoRight } = disturbanceOf(kind);
      if (truth === undefined) continue;
      for (const right of [truth, ...alsoRight]) {
        expect(isRightKind({ kind: truth, alsoRight }, right), `${kind} as ${right}`).toBe(true);
        expect(isRelated({ kind: truth, alsoRight }, right)).toBe(true);
      }
    }
  });

  it("not everything: for every kind but a false sensor most kinds are false", () => {
    for (const kind of FAULT_KINDS) {
      if (kind === "sensor_fault") continue;
      const related = FAULT_KINDS.filter((other) => isRelated({ kind, alsoRight: [] }, other));
      expect(related.length, kind).toBeLessThan(FAULT_KINDS.length / 2);
    }
  });

  it("nothing belongs to a confounder but what it makes right", () => {
    expect(FAULT_KINDS.filter((kind) => isRelated({ kind: undefined, alsoRight: ["curve_drift"] }, kind))).toEqual(["curve_drift"]);
  });

  it("causes of tickets name kinds, by their own word or by a kind's", () => {
    const air = { kind: "air_lock", alsoRight: [] } as const;
    expect([causeNames(air, "air_lock"), causeNames(air, "closed_valve"), causeNames(air, "no such cause")]).toEqual([true, false, false]);
    expect(causeNames({ kind: "closed_valve", alsoRight: [] }, "closed_valve")).toBe(true);
    expect(causeNames({ kind: "makeup_fault", alsoRight: [] }, "makeup_fault")).toBe(true);
  });
});
