import type { Asset, Network } from "../../model/network.ts";
import type { StationState } from "../live-state.ts";

/** What is known of the units of a circuit, in the order in which they are worth a look. Pure. */

/** So many heated units have to report before their median says what is usual. */
const PEERS_MIN = 4;

export interface UnitRow {
  readonly unit: Asset;
  readonly supplyC: number | null;
  readonly returnC: number | null;
  readonly phi: number | null;
  readonly valve: number | null;
  readonly roomC: number | null;
  readonly at: number | null;
}

/** Rows of a circuit, the strongest cooling first. φ: the unit's temperature drop over the median drop of the heated units. */
export function unitRows(network: Network, station: StationState | undefined, circuit: string): UnitRow[] {
  const value = (asset: string, signal: "t_supply" | "t_return" | "valve_pos" | "t_room"): number | null =>
    station?.values[asset]?.[signal]?.[1] ?? null;
  const units = network.below(circuit, "unit");
  const drop = (unit: Asset): number | null => {
    const [supply, back] = [value(unit.id, "t_supply"), value(unit.id, "t_return")];
    return supply === null || back === null ? null : supply - back;
  };
  const drops = units
    .filter((unit) => unit.unitFacts?.suspended !== true)
    .flatMap((unit) => drop(unit) ?? [])
    .sort((a, b) => a - b);
  const median = drops.length < PEERS_MIN ? null : drops[drops.length >> 1]!;
  const rows = units.map((unit): UnitRow => {
    const own = drop(unit);
    const rooms = unit.children.flatMap((room) => value(room, "t_room") ?? []);
    return {
      unit,
      supplyC: value(unit.id, "t_supply"),
      returnC: value(unit.id, "t_return"),
      phi: own === null || median === null || median <= 0 ? null : own / median,
      valve: value(unit.id, "valve_pos"),
      roomC: rooms.length === 0 ? null : rooms.reduce((sum, room) => sum + room, 0) / rooms.length,
      at: station?.values[unit.id]?.t_return?.[0] ?? null,
    };
  });
  return rows.sort((a, b) => (b.phi ?? -1) - (a.phi ?? -1));
}
