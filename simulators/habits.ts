/** How residents of a network are, as numbers: when they feel cold, how long they wait, and what else they call for. */

export interface Habits {
  /** Share of the households that would ever call; the others never do. */
  readonly callShare: number;
  /** Room temperature below which a household feels cold, °C: mean and standard deviation. DOMAIN 2: 18 °C at all times. */
  readonly coldBelowC: number;
  readonly coldSpreadC: number;
  /** Who lives in a cold place is used to it, and feels cold only when it is so much colder than usual, K. [our belief] */
  readonly noticesK: number;
  /** Hours that a household waits in the cold: median, and standard deviation of its logarithm. */
  readonly patienceHours: number;
  readonly patienceSpread: number;
  /** Calls per 1,000 households and season of 120 days for what no telemetry sees (own tap or filter, expectations, unheated neighbours). */
  readonly unseenPer1000Season: number;
  /** Times that rate in the two weeks from commissioning on. */
  readonly surge: number;
}

export const HABITS = {
  /** Nobody calls. */
  silent: {
    callShare: 0,
    coldBelowC: 18,
    coldSpreadC: 0.5,
    noticesK: 1,
    patienceHours: 6,
    patienceSpread: 0.7,
    unseenPer1000Season: 0,
    surge: 1,
  },
  usual: {
    callShare: 0.3,
    coldBelowC: 18,
    coldSpreadC: 0.5,
    noticesK: 1,
    patienceHours: 6,
    patienceSpread: 0.7,
    unseenPer1000Season: 22,
    surge: 5,
  },
  /** Calls sooner, for more, and at what others bear. */
  demanding: {
    callShare: 0.6,
    coldBelowC: 19,
    coldSpreadC: 0.8,
    noticesK: 0.5,
    patienceHours: 2.5,
    patienceSpread: 0.8,
    unseenPer1000Season: 60,
    surge: 5,
  },
} as const satisfies Record<string, Habits>;
