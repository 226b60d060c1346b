import { airLockLimits, airLockRule } from "./air-lock.ts";
import { burstLimits, burstRule } from "./burst.ts";
import { leakLimits, leakRule } from "./leak.ts";
import type { Limit } from "./limits.ts";
import { lowPressureLimits, lowPressureRule } from "./low-pressure.ts";
import { offlineDevicesRule } from "./offline-devices.ts";
import { offlineLimits, offlineRule } from "./offline.ts";
import type { Rule } from "./rule.ts";
import { underHeatedLimits, underHeatedRule } from "./under-heated.ts";

/** Every rule and every limit of the product. To add a rule: one file, one line here, one test beside it. */

// A rule's memory is its own affair: the engine only keeps it and hands it back.
export const RULES: readonly Rule[] = [
  burstRule,
  lowPressureRule,
  offlineRule,
  offlineDevicesRule,
  leakRule,
  airLockRule,
  underHeatedRule,
] as readonly Rule[];

export const LIMITS: Readonly<Record<string, Limit>> = {
  ...burstLimits,
  ...lowPressureLimits,
  ...offlineLimits,
  ...leakLimits,
  ...airLockLimits,
  ...underHeatedLimits,
};
