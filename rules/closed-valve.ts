import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import { airEventsObserver, priorOf } from "./air-lock-events.ts";
import { rankCauses } from "./causes.ts";
import { hundredths, indexEvidence, returnEvidence, supplyEvidence, tenths } from "./cooling-evidence.ts";
import { coolingLimits, outdoorC } from "./cooling-index.ts";
import { indexOver, judgedBase, riseHours, roseAbove, usualIndex } from "./cooling-track.ts";
import { awaitsOpening, coolingObserver, coolingOf } from "./cooling-watch.ts";
import { signalEvidence, texts } from "./evidence.ts";
import { fluctuationK } from "./fluctuation.ts";
import { limitReader } from "./limit-reader.ts";
import type { Limit } from "./limits.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Verdict, View } from "./rule.ts";

/** R07 阀门未开: a unit whose valve is shut or half shut, by its own feedback, or because its flow fell at one moment and stays as it is. */

const HOUR_MS = 3_600_000;
const STEP_MS = HOUR_MS / 2;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const closedValveLimits = {
  ...coolingLimits,
  closed_valve_pct: limit(10, "%", "反馈低于此值即关闭", "A feedback below this is a closed valve"),
  closed_valve_hours: limit(1, "h", "关闭持续时间", "How long it has to be closed"),
  closed_valve_off_pct: limit(15, "%", "反馈比给定小这么多", "Feedback so far below the command"),
  closed_valve_index: limit(1.3, "1", "单元明显欠流", "The unit is clearly starved"),
  closed_valve_base_rise: limit(1.25, "1", "且比自身基线高25%", "and 25 % above its own base"),
  closed_valve_step_pct: limit(
    15,
    "%",
    "起始时阀位下降这么多；平衡系统的5–15%调整不算",
    "The valve closed by this at the onset; balancing moves of 5-15 % do not count",
  ),
  closed_valve_step_hours: limit(5, "h", "欠流由阶跃开始并保持的时间", "How long the flow has stayed low after its step"),
  closed_valve_rise_hours: limit(2.5, "h", "在此时间内完成的为阶跃", "A rise within this is a step"),
  closed_valve_flutter: limit(2, "1", "回温波动不大于平时的2倍，否则为集气", "The return hardly flutters, else it is air"),
  closed_valve_stagnant_k: limit(8, "K", "供温比应有值低8 K：无循环", "Supply so far below what is offered: no circulation"),
  closed_valve_room_c: limit(
    20,
    "°C",
    "无供温测点时：回温低于室温即无循环",
    "Without a supply sensor: a return colder than rooms does not circulate",
  ),
  closed_valve_stagnant_hours: limit(3, "h", "无循环的持续时间", "How long nothing has circulated"),
  closed_valve_urgent_out_c: limit(-10, "°C", "室外低于此值，断流为紧急", "Without circulation urgent below this outdoor temperature"),
} satisfies Record<string, Limit>;

const valuesOf = limitReader(closedValveLimits);

/** Of the limit, and over the base: below these the unit is well again. */
const RECOVERED_SHARE = 0.95;
const RECOVERED_RISE = 1.1;

type Sign = "shut" | "off_command" | "throttled" | "stagnant" | "step";

interface ClosedValveMemory {
  /** Usual flutter of the return while the unit is well, K. */
  usualFlutterK: number;
  /** Since the index is high: when it rose, how long that took, whether the valve moved then, and the largest flutter since. */
  episode: { onsetAt: number; riseHours: number; fellPct: number; flutter: number; hasPrior: boolean } | undefined;
  sign: Sign | undefined;
}

