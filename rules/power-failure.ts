import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { SEASON_PHASES } from "../model/season.ts";
import { rankCauses } from "./causes.ts";
import { habitsObserver } from "./circuit-habits.ts";
import { circulationOf } from "./circulation.ts";
import { signalEvidence, texts } from "./evidence.ts";
import type { Limit } from "./limits.ts";
import { clockText, durationText } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R10 停电: the station says that its mains are gone, or all of its pumps stand at once where it cannot say so. */

const MINUTE_MS = 60_000;

export const powerFailureLimits = {
  power_hold_s: {
    value: 45,
    unit: "s",
    reason: { zh: "双电源切换、晃电在此时间内恢复", en: "A change-over or a dip of the mains is over by then" },
  },
  power_pump_share: {
    value: 0.3,
    unit: "1",
    reason: { zh: "无市电信号时：全站机组压差都不足平时30%", en: "Without a mains signal: the head of every circuit is below this" },
  },
} satisfies Record<string, Limit>;

export const powerFailureRule: Rule<null> = {
  kind: "power_failure",
  level: "station",
  everyMs: 5 * MINUTE_MS,
  onSignals: ["power_ok"],
  observers: [habitsObserver],
  holdMs: 45_000,
  keepMs: 2 * MINUTE_MS,
  phases: SEASON_PHASES,
  measure: { name: { zh: "市电信号", en: "Mains signal" }, unit: "0/1", faultWhen: "below" },
  cause: { zh: "站内停电", en: "Power cut in the station" },
  consequence: {
    zh: "循环泵、补水泵、调节阀全停；2–4 小时室温明显下降，严寒时须防冻",
    en: "Circulation, makeup and control valves all stop; rooms cool in 2-4 h, in frost pipes are at risk",
  },
  action: [
    { zh: "联系供电部门和物业，问清恢复时间", en: "Call the grid operator and the site owner: how long will it last?" },
    { zh: "查站内进线、跳闸，能合闸的先恢复", en: "Check the station's inlet and breakers; close what can be closed" },
    { zh: "严寒超过 2 小时未恢复：发电机或泄水防冻", en: "In frost, if not back within 2 h: bring a generator or drain" },
    { zh: "来电后依次启补水、循环，查压力并排气", en: "When power is back start makeup, then circulation; check pressure and vent" },
  ],
  limits: Object.keys(powerFailureLimits),

  start: () => null,

  evaluate(_memory, station, view): Verdict {
    const power = view.last(station.id, "power_ok");
    const holdMs = view.limits.get("power_hold_s", station.id) * 1000;
    if (power !== undefined) {
      const figures = { value: power.value, limit: 0.5 };
      return power.value < 0.5 ? { state: "fault", severity: "urgent", holdMs, ...figures } : { state: "normal", ...figures };
    }
    // A station that can say so and has gone silent: what it said last stands.
    if (view.lastReport(station.id, "power_ok") !== undefined) return { state: "unknown" };
    const stands = standingCircuits(station, view);
    if (stands === undefined) return { state: "unknown" };
    return stands ? { state: "fault", severity: "urgent", holdMs: Math.max(holdMs, 4 * MINUTE_MS) } : { state: "normal" };
  },

  explain(_memory, station, view, since): Explanation {
    const duration = durationText(view.at - since);
    const clock = clockText(view.network.timezone, since);
    const isSaid = view.lastReport(station.id, "power_ok") !== undefined;
    return {
      summary: {
        zh: isSaid ? `${station.name} ${clock} 起停电，已 ${duration.zh}` : `${station.name} ${clock} 起全部机组同时停运，疑似停电`,
        en: isSaid
          ? `${station.name}: no mains power since ${clock}, ${duration.en}`
          : `${station.name}: all circuits stand since ${clock}; power cut likely`,
      },
      evidence: [
        ...signalEvidence(view, station.id, "power_ok", since, { expected: 1 }),
        ...station.children.flatMap((circuit) => [
          ...signalEvidence(view, circuit, "cp_run", since, { expected: 1 }),
          ...signalEvidence(view, circuit, "q2_flow", since, { expected: circulationOf(view.network.asset(circuit)!, view).usualFlowM3h }),
        ]),
      ],
      causes: rankCauses([
        {
          id: "power_failure",
          name: { zh: "外部停电或进线跳闸", en: "Grid outage or tripped inlet" },
          weight: 5,
          pro: texts(
            isSaid
              ? { zh: "市电信号为 0", en: "The mains signal is 0" }
              : { zh: "全站泵同时停", en: "All pumps of the station stopped at once" },
          ),
          contra: [],
        },
        {
          id: "sensor_fault",
          name: { zh: "市电检测回路故障", en: "Faulty mains detection" },
          weight: isSaid && standingCircuits(station, view) === false ? 6 : 0.3,
          pro: texts(standingCircuits(station, view) === false && { zh: "循环泵仍在运行", en: "The pumps still run" }),
          contra: [],
        },
        {
          id: "pump_failure",
          name: { zh: "控制柜、变频器故障", en: "Control cabinet or inverter failed" },
          weight: isSaid ? 0.3 : 2,
          pro: [],
          contra: [],
        },
      ]),
      consequence: powerFailureRule.consequence,
      action: powerFailureRule.action,
    };
  },
};

/** Whether every circuit of a station with several stands; undefined where one cannot tell, or for a single circuit, whose pump may be it. */
function standingCircuits(station: Asset, view: View): boolean | undefined {
  const shares = station.children.map((id) => circulationOf(view.network.asset(id)!, view).headShare);
  if (shares.length < 2 || shares.some((share) => Number.isNaN(share))) return undefined;
  const least = view.limits.get("power_pump_share", station.id);
  return shares.every((share) => share < least);
}
