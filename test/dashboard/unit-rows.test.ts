import { describe, expect, it } from "vitest";
import type { StationState } from "../../dashboard/live-state.ts";
import { unitRows } from "../../dashboard/station/unit-rows.ts";
import { fakeNetwork } from "../support/fake-plant.ts";

/** Units by how much they cool their water. */

const network = fakeNetwork(1);
const circuit = network.stations[0]!.children[0]!;
const units = network.below(circuit, "unit");

function station(drops: Readonly<Record<string, number | null>>): StationState {
  const values: Record<string, StationState["values"][string]> = {};
  for (const unit of units) {
    const drop = drops[unit.id] === undefined ? 10 : drops[unit.id]!;
    values[unit.id] =
      drop === null ? { t_supply: [5, null], t_return: [5, 30] } : { t_supply: [5, 46], t_return: [5, 46 - drop], valve_pos: [5, 80] };
  }
  values[`${units[0]!.id}-601`] = { t_room: [5, 19] };
  return { id: "S0001", connection: "online", dataAt: 5, receivedAt: 5, derived: {}, intervalMs: 2_000, values };
}

describe("unit rows", () => {
  it("put the strongest cooling on top, measured against the median of the circuit", () => {
    const rows = unitRows(network, station({ [units[5]!.id]: 18, [units[9]!.id]: 6 }), circuit);
    expect(rows).toHaveLength(units.length);
    expect(rows[0]).toMatchObject({ unit: { id: units[5]!.id }, phi: 1.8, valve: 80 });
    expect(rows.at(-1)).toMatchObject({ unit: { id: units[9]!.id }, phi: 0.6 });
  });
  it("say nothing of a unit whose sensor failed, and let it stand last", () => {
    const rows = unitRows(network, station({ [units[0]!.id]: null }), circuit);
    expect(rows.at(-1)).toMatchObject({ unit: { id: units[0]!.id }, phi: null, supplyC: null, roomC: 19 });
  });
  it("need four heated units to know what is usual", () => {
    const three = station({});
    const few: StationState = {
      ...three,
      values: Object.fromEntries(Object.entries(three.values).filter(([id]) => units.slice(0, 3).some((unit) => unit.id === id))),
    };
    expect(unitRows(network, few, circuit).every((row) => row.phi === null)).toBe(true);
    expect(unitRows(network, undefined, circuit).every((row) => row.at === null)).toBe(true);
  });
});
