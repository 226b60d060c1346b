import type { Evidence } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import type { Peers, UnitCooling } from "./cooling-index.ts";
import { type CoolingTrack, usualIndex, weekOf } from "./cooling-track.ts";
import type { View } from "./rule.ts";

/** What the rules over φ show of a unit's water: its cooling index with the week before, its return and its supply. */

/** So many starved units at once have a common cause. */
const SEVERAL_UNITS = 3;

/** φ against the unit's own base and its peers, with the curve of the week. `index` and `limit` are ratios. */
export function indexEvidence(
  history: CoolingTrack,
  unit: Asset,
  view: View,
  { index, limit, peers, cooling }: { index: number; limit: number; peers: Peers; cooling: UnitCooling },
): Evidence {
  const { base } = history;
  const usual = hundredths(usualIndex(history));
  const { times, values } = weekOf(history);
  const spread: Text = cooling.amongPeers
    ? {
        zh: `同伴 ${peers.indexP10.toFixed(2)}–${peers.indexP90.toFixed(2)}（${peers.count}个单元）`,
        en: `peers ${peers.indexP10.toFixed(2)}-${peers.indexP90.toFixed(2)} (${peers.count} units)`,
      }
    : { zh: "同伴不足，与站端温差比", en: "too few peers, against the station's drop" };
  return {
    asset: unit.id,
    name: { zh: "降温指数", en: "Cooling index" },
    unit: "1",
    from: times[0]!,
    to: view.at,
    value: hundredths(index),
    expected: usual,
    limit,
    text: {
      zh: `${index.toFixed(2)}，自身基线 ${Number.isNaN(base) ? "未建立" : base.toFixed(2)}；${spread.zh}`,
      en: `${index.toFixed(2)}, own base ${Number.isNaN(base) ? "not yet known" : base.toFixed(2)}; ${spread.en}`,
    },
    curve: {
      times,
      values: values.map((value) => (Number.isNaN(value) ? null : hundredths(value))),
      expected: values.map(() => usual),
    },
  };
}

/** The unit's return temperature and its gap to the peers; nothing when it is not reported. */
export function returnEvidence(unit: Asset, view: View, since: number, peers: Peers, { returnC }: UnitCooling): Evidence[] {
  if (Number.isNaN(returnC)) return [];
  const gapK = peers.returnC - returnC;
  return [
    {
      asset: unit.id,
      signal: "t_return",
      name: { zh: "单元回温", en: "Unit return" },
      unit: "°C",
      from: since,
      to: view.at,
      value: hundredths(returnC),
      ...(Number.isNaN(peers.returnC) ? {} : { expected: hundredths(peers.returnC) }),
      text: {
        zh: `${tenths(returnC)} °C，比同伴中位数${gapK >= 0 ? "低" : "高"} ${tenths(Math.abs(gapK))} K`,
        en: `${tenths(returnC)} °C, ${tenths(Math.abs(gapK))} K ${gapK >= 0 ? "below" : "above"} the peers' median`,
      },
    },
  ];
}

/** The unit's supply temperature against what is offered; `missingK` below that counts as not supplied. Nothing when it is not reported. */
export function supplyEvidence(unit: Asset, view: View, since: number, { supplyC, offeredC }: UnitCooling, missingK: number): Evidence[] {
  if (Number.isNaN(supplyC)) return [];
  return [
    {
      asset: unit.id,
      signal: "t_supply",
      name: { zh: "单元供温", en: "Unit supply" },
      unit: "°C",
      from: since,
      to: view.at,
      value: hundredths(supplyC),
      ...(Number.isNaN(offeredC) ? {} : { expected: hundredths(offeredC), limit: hundredths(offeredC - missingK) }),
      text: {
        zh: `${tenths(supplyC)} °C，应有 ${tenths(offeredC)} °C`,
        en: `${tenths(supplyC)} °C, offered ${tenths(offeredC)} °C`,
      },
    },
  ];
}

/** Says how many units of the circuit are starved at once; undefined when they are few. */
export function severalStarved({ starved }: Peers): Text | undefined {
  return starved >= SEVERAL_UNITS
    ? { zh: `同机组 ${starved} 个单元同时欠流`, en: `${starved} units of the circuit are starved at once` }
    : undefined;
}

export const hundredths = (value: number): number => Math.round(value * 100) / 100;
export const tenths = (value: number): string => (Number.isFinite(value) ? value.toFixed(1) : "—");
