import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import type { Level } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import { rankCauses } from "./causes.ts";
import { signalEvidence, texts } from "./evidence.ts";
import { hasFlow, type HeatState, heatStateObserver, heatStateOf } from "./heat-state.ts";
import type { Limit } from "./limits.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Sample, Verdict, View } from "./rule.ts";

/** R13 调节阀卡涩: the control valve does not go where it is told, or nothing follows when it says that it went. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const valveStuckLimits = {
  valve_stuck_pct: limit(5, "%", "反馈与给定之差", "Position off its command"),
  valve_stuck_min: limit(15, "min", "行程时间60–120秒，反馈与给定应早已一致", "The stroke takes 1-2 min: by then they agree"),
  valve_stuck_still_pct: limit(1, "%", "无给定时：反馈几乎不动", "Without a command: the position hardly moves"),
  valve_stuck_error_k: limit(3, "K", "而供温偏离设定", "while the supply is off its set point"),
  valve_stuck_still_hours: limit(1.5, "h", "持续时间", "for so long"),
  valve_stuck_travel_pct: limit(12, "%", "连杆脱开：反馈走了这么多", "Loose linkage: the position travelled so far"),
  valve_stuck_response_k: limit(0.6, "K", "而供温几乎没变", "and the supply hardly changed"),
  valve_stuck_vain_k: limit(6, "K", "阀已全开而供温仍低这么多", "Fully open, and the supply is still so far below its set point"),
  valve_stuck_vain_min: limit(60, "min", "此情况的持续时间", "How long that has to last"),
  valve_stuck_source_k: limit(
    4,
    "K",
    "一次供温与平时相差不超过此值，热源正常",
    "The primary supply is no further below its usual: the source is well",
  ),
} satisfies Record<string, Limit>;

type Sign = "command" | "still" | "linkage" | "in_vain";

/** A valve that once stuck may agree with its command by chance: it is well when it followed one, or after half a day without a sign. */
const FORGIVEN_MS = 12 * HOUR_MS;
const FOLLOWED_MS = 2 * HOUR_MS;
const FOLLOWED_SHARE = 0.6;
const APART_SHARE = 0.1;
/** Of the usual primary pressure difference. */
const SOUND_PRESSURE_SHARE = 0.8;

interface ValveMemory {
  /** Since when there is a sign without a break, and when there last was one; NaN: none. */
  signSince: number;
  signAt: number;
  /** It lasted. */
  isFound: boolean;
}

