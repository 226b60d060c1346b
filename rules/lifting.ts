import type { Cause, Episode, Evidence, FaultKind } from "../model/finding.ts";
import type { Asset, Network } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import { KIND_WORDS } from "../model/words.ts";

/**
 * Lifting: when most units of a building (of a circuit) have the same fault at once, the fault sits above them. They become one
 * finding on the building (the circuit), so that one crew goes once.
 */

/** Kinds on units that are lifted. */
const LIFTED_KINDS: readonly FaultKind[] = ["air_lock", "under_heated", "closed_valve", "offline"];
/** Share of the reporting units, at least two. */
const LIFT_SHARE = 0.6;
const LIFT_UNITS_MIN = 2;
/** A circuit is meant only if units of so many buildings are affected. */
const LIFT_BUILDINGS_MIN = 2;
/** From so many units on it is urgent whatever the single unit was; DOMAIN 4, R05. */
const URGENT_UNITS = 10;
const MERGED_MEMBERS_MAX = 6;
const MERGED_CAUSES_MAX = 5;

/** A finding that stands for several of the same kind below it. */
export interface LiftedEpisode {
  readonly episode: Episode;
  readonly members: readonly Episode[];
}

/**
 * All lifted findings of one station, active and cleared, from its unit findings, active and cleared. Pure; the order of
 * `episodes` does not matter. `isReporting` tells which units have a device that is alive.
 */
export function liftEpisodes(
  network: Network,
  station: string,
  episodes: readonly Episode[],
  isReporting: (unit: string) => boolean,
): LiftedEpisode[] {
  const lifted: LiftedEpisode[] = [];
  for (const kind of LIFTED_KINDS) {
    const onUnits = episodes.filter((episode) => episode.kind === kind && network.asset(episode.asset)?.level === "unit");
    if (onUnits.length < LIFT_UNITS_MIN) continue;
    const active = new Set(onUnits.filter((episode) => episode.clearedAt === undefined).map((episode) => episode.asset));
    for (const level of ["building", "circuit"] as const) {
      for (const asset of network.below(station, level)) {
        const units = network
          .below(asset.id, "unit")
          .filter((unit) => active.has(unit.id) || (unit.unitFacts?.suspended !== true && isReporting(unit.id)));
        const members = onUnits.filter(
          (episode) => (level === "building" ? network.asset(episode.asset)!.building : network.asset(episode.asset)!.circuit) === asset.id,
        );
        if (members.length >= LIFT_UNITS_MIN) lifted.push(...liftRuns(network, asset, kind, members, units.length));
      }
    }
  }
  return lifted;
}

/** Sweeps through the members' times: a run starts when enough are active at once and ends when fewer than half of that are left. */
function liftRuns(network: Network, asset: Asset, kind: FaultKind, members: readonly Episode[], unitCount: number): LiftedEpisode[] {
  const needed = Math.max(LIFT_UNITS_MIN, Math.ceil(LIFT_SHARE * unitCount));
  const ordered = members.toSorted(byTime);
  const changes = ordered
    .flatMap((member) => [
      { at: member.detectedAt, member, by: 1 },
      ...(member.clearedAt === undefined ? [] : [{ at: member.clearedAt, member, by: -1 }]),
    ])
    .sort((a, b) => a.at - b.at);
  const runs: LiftedEpisode[] = [];
  const activeIn = new Map<string | undefined, number>();
  let active = 0;
  let startedAt: number | undefined;
  changes.forEach(({ at, member, by }, index) => {
    const { building } = network.asset(member.asset)!;
    active += by;
    activeIn.set(building, (activeIn.get(building) ?? 0) + by);
    if (changes[index + 1]?.at === at) return;
    if (startedAt === undefined) {
      const buildings = [...activeIn.values()].filter((count) => count > 0).length;
      if (active >= needed && (asset.level !== "circuit" || buildings >= LIFT_BUILDINGS_MIN)) startedAt = at;
    } else if (active * 2 < needed) {
      runs.push(merge(network, asset, kind, ordered, startedAt, at, unitCount));
      startedAt = undefined;
    }
  });
  if (startedAt !== undefined) runs.push(merge(network, asset, kind, ordered, startedAt, undefined, unitCount));
  return runs;
}

