import { describe, expect, it } from "vitest";
import { matchWorld } from "../../evaluation/match.ts";
import { fault, finding, HOUR, hours, ticket, world } from "./outcomes.ts";

const only = <One>(items: readonly One[]): One => {
  expect(items).toHaveLength(1);
  return items[0]!;
};

describe("which ticket belongs to which fault", () => {
  it("a leak found seven hours after its onset is found, rightly named, once", () => {
    const leak = fault("leak", "S1-H", 10, 60);
    const found = matchWorld(world({ faults: [leak], tickets: [ticket("leak", "S1-H", 17)] }));
    expect(only(found.tickets).verdict).toBe("right");
    const match = only(found.faults);
    expect(match.foundAt! - match.from).toBe(7 * HOUR);
    expect(match).toMatchObject({ rightKind: true, amongThree: true, duplicates: 0 });
  });

  it("a fault that was there before the world began counts from the beginning of the world", () => {
    const match = only(matchWorld(world({ faults: [fault("leak", "S1-H", -48, 60)], tickets: [ticket("leak", "S1-H", 5)] })).faults);
    expect(match.foundAt! - match.from).toBe(5 * HOUR);
  });

  it("a ticket on the same path is about it, one on another path is false", () => {
    const air = fault("air_lock", "S1-B1-U1", 0, 48);
    const above = ticket("under_heated", "S1-B1", 5);
    const beside = ticket("under_heated", "S1-B1-U2", 6);
    const found = matchWorld(world({ faults: [air], tickets: [above, beside] }));
    expect(found.tickets.map(({ verdict }) => verdict)).toEqual(["right", "false"]);
    expect(only(found.faults)).toMatchObject({ tickets: [above.id], rightKind: false });
  });

  it("a kind that the fault cannot bring about is false even at the same place and time", () => {
    const away = fault("offline", "S1", 0, 48);
    const found = matchWorld(world({ faults: [away], tickets: [ticket("leak", "S1-H", 5)] }));
    expect(only(found.tickets).verdict).toBe("false");
    expect(only(found.faults).foundAt).toBeUndefined();
  });

  it("a ticket that bore the right name at any time named it rightly", () => {
    const burst = fault("burst", "S1-H", 0, 48);
    const became = ticket("low_pressure", "S1-H", 5, { kinds: ["low_pressure", "burst", "low_pressure"] });
    expect(only(matchWorld(world({ faults: [burst], tickets: [became] })).faults).rightKind).toBe(true);
  });

  it("a ticket before the onset is false, one within a day of the repair is an echo that finds nothing", () => {
    const leak = fault("leak", "S1-H", 10, 20);
    const found = matchWorld(
      world({ faults: [leak], tickets: [ticket("leak", "S1-H", 9), ticket("leak", "S1-H", 30), ticket("leak", "S1-H", 50)] }),
    );
    expect(found.tickets.map(({ verdict }) => verdict)).toEqual(["false", "echo", "false"]);
    expect(only(found.faults).foundAt).toBeUndefined();
  });

  it("what joins the ticket of its root is found when it was detected, and named rightly if that root is a fault too", () => {
    const power = fault("power_failure", "S1", 0, 20);
    const closed = fault("closed_valve", "S1-B1-U1", 5, 20);
    const root = ticket("power_failure", "S1", 1, {
      findings: [finding("power_failure", "S1", 1), finding("closed_valve", "S1-B1-U1", 8, { root: false })],
    });
    const found = matchWorld(world({ faults: [power, closed], tickets: [root] }));
    const [first, second] = found.faults;
    expect(first).toMatchObject({ foundAt: hours(1), rightKind: true });
    expect(second).toMatchObject({ foundAt: hours(8), rightKind: true, duplicates: 0 });
  });

  it("further tickets of the same fault are duplicates; merged ones are not", () => {
    const imbalance = fault("imbalance", "S1-H", 0, 100, { alsoRight: ["under_heated"] });
    const tickets = [
      ticket("under_heated", "S1-B1-U1", 5),
      ticket("under_heated", "S1-B1-U2", 6),
      ticket("under_heated", "S1-B1", 7, { merged: true }),
    ];
    expect(only(matchWorld(world({ faults: [imbalance], tickets })).faults)).toMatchObject({ duplicates: 1, rightKind: true });
  });

  it("a call's ticket finds nothing until the rules speak in it", () => {
    const air = fault("air_lock", "S1-B1-U1", 0, 48);
    const calls = [{ at: hours(4), asset: "S1-B1-U1", station: "S1", cause: air.id }];
    const callOnly = ticket("under_heated", "S1-B1-U1", 4, { source: "complaint", findings: [] });
    const silent = matchWorld(world({ faults: [air], tickets: [callOnly], calls }));
    expect(only(silent.tickets).verdict).toBe("call");
    expect(only(silent.faults)).toMatchObject({ foundAt: undefined, firstCallAt: hours(4) });
    const joined = { ...callOnly, findings: [finding("air_lock", "S1-B1-U1", 9)] };
    expect(only(matchWorld(world({ faults: [air], tickets: [joined], calls })).faults)).toMatchObject({ foundAt: hours(9) });
  });

  it("a shortage of the source reaches every station, and its second ticket is a duplicate", () => {
    const shortage = fault("primary_shortage", "S1", 0, 20, { reach: ["S1", "S2"] });
    const found = matchWorld(
      world({ faults: [shortage], tickets: [ticket("primary_shortage", "S1", 2), ticket("curve_drift", "S2-H", 3)] }),
    );
    expect(only(found.faults)).toMatchObject({ duplicates: 1, rightKind: true, foundAt: hours(2) });
  });

  it("of two faults at one place the rightly named one gets the ticket", () => {
    const stuck = fault("sensor_fault", "S1-H", 0, 100);
    const leak = fault("leak", "S1-H", 50, 100);
    const found = matchWorld(world({ faults: [stuck, leak], tickets: [ticket("leak", "S1-H", 60)] }));
    expect(only(found.tickets).about?.id).toBe(leak.id);
  });

  it("confounders excuse only what they make right; what else they cause is false and names them", () => {
    const sun = fault(undefined, "S1", 0, 48, { alsoRight: ["sensor_fault"], disturbance: "sun_on_sensor" });
    const found = matchWorld(world({ faults: [sun], tickets: [ticket("sensor_fault", "S1", 5), ticket("leak", "S1-H", 6)] }));
    expect(found.tickets.map(({ verdict, about }) => [verdict, about?.disturbance])).toEqual([
      ["excused", "sun_on_sensor"],
      ["false", "sun_on_sensor"],
    ]);
    expect(found.faults).toEqual([]);
  });

  it("what is really wrong though nobody planted it is not false", () => {
    const real = ticket("air_lock", "S1-B1-U1", 5, { trouble: "2.0 L of gas in a riser" });
    expect(only(matchWorld(world({ tickets: [real] })).tickets).verdict).toBe("unplanted");
  });

  it("a silence that really was one is not the doing of a wrong clock, but of a gateway that is off", () => {
    const silence = ticket("offline", "S1", 5, { trouble: "nothing was sent for 30 min" });
    const found = (kind: "clock_skew" | "offline"): string =>
      only(matchWorld(world({ faults: [fault(kind, "S1", 0, 48)], tickets: [silence] })).tickets).verdict;
    expect([found("clock_skew"), found("offline")]).toEqual(["unplanted", "right"]);
    const heard = { ...silence, trouble: undefined };
    expect(only(matchWorld(world({ faults: [fault("clock_skew", "S1", 0, 48)], tickets: [heard] })).tickets).verdict).toBe("right");
  });

  it("a wrong kind that lists the right cause among its first three is among three", () => {
    const air = fault("air_lock", "S1-B1-U1", 0, 48);
    const named = (causes: string[]): boolean =>
      only(matchWorld(world({ faults: [air], tickets: [ticket("under_heated", "S1-B1-U1", 5, { causes })] })).faults).amongThree;
    expect(named(["closed_valve", "clogged_filter", "air_lock"])).toBe(true);
    expect(named(["closed_valve", "clogged_filter", "imbalance", "air_lock"])).toBe(false);
  });
});
