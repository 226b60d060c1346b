/** What gateways do to what they deliver, as rates and sizes: the data of a scenario. `virtual-devices.ts` acts on it. */

export interface Vices {
  /** A poll comes up to this share of its interval too early or too late. */
  readonly jitterShare: number;
  /** Shares of the polls that are lost, sent twice, or overtaken by the next one. */
  readonly lossShare: number;
  readonly duplicateShare: number;
  readonly reorderShare: number;
  /** Share of the gateways that collect a few polls before they send them, as an array (default 0). */
  readonly collectingShare: number;
  /** Share of the reports of units and rooms that the radio loses. */
  readonly unitLossShare: number;
  /** Interruptions of a gateway's connection: how many per day, and how long, ms. What was polled meanwhile is delivered afterwards. */
  readonly outagesPerDay: number;
  readonly outageMs: readonly [low: number, high: number];
  /** Share of the gateways that keep nothing meanwhile (default 0). */
  readonly forgetfulShare: number;
  /** Share of the gateways that mark such a backlog as history (`"hist": true`). */
  readonly markedHistoryShare: number;
  /** Offset of a gateway's clock, ± ms, and how much it drifts in a day, ± ms. */
  readonly skewMs: number;
  readonly driftMsPerDay: number;
  /** Share of the gateways that mark their polls with a wrong hour after a change to or from summer time. */
  readonly dstMistakeShare: number;
  /** Longest time from poll to receipt, ms. */
  readonly latencyMs: number;
}

export const VICES = {
  none: {
    jitterShare: 0,
    lossShare: 0,
    duplicateShare: 0,
    reorderShare: 0,
    collectingShare: 0,
    unitLossShare: 0,
    outagesPerDay: 0,
    outageMs: [0, 0],
    forgetfulShare: 0,
    markedHistoryShare: 0,
    skewMs: 0,
    driftMsPerDay: 0,
    dstMistakeShare: 0,
    latencyMs: 0,
  },
  /** DOMAIN 5.13. */
  usual: {
    jitterShare: 0.05,
    lossShare: 0.005,
    duplicateShare: 0.01,
    reorderShare: 0.002,
    collectingShare: 0.1,
    unitLossShare: 0.02,
    outagesPerDay: 0.05,
    outageMs: [5 * 60_000, 3 * 3_600_000],
    forgetfulShare: 0.25,
    markedHistoryShare: 0.5,
    skewMs: 60_000,
    driftMsPerDay: 500,
    dstMistakeShare: 0,
    latencyMs: 3_000,
  },
  severe: {
    jitterShare: 0.2,
    lossShare: 0.05,
    duplicateShare: 0.03,
    reorderShare: 0.03,
    collectingShare: 0.3,
    unitLossShare: 0.2,
    outagesPerDay: 1,
    outageMs: [10 * 60_000, 8 * 3_600_000],
    forgetfulShare: 0.5,
    markedHistoryShare: 0.3,
    skewMs: 300_000,
    driftMsPerDay: 5_000,
    dstMistakeShare: 0.1,
    latencyMs: 20_000,
  },
} as const satisfies Record<string, Vices>;
