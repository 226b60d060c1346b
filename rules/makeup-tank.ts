import type { Explanation } from "../model/finding.ts";
import { RUNNING_PHASES } from "../model/season.ts";
import { rankCauses } from "./causes.ts";
import { habitsObserver, habitsOf } from "./circuit-habits.ts";
import { signalEvidence, texts } from "./evidence.ts";
import { type Habit, learnHabit, startHabit } from "./habit.ts";
import type { Limit } from "./limits.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";
import type { Asset } from "../model/network.ts";

/** R18 补水故障, tank: the makeup tank of a station runs dry. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export const makeupTankLimits = {
  makeup_tank_low_m: { value: 0.35, unit: "m", reason: { zh: "水箱低液位", en: "Low level of the tank" } },
  makeup_tank_share: { value: 0.4, unit: "1", reason: { zh: "且不足平时液位的40%", en: "and below this share of what it usually holds" } },
} satisfies Record<string, Limit>;

interface TankMemory {
  readonly level: Habit;
  hour: number;
}

export const makeupTankRule: Rule<TankMemory> = {
  kind: "makeup_fault",
  level: "station",
  everyMs: 5 * MINUTE_MS,
  onSignals: [],
  observers: [habitsObserver],
  holdMs: 10 * MINUTE_MS,
  keepMs: 15 * MINUTE_MS,
  phases: RUNNING_PHASES,
  measure: { name: { zh: "水箱液位", en: "Tank level" }, unit: "m", faultWhen: "below" },
  cause: { zh: "补水箱缺水", en: "The makeup tank runs dry" },
  consequence: {
    zh: "各机组将无水可补，压力下降、高处进空气",
    en: "No circuit can be fed: pressures will fall and air gets in at the top",
  },
  action: [
    {
      zh: "查自来水进水阀、浮球阀、软化器和停水通知",
      en: "Check the water inlet, the float valve, the softener; is there a cut of the mains?",
    },
    { zh: "查各机组补水是否异常偏大", en: "Check whether a circuit takes unusually much makeup" },
    { zh: "必要时临时用一次水或水车补水", en: "If need be feed from the primary side or by tank truck" },
  ],
  limits: Object.keys(makeupTankLimits),

  start: () => ({ level: startHabit(), hour: NaN }),

  evaluate(memory, station, view): Verdict {
    const tank = view.last(station.id, "tank_level");
    if (tank === undefined) return { state: "unknown" };
    const hour = Math.floor(view.at / HOUR_MS);
    const limit = view.limits.get("makeup_tank_low_m", station.id);
    if (hour !== memory.hour && tank.value > limit) learnHabit(memory.level, tank.value);
    memory.hour = hour;
    const share = view.limits.get("makeup_tank_share", station.id);
    const isLow = tank.value < limit && !(tank.value >= share * memory.level.usual);
    if (!isLow) return { state: "normal", value: tank.value, limit };
    return { state: "fault", severity: pressureFalls(station, view) ? "urgent" : "general", value: tank.value, limit };
  },

  explain(memory, station, view, since): Explanation {
    const tank = view.last(station.id, "tank_level")?.value ?? NaN;
    const usual = memory.level.usual;
    const duration = durationText(view.at - since);
    const flood = view.last(station.id, "flood")?.value;
    return {
      summary: {
        zh: `${station.name}水箱液位 ${tidy(tank, 2)} m${Number.isNaN(usual) ? "" : `，平时 ${tidy(usual, 2)}`}，已 ${duration.zh}`,
        en: `${station.name}: makeup tank at ${tidy(tank, 2)} m${Number.isNaN(usual) ? "" : `, usually ${tidy(usual, 2)}`}, for ${duration.en}`,
      },
      evidence: [
        ...signalEvidence(view, station.id, "tank_level", since, {
          expected: usual,
          limit: view.limits.get("makeup_tank_low_m", station.id),
        }),
        ...station.children.flatMap((circuit) =>
          signalEvidence(view, circuit, "p2_return", since, { expected: habitsOf(view, circuit).returnKpa.usual }),
        ),
      ],
      causes: rankCauses([
        {
          id: "makeup_fault",
          name: { zh: "进水中断：停水、浮球阀或软化器故障", en: "No inflow: mains cut, float valve or softener" },
          weight: 4,
          pro: [],
          contra: [],
        },
        {
          id: "leak",
          name: { zh: "补水过大，进水跟不上", en: "More makeup than the inflow can follow" },
          weight: 1.5,
          pro: [],
          contra: [],
        },
        {
          id: "tank_leak",
          name: { zh: "水箱或接管漏水", en: "The tank or its pipe leaks" },
          weight: flood === 1 ? 3 : 0.5,
          pro: texts(flood === 1 && { zh: "站内积水", en: "Water on the floor" }),
          contra: texts(flood === 0 && { zh: "站内无积水", en: "No water on the floor" }),
        },
        { id: "sensor_fault", name: { zh: "液位计故障", en: "Level gauge faulty" }, weight: 0.6, pro: [], contra: [] },
      ]),
      consequence: makeupTankRule.consequence,
      action: makeupTankRule.action,
    };
  },
};

function pressureFalls(station: Asset, view: View): boolean {
  return station.children.some((circuit) => {
    const pressure = view.last(circuit, "p2_return")?.value ?? NaN;
    return pressure < habitsOf(view, circuit).startKpa.usual - 10;
  });
}
