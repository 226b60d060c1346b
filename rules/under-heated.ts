import { expectedSupplyC } from "../model/heating-curve.ts";
import type { Asset } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import { coolingLimits, outdoorC, type Peers, type UnitCooling } from "./cooling-index.ts";
import { type CoolingTrack, indexOver, judgedBase, roseAbove, usualIndex } from "./cooling-track.ts";
import { awaitsOpening, coolingObserver, coolingOf } from "./cooling-watch.ts";
import { limitReader } from "./limit-reader.ts";
import type { Limit } from "./limits.ts";
import { roomsOf, type Rooms } from "./cold-rooms.ts";
import type { Rule, Verdict, View } from "./rule.ts";
import { explainUnderHeated } from "./under-heated-explanation.ts";

/** R06 under-heated unit: it cools its water more than its neighbours do, sends it back colder, or its rooms are cold. */

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const underHeatedLimits = {
  ...coolingLimits,
  under_heated_index: limit(
    1.35,
    "1",
    "流量约为设计的60%，寒潮时室温将低于18 °C",
    "About 60 % of the flow: rooms fall below 18 °C in a cold spell",
  ),
  under_heated_base_rise: limit(
    1.25,
    "1",
    "比自身7天基线高25%，排除长期偏流",
    "25 % above its own 7-day base, so that lasting imbalance is not a fault",
  ),
  under_heated_hours: limit(12, "h", "持续时间", "How long it has to last"),
  under_heated_severe_index: limit(1.8, "1", "接近堵死（流量约30%）", "Near blockage, about 30 % of the flow"),
  under_heated_severe_hours: limit(2.5, "h", "严重欠流的持续时间，6小时内须发现", "Severe cases must be found within 6 h"),
  under_heated_stagnant_k: limit(8, "K", "单元供温比应有值低8 K即无循环", "Supply 8 K below what is offered: no circulation"),
  under_heated_return_k: limit(4, "K", "回温比同伴中位数低4 K", "Return 4 K below the median of the peers"),
  under_heated_return_deviations: limit(4, "1", "且低于4倍中位离差", "and more than 4 median deviations"),
  under_heated_return_share: limit(
    0.3,
    "1",
    "且不小于同伴温降的30%：严寒时温降大，流量80%的单元也差4 K",
    "and at least so much of the peers' drop: in hard frost even 80 % of the flow makes 4 K",
  ),
  under_heated_return_rise: limit(
    1.15,
    "1",
    "寒冷时偏流单元回温差会变大，须比基线高15%",
    "In the cold an imbalanced unit's gap widens: it must also be 15 % above its base",
  ),
  under_heated_waiting_share: limit(
    0.98,
    "1",
    "计时期间允许的噪声回落；再低则重新计时",
    "While the time runs noise may take it so low; below that the time begins anew",
  ),
  under_heated_off_share: limit(0.94, "1", "回落到判据94%以下才算恢复", "Counts as recovered below this share of the limit"),
  under_heated_room_c: limit(18, "°C", "供热标准室温下限", "Service standard for rooms"),
  under_heated_warm_k: limit(
    2,
    "K",
    "室温中位高出标准这么多，长期偏流不算欠热",
    "Rooms so far above the standard: lasting under-flow does no harm",
  ),
  under_heated_room_hours: limit(4, "h", "8–22时内持续时间", "How long between 8 and 22 h"),
  under_heated_room_count: limit(2, "1", "低温测点数（边角顶底按权重折算）", "Cold sensors, those at edges by weight"),
  under_heated_room_share: limit(0.3, "1", "或低温测点占比", "or their share"),
  under_heated_edge_weight: limit(0.5, "1", "边角顶底房间本就低1–2 K，权重减半", "Corner, top and bottom rooms are 1-2 K colder by nature"),
  under_heated_edge_k: limit(1.5, "K", "比较各单元室温时，边角顶底房间的修正", "Added to such a room before units are compared"),
  under_heated_room_gap_k: limit(
    1,
    "K",
    "须比同机组其他单元低1 K以上，否则是整个机组供热不足",
    "The unit's rooms must be so much colder than the circuit's, else the whole circuit lacks heat",
  ),
  under_heated_window_k_h: limit(1.5, "K/h", "降得更快多为开窗", "Faster drops are open windows"),
  under_heated_supply_k: limit(
    3,
    "K",
    "机组供温低于曲线3 K时，低室温不归单元",
    "Below the curve by this, cold rooms are the circuit's matter",
  ),
  under_heated_urgent_room_c: limit(16, "°C", "室温低于16 °C为紧急", "Urgent below this room temperature"),
  under_heated_urgent_out_c: limit(-10, "°C", "室外低于-10 °C为紧急", "Urgent below this outdoor temperature"),
  under_heated_tau_hours: limit(90, "h", "建筑热时间常数，用于预测", "Time constant of the building, for the forecast"),
} satisfies Record<string, Limit>;

