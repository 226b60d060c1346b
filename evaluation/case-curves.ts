import type { FaultKind } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import type { Level, SignalId } from "../model/signals.ts";
import type { History } from "./history.ts";
import { type CaseCurves, type CurvePiece, HOUR_MS } from "./outcome.ts";

/** The signals around a case, cut out while they are still in memory: a day before it and a day after. */

const BEFORE_MS = 24 * HOUR_MS;
const AFTER_MS = 24 * HOUR_MS;
const SAMPLES_MAX = 144;
/** Cases of one world whose curves are kept; beyond it the table names them without. */
const CASES_MAX = 60;

/** What a person looks at first for a kind: signals by the level at which they are found. */
const WATER: readonly SignalId[] = ["p2_return", "p2_supply", "mk_total"];
const FLOW: readonly SignalId[] = ["t_supply", "t_return", "t_room", "t2_supply"];
const HEAT: readonly SignalId[] = ["t2_supply", "t2_return", "t2_set", "t1_supply", "v1_pos", "t_out"];
const DRIVE: readonly SignalId[] = ["p2_supply", "p2_return", "q2_flow", "cp_run", "p2_filter_in", "p2_filter_out"];
const SIGNALS_OF: Readonly<Partial<Record<FaultKind, readonly SignalId[]>>> = {
  burst: WATER,
  leak: WATER,
  draw_off: WATER,
  low_pressure: WATER,
  over_pressure: WATER,
  makeup_fault: [...WATER, "tank_level"],
  exchanger_leak: WATER,
  air_lock: FLOW,
  under_heated: FLOW,
  closed_valve: FLOW,
  over_heated: FLOW,
  imbalance: ["t2_supply", "t2_return"],
  clogged_strainer: DRIVE,
  pump_failure: DRIVE,
  freeze_risk: DRIVE,
  power_failure: ["power_ok", "cp_run", "p2_supply"],
};

interface Wanted {
  readonly id: string;
  readonly asset: string;
  readonly kind: FaultKind;
  readonly at: number;
  /** The signal in question, if it is one. */
  readonly signal?: SignalId | undefined;
}

export interface CaseCurvesKeeper {
  /** Asks for the curves around an instant; taken when they are complete. */
  want(wanted: Wanted): void;
  /** Takes what is complete at `at`. */
  cut(at: number): void;
  taken(): CaseCurves[];
}

export function createCaseCurves(parts: {
  readonly network: Network;
  readonly history: History;
  readonly keep: boolean;
}): CaseCurvesKeeper {
  const { network, history, keep } = parts;
  let waiting: Wanted[] = [];
  let dueAt = Infinity;
  let asked = 0;
  const done: CaseCurves[] = [];

  function piecesOf({ asset, kind, at, signal: asked }: Wanted): CurvePiece[] {
    const pieces: CurvePiece[] = [];
    const levels: readonly Level[] = ["unit", "circuit"];
    const near = network.lineage(asset).map(({ id }) => id);
    const below = levels.flatMap((level) => network.below(asset, level).slice(0, 1)).map(({ id }) => id);
    for (const signal of new Set([...(asked === undefined ? [] : [asked]), ...(SIGNALS_OF[kind] ?? HEAT)])) {
      const place = [...near, ...below].find((id) => history.has(id, signal));
      if (place === undefined) continue;
      pieces.push({ asset: place, signal, ...history.piece(place, signal, at - BEFORE_MS, at + AFTER_MS, SAMPLES_MAX) });
    }
    return pieces;
  }

  return {
    want(wanted) {
      if (!keep || asked >= CASES_MAX) return;
      asked++;
      waiting.push(wanted);
      dueAt = Math.min(dueAt, wanted.at + AFTER_MS);
    },
    cut(at) {
      if (at < dueAt) return;
      for (const wanted of waiting)
        if (wanted.at + AFTER_MS <= at)
          done.push({ id: wanted.id, from: wanted.at - BEFORE_MS, to: wanted.at + AFTER_MS, pieces: piecesOf(wanted) });
      waiting = waiting.filter((wanted) => wanted.at + AFTER_MS > at);
      dueAt = Math.min(Infinity, ...waiting.map((wanted) => wanted.at + AFTER_MS));
    },
    taken: () => done,
  };
}
