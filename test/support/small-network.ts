import { Network, type Asset } from "../../model/network.ts";
import type { Level } from "../../model/signals.ts";

/** Two stations, S01 with a circuit S01-H, building B03, units B03-U1 and B03-U2 and room R1; S02 with a circuit S02-L. */
export function smallNetwork(): Network {
  const assets: Asset[] = [];
  const add = (id: string, level: Level, station: string, parent: string | undefined, children: string[]): void => {
    assets.push({ id, level, name: id, parent, children, station, circuit: undefined, building: undefined, unit: undefined });
  };
  add("S01", "station", "S01", undefined, ["S01-H"]);
  add("S01-H", "circuit", "S01", "S01", ["B03"]);
  add("B03", "building", "S01", "S01-H", ["B03-U1", "B03-U2"]);
  add("B03-U1", "unit", "S01", "B03", []);
  add("B03-U2", "unit", "S01", "B03", ["R1"]);
  add("R1", "room", "S01", "B03-U2", []);
  add("S02", "station", "S02", undefined, ["S02-L"]);
  add("S02-L", "circuit", "S02", "S02", []);
  return new Network({ name: "small", timezone: "Asia/Shanghai", season: {}, areas: [], stewards: [], assets });
}
