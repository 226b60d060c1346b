import { orificeM3h } from "./leak.ts";

/** Pressure holding of a circuit: makeup pump, expansion, losses, and the pressure that follows from the water held; DOMAIN 5.9. */

export interface PressureFacts {
  /** Pressure at the pump suction at which the makeup pump starts and stops, kPa. */
  readonly startKpa: number;
  readonly stopKpa: number;
  readonly control: "band" | "vfd";
  /** What the makeup pump delivers at most, m³/h. */
  readonly pumpM3h: number;
  /** Water that makes the pressure rise by 1 kPa, L. */
  readonly elasticityLKpa: number;
  /** Static head of the highest riser, kPa: below it risers run empty and give much more water per kPa. */
  readonly drainKpa: number;
  /** Loss of a sound circuit at `BASELINE_KPA`, m³/h. */
  readonly baselineM3h: number;
  /** Pressure at which the relief valve opens, kPa. */
  readonly reliefKpa: number;
}

/** Pressure to which the baseline loss refers (DOMAIN 5.9). */
const BASELINE_KPA = 265;
/** One pulse of the makeup meter, m³. */
export const MAKEUP_PULSE_M3 = 0.01;
/** Emptying risers give this many times the water of the elastic range. */
const DRAINING_FACTOR = 3;
/** A frequency-controlled pump delivers everything this far below its set point. */
const VFD_SPAN_KPA = 15;
/** The relief valve is wide open this far above its set pressure, and then passes this, m³/h. */
const RELIEF_SPAN_KPA = 20;
const RELIEF_M3H = 6;

export interface PressureState {
  /** Water beyond that of the unpressurised, full circuit, L; negative while risers are empty. */
  heldL: number;
  /** Pressure that the held water gives, kPa gauge, never below 0. */
  kpa: number;
  pumpOn: boolean;
  /** Flow of the makeup pump now, m³/h. */
  makeupM3h: number;
  /** Flow through holes to the outside now, m³/h. */
  leakM3h: number;
  /** Totals since the start, m³: pumped in; come from the primary side (negative: gone there); lost by leaks, baseline, relief and drains; drawn off by households; grown by warming. */
  makeupM3: number;
  inflowM3: number;
  lostM3: number;
  drawnM3: number;
  grownM3: number;
}

/** What acts on the pressure in one step, m³/h unless said. */
export interface PressureActions {
  /** Open area of leaks, m², and how far above the suction pressure they sit hydraulically, kPa. */
  readonly leakAreaM2: number;
  readonly leakAboveKpa: number;
  /** The baseline loss relative to its mean. */
  readonly baselineFactor: number;
  /** Drained on purpose or by a fault, and drawn off by households. */
  readonly drainM3h: number;
  readonly drawM3h: number;
  /** Growth of the water by warming (negative: shrinks). */
  readonly growthM3h: number;
  /** Comes from the primary side through a leaking exchanger (negative: goes there). */
  readonly inflowM3h: number;
  /** The makeup pump has power and water. */
  readonly makeupReady: boolean;
  /** Share of the makeup pump's flow that arrives (1: sound), and by how much its set points are shifted, kPa. */
  readonly makeupShare: number;
  readonly setShiftKpa: number;
  /** How far the suction is above the pressure of the held water (the pump at rest lets it rise), kPa. */
  readonly suctionAboveKpa: number;
  /** The relief valve is shut for the pressure test of the filling. */
  readonly isReliefShut?: boolean;
  /** Crews let the water out down to so much, L; otherwise it stops where the pressure has gone. */
  readonly emptiesToL?: number | undefined;
}

/** Pressure (kPa) of a circuit that holds `heldL`. */
export function pressureOf(facts: PressureFacts, heldL: number): number {
  const drainL = facts.drainKpa * facts.elasticityLKpa;
  if (heldL >= drainL) return heldL / facts.elasticityLKpa;
  return Math.max(0, facts.drainKpa - (drainL - heldL) / (facts.elasticityLKpa * DRAINING_FACTOR));
}

export function startPressure(facts: PressureFacts, kpa: number): PressureState {
  return {
    heldL: kpa * facts.elasticityLKpa,
    kpa,
    pumpOn: false,
    makeupM3h: 0,
    leakM3h: 0,
    makeupM3: 0,
    inflowM3: 0,
    lostM3: 0,
    drawnM3: 0,
    grownM3: 0,
  };
}

/** Flow of the makeup pump at a suction pressure, and whether it runs, by band or by frequency. */
function controlMakeup(state: PressureState, facts: PressureFacts, suctionKpa: number, actions: PressureActions): void {
  const startKpa = facts.startKpa + actions.setShiftKpa;
  const stopKpa = facts.stopKpa + actions.setShiftKpa;
  if (!actions.makeupReady) state.pumpOn = false;
  else if (facts.control === "band") state.pumpOn = suctionKpa < startKpa || (state.pumpOn && suctionKpa < stopKpa);
  else state.pumpOn = suctionKpa < stopKpa;
  if (!state.pumpOn) state.makeupM3h = 0;
  else {
    const share = facts.control === "band" ? 1 : Math.min(1, (stopKpa - suctionKpa) / VFD_SPAN_KPA);
    state.makeupM3h = facts.pumpM3h * share * actions.makeupShare;
  }
}

/** One step (at most 10 s) of the water balance; no more leaves than is there. */
export function stepPressure(state: PressureState, facts: PressureFacts, actions: PressureActions, stepS: number): void {
  const suctionKpa = state.kpa + actions.suctionAboveKpa;
  controlMakeup(state, facts, suctionKpa, actions);
  const leakM3h = actions.leakAreaM2 > 0 && state.kpa > 0 ? orificeM3h(actions.leakAreaM2, suctionKpa + actions.leakAboveKpa) : 0;
  const baselineM3h = facts.baselineM3h * actions.baselineFactor * Math.sqrt(Math.max(0, state.kpa) / BASELINE_KPA);
  const reliefM3h =
    suctionKpa > facts.reliefKpa && actions.isReliefShut !== true
      ? RELIEF_M3H * Math.min(1, (suctionKpa - facts.reliefKpa) / RELIEF_SPAN_KPA)
      : 0;
  const stepH = stepS / 3600;
  state.leakM3h = leakM3h;
  let lost = (leakM3h + baselineM3h + reliefM3h + actions.drainM3h) * stepH;
  let drawn = actions.drawM3h * stepH;
  const gained = (state.makeupM3h + actions.growthM3h + actions.inflowM3h) * stepH;
  const available = Math.max(0, (state.heldL - (actions.emptiesToL ?? emptyL(facts))) / 1000 + gained);
  if (lost + drawn > available) {
    const share = available / (lost + drawn);
    lost *= share;
    drawn *= share;
  }
  state.heldL += (gained - lost - drawn) * 1000;
  state.kpa = pressureOf(facts, state.heldL);
  state.makeupM3 += state.makeupM3h * stepH;
  state.inflowM3 += actions.inflowM3h * stepH;
  state.lostM3 += lost;
  state.drawnM3 += drawn;
  state.grownM3 += actions.growthM3h * stepH;
}

/** What is held when the pressure at the suction has just gone, L. */
function emptyL(facts: PressureFacts): number {
  return facts.drainKpa * facts.elasticityLKpa * (1 - DRAINING_FACTOR);
}
