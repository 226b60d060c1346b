import type { Explanation } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { HEATING_PHASES } from "../model/season.ts";
import type { Level, SignalId } from "../model/signals.ts";
import { rankCauses } from "./causes.ts";
import { signalEvidence, texts } from "./evidence.ts";
import type { Limit } from "./limits.ts";
import { durationText, tidy } from "./phrases.ts";
import type { Rule, Sample, Verdict, View } from "./rule.ts";

/** R14 调节阀振荡: valve and supply swing against each other, hour after hour. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

export const valveHuntingLimits = {
  hunting_reversals: limit(6, "1/h", "每小时换向次数", "Reversals an hour"),
  hunting_valve_pct: limit(8, "%", "阀位摆幅", "Swing of the valve"),
  hunting_supply_k: limit(2, "K", "供温摆幅", "Swing of the supply"),
  hunting_supply_only_k: limit(3, "K", "无阀位时：供温摆幅", "Without a valve position: swing of the supply"),
  hunting_supply_reversals: limit(3, "1/h", "供温每小时换向次数", "Reversals of the supply an hour"),
  hunting_hours: limit(1.5, "h", "持续时间", "How long it has to last"),
} satisfies Record<string, Limit>;

/** Swings are counted over this time. */
const WINDOW_MS = 1.5 * HOUR_MS;
/** Sampled more slowly than this a swing of ten minutes cannot be told. */
const INTERVAL_MS_MAX = 5.5 * MINUTE_MS;

interface Swing {
  readonly perHour: number;
  /** Median distance between neighbouring turning points. */
  readonly size: number;
}

