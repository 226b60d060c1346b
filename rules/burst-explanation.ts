import type { Cause, Evidence, Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import { hourOfDay } from "../model/zone.ts";
import { type BurstMemory, extremeMakeupM3h } from "./burst-signs.ts";
import { rankCauses } from "./causes.ts";
import { pumpShare } from "./makeup-rate.ts";
import { clockText, durationText, tidy } from "./phrases.ts";
import type { View } from "./rule.ts";

/** What people are told of a burst: the pressures, the makeup, and where to look first. */

const MINUTE_MS = 60_000;
const SHOWN_BEFORE_MS = 30 * MINUTE_MS;

export function explainBurst(
  memory: BurstMemory,
  circuit: Asset,
  view: View,
  since: number,
): Pick<Explanation, "summary" | "evidence" | "causes"> {
  const { id } = circuit;
  const evidence: Evidence[] = [];
  const pressure = view.last(id, "p2_return");
  const supply = view.last(id, "p2_supply");
  const clock = clockText(view.network.timezone, since);
  if (pressure !== undefined)
    evidence.push(
      pressureEvidence(id, "p2_return", { zh: "二次回压", en: "Return pressure" }, memory.beforeKpa, pressure.value, since, view),
    );
  if (supply !== undefined)
    evidence.push(
      pressureEvidence(id, "p2_supply", { zh: "二次供压", en: "Supply pressure" }, memory.beforeSupplyKpa, supply.value, since, view),
    );
  evidence.push(...makeupEvidence(memory, circuit, view, since));
  const share = pumpShare(id, view, 5 * MINUTE_MS);
  if (share !== undefined) evidence.push(pumpEvidence(id, view, share));
  const makeup =
    memory.makeupM3h > 0
      ? { zh: `，补水 ${tidy(memory.makeupM3h)} m³/h`, en: `, makeup ${tidy(memory.makeupM3h)} m³/h` }
      : { zh: "", en: "" };
  const falls =
    memory.fallKpaMin > 0
      ? { zh: `，掉压最快 ${tidy(memory.fallKpaMin, 0)} kPa/min`, en: `, falling up to ${tidy(memory.fallKpaMin, 0)} kPa/min` }
      : { zh: "", en: "" };
  const from =
    Number.isNaN(memory.beforeKpa) || pressure === undefined
      ? { zh: "", en: "" }
      : {
          zh: `回压 ${tidy(memory.beforeKpa, 0)}→${tidy(pressure.value, 0)} kPa`,
          en: `return pressure ${tidy(memory.beforeKpa, 0)} → ${tidy(pressure.value, 0)} kPa`,
        };
  return {
    summary: {
      zh: `${circuit.name} ${clock} 起大量失水：${from.zh}${falls.zh}${makeup.zh}`.replace("：，", "："),
      en: `${circuit.name} has been losing water fast since ${clock}: ${from.en}${falls.en}${makeup.en}`.replace(": , ", ": "),
    },
    evidence,
    causes: burstCauses(memory, circuit, view, since),
  };
}

function pressureEvidence(
  asset: string,
  signal: "p2_return" | "p2_supply",
  name: Text,
  before: number,
  now: number,
  since: number,
  view: View,
): Evidence {
  const isKnown = !Number.isNaN(before);
  const duration = durationText(view.at - since);
  return {
    asset,
    signal,
    name,
    unit: "kPa",
    from: since - SHOWN_BEFORE_MS,
    to: view.at,
    value: now,
    ...(isKnown ? { expected: before } : {}),
    text: isKnown
      ? {
          zh: `${name.zh}由 ${tidy(before, 0)} 到 ${tidy(now, 0)} kPa，历时 ${duration.zh}`,
          en: `${name.en} from ${tidy(before, 0)} to ${tidy(now, 0)} kPa in ${duration.en}`,
        }
      : { zh: `${name.zh}现 ${tidy(now, 0)} kPa`, en: `${name.en} now ${tidy(now, 0)} kPa` },
  };
}

function makeupEvidence(memory: BurstMemory, circuit: Asset, view: View, since: number): Evidence[] {
  if (Number.isNaN(memory.makeupM3h)) return [];
  const circulation = circuit.circuitFacts?.circulationM3h ?? NaN;
  const limit = extremeMakeupM3h(circuit, view);
  const share = (100 * memory.makeupM3h) / circulation;
  return [
    {
      asset: circuit.id,
      name: { zh: "近 10 分钟补水量", en: "Makeup of the last 10 min" },
      unit: "m³/h",
      from: since - SHOWN_BEFORE_MS,
      to: view.at,
      value: Number(tidy(memory.makeupM3h, 2)),
      limit: Number(tidy(limit, 2)),
      text: {
        zh: `补水 ${tidy(memory.makeupM3h)} m³/h，为循环流量的 ${tidy(share)}%`,
        en: `Makeup ${tidy(memory.makeupM3h)} m³/h, ${tidy(share)} % of circulation`,
      },
    },
  ];
}

function pumpEvidence(asset: string, view: View, share: number): Evidence {
  const percent = tidy(share * 100, 0);
  return {
    asset,
    name: { zh: "补水泵运行占比", en: "Makeup pump running" },
    unit: "%",
    from: view.at - 5 * MINUTE_MS,
    to: view.at,
    value: Number(percent),
    limit: 100 * view.limits.get("burst_pump_share", asset),
    text: { zh: `近 5 分钟补水泵运行 ${percent}%`, en: `The makeup pump ran ${percent} % of the last 5 min` },
  };
}

function burstCauses(memory: BurstMemory, circuit: Asset, view: View, since: number): Cause[] {
  const station = view.station.id;
  const flood = view.last(circuit.id, "flood") ?? view.last(station, "flood");
  const isFlooded = flood?.value === 1;
  const hour = hourOfDay(view.network.timezone, since);
  const isWorkingHour = hour >= 8 && hour < 18;
  const share = pumpShare(circuit.id, view, 5 * MINUTE_MS);
  const pumps: Text[] =
    share !== undefined && share > 0.8 ? [{ zh: "补水泵长开仍补不上", en: "The makeup pump runs and cannot keep up" }] : [];
  const clock = clockText(view.network.timezone, since);
  const fell =
    memory.fallKpaMin > 0
      ? [
          {
            zh: `掉压 ${tidy(memory.fallKpaMin, 0)} kPa/min，供回压同降`,
            en: `Falling ${tidy(memory.fallKpaMin, 0)} kPa/min on both sides`,
          },
        ]
      : [];
  const dry: Text[] = flood !== undefined && !isFlooded ? [{ zh: "站内无积水信号", en: "No flood signal in the station" }] : [];
  return rankCauses([
    {
      id: "buried_pipe",
      name: { zh: "外网管道、阀井破裂", en: "Burst outdoor pipe or valve shaft" },
      weight: isFlooded ? 1 : 4.5,
      pro: [...fell, ...pumps],
      contra: [],
    },
    {
      id: "building_pipe",
      name: { zh: "楼内立管、单元过滤器崩开", en: "Burst riser or unit strainer in a building" },
      weight: isFlooded ? 0.7 : 3,
      pro: pumps,
      contra: [],
    },
    {
      id: "station_pipe",
      name: { zh: "站内管道、换热器或软连接漏", en: "Leak inside the station: pipe, exchanger, flexible joint" },
      weight: isFlooded ? 10 : flood === undefined ? 1 : 0.4,
      pro: isFlooded ? [{ zh: "站内积水报警", en: "Flood alarm in the station" }] : [],
      contra: dry,
    },
    {
      id: "drain",
      name: { zh: "检修泄水未报备", en: "Unannounced drain for maintenance" },
      weight: isWorkingHour ? 1.5 : 0.4,
      pro: isWorkingHour ? [{ zh: `${clock} 为作业时段`, en: `${clock} is within working hours` }] : [],
      contra: isWorkingHour ? [] : [{ zh: `${clock} 非作业时段`, en: `${clock} is outside working hours` }],
    },
  ]);
}