export const closedValveRule: Rule<ClosedValveMemory> = {
  kind: "closed_valve",
  level: "unit",
  everyMs: STEP_MS,
  onSignals: [],
  observers: [coolingObserver, airEventsObserver],
  holdMs: HOUR_MS,
  keepMs: HOUR_MS / 2,
  phases: WARM_PHASES,
  measure: { name: { zh: "降温指数", en: "Cooling index" }, unit: "1", faultWhen: "above" },
  cause: { zh: "单元阀关闭或半开", en: "The unit's valve is shut or half shut" },
  consequence: {
    zh: "整个单元断流或流量不足，用户不热；严寒时有冻结风险",
    en: "The whole unit gets no or too little water and stays cold; in frost pipes may freeze",
  },
  action: [
    {
      zh: "核对阀位反馈与给定，远程开阀一次看是否动作",
      en: "Compare feedback and command; open it remotely once and see whether it moves",
    },
    { zh: "到单元热力入口看手动阀、锁闭阀是否被关", en: "At the unit's inlet look whether a hand valve or lock valve was shut" },
    {
      zh: "全开后 30 分钟内复测回温，应回升到同伴水平",
      en: "Open it fully and measure the return within 30 min: it must rise to the peers' level",
    },
  ],
  limits: Object.keys(closedValveLimits),

  start: () => ({ usualFlutterK: NaN, episode: undefined, sign: undefined }),

  evaluate(memory, unit, view): Verdict {
    const watch = coolingOf(view, unit);
    if (watch === undefined) return { state: unit.unitFacts?.suspended === true ? "normal" : "unknown" };
    const limits = valuesOf(view.limits, unit.id);
    const index = indexOver(watch.track, 2, 2);
    follow(memory, unit, view, index);
    const sign = signOf(memory, unit, view, index);
    memory.sign = sign;
    const figures = Number.isNaN(index) ? {} : { value: index, limit: limits.closed_valve_index };
    if (sign === undefined)
      return { state: Number.isNaN(index) && view.last(unit.id, "valve_pos") === undefined ? "unknown" : "normal", ...figures };
    const holdHours: Record<Sign, number> = {
      shut: limits.closed_valve_hours,
      off_command: 2 * limits.closed_valve_hours,
      throttled: limits.closed_valve_step_hours / 2,
      stagnant: limits.closed_valve_stagnant_hours,
      step: limits.closed_valve_step_hours,
    };
    const isFrost = (outdoorC(view, unit) ?? Infinity) < limits.closed_valve_urgent_out_c && (sign === "shut" || sign === "stagnant");
    return {
      state: "fault",
      severity: isFrost ? "urgent" : "general",
      holdMs: holdHours[sign] * HOUR_MS,
      ...(memory.episode === undefined ? {} : { since: memory.episode.onsetAt }),
      ...figures,
    };
  },

  explain(memory, unit, view, since): Explanation {
    const { peers, cooling, track } = coolingOf(view, unit)!;
    const index = indexOver(track, 2, 1);
    const position = view.last(unit.id, "valve_pos")?.value;
    const command = view.last(unit.id, "valve_set")?.value;
    const duration = durationText(view.at - since);
    const { sign, episode } = memory;
    const place: Text | undefined =
      position === undefined
        ? undefined
        : {
            zh: `阀位 ${tidy(position, 0)}%${command === undefined ? "" : `，给定 ${tidy(command, 0)}%`}`,
            en: `Valve at ${tidy(position, 0)} %${command === undefined ? "" : `, command ${tidy(command, 0)} %`}`,
          };
    const step: Text | undefined =
      episode === undefined || Number.isNaN(episode.riseHours)
        ? undefined
        : {
            zh: `约 ${tidy(episode.riseHours, 0)} 小时内阶跃，之后平稳`,
            en: `A step within about ${tidy(episode.riseHours, 0)} h, steady since`,
          };
    const words: Record<Sign, Text> = {
      shut: { zh: `单元阀关闭：${place?.zh ?? ""}`, en: `The unit's valve is shut: ${lower(place?.en)}` },
      off_command: { zh: `单元阀未到位：${place?.zh ?? ""}`, en: `The unit's valve is not where it was told: ${lower(place?.en)}` },
      throttled: {
        zh: `阀位下降 ${tidy(episode?.fellPct ?? NaN, 0)}% 后欠流，降温指数 ${tidy(index, 2)}`,
        en: `Starved since the valve closed by ${tidy(episode?.fellPct ?? NaN, 0)} %: cooling index ${tidy(index, 2)}`,
      },
      stagnant: {
        zh: `单元断流：${Number.isNaN(cooling.supplyC) ? `回温 ${tenths(cooling.returnC)} °C，同伴 ${tenths(peers.returnC)}` : `供温 ${tenths(cooling.supplyC)} °C，应有 ${tenths(cooling.offeredC)}`}`,
        en: `No circulation: ${Number.isNaN(cooling.supplyC) ? `return ${tenths(cooling.returnC)} °C, peers ${tenths(peers.returnC)}` : `supply ${tenths(cooling.supplyC)} °C, offered ${tenths(cooling.offeredC)}`}`,
      },
      step: {
        zh: `流量阶跃下降后保持，降温指数 ${tidy(index, 2)}，疑似阀门被关小`,
        en: `The flow fell at once and stays low, cooling index ${tidy(index, 2)}: a valve was throttled?`,
      },
    };
    const said = words[sign ?? "step"];
    const isSeen = sign === "shut" || sign === "off_command" || sign === "throttled";
    return {
      summary: { zh: `${said.zh}，已 ${duration.zh}`, en: `${said.en}, for ${duration.en}` },
      evidence: [
        ...(Number.isNaN(index)
          ? []
          : [indexEvidence(track, unit, view, { index, limit: valuesOf(view.limits, unit.id).closed_valve_index, peers, cooling })]),
        ...signalEvidence(view, unit.id, "valve_pos", since, { expected: command ?? NaN }),
        ...returnEvidence(unit, view, since, peers, cooling),
        ...supplyEvidence(unit, view, since, cooling, valuesOf(view.limits, unit.id).closed_valve_stagnant_k),
      ],
      causes: rankCauses([
        {
          id: "closed_valve",
          name: { zh: "单元阀、锁闭阀被关或卡在小开度", en: "Unit valve or lock valve shut, or stuck nearly shut" },
          weight: isSeen ? 6 : 2,
          pro: texts(isSeen && place, sign === "step" && step, sign === "stagnant" && { zh: "供水不到", en: "No supply arrives" }),
          contra: texts(!isSeen && place),
        },
        {
          id: "air_lock",
          name: { zh: "立管完全气堵", en: "Riser blocked by air" },
          weight: sign === "stagnant" ? 0.9 : isSeen ? 0.1 : 0.6,
          pro: texts(episode?.hasPrior === true && { zh: "此前有降压、停泵或补水", en: "A dip, stop or refill came before" }),
          contra: texts(
            episode !== undefined &&
              !Number.isNaN(episode.flutter) && {
                zh: `回温波动仅为平时的 ${hundredths(episode.flutter)} 倍`,
                en: `The return flutters ${hundredths(episode.flutter)} times as much as usual`,
              },
          ),
        },
        {
          id: "under_heated",
          name: { zh: "单元过滤器堵塞或户内阀关", en: "Clogged unit strainer, or valves shut indoors" },
          weight: isSeen ? 0.3 : 1,
          pro: [],
          contra: texts(step),
        },
        { id: "sensor_fault", name: { zh: "单元探头脱落", en: "A unit sensor fell off" }, weight: 0.4, pro: [], contra: [] },
      ]),
      consequence: closedValveRule.consequence,
      action: closedValveRule.action,
    };
  },
};

