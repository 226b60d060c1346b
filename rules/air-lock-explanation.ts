import type { Evidence, Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import { airEventsObserver, type PriorEvents, type PriorKind, startPriorEvents } from "./air-lock-events.ts";
import type { AirLockMemory } from "./air-lock.ts";
import { rankCauses } from "./causes.ts";
import { hundredths, indexEvidence, returnEvidence, severalStarved, supplyEvidence } from "./cooling-evidence.ts";
import { indexOver } from "./cooling-track.ts";
import { coolingOf } from "./cooling-watch.ts";
import type { View } from "./rule.ts";

/** What people are told of an air lock: the starved unit, what let the air in, and what else it could be. */

const HOUR_MS = 3_600_000;

export function explainAirLock(
  memory: AirLockMemory,
  unit: Asset,
  view: View,
  since: number,
): Pick<Explanation, "summary" | "evidence" | "causes"> {
  const { peers, cooling, track } = coolingOf(view, unit)!;
  const events = view.observed(airEventsObserver, unit.circuit!) ?? startPriorEvents();
  const index = indexOver(track, 2, 1);
  const event = priorText(memory, events, since);
  const flutter = memory.signs?.flutter ?? Number.NaN;
  const flutterLimit = view.limits.get("air_lock_flutter", unit.id);
  const flutterText: Text = {
    zh: `回温波动为平时的 ${flutter.toFixed(1)} 倍`,
    en: `The return flutters ${flutter.toFixed(1)} times as much as usual`,
  };
  const valve = view.last(unit.id, "valve_pos")?.value;
  const limit = view.limits.get("air_lock_index", unit.id);
  const evidence: Evidence[] = [
    indexEvidence(track, unit, view, { index, limit, peers, cooling }),
    ...returnEvidence(unit, view, since, peers, cooling),
    ...supplyEvidence(unit, view, since, cooling, view.limits.get("air_lock_supply_k", unit.id)),
  ];
  if (event !== undefined) {
    const dip = memory.signs?.prior?.kind === "dip";
    evidence.push({
      asset: unit.circuit!,
      ...(dip ? { signal: "p2_return" as const } : {}),
      name: { zh: "前因", en: "What came before" },
      unit: dip ? "kPa" : "h",
      from: memory.signs!.prior!.at,
      to: since,
      value: dip ? hundredths(events.dipKpa) : hundredths((since - memory.signs!.prior!.at) / HOUR_MS),
      text: event,
    });
  }
  if (flutter >= flutterLimit)
    evidence.push({
      asset: unit.id,
      name: { zh: "回温波动", en: "Flutter of the return" },
      unit: "1",
      from: since,
      to: view.at,
      value: hundredths(flutter),
      expected: 1,
      limit: flutterLimit,
      text: flutterText,
    });
  const several = severalStarved(peers);
  return {
    summary: {
      zh: `供温正常而降温指数 ${index.toFixed(2)}（正常1.0），疑似集气${event === undefined ? "" : `：${event.zh}`}`,
      en: `Supply arrives but the cooling index is ${index.toFixed(2)} (usual 1.0): air lock likely${event === undefined ? "" : `; ${lowerFirst(event.en)}`}`,
    },
    evidence,
    causes: rankCauses([
      {
        id: "air_lock",
        name: { zh: "立管或单元集气", en: "Air in the riser" },
        weight: 1.2 + (several === undefined ? 0 : 0.4),
        pro: [
          ...(event === undefined ? [] : [event]),
          ...(flutter >= flutterLimit ? [flutterText] : []),
          ...(memory.signs?.unresponsive === true
            ? [{ zh: "开大阀门2小时后指数不降", en: "The valve was opened and 2 h later the index had not fallen" }]
            : []),
          ...(several === undefined ? [] : [several]),
        ],
        contra: event === undefined ? [{ zh: "72小时内无降压、停泵或补水", en: "No dip, stop or refill within 72 h" }] : [],
      },
      {
        id: "clogged_filter",
        name: { zh: "单元过滤器淤堵", en: "Clogged unit strainer" },
        weight: events.runs.refill.seenAt >= since - 72 * HOUR_MS ? 0.35 : 0.2,
        pro: events.runs.refill.seenAt >= since - 72 * HOUR_MS ? [{ zh: "补水可能带入杂质", en: "A refill may have brought dirt" }] : [],
        contra: Number.isNaN(memory.signs?.riseHours ?? Number.NaN)
          ? []
          : [
              {
                zh: `约 ${memory.signs!.riseHours.toFixed(0)} 小时内形成，快于淤堵`,
                en: `Came within about ${memory.signs!.riseHours.toFixed(0)} h, faster than clogging`,
              },
            ],
      },
      {
        id: "closed_valve",
        name: { zh: "单元阀未全开", en: "Unit valve not fully open" },
        weight: valve === undefined ? 0.3 : valve >= 60 ? 0.1 : 0.35,
        pro: valve !== undefined && valve < 60 ? [{ zh: `阀位 ${valve.toFixed(0)}%`, en: `Valve at ${valve.toFixed(0)} %` }] : [],
        contra:
          valve === undefined
            ? [{ zh: "无阀位反馈", en: "No valve feedback" }]
            : valve >= 60
              ? [{ zh: `阀位 ${valve.toFixed(0)}%`, en: `Valve at ${valve.toFixed(0)} %` }]
              : [],
      },
    ]),
  };
}

const EVENT_WORDS: Record<PriorKind, (events: PriorEvents, hours: string) => Text> = {
  filling: (_, hours) => ({ zh: `充水试运行后（${hours} 小时前）`, en: `After filling (${hours} h before)` }),
  dip: ({ dipKpa }, hours) => ({
    zh: `${hours} 小时前回压跌至 ${dipKpa.toFixed(0)} kPa`,
    en: `Pressure fell to ${dipKpa.toFixed(0)} kPa ${hours} h before`,
  }),
  stop: (_, hours) => ({ zh: `${hours} 小时前循环泵停运`, en: `The pump stopped ${hours} h before` }),
  refill: ({ refillM3 }, hours) => ({
    zh: `${hours} 小时前大量补水（${refillM3.toFixed(1)} m³）`,
    en: `A refill of ${refillM3.toFixed(1)} m³ ${hours} h before`,
  }),
};

function priorText(memory: AirLockMemory, events: PriorEvents, since: number): Text | undefined {
  const prior = memory.signs?.prior;
  if (prior === undefined) return undefined;
  return EVENT_WORDS[prior.kind](events, Math.max(0, (since - prior.at) / HOUR_MS).toFixed(0));
}

const lowerFirst = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1);