function valveHunting(level: Level): Rule<null> {
  return {
    kind: "valve_hunting",
    level,
    everyMs: 15 * MINUTE_MS,
    onSignals: [],
    holdMs: 90 * MINUTE_MS,
    keepMs: HOUR_MS,
    phases: HEATING_PHASES,
    measure: { name: { zh: "每小时换向", en: "Reversals an hour" }, unit: "1/h", faultWhen: "above" },
    cause: { zh: "PID 过激或测温滞后，调节阀反复振荡", en: "Controller too eager or sensor too slow: the valve hunts" },
    consequence: {
      zh: "执行器磨损、供温忽高忽低，一次网流量波动",
      en: "The actuator wears, the supply swings, and so does the primary flow",
    },
    action: [
      { zh: "减小比例增益、加大积分时间，先置手动稳住", en: "Lower the gain, lengthen the integral time; put it in manual meanwhile" },
      { zh: "查供温探头是否插到位、套管有无导热油", en: "Check that the supply probe sits in its pocket with oil" },
      { zh: "查阀门选型是否过大、一次压差是否过高", en: "Check whether the valve is too large or the primary pressure too high" },
    ],
    limits: Object.keys(valveHuntingLimits),

    start: () => null,

    evaluate(_memory, asset, view): Verdict {
      if (asset.level === "station" && view.station.children.length === 1) return { state: "unknown" };
      const get = (name: keyof typeof valveHuntingLimits): number => view.limits.get(name, asset.id);
      const valve = swingOf(asset, "v1_pos", view, get("hunting_valve_pct"));
      const circuit = asset.level === "circuit" ? asset : view.network.asset(asset.children[0] ?? "");
      const supply = circuit === undefined ? undefined : swingOf(circuit, "t2_supply", view, get("hunting_supply_k"));
      if (valve === undefined && (supply === undefined || asset.level === "station")) return { state: "unknown" };
      const holdMs = get("hunting_hours") * HOUR_MS;
      if (valve !== undefined) {
        const figures = { value: valve.perHour, limit: get("hunting_reversals") };
        // A slow supply answers with a smaller swing; where it is not known the valve alone has to convince.
        const isFelt = supply === undefined || supply.perHour >= 0.3 * valve.perHour;
        const isHunting = valve.perHour >= figures.limit && isFelt;
        return isHunting ? { state: "fault", severity: "general", holdMs, ...figures } : { state: "normal", ...figures };
      }
      const wide = swingOf(circuit!, "t2_supply", view, get("hunting_supply_only_k"))!;
      const figures = { value: wide.perHour, limit: get("hunting_supply_reversals") };
      return wide.perHour >= figures.limit ? { state: "fault", severity: "general", holdMs, ...figures } : { state: "normal", ...figures };
    },

    explain(_memory, asset, view, since): Explanation {
      const circuit = asset.level === "circuit" ? asset : view.network.asset(asset.children[0] ?? "");
      const valve = swingOf(asset, "v1_pos", view, view.limits.get("hunting_valve_pct", asset.id));
      const supply = circuit === undefined ? undefined : swingOf(circuit, "t2_supply", view, 1);
      const duration = durationText(view.at - since);
      const parts = texts(
        valve !== undefined && {
          zh: `阀位每小时换向 ${tidy(valve.perHour)} 次、摆幅 ${tidy(valve.size, 0)}%`,
          en: `valve turns ${tidy(valve.perHour)} times an hour by ${tidy(valve.size, 0)} %`,
        },
        supply !== undefined && supply.size > 0 && { zh: `供温摆幅 ${tidy(supply.size)} K`, en: `supply swings ${tidy(supply.size)} K` },
      );
      return {
        summary: {
          zh: `调节阀振荡已 ${duration.zh}：${parts.map(({ zh }) => zh).join("，")}`,
          en: `Control valve has been hunting for ${duration.en}: ${parts.map(({ en }) => en).join(", ")}`,
        },
        evidence: [
          ...signalEvidence(view, asset.id, "v1_pos", since),
          ...(circuit === undefined
            ? []
            : signalEvidence(view, circuit.id, "t2_supply", since, { expected: view.last(circuit.id, "t2_set")?.value ?? NaN })),
        ],
        causes: rankCauses([
          { id: "valve_hunting", name: { zh: "PID 参数过激", en: "Controller gains too high" }, weight: 4, pro: parts, contra: [] },
          {
            id: "sensor_pocket",
            name: { zh: "供温探头滞后（未插到位）", en: "Supply probe slow (not in its pocket)" },
            weight: 2,
            pro: [],
            contra: [],
          },
          {
            id: "valve_oversized",
            name: { zh: "阀门过大、压差过高", en: "Valve too large, pressure too high" },
            weight: 1.2,
            pro: [],
            contra: [],
          },
          {
            id: "domestic_water",
            name: { zh: "一次侧压力波动（他站或热源调节）", en: "Primary pressure swings (another station, the source)" },
            weight: 0.8,
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

export const valveHuntingRules: readonly Rule<null>[] = [valveHunting("circuit"), valveHunting("station")];

/** Turning points that are at least `size` apart; undefined when the signal is sampled too slowly or not known. */
function swingOf(asset: Asset, signal: SignalId, view: View, size: number): Swing | undefined {
  const interval = view.interval(asset.id, signal);
  if (interval === undefined || interval > INTERVAL_MS_MAX) return undefined;
  const samples = view.since(asset.id, signal, view.at - WINDOW_MS);
  if (samples.length < 10 || samples.at(-1)!.at - samples[0]!.at < 0.7 * WINDOW_MS) return undefined;
  const turns = turningPoints(samples, size);
  const spanH = (samples.at(-1)!.at - samples[0]!.at) / HOUR_MS;
  const sizes = turns
    .slice(1)
    .map((value, index) => Math.abs(value - turns[index]!))
    .sort((a, b) => a - b);
  return { perHour: Math.max(0, turns.length - 1) / spanH, size: sizes[sizes.length >> 1] ?? 0 };
}

/** Values at which a signal turned back by at least `size`. */
function turningPoints(samples: readonly Sample[], size: number): number[] {
  const turns: number[] = [];
  let low = samples[0]!.value;
  let high = low;
  let direction = 0;
  for (const { value } of samples) {
    if (value > high) high = value;
    if (value < low) low = value;
    if (direction >= 0 && value <= high - size) {
      turns.push(high);
      direction = -1;
      low = value;
      high = value;
    } else if (direction <= 0 && value >= low + size) {
      turns.push(low);
      direction = 1;
      low = value;
      high = value;
    }
  }
  return turns;
}