/** Valves stand at circuits, or one for all at the station. */
function valveStuck(level: Level): Rule<ValveMemory> {
  return {
    kind: "valve_stuck",
    level,
    everyMs: 5 * MINUTE_MS,
    onSignals: [],
    observers: [heatStateObserver],
    holdMs: 15 * MINUTE_MS,
    keepMs: 20 * MINUTE_MS,
    phases: WARM_PHASES,
    measure: { name: { zh: "阀位偏差", en: "Position off its command" }, unit: "%", faultWhen: "above" },
    cause: { zh: "调节阀卡涩、执行器失灵或连杆脱开", en: "Control valve stuck, actuator dead or linkage off" },
    consequence: {
      zh: "供温不受控：偏低则不热，偏高则浪费、可能超温",
      en: "The supply is out of control: rooms stay cold, or heat is wasted",
    },
    action: [
      { zh: "就地手动盘动阀门，查执行器电源、行程和力矩", en: "Turn the valve by hand; check the actuator's supply, stroke and torque" },
      { zh: "查连杆、阀杆是否脱开，阀体是否卡异物", en: "Check linkage and stem; look for debris in the body" },
      { zh: "修好前由人工手动控温，按时查看", en: "Until it is repaired set the temperature by hand and look at it regularly" },
    ],
    limits: Object.keys(valveStuckLimits),

    start: () => ({ signSince: NaN, signAt: NaN, isFound: false }),

    evaluate(memory, asset, view): Verdict {
      if (!ownsValve(asset, view)) return { state: "unknown" };
      const get = (name: keyof typeof valveStuckLimits): number => view.limits.get(name, asset.id);
      const position = view.last(asset.id, "v1_pos")?.value;
      if (position === undefined) return { state: "unknown" };
      const command = view.last(asset.id, "v1_set")?.value;
      const figures = command === undefined ? {} : { value: Math.abs(position - command), limit: get("valve_stuck_pct") };
      const sign = signOf(asset, view);
      if (sign === undefined) {
        memory.signSince = NaN;
        memory.isFound &&= !(hasFollowed(asset, view, get("valve_stuck_pct")) || view.at - memory.signAt > FORGIVEN_MS);
        return { state: memory.isFound ? "unknown" : "normal", ...figures };
      }
      const holdMin: Record<Sign, number> = {
        command: get("valve_stuck_min"),
        linkage: 10,
        still: 20,
        in_vain: get("valve_stuck_vain_min"),
      };
      const holdMs = holdMin[sign] * MINUTE_MS;
      if (Number.isNaN(memory.signSince)) memory.signSince = view.at;
      memory.signAt = view.at;
      memory.isFound ||= view.at - memory.signSince >= holdMs;
      return { state: "fault", severity: "general", holdMs, ...figures };
    },

    explain(_memory, asset, view, since): Explanation {
      const position = view.last(asset.id, "v1_pos")?.value ?? NaN;
      const command = view.last(asset.id, "v1_set")?.value ?? NaN;
      const sign = signOf(asset, view);
      const duration = durationText(view.at - since);
      const circuit = circuitOf(asset, view);
      const state = circuit === undefined ? undefined : heatStateOf(circuit, view);
      const isCommanded = !Number.isNaN(command);
      const loose = sign === "linkage";
      const inVain = sign === "in_vain";
      const open: Text = {
        zh: `阀位 ${tidy(position, 0)}%，供温仍低于设定 ${tidy(-(state?.errorK ?? NaN))} K`,
        en: `Open to ${tidy(position, 0)} %, and the supply is still ${tidy(-(state?.errorK ?? NaN))} K below its set point`,
      };
      return {
        summary: {
          zh: inVain
            ? `${open.zh}，热源正常，已 ${duration.zh}`
            : isCommanded && !loose
              ? `调节阀反馈 ${tidy(position, 0)}%，给定 ${tidy(command, 0)}%，不一致已 ${duration.zh}`
              : loose
                ? `调节阀反馈在动而供温不变，疑似连杆脱开，已 ${duration.zh}`
                : `调节阀停在 ${tidy(position, 0)}% 不动，供温偏差 ${tidy(state?.errorK ?? NaN)} K，已 ${duration.zh}`,
          en: inVain
            ? `${open.en} though the source is well, for ${duration.en}`
            : isCommanded && !loose
              ? `Control valve at ${tidy(position, 0)} %, command ${tidy(command, 0)} %, for ${duration.en}`
              : loose
                ? `The control valve says that it moves, the supply does not follow: linkage off? For ${duration.en}`
                : `Control valve rests at ${tidy(position, 0)} % while the supply is ${tidy(state?.errorK ?? NaN)} K off, for ${duration.en}`,
        },
        evidence: [
          ...signalEvidence(view, asset.id, "v1_pos", since, { expected: command }),
          ...signalEvidence(view, asset.id, "v1_set", since),
          ...(circuit === undefined || state === undefined
            ? []
            : signalEvidence(view, circuit.id, "t2_supply", since, { expected: state.referenceC })),
        ],
        causes: rankCauses([
          {
            id: "valve_stuck",
            name: { zh: "阀体卡涩或执行器失灵", en: "Valve stuck or actuator dead" },
            weight: loose || inVain ? 1 : 5,
            pro: [],
            contra: [],
          },
          {
            id: "linkage",
            name: { zh: "连杆、联轴脱开", en: "Linkage off" },
            weight: loose || inVain ? 5 : 0.6,
            pro: texts(loose && { zh: "阀位在走，供温不变", en: "The position moves, the supply does not" }, inVain && open),
            contra: texts(!loose && !inVain && { zh: "阀位本身不动", en: "The position itself does not move" }),
          },
          ...(inVain
            ? [
                {
                  id: "clogged_primary_strainer",
                  name: { zh: "本路一次侧过滤器堵、手动阀未全开", en: "Primary strainer of this circuit clogged, a hand valve not open" },
                  weight: 3,
                  pro: [open],
                  contra: [],
                },
                { id: "exchanger_fouling", name: { zh: "换热器堵塞", en: "Exchanger blocked" }, weight: 1.5, pro: [open], contra: [] },
              ]
            : []),
          { id: "sensor_fault", name: { zh: "阀位反馈故障", en: "Position feedback faulty" }, weight: 1.2, pro: [], contra: [] },
          {
            id: "curve_drift",
            name: { zh: "控制器置手动", en: "Controller in manual" },
            weight: isCommanded ? 0.3 : 1.5,
            pro: [],
            contra: [],
          },
        ]),
        consequence: this.consequence,
        action: this.action,
      };
    },
  };
}

export const valveStuckRules: readonly Rule<ValveMemory>[] = [valveStuck("circuit"), valveStuck("station")];

/** The station's valve is the circuit's where there is only one circuit. */
function ownsValve(asset: Asset, view: View): boolean {
  return asset.level === "circuit" || view.station.children.length !== 1;
}

function circuitOf(asset: Asset, view: View): Asset | undefined {
  return asset.level === "circuit" ? asset : view.network.asset(asset.children[0] ?? "");
}

