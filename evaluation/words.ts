import type { Text } from "../model/text.ts";

/** The words of the table and the report. */

export type Language = keyof Text;

/** By LC_ALL, LC_MESSAGES, LANG, as other commands of a shell do; English unless they say Chinese. */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const word = environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"] || "";
  return /^zh/i.test(word) ? "zh" : "en";
}

export const WORDS = {
  title: { zh: "规则评估", en: "Evaluation of the rules" },
  kind: { zh: "故障类型", en: "kind" },
  planted: { zh: "植入", en: "planted" },
  detectable: { zh: "可见", en: "visible" },
  found: { zh: "发现", en: "found" },
  rightKind: { zh: "定性正确", en: "right kind" },
  amongThree: { zh: "前三原因", en: "among 3" },
  beforeFirstCall: { zh: "先于来电", en: "before call" },
  calledBefore: { zh: "有来电者", en: "of called" },
  median: { zh: "延迟中位", en: "median" },
  p90: { zh: "延迟 P90", en: "p90" },
  lead: { zh: "提前量", en: "lead" },
  duplicates: { zh: "重复", en: "dupl." },
  falseTickets: { zh: "误报", en: "false" },
  falseRate: { zh: "误报/百站日", en: "/100 st.d" },
  precision: { zh: "精确率", en: "precision" },
  recall: { zh: "召回率", en: "recall" },
  total: { zh: "合计", en: "total" },
  stationDays: { zh: "站日", en: "station-days" },
  healthy: { zh: "健康站日", en: "healthy station-days" },
  accuracy: { zh: "正常识别率", en: "normal-behaviour accuracy" },
  earliness: { zh: "及早度", en: "earliness" },
  care: { zh: "CARE 类总分", en: "CARE-like score" },
  alarms: { zh: "告警负荷", en: "alarm load" },
  per10Min: { zh: "每操作员每 10 分钟", en: "per operator and 10 min" },
  max10Min: { zh: "10 分钟内最多", en: "most in 10 min" },
  flood: { zh: "洪泛时间占比", en: "time in flood" },
  standing: { zh: "超 24 小时未结（200 站）", en: "standing over 24 h (200 stations)" },
  chattering: { zh: "反复工单", en: "chattering" },
  urgent: { zh: "紧急占比", en: "urgent" },
  other: { zh: "其他工单", en: "other tickets" },
  calls: { zh: "来电", en: "calls" },
  callTickets: { zh: "仅来电", en: "calls only" },
  unplanted: { zh: "未植入但属实", en: "real, not planted" },
  excused: { zh: "可谅解", en: "excused" },
  echo: { zh: "修复后余波", en: "echo of a repaired fault" },
  relapses: { zh: "复发", en: "relapses" },
  seeds: { zh: "种子", en: "seeds" },
  scenarios: { zh: "场景", en: "scenarios" },
  worlds: { zh: "次演算", en: "worlds" },
  development: { zh: "开发集", en: "development set" },
  test: { zh: "测试集", en: "test set" },
  mixed: { zh: "混合", en: "of both sets" },
  missed: { zh: "漏检", en: "Missed" },
  falseTitle: { zh: "误报", en: "False" },
  failures: { zh: "程序错误", en: "failures of the program" },
  cpu: { zh: "每站日 CPU", en: "CPU per station-day" },
  wall: { zh: "用时", en: "wall time" },
  stopped: { zh: "被中止，未演算", en: "stopped; not played" },
} as const satisfies Record<string, Text>;
