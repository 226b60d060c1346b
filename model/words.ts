import type { FaultKind, Severity } from "./finding.ts";
import type { Text } from "./text.ts";
import type { Clock, TicketMove, TicketState } from "./ticket.ts";
import type { RejectReason } from "./reading.ts";
import type { Connection } from "./live.ts";
import type { Role } from "./role.ts";

/** One Chinese and one English word for every idea of the trade; the dashboard, the rules and the API share them. */
const text = (zh: string, en: string): Text => ({ zh, en });

export const KIND_WORDS: Record<FaultKind, Text> = {
  burst: text("爆管失水", "Burst"),
  leak: text("慢漏", "Leak"),
  draw_off: text("放水私接", "Draw-off"),
  low_pressure: text("定压失效", "Low pressure"),
  over_pressure: text("超压", "Over-pressure"),
  air_lock: text("集气", "Air lock"),
  under_heated: text("欠热", "Under-heated"),
  closed_valve: text("阀门未开", "Closed valve"),
  clogged_strainer: text("除污器堵", "Clogged strainer"),
  pump_failure: text("循环泵故障", "Pump failure"),
  power_failure: text("停电", "Power failure"),
  primary_shortage: text("一次网供热不足", "Primary shortage"),
  curve_drift: text("供温偏离曲线", "Curve drift"),
  valve_stuck: text("调节阀卡涩", "Valve stuck"),
  valve_hunting: text("调节阀振荡", "Valve hunting"),
  exchanger_fouling: text("换热器结垢", "Exchanger fouling"),
  exchanger_leak: text("换热器串水", "Exchanger leak"),
  makeup_fault: text("补水故障", "Makeup fault"),
  freeze_risk: text("冻结风险", "Freeze risk"),
  imbalance: text("水力失调", "Imbalance"),
  over_heated: text("过热", "Over-heated"),
  sensor_fault: text("测点故障", "Sensor fault"),
  offline: text("通讯中断", "Offline"),
  clock_skew: text("时钟偏差", "Clock skew"),
};

export const SEVERITY_WORDS: Record<Severity, Text> = {
  urgent: text("紧急", "Urgent"),
  general: text("一般", "General"),
};

export const STATE_WORDS: Record<TicketState, Text> = {
  open: text("待派单", "Open"),
  dispatched: text("已派单", "Dispatched"),
  accepted: text("已接单", "Accepted"),
  on_the_way: text("途中", "On the way"),
  on_site: text("到场", "On site"),
  resolved: text("已处办", "Resolved"),
  replied: text("已回复", "Replied"),
  confirmed: text("已确认", "Confirmed"),
  closed: text("已办结", "Closed"),
  merged: text("已并单", "Merged"),
};

export const MOVE_WORDS: Record<TicketMove, Text> = {
  dispatch: text("派单", "Dispatch"),
  accept: text("接单", "Accept"),
  depart: text("出发", "Depart"),
  arrive: text("到场", "Arrive"),
  note: text("记录", "Note"),
  resolve: text("报修复", "Resolve"),
  reply: text("回复", "Reply"),
  confirm: text("确认", "Confirm"),
  close: text("办结", "Close"),
  reopen: text("重开", "Reopen"),
  merge: text("并单", "Merge"),
};

export const CLOCK_WORDS: Record<Clock, Text> = {
  dispatch: text("派单限", "Dispatch limit"),
  respond: text("响应限", "Response limit"),
  finish: text("完成限", "Finish limit"),
};

export const CONNECTION_WORDS: Record<Connection, Text> = {
  online: text("在线", "Online"),
  silent: text("无数据", "Silent"),
  offline: text("离线", "Offline"),
  never: text("未接入", "Never connected"),
};

export const REJECT_WORDS: Record<RejectReason, Text> = {
  bad_utf8: text("不是有效的 UTF-8", "Not valid UTF-8"),
  not_json: text("不是 JSON", "Not JSON"),
  bad_shape: text("报文结构不符", "Wrong message shape"),
  too_large: text("报文过大", "Message too large"),
  too_many: text("条数过多", "Too many items"),
  unknown_station: text("未登记的热力站", "Unknown station"),
  unknown_asset: text("未登记的设备", "Unknown asset"),
  foreign_asset: text("设备属于别的站", "Asset of another station"),
  unknown_signal: text("未知信号", "Unknown signal"),
  wrong_level: text("信号不属于该层级", "Signal not of this level"),
  not_finite: text("不是有限数", "Not a finite number"),
  out_of_range: text("超出可能范围", "Outside the possible range"),
  bad_time: text("时间戳无效", "Invalid timestamp"),
  future_time: text("时间在未来", "Time in the future"),
  too_old: text("时间过早", "Time too long ago"),
  bad_topic: text("主题无效", "Invalid topic"),
};

export const ROLE_WORDS: Record<Role, Text> = {
  viewer: text("查看", "Viewer"),
  operator: text("值班员", "Operator"),
  dispatcher: text("调度", "Dispatcher"),
  steward: text("管家", "Steward"),
  engineer: text("工程师", "Engineer"),
  admin: text("管理员", "Administrator"),
};
