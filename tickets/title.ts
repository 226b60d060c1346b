import type { FaultKind } from "../model/finding.ts";
import type { Asset, Network } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import { KIND_WORDS } from "../model/words.ts";

/** The one line by which people call a ticket. */

/** "城北小区 7# 2单元 集气": the place as people say it, then the fault. The circuit is named only when it is the place itself. */
export function ticketTitle(kind: FaultKind, assetId: string, network: Network): Text {
  return placedTitle(KIND_WORDS[kind], assetId, network);
}

export function placedTitle(what: Text, assetId: string, network: Network): Text {
  const place = placeName(assetId, network);
  return { zh: `${place} ${what.zh}`, en: `${place} ${what.en}` };
}

/** Names from the station down to the asset; an asset that is not in the network (any more) is its id. */
export function placeName(assetId: string, network: Network): string {
  const line = network.lineage(assetId);
  if (line.length === 0) return assetId;
  const named = line.filter((asset) => asset.level !== "circuit" || asset.id === assetId);
  return named
    .map((asset) => asset.name)
    .reverse()
    .join(" ");
}

/** Where an asset is in the tree, as tickets keep it: a circuit names itself as its circuit, and so on down. */
export function placeOf(asset: Asset): {
  asset: string;
  station: string;
  circuit: string | null;
  building: string | null;
  unit: string | null;
} {
  const own = (level: Asset["level"]): string | null => (asset.level === level ? asset.id : null);
  return {
    asset: asset.id,
    station: asset.station,
    circuit: own("circuit") ?? asset.circuit ?? null,
    building: own("building") ?? asset.building ?? null,
    unit: own("unit") ?? asset.unit ?? null,
  };
}