const lower = (words: string | undefined): string => (words === undefined ? "" : words.charAt(0).toLowerCase() + words.slice(1));

const FLUTTER_SPAN_MS = 8 * HOUR_MS;
const FLUTTER_EVERY_MS = 4 * HOUR_MS;
const FLUTTER_MEMORY = 12;
const FLUTTER_FLOOR_K = 0.1;

/** Begins and ends the time of a high index, and learns how restless a well unit's return is. */
function follow(memory: ClosedValveMemory, unit: Asset, view: View, index: number): void {
  const limits = valuesOf(view.limits, unit.id);
  const { track, cooling } = coolingOf(view, unit)!;
  const base = judgedBase(track, cooling.amongPeers, limits.cooling_unknown_base);
  const sure = index - cooling.indexError;
  const isHigh = sure >= limits.closed_valve_index && sure >= base * limits.closed_valve_base_rise;
  if (memory.episode === undefined) {
    if (!isHigh) {
      if (index < 1.2 && view.at % FLUTTER_EVERY_MS === 0) {
        const flutter = fluctuationK(view.since(unit.id, "t_return", view.at - FLUTTER_SPAN_MS));
        if (!Number.isNaN(flutter))
          memory.usualFlutterK = Number.isNaN(memory.usualFlutterK)
            ? flutter
            : memory.usualFlutterK + (flutter - memory.usualFlutterK) / FLUTTER_MEMORY;
      }
      return;
    }
    const onsetAt = roseAbove(track, (usualIndex(track) + index) / 2) ?? view.at;
    const positions = view.since(unit.id, "valve_pos", onsetAt - 6 * HOUR_MS).filter(({ at }) => at <= onsetAt + 3 * HOUR_MS);
    const before = positions[0]?.value ?? NaN;
    const events = view.observed(airEventsObserver, unit.circuit!);
    memory.episode = {
      onsetAt,
      riseHours: riseHours(track, index),
      fellPct: Number.isNaN(before) ? 0 : before - Math.min(...positions.map(({ value }) => value)),
      flutter: NaN,
      hasPrior: events !== undefined && priorOf(events, onsetAt, 72 * HOUR_MS, HOUR_MS) !== undefined,
    };
    return;
  }
  const { episode } = memory;
  // Near its own base again it is over, also where that is high.
  if (index < Math.max(RECOVERED_SHARE * limits.closed_valve_index, RECOVERED_RISE * base)) {
    memory.episode = undefined;
    return;
  }
  if (Number.isNaN(memory.usualFlutterK) || view.at % HOUR_MS !== 0) return;
  const from = Math.max(episode.onsetAt + HOUR_MS, view.at - FLUTTER_SPAN_MS);
  const flutter = fluctuationK(view.since(unit.id, "t_return", from)) / Math.max(FLUTTER_FLOOR_K, memory.usualFlutterK);
  if (!(episode.flutter >= flutter) && !Number.isNaN(flutter)) episode.flutter = flutter;
}

