import type { Limit } from "./limits.ts";

/** Limits of the tests on sensors. */

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const sensorLimits = {
  sensor_failed_share: limit(0.4, "1", "“传感器故障”占比", 'Share of reports that say "sensor failed"'),
  sensor_missing_hours: limit(2, "h", "设备在报而该测点无数据", "Its device reports and this point does not"),
  sensor_missing_intervals: limit(6, "×", "且超过6个周期", "and for so many intervals"),
  sensor_stuck_samples: limit(24, "1", "实测：合法的连续相同最多14次", "Measured: at most 14 equal samples in a row are legitimate"),
  sensor_stuck_hours: limit(4, "h", "且不短于4小时（实测最长6小时于0.01 K表）", "and for at least so long"),
  sensor_stuck_steps: limit(
    3,
    "×",
    "而按相关测点的变化，它本应移动3个分辨率以上",
    "while by what goes with it the point should have moved by so many of its steps",
  ),
  sensor_stuck_rests: limit(2, "×", "且为此测点以往最长停顿的两倍", "and twice as long as this point ever rested"),
  sensor_spikes: limit(3, "1", "6小时内孤立跳变次数", "Lone jumps within six hours"),
  sensor_noise_times: limit(5, "×", "相邻采样跳动为平时的倍数", "Steps between samples as a multiple of the usual"),
  sensor_swapped_k: limit(1, "K", "回高于供；实测一年仅13个单小时", "Return above supply: 13 single hours in a measured year"),
  sensor_swapped_kpa: limit(15, "kPa", "回压高于供压", "Return pressure above supply"),
  sensor_shift_k: limit(2.5, "K", "与相关测点之差偏离平时", "Difference to what goes with it off its usual"),
  sensor_shift_deviations: limit(5, "×", "且超过5倍日间波动", "and by so many of its daily deviations"),
  sensor_meter_share: limit(
    0.12,
    "1",
    "热表瞬时热量与流量温差算得之差（实测95%在7%内）",
    "Heat meter against flow times spread (95 % lie within 7 %)",
  ),
  sensor_head_kpa: limit(40, "kPa", "供回压差突变而流量未变", "Head off its usual while the flow is not"),
} satisfies Record<string, Limit>;

export type SensorLimits = { readonly [name in keyof typeof sensorLimits]: number };
