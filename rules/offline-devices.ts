import type { Cause, Evidence, Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import type { SignalId } from "../model/signals.ts";
import { rankCauses } from "./causes.ts";
import { clockText, durationText } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R31 通讯中断, unit devices: many of a building's valves and sensors are silent while the station itself reports. */

const MINUTE_MS = 60_000;
const SILENT_INTERVALS = 4;
/** Radio loses reports in a row: devices are not missed before. */
const SILENT_MS_MIN = 2 * 3_600_000;
/** Before five reports of a device: three days, for meters that report once a day. */
const UNKNOWN_RHYTHM_MS = 3 * 86_400_000;
/** A station not heard for so long has its own finding; devices are then not judged. */
const STATION_SILENT_MS = 600_000;
/** Only to weigh causes: the usual ends of a lithium cell and of a LoRa or NB-IoT link. */
const WEAK_V = 3.3;
const FAINT_DBM = -110;
const KEPT_MS = 43_200_000;
const DEVICE_SIGNALS: readonly SignalId[] = [
  "t_return",
  "t_supply",
  "valve_pos",
  "flow",
  "heat",
  "p_return",
  "p_supply",
  "rssi",
  "battery",
];

interface DevicesMemory {
  /** Event time at which each unit's device was last known to be alive, in the order of `Network.below`; NaN: never. */
  aliveAt: number[];
  /** The silent ones at the last evaluation: index into `aliveAt`. */
  silent: number[];
  /** Since when the station has been heard without a break; NaN while it is silent. Devices cannot be heard without it. */
  stationUpAt: number;
}

export const offlineDevicesRule: Rule<DevicesMemory> = {
  kind: "offline",
  level: "building",
  everyMs: 15 * MINUTE_MS,
  onSignals: [],
  holdMs: 0,
  keepMs: 10 * MINUTE_MS,
  phases: WARM_PHASES,
  measure: { name: { zh: "无数据设备占比", en: "Share of silent devices" }, unit: "%", faultWhen: "above" },
  cause: { zh: "楼内多个单元设备无数据", en: "Several unit devices of the building are silent" },
  consequence: { zh: "该楼单元冷热看不到，平衡阀收不到指令", en: "Cold units of this building go unseen and its valves get no commands" },
  action: [
    { zh: "查集中器或采集器供电、信号", en: "Check the concentrator's power and signal" },
    {
      zh: "到单元热力入口看阀控器指示灯、电池、天线",
      en: "At the unit inlets check lamps, batteries and antennas of the valve controllers",
    },
    { zh: "恢复后核对阀门开度与给定一致", en: "When back, compare valve positions with their commands" },
  ],
  limits: ["offline_device_share", "offline_device_count"],

  start: (asset, network) => ({ aliveAt: network.below(asset.id, "unit").map(() => NaN), silent: [], stationUpAt: NaN }),

  evaluate(memory, asset, view): Verdict {
    const stationHeardAt = view.lastHeard(view.station.id);
    if (stationHeardAt === undefined || view.at - stationHeardAt > STATION_SILENT_MS) {
      memory.stationUpAt = NaN;
      return { state: "unknown" };
    }
    if (Number.isNaN(memory.stationUpAt)) memory.stationUpAt = stationHeardAt;
    const units = view.network.below(asset.id, "unit");
    const silent: number[] = [];
    let known = 0;
    units.forEach((unit, index) => {
      if (isAlive(unit, view)) memory.aliveAt[index] = view.at;
      if (Number.isNaN(memory.aliveAt[index]!)) return;
      known++;
      if (memory.aliveAt[index]! < view.at && hadItsChance(unit, memory.stationUpAt, view)) silent.push(index);
    });
    memory.silent = silent;
    if (known === 0) return { state: "unknown" };
    const value = (100 * silent.length) / known;
    const limit = view.limits.get("offline_device_share", asset.id);
    if (silent.length < view.limits.get("offline_device_count", asset.id) || value <= limit) return { state: "normal", value, limit };
    const since = Math.max(...silent.map((index) => lastSampleAt(units[index]!, view) ?? memory.aliveAt[index]!));
    return { state: "fault", severity: "general", since, value, limit };
  },

  explain(memory, asset, view, since): Explanation {
    const units = view.network.below(asset.id, "unit");
    const known = memory.aliveAt.filter((at) => !Number.isNaN(at)).length;
    const silent = memory.silent.map((index) => units[index]!);
    const names = silent.slice(0, 6).map((unit) => unit.name);
    const share = (100 * silent.length) / Math.max(1, known);
    const more = silent.length > names.length;
    const duration = durationText(view.at - since);
    const evidence: Evidence = {
      asset: asset.id,
      name: { zh: "无数据设备占比", en: "Share of silent devices" },
      unit: "%",
      from: since,
      to: view.at,
      value: Math.round(share),
      limit: view.limits.get("offline_device_share", asset.id),
      text: {
        zh: `${known} 个单元设备中 ${silent.length} 个超过 ${SILENT_INTERVALS} 个上报周期无数据：${names.join("、")}${more ? " 等" : ""}`,
        en: `${silent.length} of ${known} unit devices missed more than ${SILENT_INTERVALS} reports: ${names.join(", ")}${more ? ", …" : ""}`,
      },
    };
    return {
      summary: {
        zh: `${asset.name} ${known} 个单元设备中 ${silent.length} 个无数据，${clockText(view.network.timezone, since)} 起 ${duration.zh}`,
        en: `${asset.name}: ${silent.length} of ${known} unit devices silent for ${duration.en}`,
      },
      evidence: [evidence],
      causes: deviceCauses(silent, known, view),
      consequence: offlineDevicesRule.consequence,
      action: offlineDevicesRule.action,
    };
  },
};

/** A device is alive while any of its own signals is not overdue; one that says its sensor failed is alive too. */
function isAlive(unit: Asset, view: View): boolean {
  const heardAt = lastReportAt(unit, view);
  return heardAt !== undefined && view.at - heardAt <= overdueAfterMs(unit, view);
}

/** Rooms below the unit have devices of their own: their reports say nothing about this one. */
function lastReportAt(unit: Asset, view: View): number | undefined {
  let newest: number | undefined;
  for (const signal of DEVICE_SIGNALS) {
    const at = view.lastReport(unit.id, signal);
    if (at !== undefined && !(newest! >= at)) newest = at;
  }
  return newest;
}

/** Three of its slowest intervals; a device whose rhythm is not yet known may be one that reports once a day. */
function overdueAfterMs(unit: Asset, view: View): number {
  let slowestMs = 0;
  for (const signal of DEVICE_SIGNALS) slowestMs = Math.max(slowestMs, view.interval(unit.id, signal) ?? 0);
  return slowestMs > 0 ? Math.max(SILENT_MS_MIN, SILENT_INTERVALS * slowestMs) : UNKNOWN_RHYTHM_MS;
}

/** After an outage of the station a device has its time to be heard again. */
function hadItsChance(unit: Asset, stationUpAt: number, view: View): boolean {
  return view.at - stationUpAt > overdueAfterMs(unit, view);
}

function lastSampleAt(unit: Asset, view: View): number | undefined {
  const times = DEVICE_SIGNALS.flatMap((signal) => view.since(unit.id, signal, view.at - KEPT_MS).slice(-1)).map((sample) => sample.at);
  return times.length === 0 ? undefined : Math.max(...times);
}

function deviceCauses(silent: readonly Asset[], known: number, view: View): Cause[] {
  const isAll = silent.length === known;
  const batteries = silent.flatMap((unit) => view.since(unit.id, "battery", view.at - KEPT_MS).slice(-1));
  const weak = batteries.filter((sample) => sample.value < WEAK_V).length;
  const radio = silent.flatMap((unit) => view.since(unit.id, "rssi", view.at - KEPT_MS).slice(-1));
  const faint = radio.filter((sample) => sample.value < FAINT_DBM).length;
  const count = `${silent.length}/${known}`;
  return rankCauses([
    {
      id: "concentrator",
      name: { zh: "集中器断电或掉线", en: "Concentrator without power or link" },
      weight: isAll ? 6 : 3,
      pro: isAll ? [{ zh: `${count} 全部无数据`, en: `All ${count} are silent` }] : [],
      contra: isAll ? [] : [{ zh: `仍有 ${known - silent.length} 个设备在报`, en: `${known - silent.length} devices still report` }],
    },
    {
      id: "radio",
      name: { zh: "信号弱或被遮挡", en: "Weak or shadowed radio" },
      weight: 2 + 3 * faint,
      pro:
        faint > 0 ? [{ zh: `${faint} 个设备最后信号低于 ${FAINT_DBM} dBm`, en: `${faint} devices were last below ${FAINT_DBM} dBm` }] : [],
      contra: radio.length > 0 && faint === 0 ? [{ zh: "最后信号强度正常", en: "The last signal strength was fair" }] : [],
    },
    {
      id: "battery",
      name: { zh: "电池耗尽", en: "Empty batteries" },
      weight: 1 + 3 * weak,
      pro: weak > 0 ? [{ zh: `${weak} 个设备最后电压低于 ${WEAK_V} V`, en: `${weak} devices were last below ${WEAK_V} V` }] : [],
      contra: batteries.length > 0 && weak === 0 ? [{ zh: "最后电池电压正常", en: "The last battery voltage was fair" }] : [],
    },
  ]);
}