const valuesOf = limitReader(underHeatedLimits);

const STEP_MS = 1_800_000;
const HOUR_MS = 3_600_000;
const SLOW_AVERAGE_HOURS = 4;
const FAST_AVERAGE_HOURS = 2;

const TESTS = ["index", "severe", "stagnant", "return", "rooms"] as const;
export type UnderHeatedTest = (typeof TESTS)[number];

export interface UnderHeatedMemory {
  /** Known time that each test has held, ms; -1 while it does not. */
  readonly heldMs: Record<UnderHeatedTest, number>;
  /** Known time that any test has held: what the hold machine counts. */
  faultMs: number;
  at: number;
  known: boolean;
  /** When the state that the tests see began, as far as φ tells. */
  onsetAt: number;
}

const CONSEQUENCE: Text = {
  zh: "单元流量不足，室温将逐步低于18 °C，引发集中报修投诉；严寒时有冻结风险",
  en: "Too little flow: rooms will fall below 18 °C and residents call; in hard frost pipes may freeze",
};
const ACTION: readonly Text[] = [
  {
    zh: "核对单元阀开度，开大5–10%；阀位不动则就地检查",
    en: "Check the unit valve and open it by 5-10 %; if it does not move, look at it on site",
  },
  { zh: "顶层、末端排气，检查自动排气阀", en: "Vent the top floor and the end of the line, check the automatic vent" },
  { zh: "清洗单元过滤器，再做楼内平衡", en: "Clean the unit strainer, then balance the building" },
  {
    zh: "处理后30分钟内复测单元回温，应回升到同伴水平",
    en: "Within 30 min of the work measure the return again: it must rise to the peers' level",
  },
];

export const underHeatedRule: Rule<UnderHeatedMemory> = {
  kind: "under_heated",
  level: "unit",
  everyMs: STEP_MS,
  onSignals: [],
  holdMs: 12 * HOUR_MS,
  keepMs: HOUR_MS / 2,
  observers: [coolingObserver],
  phases: WARM_PHASES,
  measure: { name: { zh: "降温指数", en: "Cooling index" }, unit: "1", faultWhen: "above" },
  cause: {
    zh: "单元循环流量不足：失调、阀门未全开、集气或过滤器堵塞",
    en: "The unit gets too little flow: imbalance, a half-open valve, air or a clogged strainer",
  },
  consequence: CONSEQUENCE,
  action: ACTION,
  limits: Object.keys(underHeatedLimits),

  start: () => ({
    heldMs: { index: -1, severe: -1, stagnant: -1, return: -1, rooms: -1 },
    faultMs: -1,
    at: Number.NaN,
    known: false,
    onsetAt: Number.NaN,
  }),

  evaluate(memory, unit, view): Verdict {
    const watch = coolingOf(view, unit);
    if (watch === undefined) return { state: unit.unitFacts?.suspended === true ? "normal" : "unknown" };
    if (awaitsOpening(view, unit)) return { state: "normal" };
    const { cooling } = watch;
    const elapsedMs = memory.known ? view.at - memory.at : 0;
    memory.at = view.at;
    const rooms = roomsOf(view, unit, cooling.index, valuesOf(view.limits, unit.id));
    const findings = test(memory, watch.track, unit, view, watch.peers, cooling, rooms);
    memory.known = Object.values(findings).some((finding) => finding !== undefined);
    if (!memory.known) return { state: "unknown" };
    return judge(memory, watch.track, unit, view, findings, rooms, elapsedMs);
  },

  explain: (memory, unit, view, since) => ({
    ...explainUnderHeated(memory, unit, view, since, valuesOf(view.limits, unit.id)),
    consequence: CONSEQUENCE,
    action: ACTION,
  }),
};