function signOf(memory: ClosedValveMemory, unit: Asset, view: View, index: number): Sign | undefined {
  const limits = valuesOf(view.limits, unit.id);
  const { peers } = coolingOf(view, unit)!;
  const position = view.last(unit.id, "valve_pos")?.value;
  const command = view.last(unit.id, "valve_set")?.value;
  const isOffCommand = position !== undefined && command !== undefined && command - position > limits.closed_valve_off_pct;
  // Told to be open and shut all the same: a fault in any weather.
  if (isOffCommand && position < limits.closed_valve_pct && !(index < 1.1)) return "shut";
  // Where nothing circulates or nothing is heated, a closed valve does no harm.
  const warmC = limits.closed_valve_room_c + limits.cooling_drop_k_min;
  const isHeated = peers.count === 0 || peers.dropK > limits.cooling_drop_k_min || peers.returnC > warmC;
  if (!isHeated) return undefined;
  if (position !== undefined && position < limits.closed_valve_pct && !(index < 1.1)) return "shut";
  const { episode } = memory;
  if (isOffCommand && index >= 1.15) return "off_command";
  if (episode !== undefined && episode.fellPct >= limits.closed_valve_step_pct) return "throttled";
  if (peers.returnCount > limits.cooling_peers_min && isStagnant(view, unit, index, limits) && !awaitsOpening(view, unit))
    return "stagnant";
  if (
    episode !== undefined &&
    episode.riseHours <= limits.closed_valve_rise_hours &&
    episode.flutter < limits.closed_valve_flutter &&
    !episode.hasPrior
  )
    return "step";
  return undefined;
}

/** Nothing warm arrives; without a supply sensor: what comes back is as cold as its rooms, which flowing water never is. */
function isStagnant(view: View, unit: Asset, index: number, limits: ReturnType<typeof valuesOf>): boolean {
  const { peers, cooling } = coolingOf(view, unit)!;
  if (!(cooling.returnC < peers.returnC)) return false;
  // As cold as its rooms while the others' come back warm, however little heat is given yet.
  if (cooling.returnC < limits.closed_valve_room_c && peers.returnC - cooling.returnC > limits.closed_valve_stagnant_k) return true;
  if (!Number.isNaN(cooling.supplyC)) return cooling.offeredC - cooling.supplyC > limits.closed_valve_stagnant_k;
  return (
    index >= limits.closed_valve_index &&
    cooling.returnC < limits.closed_valve_room_c &&
    peers.returnC > limits.closed_valve_room_c + limits.cooling_drop_k_min
  );
}
