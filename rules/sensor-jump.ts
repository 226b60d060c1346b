import type { Asset } from "../model/network.ts";
import { SIGNALS, type SignalId } from "../model/signals.ts";
import { tidy } from "./phrases.ts";
import type { View } from "./rule.ts";
import type { SensorDoubt } from "./sensor-tests.ts";

/**
 * R30, a step that nature does not make: outdoors and in rooms it gets warmer and colder by some kelvin an hour (DOMAIN 1, "max
 * plausible rate"). A value that stays where it cannot have got to comes from another unit, another place, or a broken probe.
 */

const HOUR_MS = 3_600_000;
/** K within an hour that are not believed. */
const JUMP_K: Partial<Record<SignalId, number>> = { t_out: 12, t_room: 8 };
/** It is believed again this near to where it was, or after so long. */
const BACK_SHARE = 0.5;
const FORGOTTEN_MS = 72 * HOUR_MS;

/** The last hourly value, and the jump that has not been taken back. Plain data. */
export interface Jump {
  at: number;
  value: number;
  jumpedAt: number;
  from: number;
}

export const startJump = (): Jump => ({ at: NaN, value: NaN, jumpedAt: NaN, from: NaN });

export const canJump = (signal: SignalId): boolean => JUMP_K[signal] !== undefined;

/** Follows the jumps of one point and judges the last one. */
export function hasJumped(jump: Jump, asset: Asset, signal: SignalId, view: View): SensorDoubt | undefined {
  const limit = JUMP_K[signal]!;
  const sample = view.raw.last(asset.id, signal);
  if (sample === undefined) return undefined;
  const byK = sample.value - jump.value;
  if (Number.isNaN(jump.jumpedAt)) {
    if (sample.at - jump.at <= HOUR_MS * 1.5 && Math.abs(byK) > limit) {
      jump.jumpedAt = sample.at;
      jump.from = jump.value;
    }
  } else if (Math.abs(sample.value - jump.from) < BACK_SHARE * limit || view.at - jump.jumpedAt > FORGOTTEN_MS) jump.jumpedAt = NaN;
  if (!(sample.at - jump.at < HOUR_MS / 2)) {
    jump.at = sample.at;
    jump.value = sample.value;
  }
  if (Number.isNaN(jump.jumpedAt)) return undefined;
  const offK = sample.value - jump.from;
  const off = `${offK > 0 ? "+" : ""}${tidy(offK)} K`;
  return {
    sign: "impossible",
    value: Math.abs(offK),
    limit,
    text: {
      zh: `一小时内由 ${tidy(jump.from)} 跳到 ${tidy(sample.value)} ${SIGNALS[signal].unit}（${off}），自然变化不会这样快`,
      en: `Went from ${tidy(jump.from)} to ${tidy(sample.value)} ${SIGNALS[signal].unit} (${off}) within an hour: faster than nature`,
    },
  };
}