/** Each test's answer; undefined when it cannot tell. */
type Findings = Record<UnderHeatedTest, boolean | undefined>;

function test(
  memory: UnderHeatedMemory,
  history: CoolingTrack,
  unit: Asset,
  view: View,
  peers: Peers,
  cooling: UnitCooling,
  rooms: Rooms | undefined,
): Findings {
  const limits = valuesOf(view.limits, unit.id);
  // Where rooms are warm, a unit that always got less may go on: only a change counts.
  const isWarm = rooms !== undefined && rooms.medianC >= limits.under_heated_room_c + limits.under_heated_warm_k;
  const base = judgedBase(history, cooling.amongPeers, isWarm ? Infinity : limits.cooling_unknown_base);
  const { under_heated_hours: slowHours, under_heated_severe_hours: fastHours } = limits;
  // The slow tests lie near what is healthy: they have to stay there. The severe ones are far beyond, whatever noise does.
  const share = (name: UnderHeatedTest, holdHours: number): number =>
    memory.heldMs[name] < 0
      ? 1
      : memory.heldMs[name] < holdHours * HOUR_MS && holdHours > fastHours
        ? limits.under_heated_waiting_share
        : limits.under_heated_off_share;
  // A test that has been met is given up only well below its limit, on a short average once its time is over.
  const over = (name: UnderHeatedTest, value: number, level: number, holdHours: number): boolean | undefined =>
    Number.isNaN(value) ? undefined : value >= level * share(name, holdHours);
  const averaged = (name: UnderHeatedTest, hours: number, holdHours: number): number =>
    (memory.heldMs[name] >= holdHours * HOUR_MS ? indexOver(history, 1, 1) : indexOver(history, hours, 2)) - cooling.indexError;
  const risen = (name: UnderHeatedTest, index: number, rise: number, holdHours: number): boolean =>
    index >= base * rise * share(name, holdHours);
  const slow = averaged("index", SLOW_AVERAGE_HOURS, slowHours);
  const fast = averaged("severe", FAST_AVERAGE_HOURS, fastHours);
  const index = over("index", slow, limits.under_heated_index, slowHours);
  const severe = over("severe", fast, limits.under_heated_severe_index, fastHours);
  const missingK = cooling.offeredC - cooling.supplyC;
  const stagnantK = limits.under_heated_stagnant_k;
  const gapK = peers.returnC - cooling.returnC;
  const gapLimitK = Math.max(
    limits.under_heated_return_k,
    limits.under_heated_return_deviations * peers.returnDeviationK,
    Number.isNaN(peers.dropK) ? 0 : limits.under_heated_return_share * peers.dropK,
  );
  // Without a base it may always have been so.
  const returnRise = Number.isNaN(history.base) ? limits.under_heated_base_rise : limits.under_heated_return_rise;
  const enoughReturns = peers.returnCount > valuesOf(view.limits, unit.id).cooling_peers_min;
  return {
    index: index === undefined ? undefined : index && risen("index", slow, limits.under_heated_base_rise, slowHours),
    severe: severe === undefined ? undefined : severe && risen("severe", fast, limits.under_heated_base_rise, fastHours),
    stagnant: isCirculating(unit, view, peers) ? over("stagnant", missingK, stagnantK, fastHours) : undefined,
    return:
      enoughReturns && peersAreWarm(unit, view, peers) && !Number.isNaN(gapK)
        ? over("return", gapK, gapLimitK, slowHours) === true && (Number.isNaN(slow) || risen("return", slow, returnRise, slowHours))
        : undefined,
    rooms: coldRooms(memory, unit, view, rooms),
  };
}

