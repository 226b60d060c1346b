import type { Evidence, Explanation } from "../model/finding.ts";
import { ACTIVE_PHASES } from "../model/season.ts";
import { SIGNALS, type SignalId } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import { rankCauses } from "./causes.ts";
import type { Limit } from "./limits.ts";
import { durationText } from "./phrases.ts";
import type { Rule, Verdict } from "./rule.ts";
import { sensorLimits } from "./sensor-limits.ts";
import type { SensorDoubt, SensorSign } from "./sensor-tests.ts";
import { SENSOR_OBSERVERS, type SensorLevel } from "./sensor-watch.ts";

/** R30 测点故障: a point that has not been believed for some time. Until then it is only kept from the other rules. */

const HOUR_MS = 3_600_000;

export const sensorFaultLimits = {
  ...sensorLimits,
  sensor_fault_hours: {
    value: 3,
    unit: "h",
    reason: { zh: "不可信持续这么久才立单；此前只是不采信", en: "A ticket only after so long; until then the value is just not used" },
  },
  sensor_drift_hours: {
    value: 12,
    unit: "h",
    reason: { zh: "偏离、超差、噪声：观察这么久才立单", en: "A ticket for what only differs from usual, after so long" },
  },
  sensor_fault_room_hours: {
    value: 24,
    unit: "h",
    reason: { zh: "室温采集器：一天", en: "Room sensors: a day" },
  },
} satisfies Record<string, Limit>;

const SIGN_WORDS: Record<SensorSign, Text> = {
  dead: { zh: "传感器断线或失电", en: "Sensor wire broken or without supply" },
  missing: { zh: "测点在网关或 PLC 中断", en: "Point lost in the gateway or PLC" },
  stuck: { zh: "变送器卡死或通讯缓存旧值", en: "Transmitter frozen, or an old value is repeated" },
  spiking: { zh: "接线松动、干扰", en: "Loose wiring or interference" },
  noisy: { zh: "屏蔽接地不良、变送器老化", en: "Bad shielding or an ageing transmitter" },
  swapped: { zh: "供回接线或编号互换", en: "Supply and return swapped" },
  impossible: {
    zh: "与能量、压差不符：漂移、量程错或数据被改",
    en: "Against energy or pressure balance: drift, wrong range, or altered data",
  },
  drifting: { zh: "变送器漂移、探头移位脱落", en: "Transmitter drifts, or the probe was moved" },
  reset: { zh: "换表、清零", en: "Meter replaced or reset" },
};

/** What is only unlike its usual is watched for longer than what cannot be. */
const HOURS_LIMIT: Partial<Record<SensorSign, string>> = {
  noisy: "sensor_drift_hours",
  impossible: "sensor_drift_hours",
  drifting: "sensor_drift_hours",
};

/** So many times its limit is no matter of habit. */
const BLATANT = 3;

function hoursLimit(level: SensorLevel, { sign, value, limit }: SensorDoubt): string {
  if (level === "room") return "sensor_fault_room_hours";
  return value >= BLATANT * limit ? "sensor_fault_hours" : (HOURS_LIMIT[sign] ?? "sensor_fault_hours");
}

function sensorFault(level: SensorLevel): Rule<null> {
  const observer = SENSOR_OBSERVERS[level];
  return {
    kind: "sensor_fault",
    level,
    everyMs: observer.everyMs,
    onSignals: [],
    observers: [observer],
    holdMs: 0,
    keepMs: 2 * HOUR_MS,
    phases: ACTIVE_PHASES,
    measure: { name: { zh: "不可信时长", en: "Time without belief" }, unit: "h", faultWhen: "above" },
    cause: { zh: "测点失准、断线、卡死或接错", en: "A point is wrong, broken, frozen or swapped" },
    consequence: {
      zh: "相关规则看不到此测点，可能漏报；控制器若用它会调错",
      en: "Other rules no longer see it and may miss a fault; a controller that uses it goes wrong",
    },
    action: [
      { zh: "就地用标准表比对，查接线、供电、量程", en: "Compare on site with a reference; check wiring, supply and range" },
      { zh: "查网关/PLC 点表：地址、字序、倍率、单位", en: "Check the gateway's or PLC's table: address, word order, factor, unit" },
      { zh: "更换或校准后确认恢复采信", en: "After replacement or calibration see that it is believed again" },
    ],
    limits: Object.keys(sensorFaultLimits),

    start: () => null,

    evaluate(_memory, asset, view): Verdict {
      const watch = view.observed(observer, asset.id);
      if (watch === undefined) return { state: "unknown" };
      let worst: Verdict = { state: "normal", value: 0, limit: view.limits.get("sensor_fault_hours", asset.id) };
      for (const doubt of watch.doubts) {
        const { since } = doubt;
        const limit = view.limits.get(hoursLimit(level, doubt), asset.id);
        const value = (view.at - since) / HOUR_MS;
        if (value >= limit) return { state: "fault", severity: "general", since, value, limit };
        if (worst.againAt === undefined || since + limit * HOUR_MS < worst.againAt)
          worst = { state: "normal", value, limit, againAt: since + limit * HOUR_MS };
      }
      return worst;
    },

    explain(_memory, asset, view, since): Explanation {
      const doubts = view.observed(observer, asset.id)?.doubts ?? [];
      const names = (language: keyof Text): string =>
        doubts.map(({ signal }) => SIGNALS[signal].name[language]).join(language === "zh" ? "、" : ", ");
      const first = doubts[0];
      const duration = durationText(view.at - since);
      const signs = [...new Set(doubts.map(({ sign }) => sign))];
      return {
        summary: {
          zh: `${asset.name}${names("zh")}不可信，已 ${duration.zh}：${first?.text.zh ?? ""}`,
          en: `${asset.name}: ${names("en")} not to be believed for ${duration.en}: ${first?.text.en ?? ""}`,
        },
        evidence: doubts.map(({ signal, text, since: from }): Evidence =>
          evidenceOf(asset.id, signal, text, from, view.at, view.raw.last(asset.id, signal)?.value),
        ),
        causes: rankCauses(
          signs.length === 0
            ? [{ id: "sensor_fault", name: { zh: "测点故障", en: "Sensor fault" }, weight: 1, pro: [], contra: [] }]
            : signs.map((sign, index) => ({
                id: index === 0 ? "sensor_fault" : sign,
                name: SIGN_WORDS[sign],
                weight: 3 / (index + 1),
                pro: doubts.filter((doubt) => doubt.sign === sign).map(({ text }) => text),
                contra: [],
              })),
        ),
        consequence: this.consequence,
        action: this.action,
      };
    },
  };
}

export const sensorFaultRules: readonly Rule<null>[] = [
  sensorFault("station"),
  sensorFault("circuit"),
  sensorFault("unit"),
  sensorFault("room"),
];

function evidenceOf(asset: string, signal: SignalId, text: Text, from: number, to: number, value: number | undefined): Evidence {
  const { name, unit } = SIGNALS[signal];
  return { asset, signal, name, unit, from: from - 2 * HOUR_MS, to, value: value ?? null, text };
}
