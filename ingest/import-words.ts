import { SIGNALS, PLATFORM_SIGNALS, SIGNAL_IDS, type SignalId } from "../model/signals.ts";

/** What the signals are called in exports of Chinese control rooms, besides their ids and the names on our screens (DOMAIN 1, field habit). */

const OTHER_NAMES: Readonly<Partial<Record<SignalId, readonly string[]>>> = {
  t_out: ["室外气温", "室外温", "环境温度"],
  t1_supply: ["一次供水温度", "一次侧供温", "一次侧供水温度", "一网供温", "一网供水温度", "t1g", "gt1"],
  t1_return: ["一次回水温度", "一次侧回温", "一次侧回水温度", "一网回温", "一网回水温度", "t1h", "bt1"],
  p1_supply: ["一次供水压力", "一次侧供压", "一次侧供水压力", "一网供压", "一网供水压力", "p1g", "gp1"],
  p1_return: ["一次回水压力", "一次侧回压", "一次侧回水压力", "一网回压", "一网回水压力", "p1h", "bp1"],
  q1_flow: ["一次瞬时流量", "一次侧流量", "一次侧瞬时流量", "一网瞬时流量", "一网流量"],
  q1_total: ["一次累计流量", "一次侧累计流量", "一网累计流量"],
  h1_power: ["热功率", "瞬时热功率"],
  h1_total: ["累计热", "热量累计"],
  v1_pos: ["调节阀反馈", "阀门反馈", "调节阀开度反馈", "一次阀开度", "阀门开度反馈"],
  v1_set: ["调节阀给定", "阀门给定", "阀门开度给定", "调节阀开度给定"],
  power_ok: ["市电状态", "市电正常"],
  tank_level: ["补水箱液位", "液位"],
  flood: ["水浸", "积水报警", "水浸报警"],
  t2_supply: ["二次供水温度", "二次侧供温", "二次侧供水温度", "二网供温", "二网供水温度", "t2g", "gt2"],
  t2_return: ["二次回水温度", "二次侧回温", "二次侧回水温度", "二网回温", "二网回水温度", "t2h", "bt2"],
  t2_set: ["二次供水温度设定", "二次供温给定", "供温设定"],
  p2_supply: ["二次供水压力", "二次侧供压", "二次侧供水压力", "二网供压", "二网供水压力", "p2g", "gp2"],
  p2_return: ["二次回水压力", "二次侧回压", "二次侧回水压力", "二网回压", "二网回水压力", "p2h", "bp2"],
  p2_filter_in: ["除污器前", "除污器入口压力"],
  p2_filter_out: ["除污器后", "除污器出口压力"],
  q2_flow: ["二次循环流量", "二次流量", "二次瞬时流量", "二次侧流量", "二网流量", "二网瞬时流量"],
  mk_total: ["补水累计流量", "累计补水量", "补水量累计"],
  mk_flow: ["补水流量", "补水瞬时流量", "瞬时补水量"],
  mk_pump: ["补水泵运行", "补水泵状态"],
  cp_run: ["循环泵状态"],
  cp_fault: ["循环泵故障状态"],
  cp_hz: ["循环泵频率反馈", "循环泵运行频率"],
  t_supply: ["单元供水温度", "楼栋供温"],
  t_return: ["单元回水温度", "楼栋回温"],
  valve_pos: ["单元阀门开度", "单元阀开度", "平衡阀开度", "平衡阀反馈"],
  valve_set: ["平衡阀给定", "单元阀门给定"],
  p_supply: ["单元供水压力"],
  p_return: ["单元回水压力"],
  flow: ["单元瞬时流量"],
  heat: ["单元累计热量"],
  battery: ["电池"],
  t_room: ["室内温度"],
};

/** Without spaces, brackets and the signs that people put between words; full-width letters as plain ones. */
export function plainWord(word: string): string {
  return word
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\s\-_.·・:/\\|#,;()[\]{}]+/g, "");
}

const BY_NAME = new Map<string, SignalId>();
for (const signal of SIGNAL_IDS) {
  if (PLATFORM_SIGNALS.has(signal)) continue;
  const { zh, en } = SIGNALS[signal].name;
  for (const name of [signal, zh, en, ...(OTHER_NAMES[signal] ?? [])]) BY_NAME.set(plainWord(name), signal);
}
const NAMES = [...BY_NAME.keys()];
const LONGEST_FIRST = NAMES.toSorted((a, b) => b.length - a.length);

/** The signal of this name; undefined for any other word. */
export const signalNamed = (word: string): SignalId | undefined => BY_NAME.get(plainWord(word));

/** The longest signal name at the end of a plain word, and what stands before it. */
export function endsInSignal(word: string): { readonly signal: SignalId; readonly before: string } | undefined {
  const name = LONGEST_FIRST.find((candidate) => word.endsWith(candidate));
  return name === undefined ? undefined : { signal: BY_NAME.get(name)!, before: word.slice(0, -name.length) };
}

/** Every name that is recognised: for the nearest one of a typo. */
export const SIGNAL_NAMES: readonly string[] = SIGNAL_IDS.flatMap((id) =>
  PLATFORM_SIGNALS.has(id) ? [] : [id, SIGNALS[id].name.zh, ...(OTHER_NAMES[id] ?? [])],
);
