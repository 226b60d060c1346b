import type { Asset } from "../model/network.ts";
import type { Limit } from "./limits.ts";
import { makeupLimits } from "./makeup-rate.ts";
import type { View } from "./rule.ts";

/** Limits of the rules over a circuit's makeup water. */

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const leakLimits = {
  ...makeupLimits,
  leak_cusum_limit: limit(
    20,
    "σ",
    "模拟150个站季：h=20 无误报，0.4 m³/h 约7小时发现",
    "Simulation of 150 station-seasons: no false alarm at 20, 0.4 m³/h found in about 7 h",
  ),
  leak_cusum_slack: limit(1, "σ", "低于一个标准差的偏高不累计", "An excess below one sigma is not gathered"),
  leak_cusum_clip: limit(4, "σ", "限幅，使1–3小时的检修放水不触发", "Clipped so that a maintenance drain of 1-3 h does not alarm"),
  leak_sigma_floor_m3h: limit(
    0.05,
    "m³/h",
    "脉冲计量与压力修正的最小不确定度",
    "Least uncertainty of pulse counting and pressure correction",
  ),
  leak_fast_m3h: {
    ...limit(
      0.5,
      "m³/h",
      "快速判据：超出基线的绝对量；试供热期间排气补水多，放宽一倍",
      "Fast tier: excess over the habit, absolute; twice while commissioning, when loops are vented and refilled",
    ),
    inPhase: { commissioning: 2 },
  },
  leak_fast_share: {
    ...limit(
      0.002,
      "1",
      "快速判据：占循环流量的份额；试供热期间2.5倍",
      "Fast tier: excess as a share of circulation; 2.5 times while commissioning",
    ),
    inPhase: { commissioning: 2.5 },
  },
  leak_fast_hours: limit(3.5, "h", "比最长3小时的检修放水再长半小时", "Half an hour longer than the longest maintenance drain of 3 h"),
  leak_absolute_share: limit(
    0.01,
    "1",
    "日均补水超过循环流量1%，不论历史",
    "A day's mean makeup above 1 % of circulation, whatever was usual",
  ),
  leak_tight_m3h_100k_m2: limit(0.5, "m³/h", "严密管网每10万平方米的补水量", "Makeup of a tight network per 100,000 m²"),
  leak_capacity_l_kpa: limit(
    6,
    "L/kPa",
    "定压容量缺省值；压力有起伏时自学习",
    "Water capacity of the loop; learned where the pressure moves",
  ),
  leak_coverage_min: limit(0.7, "1", "数据覆盖率下限", "Least share of an hour that must be covered"),
  leak_learning_warming_k_h: limit(2, "K/h", "升降温过快时暂停学习", "No learning while the water warms or cools faster"),
  leak_pump_rated_m3h: limit(8, "m³/h", "仅有补水泵状态时的额定流量", "Rated flow, where only the pump's state is known"),
  leak_urgent_share: limit(0.01, "1", "漏量超过循环流量1%为紧急", "Urgent above 1 % of circulation"),
  leak_urgent_duty: limit(0.5, "1", "补水泵运行占比过半为紧急", "Urgent when the makeup pump runs more than half the time"),
  leak_urgent_growth_m3h_day: limit(0.2, "m³/h/d", "漏量每日增长过快为紧急", "Urgent when the loss grows faster per day"),
  leak_clear_sum: limit(5, "σ", "超额消失的累计证据，大漏约3小时", "Gathered evidence that the excess is gone; about 3 h for a large leak"),
  leak_clear_sum_draw_off: limit(20, "σ", "呈放水规律时夜间无超额不算恢复", "With a draw-off pattern a quiet night is no recovery"),
  leak_water_yuan_m3: limit(15, "¥/m³", "软化水与升温耗热的估算单价", "Estimated price of softened water with its heat"),
} satisfies Record<string, Limit>;

/** Loss, m³/h, from which on a leak is urgent: by the size of the loop, but never less than the fast tier takes for a leak. */
export function urgentLossM3h(circuit: Asset, view: View): number {
  const share = view.limits.get("leak_urgent_share", circuit.id) * (circuit.circuitFacts?.circulationM3h ?? 0);
  return Math.max(view.limits.get("leak_fast_m3h", circuit.id), share);
}
