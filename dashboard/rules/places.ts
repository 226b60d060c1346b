import { nearestWord } from "../../model/input-error.ts";
import type { Asset, Network } from "../../model/network.ts";

/** Assets of the network as people type them: by id or by the words of their full name. Pure. */

type Tree = Pick<Network, "assets" | "asset" | "fullName">;

/** The asset whose id or whole name was typed; undefined when it is none. */
export function exactPlace(network: Tree, typed: string): Asset | undefined {
  const text = typed.trim();
  const byId = network.asset(text);
  if (byId !== undefined) return byId;
  const lower = text.toLowerCase();
  for (const asset of network.assets())
    if (asset.id.toLowerCase() === lower || network.fullName(asset.id).toLowerCase() === lower) return asset;
  return undefined;
}

/** Assets whose full name or id holds every typed word, in the order of the network; those whose own name or id begins with the last word first. */
export function placesLike(network: Tree, typed: string, most: number, belongs: (asset: Asset) => boolean = () => true): Asset[] {
  const words = typed
    .toLowerCase()
    .split(/[\s·]+/)
    .filter((word) => word !== "");
  const last = words.at(-1);
  if (last === undefined) return [];
  const [exact, other]: [Asset[], Asset[]] = [[], []];
  for (const asset of network.assets()) {
    if (!belongs(asset)) continue;
    const name = `${network.fullName(asset.id)} ${asset.id}`.toLowerCase();
    if (!words.every((word) => name.includes(word))) continue;
    (asset.name.toLowerCase().startsWith(last) || asset.id.toLowerCase().startsWith(last) ? exact : other).push(asset);
    if (exact.length === most) break;
  }
  return [...exact, ...other].slice(0, most);
}

/** The id or name that was probably meant by one that does not exist. */
export function nearestPlace(network: Tree, typed: string, belongs: (asset: Asset) => boolean = () => true): Asset | undefined {
  const words = new Map<string, Asset>();
  for (const asset of network.assets()) {
    if (!belongs(asset)) continue;
    words.set(asset.id, asset);
    if (asset.level === "station") words.set(asset.name, asset);
  }
  const nearest = nearestWord(typed.trim(), words.keys());
  return nearest === undefined ? undefined : words.get(nearest);
}
