import type { Evidence, Explanation } from "../model/finding.ts";
import { SEASON_PHASES } from "../model/season.ts";
import { CLOCK_SIGNAL, SIGNALS } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import { rankCauses } from "./causes.ts";
import { texts } from "./evidence.ts";
import type { Limit } from "./limits.ts";
import { durationText } from "./phrases.ts";
import type { Rule, Verdict } from "./rule.ts";

/** R32 时钟偏差: a gateway's clock is wrong. Its times are corrected on the way in; what it shows on site, and in its own log, is not. */

const MINUTE_MS = 60_000;
const HALF_HOUR_S = 1_800;
/** Offsets this near to whole half hours are time zones or summer time. */
const ZONE_SLACK_S = 90;
const DAY_S = 86_400;

export const clockSkewLimits = {
  clock_skew_s: { value: 120, unit: "s", reason: { zh: "偏差超过2分钟", en: "More than two minutes off" } },
  clock_skew_min: {
    value: 10,
    unit: "min",
    reason: { zh: "持续这么久：对时后几分钟内恢复的不立单", en: "So long: a clock that is set within minutes is no ticket" },
  },
} satisfies Record<string, Limit>;

interface ClockMemory {
  /** The last word on the clock, s ahead, and when it came: nothing is said while it stays as it is. */
  offsetS: number;
  at: number;
}

export const clockSkewRule: Rule<ClockMemory> = {
  kind: "clock_skew",
  level: "station",
  everyMs: 5 * MINUTE_MS,
  onSignals: [CLOCK_SIGNAL],
  holdMs: 10 * MINUTE_MS,
  keepMs: 5 * MINUTE_MS,
  phases: SEASON_PHASES,
  measure: { name: { zh: "时钟偏差", en: "Clock off by" }, unit: "s", faultWhen: "above" },
  cause: { zh: "网关时钟不准", en: "The gateway's clock is wrong" },
  consequence: {
    zh: "平台已按接收时间校正曲线；但网关自身的记录、定时任务、补传数据时间仍是错的，停电重启后可能更偏",
    en: "The platform corrects its curves by time of receipt; the gateway's own log, timers and replayed data stay wrong, and may get worse after a restart",
  },
  action: [
    {
      zh: "远程对时：检查 NTP 地址、端口、时区和夏令时设置",
      en: "Set the clock remotely: check NTP address, port, time zone and summer time",
    },
    { zh: "内网不通外网时改用主站对时", en: "Where there is no way to the internet, let the master station set it" },
    { zh: "重启后又不准：更换时钟电池", en: "Wrong again after a restart: replace the clock's battery" },
  ],
  limits: Object.keys(clockSkewLimits),

  start: () => ({ offsetS: 0, at: NaN }),

  evaluate(memory, station, view): Verdict {
    const said = view.last(station.id, CLOCK_SIGNAL);
    if (said !== undefined && said.at !== memory.at) {
      // Drift moves the offset; the fault is as old as its first word.
      memory.at = memory.offsetS === 0 || said.value === 0 ? said.at : memory.at;
      memory.offsetS = said.value;
    }
    const limit = view.limits.get("clock_skew_s", station.id);
    const value = Math.abs(memory.offsetS);
    if (value < limit) return { state: "normal", value, limit };
    return {
      state: "fault",
      severity: "general",
      since: memory.at,
      holdMs: view.limits.get("clock_skew_min", station.id) * MINUTE_MS,
      value,
      limit,
    };
  },

  explain({ offsetS }, station, view, since): Explanation {
    const off = durationText(Math.abs(offsetS) * 1000);
    const side: Text = offsetS > 0 ? { zh: "快", en: "ahead" } : { zh: "慢", en: "behind" };
    const halves = Math.abs(offsetS) / HALF_HOUR_S;
    const isZone = Math.round(halves) > 0 && Math.abs(halves - Math.round(halves)) * HALF_HOUR_S < ZONE_SLACK_S;
    const isLost = Math.abs(offsetS) > DAY_S;
    const evidence: Evidence = {
      asset: station.id,
      signal: CLOCK_SIGNAL,
      name: SIGNALS[CLOCK_SIGNAL].name,
      unit: "s",
      from: since,
      to: view.at,
      value: Math.round(offsetS),
      expected: 0,
      limit: view.limits.get("clock_skew_s", station.id),
      text: { zh: `${side.zh} ${off.zh}，以平台接收时间为准`, en: `${off.en} ${side.en}, by the platform's time of receipt` },
    };
    return {
      summary: { zh: `${station.name}网关时钟${side.zh} ${off.zh}`, en: `${station.name}: the gateway's clock is ${off.en} ${side.en}` },
      evidence: [evidence],
      causes: rankCauses([
        {
          id: "clock_skew",
          name: { zh: "未对时（NTP 不通或未配置）", en: "Not synchronised: NTP not reachable or not set up" },
          weight: isZone || isLost ? 1 : 4,
          pro: [],
          contra: texts(isZone && { zh: "偏差恰为半小时的整数倍", en: "The offset is a whole number of half hours" }),
        },
        {
          id: "time_zone",
          name: { zh: "时区或夏令时设错", en: "Wrong time zone or summer time" },
          weight: isZone ? 6 : 0.3,
          pro: texts(isZone && { zh: "偏差恰为半小时的整数倍", en: "The offset is a whole number of half hours" }),
          contra: [],
        },
        {
          id: "clock_battery",
          name: { zh: "时钟电池没电，停电后归零", en: "Its clock battery is flat: time was lost with the power" },
          weight: isLost ? 6 : 1,
          pro: texts(isLost && { zh: "偏差超过一天", en: "More than a day off" }),
          contra: [],
        },
      ]),
      consequence: clockSkewRule.consequence,
      action: clockSkewRule.action,
    };
  },
};
