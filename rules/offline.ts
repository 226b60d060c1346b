import type { Cause, Evidence, Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { SEASON_PHASES } from "../model/season.ts";
import type { SignalId } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import { rankCauses } from "./causes.ts";
import type { Limit } from "./limits.ts";
import { clockText, durationText } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R31 通讯中断: nothing is heard of a whole station. Shorter silences are gaps, not faults; late data takes the finding back. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export const offlineLimits: Readonly<Record<string, Limit>> = {
  offline_intervals: { value: 3.5, unit: "×", reason: { zh: "连续漏报的上报周期数", en: "Reporting intervals missed in a row" } },
  offline_min: { value: 10, unit: "min", reason: { zh: "短于此的中断不立单", en: "Shorter gaps are not worth a ticket" } },
  offline_urgent_min: {
    value: 30,
    unit: "min",
    reason: { zh: "严寒时失去监视的最长时间", en: "Longest time without sight in severe cold" },
  },
  offline_urgent_outdoor: {
    value: -10,
    unit: "°C",
    reason: { zh: "低于此室外温度，停热有冻害风险", en: "Below this outdoor temperature an unseen stop risks frost damage" },
  },
  offline_device_share: {
    value: 20,
    unit: "%",
    reason: { zh: "一栋楼允许无数据的单元设备比例", en: "Share of a building's unit devices that may be silent" },
  },
  offline_device_count: { value: 2, unit: "", reason: { zh: "单个设备无数据不立单", en: "A single silent device is not a ticket" } },
};

/** Signals by which the rhythm of a station is known: the fastest of them counts. */
const RHYTHM_SIGNALS: readonly SignalId[] = [
  "t_out",
  "t1_supply",
  "t1_return",
  "p1_supply",
  "v1_pos",
  "h1_power",
  "t2_supply",
  "t2_return",
  "p2_supply",
  "p2_return",
  "q2_flow",
  "mk_total",
];

interface OfflineMemory {
  /** Fastest median interval of the station's points, ms; NaN until five readings. */
  intervalMs: number;
  intervalHour: number;
  outdoorC: number;
  /** The last mains signal while the station was heard, 0 or 1; NaN: none. It goes out of sight while the silence lasts. */
  powerOk: number;
}

export const offlineRule: Rule<OfflineMemory> = {
  kind: "offline",
  level: "station",
  everyMs: 5 * MINUTE_MS,
  onSignals: [],
  holdMs: 0,
  keepMs: 5 * MINUTE_MS,
  phases: SEASON_PHASES,
  measure: { name: { zh: "无数据时长", en: "Time without data" }, unit: "min", faultWhen: "above" },
  cause: { zh: "全站无数据", en: "No data from the whole station" },
  consequence: {
    zh: "看不到供热和压力，故障只能等用户来电",
    en: "Heat and pressure are out of sight; faults will only be known from residents' calls",
  },
  action: [
    { zh: "先电话询问站内供电和运行情况", en: "Ask by phone whether the station has power and runs" },
    { zh: "远程重启网关，查流量卡欠费和信号", en: "Restart the gateway remotely; check its SIM card and signal" },
    {
      zh: "30 分钟未恢复派人到站，人工抄表看压力、温度",
      en: "If it is not back in 30 min send someone to read pressures and temperatures on site",
    },
  ],
  limits: ["offline_intervals", "offline_min", "offline_urgent_min", "offline_urgent_outdoor"],

  start: () => ({ intervalMs: NaN, intervalHour: -1, outdoorC: NaN, powerOk: NaN }),

  evaluate(memory, asset, view): Verdict {
    learnRhythm(memory, asset, view);
    const heardAt = heardFrom(asset, view);
    if (heardAt === undefined || Number.isNaN(memory.intervalMs)) return { state: "unknown" };
    const silentMs = view.at - heardAt;
    const limitMs = silenceLimitMs(memory, asset, view);
    const value = silentMs / MINUTE_MS;
    const limit = limitMs / MINUTE_MS;
    if (silentMs <= limitMs) {
      const outdoor = view.last(asset.id, "t_out");
      if (outdoor !== undefined) memory.outdoorC = outdoor.value;
      const power = view.last(asset.id, "power_ok");
      if (power !== undefined) memory.powerOk = power.value;
      return { state: "normal", value, limit, againAt: heardAt + limitMs + 1000 };
    }
    const isBlindInFrost =
      silentMs > view.limits.get("offline_urgent_min", asset.id) * MINUTE_MS &&
      memory.outdoorC < view.limits.get("offline_urgent_outdoor", asset.id);
    return { state: "fault", severity: isBlindInFrost ? "urgent" : "general", since: heardAt, value, limit };
  },

  explain(memory, asset, view, since): Explanation {
    const silentMs = view.at - since;
    const silent = durationText(silentMs);
    const at = clockText(view.network.timezone, since);
    const limitMs = silenceLimitMs(memory, asset, view);
    const interval = durationText(memory.intervalMs < MINUTE_MS ? MINUTE_MS : memory.intervalMs);
    const evidence: Evidence = {
      asset: asset.id,
      name: { zh: "无数据时长", en: "Time without data" },
      unit: "min",
      from: since,
      to: view.at,
      value: Math.round(silentMs / MINUTE_MS),
      limit: Math.round(limitMs / MINUTE_MS),
      text: {
        zh: `${at} 起 ${silent.zh}无任何数据，平时约 ${interval.zh}一报`,
        en: `Nothing since ${at}, ${silent.en}; usually a report every ${interval.en} or so`,
      },
    };
    return {
      summary: { zh: `${asset.name} ${at} 起全站无数据，已 ${silent.zh}`, en: `${asset.name}: no data since ${at}, ${silent.en}` },
      evidence: [evidence],
      causes: offlineCauses(memory, asset, view),
      consequence: offlineRule.consequence,
      action: offlineRule.action,
    };
  },
};

/**
 * When station and circuits were last heard; unit devices have links of their own and go on reporting while the station's gateway is
 * gone. Only where there is nothing else they stand for the station.
 */
function heardFrom(station: Asset, view: View): number | undefined {
  let heardAt = -Infinity;
  for (const id of [station.id, ...station.children])
    for (const signal of RHYTHM_SIGNALS) heardAt = Math.max(heardAt, view.lastReport(id, signal) ?? -Infinity);
  return heardAt > -Infinity ? heardAt : view.lastHeard(station.id);
}

/** `online` = 0 says that the silence is real: then the plain minimum is enough. */
function silenceLimitMs(memory: OfflineMemory, asset: Asset, view: View): number {
  const leastMs = view.limits.get("offline_min", asset.id) * MINUTE_MS;
  if (view.last(asset.id, "online")?.value === 0) return leastMs;
  return Math.max(leastMs, view.limits.get("offline_intervals", asset.id) * memory.intervalMs);
}

/** Once an hour: intervals do not change by the minute. */
function learnRhythm(memory: OfflineMemory, asset: Asset, view: View): void {
  const hour = Math.floor(view.at / HOUR_MS);
  if (hour === memory.intervalHour && !Number.isNaN(memory.intervalMs)) return;
  memory.intervalHour = hour;
  const fastestMs = Math.min(
    ...[asset.id, ...asset.children].flatMap((id) => RHYTHM_SIGNALS.map((signal) => view.interval(id, signal) ?? Infinity)),
    // Some stations are seen only through their buildings.
    ...view.network
      .below(asset.id, "unit")
      .map((unit) => view.interval(unit.id, "t_return") ?? view.interval(unit.id, "t_supply") ?? Infinity),
  );
  if (fastestMs < Infinity) memory.intervalMs = fastestMs;
}

function offlineCauses({ powerOk }: OfflineMemory, asset: Asset, view: View): Cause[] {
  const status = view.last(asset.id, "online");
  const isCut = powerOk === 0;
  const isFarewell = status?.value === 0;
  const pro: Text[] = [];
  if (isFarewell)
    pro.push({
      zh: `网关于 ${clockText(view.network.timezone, status!.at)} 断开连接`,
      en: `The gateway's connection broke at ${clockText(view.network.timezone, status!.at)}`,
    });
  const powerLine: Text[] =
    !isCut && powerOk !== 1
      ? []
      : [{ zh: `最后一次市电信号为${isCut ? "断电" : "正常"}`, en: `The last mains signal said ${isCut ? "off" : "on"}` }];
  return rankCauses([
    {
      id: "link",
      name: { zh: "通信网络中断或流量卡停机", en: "Mobile link down or SIM card suspended" },
      weight: isFarewell ? 5 : 4,
      pro,
      contra: isCut ? powerLine : [],
    },
    {
      id: "gateway",
      name: { zh: "网关或 DTU 死机", en: "Gateway hung" },
      weight: isFarewell ? 2 : 4,
      pro: isFarewell ? [] : [{ zh: "未见断开通知而数据停止", en: "Data stopped without a notice of disconnection" }],
      contra: pro,
    },
    {
      id: "power_failure",
      name: { zh: "站内停电", en: "Power cut in the station" },
      weight: isCut ? 20 : 2,
      pro: isCut ? powerLine : [],
      contra: isCut ? [] : powerLine,
    },
  ]);
}
