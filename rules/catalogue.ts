import { airLockLimits, airLockRule } from "./air-lock.ts";
import { burstLimits, burstRule } from "./burst.ts";
import { cloggedStrainerRule, strainerLimits } from "./clogged-strainer.ts";
import { clockSkewLimits, clockSkewRule } from "./clock-skew.ts";
import { closedMainLimits, closedMainRule } from "./closed-main.ts";
import { closedValveLimits, closedValveRule } from "./closed-valve.ts";
import { curveDriftLimits, curveDriftRule } from "./curve-drift.ts";
import { drawOffLimits, drawOffRule } from "./draw-off.ts";
import { exchangerFoulingLimits, exchangerFoulingRule } from "./exchanger-fouling.ts";
import { exchangerLeakLimits, exchangerLeakRule } from "./exchanger-leak.ts";
import { freezeRiskLimits, freezeRiskRule } from "./freeze-risk.ts";
import { imbalanceLimits, imbalanceRule } from "./imbalance.ts";
import { fillingLimits } from "./filling-test.ts";
import { leakLimits } from "./leak-limits.ts";
import { leakRule } from "./leak.ts";
import type { Limit } from "./limits.ts";
import { lowPressureLimits, lowPressureRule } from "./low-pressure.ts";
import { makeupFaultLimits, makeupFaultRule } from "./makeup-fault.ts";
import { makeupTankLimits, makeupTankRule } from "./makeup-tank.ts";
import { offlineDevicesRule } from "./offline-devices.ts";
import { offlineLimits, offlineRule } from "./offline.ts";
import { overHeatedLimits, overHeatedRule } from "./over-heated.ts";
import { overPressureLimits, overPressureRule } from "./over-pressure.ts";
import { powerFailureLimits, powerFailureRule } from "./power-failure.ts";
import { primaryShortageLimits, primaryShortageRule } from "./primary-shortage.ts";
import { pumpFailureLimits, pumpFailureRule } from "./pump-failure.ts";
import type { Rule } from "./rule.ts";
import { sensorFaultLimits, sensorFaultRules } from "./sensor-fault.ts";
import { underHeatedLimits, underHeatedRule } from "./under-heated.ts";
import { valveHuntingLimits, valveHuntingRules } from "./valve-hunting.ts";
import { valveStuckLimits, valveStuckRules } from "./valve-stuck.ts";

/** Every rule and every limit of the product. To add a rule: one file, one line here, one test beside it. */

// A rule's memory is its own affair: the engine only keeps it and hands it back.
export const RULES = [
  powerFailureRule,
  offlineRule,
  offlineDevicesRule,
  clockSkewRule,
  pumpFailureRule,
  burstRule,
  makeupTankRule,
  makeupFaultRule,
  lowPressureRule,
  overPressureRule,
  exchangerLeakRule,
  leakRule,
  drawOffRule,
  closedMainRule,
  freezeRiskRule,
  primaryShortageRule,
  curveDriftRule,
  ...valveStuckRules,
  ...valveHuntingRules,
  exchangerFoulingRule,
  cloggedStrainerRule,
  imbalanceRule,
  airLockRule,
  closedValveRule,
  underHeatedRule,
  overHeatedRule,
  ...sensorFaultRules,
] as readonly Rule[];

export const LIMITS: Readonly<Record<string, Limit>> = {
  ...powerFailureLimits,
  ...offlineLimits,
  ...clockSkewLimits,
  ...pumpFailureLimits,
  ...burstLimits,
  ...makeupTankLimits,
  ...makeupFaultLimits,
  ...lowPressureLimits,
  ...overPressureLimits,
  ...exchangerLeakLimits,
  ...leakLimits,
  ...fillingLimits,
  ...drawOffLimits,
  ...closedMainLimits,
  ...freezeRiskLimits,
  ...primaryShortageLimits,
  ...curveDriftLimits,
  ...valveStuckLimits,
  ...valveHuntingLimits,
  ...exchangerFoulingLimits,
  ...strainerLimits,
  ...imbalanceLimits,
  ...airLockLimits,
  ...closedValveLimits,
  ...underHeatedLimits,
  ...overHeatedLimits,
  ...sensorFaultLimits,
};