const byTime = (a: Episode, b: Episode): number => a.detectedAt - b.detectedAt || a.since - b.since || (a.asset < b.asset ? -1 : 1);

function merge(
  network: Network,
  asset: Asset,
  kind: FaultKind,
  all: readonly Episode[],
  startedAt: number,
  endedAt: number | undefined,
  unitCount: number,
): LiftedEpisode {
  const members = all.filter(
    (member) => (member.clearedAt === undefined || member.clearedAt > startedAt) && (endedAt === undefined || member.detectedAt < endedAt),
  );
  const present = endedAt === undefined ? members.filter((member) => member.clearedAt === undefined) : members;
  const affected = new Set(present.map((member) => member.asset)).size;
  const spread = `${affected}/${Math.max(unitCount, affected)}`;
  const words = KIND_WORDS[kind];
  const shown = present.slice(0, MERGED_MEMBERS_MAX);
  const names = shown.map((member) => nameOf(network, member.asset));
  const first = present[0]!;
  const summary: Text = {
    zh: `${asset.name} ${spread} 个单元同时${words.zh}：${names.join("、")}${affected > names.length ? " 等" : ""}`,
    en: `${affected} of ${Math.max(unitCount, affected)} units of ${asset.name}: ${words.en.toLowerCase()} (${names.join(", ")}${affected > names.length ? ", …" : ""})`,
  };
  const episode: Episode = {
    kind,
    asset: asset.id,
    station: asset.station,
    severity: affected >= URGENT_UNITS || present.some((member) => member.severity === "urgent") ? "urgent" : "general",
    since: Math.min(...members.map((member) => member.since)),
    detectedAt: startedAt,
    clearedAt: endedAt,
    summary,
    evidence: shown.flatMap((member): Evidence[] => member.evidence.slice(0, 1)),
    causes: mergeCauses(shown, spread),
    consequence: first.consequence,
    action: [aboveFirst(asset), ...first.action],
  };
  return { episode, members };
}

const nameOf = (network: Network, id: string): string => network.asset(id)?.name ?? id;

function aboveFirst(asset: Asset): Text {
  return asset.level === "building"
    ? {
        zh: "先查楼栋入口总阀、除污器和供回压差，再逐单元处理",
        en: "First check the building's inlet valves, strainer and differential pressure, then unit by unit",
      }
    : {
        zh: "先查机组循环流量、压差和定压，再按楼栋处理",
        en: "First check the circuit's flow, differential pressure and pressure holding, then building by building",
      };
}

/** Causes by id with the mean of their shares over all members; the words of the member that is surest. */
function mergeCauses(members: readonly Episode[], spread: string): Cause[] {
  const byId = new Map<string, { best: Cause; sum: number }>();
  for (const member of members) {
    for (const cause of member.causes) {
      const known = byId.get(cause.id);
      if (known === undefined) byId.set(cause.id, { best: cause, sum: cause.share });
      else byId.set(cause.id, { best: cause.share > known.best.share ? cause : known.best, sum: known.sum + cause.share });
    }
  }
  const together: Text = { zh: `${spread} 个单元同时出现`, en: `${spread} units at the same time` };
  return [...byId.values()]
    .map(({ best, sum }): Cause => ({
      id: best.id,
      name: best.name,
      share: sum / members.length,
      pro: [together, ...best.pro],
      contra: best.contra,
    }))
    .sort((a, b) => b.share - a.share || (a.id < b.id ? -1 : 1))
    .slice(0, MERGED_CAUSES_MAX);
}
