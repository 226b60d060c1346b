import type { TicketSummary } from "../../model/live.ts";
import { isOpen } from "../../model/live.ts";
import type { Asset, Network } from "../../model/network.ts";

/** Where a resident who calls may live, and which tickets already stand for that place. Pure. */

/** Places offered while somebody types. */
export const PLACES_MAX = 6;
const LIVED_IN: ReadonlySet<Asset["level"]> = new Set<Asset["level"]>(["building", "unit", "room"]);

/** Buildings, units and rooms whose full name or id holds every word that was typed, in the order of the network; a match of the name's end (the flat, the unit) first. */
export function placesFor(network: Pick<Network, "assets" | "fullName">, typed: string): Asset[] {
  const words = typed
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const last = words.at(-1);
  if (last === undefined) return [];
  const [exact, other]: [Asset[], Asset[]] = [[], []];
  for (const asset of network.assets()) {
    if (!LIVED_IN.has(asset.level)) continue;
    const name = `${network.fullName(asset.id)} ${asset.id}`.toLowerCase();
    if (!words.every((word) => name.includes(word))) continue;
    (asset.name.toLowerCase().startsWith(last) ? exact : other).push(asset);
    if (exact.length === PLACES_MAX) break;
  }
  return [...exact, ...other].slice(0, PLACES_MAX);
}

/** Open tickets about a place or anything that feeds it, the nearest first. */
export function ticketsOfPlace(network: Pick<Network, "lineage">, asset: string, tickets: Iterable<TicketSummary>): TicketSummary[] {
  const line = network.lineage(asset).map(({ id }) => id);
  return [...tickets]
    .filter((ticket) => isOpen(ticket.state) && line.includes(ticket.asset))
    .sort((a, b) => line.indexOf(a.asset) - line.indexOf(b.asset) || a.openedAt - b.openedAt);
}