function signOf(asset: Asset, view: View): Sign | undefined {
  const get = (name: keyof typeof valveStuckLimits): number => view.limits.get(name, asset.id);
  const position = view.last(asset.id, "v1_pos")?.value;
  const command = view.last(asset.id, "v1_set")?.value;
  if (position === undefined) return undefined;
  const circuit = circuitOf(asset, view);
  const state = circuit === undefined ? undefined : heatStateOf(circuit, view);
  if (command !== undefined && isApart(asset, view, get("valve_stuck_pct"), get("valve_stuck_min") * MINUTE_MS)) return "command";
  if (state !== undefined && circuit !== undefined && isLoose(asset, circuit, view)) return "linkage";
  if (state !== undefined && circuit !== undefined && isInVain(circuit, state, view)) return "in_vain";
  if (command !== undefined || state === undefined || !state.isSet) return undefined;
  const spanMs = get("valve_stuck_still_hours") * HOUR_MS;
  const positions = view.since(asset.id, "v1_pos", view.at - spanMs);
  const isStill = isCovered(positions, spanMs) && range(positions) <= get("valve_stuck_still_pct") && position > 3 && position < 97;
  const errors = view.since(circuit!.id, "t2_supply", view.at - spanMs);
  const isOff = errors.length > 2 && errors.every(({ value }) => Math.sign(value - state.referenceC) === Math.sign(state.errorK));
  return isStill && isOff && Math.abs(state.errorK) > get("valve_stuck_error_k") ? "still" : undefined;
}

/** All that the valve can give does not help this circuit, while source and neighbours are well: what it says of itself is not so, or the way is blocked. */
function isInVain(circuit: Asset, state: HeatState, view: View): boolean {
  const get = (name: keyof typeof valveStuckLimits): number => view.limits.get(name, circuit.id);
  if (!state.isSet || !state.isOpen || !(state.errorK < -get("valve_stuck_vain_k")) || !hasFlow(state)) return false;
  if (state.primaryErrorK < -get("valve_stuck_source_k") || state.primaryKpaShare < SOUND_PRESSURE_SHARE) return false;
  const others = view.station.children
    .filter((id) => id !== circuit.id)
    .map((id) => heatStateOf(view.network.asset(id)!, view).errorK)
    .filter((errorK) => !Number.isNaN(errorK));
  if (others.length === 0) return !Number.isNaN(state.primaryErrorK);
  return others.every((errorK) => errorK > -get("valve_stuck_error_k"));
}

/** The command went further than a stuck valve forgives, and the position went with it and was hardly ever apart: one that sticks and slips is. */
function hasFollowed(asset: Asset, view: View, pct: number): boolean {
  const commands = view.since(asset.id, "v1_set", view.at - FOLLOWED_MS);
  const positions = view.since(asset.id, "v1_pos", view.at - FOLLOWED_MS);
  if (range(commands) <= 2 * pct || range(positions) <= FOLLOWED_SHARE * range(commands)) return false;
  let index = 0;
  let apart = 0;
  for (const { at, value } of positions) {
    while (index + 1 < commands.length && commands[index + 1]!.at <= at) index++;
    if (Math.abs(value - commands[index]!.value) > pct) apart++;
  }
  return apart <= APART_SHARE * positions.length;
}

/** Position and command differ, and have differed on every report that the view still shows of the hold time: a moving valve is behind for moments. */
function isApart(asset: Asset, view: View, pct: number, spanMs: number): boolean {
  const positions = view.since(asset.id, "v1_pos", view.at - spanMs);
  const commands = view.since(asset.id, "v1_set", view.at - 2 * spanMs);
  let index = 0;
  for (const { at, value } of positions) {
    while (index + 1 < commands.length && commands[index + 1]!.at <= at) index++;
    const command = commands[index];
    if (command === undefined || command.at > at) continue;
    if (Math.abs(value - command.value) <= pct) return false;
  }
  const now = view.last(asset.id, "v1_pos")!.value - view.last(asset.id, "v1_set")!.value;
  return Math.abs(now) > pct;
}

/** The position travelled one way and the supply did not care, twice in a row. */
function isLoose(asset: Asset, circuit: Asset, view: View): boolean {
  const travel = view.limits.get("valve_stuck_travel_pct", asset.id);
  const response = view.limits.get("valve_stuck_response_k", asset.id);
  const spanMs = HOUR_MS;
  const positions = view.since(asset.id, "v1_pos", view.at - spanMs);
  const supplies = view.since(circuit.id, "t2_supply", view.at - spanMs);
  if (!isCovered(positions, spanMs) || !isCovered(supplies, spanMs)) return false;
  // The second half of the travel leaves the water time to follow.
  const early = positions.filter(({ at }) => at < view.at - 20 * MINUTE_MS);
  if (early.length < 3) return false;
  const moved = Math.abs(early.at(-1)!.value - early[0]!.value);
  const isUsable = Math.min(...positions.map(({ value }) => value)) > 8 && Math.max(...positions.map(({ value }) => value)) < 92;
  const drift = trendOf(supplies);
  return isUsable && moved >= 1.5 * travel && drift < response && range(supplies) < 2 * response;
}

const trendOf = (samples: readonly Sample[]): number => Math.abs(samples.at(-1)!.value - samples[0]!.value);

function range(samples: readonly Sample[]): number {
  let least = Infinity;
  let most = -Infinity;
  for (const { value } of samples) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most - least;
}

const isCovered = (samples: readonly Sample[], spanMs: number): boolean =>
  samples.length >= 4 && samples.at(-1)!.at - samples[0]!.at >= 0.75 * spanMs;