/** Without a drop over the circuit's units nothing circulates or nothing is heated: then a cold unit is no news. */
function isCirculating(unit: Asset, view: View, peers: Peers): boolean {
  return peers.dropK > valuesOf(view.limits, unit.id).cooling_drop_k_min && peers.count > valuesOf(view.limits, unit.id).cooling_peers_min;
}

/** Where units report their return only, the station tells whether heat goes out. */
function peersAreWarm(unit: Asset, view: View, peers: Peers): boolean {
  const least = valuesOf(view.limits, unit.id).cooling_drop_k_min;
  if (peers.count > 0) return peers.dropK > least;
  const supply = view.last(unit.circuit!, "t2_supply");
  return supply !== undefined && supply.value - peers.returnC > least;
}

/** Undefined by night, without sensors and while houses are being warmed up for the first time; the timer stands still meanwhile. */
function coldRooms(memory: UnderHeatedMemory, unit: Asset, view: View, rooms: Rooms | undefined): boolean | undefined {
  if (view.phase === "commissioning") return undefined;
  if (rooms === undefined || view.hourOfDay < 8 || view.hourOfDay >= 22) return undefined;
  if (!rooms.cold) return false;
  if (memory.heldMs.rooms >= 0) return true;
  const facts = view.network.asset(unit.circuit!)?.circuitFacts;
  const outdoor = outdoorC(view, unit);
  const supply = view.last(unit.circuit!, "t2_supply");
  if (facts === undefined || outdoor === undefined || supply === undefined) return true;
  return supply.value >= expectedSupplyC(facts, outdoor) - valuesOf(view.limits, unit.id).under_heated_supply_k;
}

function judge(
  memory: UnderHeatedMemory,
  history: CoolingTrack,
  unit: Asset,
  view: View,
  findings: Findings,
  rooms: Rooms | undefined,
  elapsedMs: number,
): Verdict {
  const limits = valuesOf(view.limits, unit.id);
  const holdMs: Record<UnderHeatedTest, number> = {
    index: limits.under_heated_hours * HOUR_MS,
    severe: limits.under_heated_severe_hours * HOUR_MS,
    stagnant: limits.under_heated_severe_hours * HOUR_MS,
    return: limits.under_heated_hours * HOUR_MS,
    rooms: limits.under_heated_room_hours * HOUR_MS,
  };
  let soonestMs = Infinity;
  for (const name of TESTS) {
    const held = memory.heldMs[name];
    if (findings[name] === false) memory.heldMs[name] = -1;
    else if (findings[name] === true) memory.heldMs[name] = held < 0 ? 0 : held + elapsedMs;
    if (memory.heldMs[name] >= 0) soonestMs = Math.min(soonestMs, Math.max(0, holdMs[name] - memory.heldMs[name]));
  }
  const shown = indexOver(history, SLOW_AVERAGE_HOURS, 2);
  const figures = Number.isNaN(shown) ? {} : { value: shown, limit: limits.under_heated_index };
  if (soonestMs === Infinity) {
    memory.faultMs = -1;
    memory.onsetAt = Number.NaN;
    return { state: "normal", ...figures };
  }
  memory.faultMs = memory.faultMs < 0 ? 0 : memory.faultMs + elapsedMs;
  if (Number.isNaN(memory.onsetAt)) memory.onsetAt = onset(history, view.at);
  const coldest = rooms?.lowestC ?? Infinity;
  const urgent = coldest < limits.under_heated_urgent_room_c || (outdoorC(view, unit) ?? Infinity) < limits.under_heated_urgent_out_c;
  // Each test has its own time: what the hold machine has counted so far plus what the nearest test still needs.
  return { state: "fault", severity: urgent ? "urgent" : "general", since: memory.onsetAt, holdMs: memory.faultMs + soonestMs, ...figures };
}

/** φ left the middle between its base and now; the evaluation itself where φ tells nothing (stagnant water, cold rooms). */
function onset(history: CoolingTrack, at: number): number {
  const now = indexOver(history, FAST_AVERAGE_HOURS, 1);
  const base = usualIndex(history);
  if (!(now > base * 1.1)) return at;
  return roseAbove(history, (base + now) / 2) ?? at;
}
