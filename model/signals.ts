import type { Text } from "./text.ts";

/** What can carry a signal, from the top of the hydraulic tree to the bottom. */
export const LEVELS = ["station", "circuit", "building", "unit", "room"] as const;
export type Level = (typeof LEVELS)[number];

/** One measured quantity of CONTRACT 2: its unit on the wire, what is physically possible, its words. */
export interface Signal {
  readonly unit: string;
  /** Levels on which it may be reported. */
  readonly levels: readonly Level[];
  /** Outside [min, max] a value is impossible and rejected. Source: DOMAIN 1, "valid range". */
  readonly min: number;
  readonly max: number;
  /** Decimals that a person is shown. */
  readonly decimals: number;
  readonly name: Text;
}

const STATION = ["station", "circuit"] as const;
const CIRCUIT = ["circuit", "station"] as const;
const UNIT = ["unit", "building"] as const;
const ROOM = ["room"] as const;
const DEVICE = ["unit", "building", "room"] as const;

function signal(unit: string, levels: readonly Level[], min: number, max: number, decimals: number, zh: string, en: string): Signal {
  return { unit, levels, min, max, decimals, name: { zh, en } };
}

export const SIGNALS = {
  t_out: signal("°C", STATION, -50, 50, 1, "室外温度", "Outdoor temperature"),
  t1_supply: signal("°C", STATION, 0, 150, 1, "一次供温", "Primary supply temperature"),
  t1_return: signal("°C", STATION, 0, 130, 1, "一次回温", "Primary return temperature"),
  p1_supply: signal("kPa", STATION, 0, 2500, 0, "一次供压", "Primary supply pressure"),
  p1_return: signal("kPa", STATION, 0, 2500, 0, "一次回压", "Primary return pressure"),
  q1_flow: signal("m³/h", STATION, 0, 500, 1, "一次流量", "Primary flow"),
  q1_total: signal("m³", STATION, 0, 1e9, 0, "一次累计流量", "Primary flow total"),
  h1_power: signal("kW", STATION, 0, 100_000, 0, "瞬时热量", "Heat power"),
  h1_total: signal("GJ", STATION, 0, 1e9, 1, "累计热量", "Heat total"),
  v1_pos: signal("%", STATION, -2, 105, 0, "一次阀反馈", "Control valve position"),
  v1_set: signal("%", STATION, -2, 105, 0, "一次阀给定", "Control valve command"),
  power_ok: signal("0/1", STATION, 0, 1, 0, "市电", "Mains power"),
  tank_level: signal("m", STATION, 0, 5, 2, "水箱液位", "Makeup tank level"),
  flood: signal("0/1", STATION, 0, 1, 0, "积水", "Flood"),
  online: signal("0/1", ["station"], 0, 1, 0, "网关在线", "Gateway online"),
  clock_offset: signal("s", ["station"], -1e10, 1e10, 0, "网关时钟偏差", "Gateway clock ahead"),
  t2_supply: signal("°C", CIRCUIT, 0, 100, 1, "二次供温", "Supply temperature"),
  t2_return: signal("°C", CIRCUIT, 0, 95, 1, "二次回温", "Return temperature"),
  t2_set: signal("°C", CIRCUIT, 0, 100, 1, "二次供温设定", "Supply set point"),
  p2_supply: signal("kPa", CIRCUIT, 0, 1600, 0, "二次供压", "Supply pressure"),
  p2_return: signal("kPa", CIRCUIT, 0, 1600, 0, "二次回压", "Return pressure"),
  p2_filter_in: signal("kPa", CIRCUIT, 0, 1600, 0, "除污器前压力", "Strainer inlet pressure"),
  p2_filter_out: signal("kPa", CIRCUIT, 0, 1600, 0, "除污器后压力", "Strainer outlet pressure"),
  q2_flow: signal("m³/h", CIRCUIT, 0, 2000, 1, "循环流量", "Circulating flow"),
  mk_total: signal("m³", CIRCUIT, 0, 1e9, 2, "补水累计", "Makeup total"),
  mk_flow: signal("m³/h", CIRCUIT, 0, 100, 2, "补水瞬时", "Makeup flow"),
  mk_pump: signal("0/1", CIRCUIT, 0, 1, 0, "补水泵", "Makeup pump"),
  cp_run: signal("0/1", CIRCUIT, 0, 1, 0, "循环泵运行", "Circulation pump running"),
  cp_fault: signal("0/1", CIRCUIT, 0, 1, 0, "循环泵故障", "Circulation pump fault"),
  cp_hz: signal("Hz", CIRCUIT, 0, 60, 1, "循环泵频率", "Circulation pump frequency"),
  t_supply: signal("°C", UNIT, 0, 95, 1, "单元供温", "Unit supply temperature"),
  t_return: signal("°C", UNIT, 0, 95, 1, "单元回温", "Unit return temperature"),
  valve_pos: signal("%", UNIT, -2, 105, 0, "单元阀反馈", "Unit valve position"),
  valve_set: signal("%", UNIT, -2, 105, 0, "单元阀给定", "Unit valve command"),
  p_supply: signal("kPa", UNIT, 0, 1600, 0, "单元供压", "Unit supply pressure"),
  p_return: signal("kPa", UNIT, 0, 1600, 0, "单元回压", "Unit return pressure"),
  flow: signal("m³/h", UNIT, 0, 200, 2, "单元流量", "Unit flow"),
  heat: signal("GJ", UNIT, 0, 1e9, 2, "单元热量", "Unit heat"),
  rssi: signal("dBm", DEVICE, -150, 0, 0, "信号强度", "Radio signal"),
  battery: signal("V", DEVICE, 0, 24, 2, "电池电压", "Battery voltage"),
  t_room: signal("°C", ROOM, 0, 45, 1, "室温", "Room temperature"),
} as const satisfies Record<string, Signal>;

export type SignalId = keyof typeof SIGNALS;
export const SIGNAL_IDS = Object.keys(SIGNALS) as SignalId[];

export function isSignalId(word: string): word is SignalId {
  return Object.hasOwn(SIGNALS, word);
}

/** Kept by the platform from the `status` topic; a device cannot send it as telemetry. */
export const STATUS_SIGNAL: SignalId = "online";
/** How far a gateway's clock is ahead of ours; kept by the platform whenever that changes. */
export const CLOCK_SIGNAL: SignalId = "clock_offset";
/** Signals that the platform itself keeps of a station. */
export const PLATFORM_SIGNALS: ReadonlySet<SignalId> = new Set([STATUS_SIGNAL, CLOCK_SIGNAL]);
