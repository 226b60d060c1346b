import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { correctClock, newClock, type ClockState } from "../../ingest/clock.ts";
import { seededRandom } from "../support/random.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 11, 1, 0, 0, 0);
const FUTURE_MS = 5 * MINUTE;

interface Sent {
  /** When the device measured, in true time. */
  readonly at: number;
  readonly receivedAt: number;
  readonly clockErrorMs: number;
  readonly hist?: boolean;
  readonly isArray?: boolean;
}

interface Landed {
  readonly sent: Sent;
  /** Corrected time minus true time. */
  readonly errorMs: number;
  readonly accepted: boolean;
}

/** Delivers the messages in order and says where each landed. */
function deliver(messages: readonly Sent[], state: ClockState = newClock()): Landed[] {
  return messages.map((sent) => {
    const ts = sent.at + sent.clockErrorMs;
    const corrected =
      ts + correctClock(state, { receivedAt: sent.receivedAt, newestTs: ts, hist: sent.hist ?? false, isArray: sent.isArray ?? false });
    return { sent, errorMs: corrected - sent.at, accepted: corrected <= sent.receivedAt + FUTURE_MS };
  });
}

/** Live messages, one every `stepMs`, 200 to 900 ms on the way. */
function live(count: number, clockErrorMs: number, from = START, stepMs = 10_000): Sent[] {
  const random = seededRandom(count + clockErrorMs);
  return Array.from({ length: count }, (_, index) => ({
    at: from + index * stepMs,
    receivedAt: from + index * stepMs + 200 + Math.floor(random() * 700),
    clockErrorMs,
  }));
}

const misplaced = (landed: readonly Landed[]): number =>
  landed.filter(({ accepted, errorMs }) => !accepted || Math.abs(errorMs) > 5_000).length;

describe("a good clock", () => {
  test("is left alone, to the millisecond, whatever the way takes", () => {
    const landed = deliver(live(500, 0));
    expect(landed.every(({ errorMs, accepted }) => accepted && errorMs === 0)).toBe(true);
  });

  test("up to two minutes off is believed", () => {
    for (const clockErrorMs of [-110_000, 90_000]) {
      const landed = deliver(live(50, clockErrorMs));
      expect(landed.every(({ errorMs, accepted }) => accepted && errorMs === clockErrorMs)).toBe(true);
    }
  });

  test("one message from tomorrow is refused, the ones around it stay where they are", () => {
    const messages = live(40, 0);
    messages[20] = { ...messages[20]!, clockErrorMs: 24 * HOUR };
    const landed = deliver(messages);
    expect(landed[20]!.accepted).toBe(false);
    expect(landed.filter((_, index) => index !== 20).every(({ errorMs, accepted }) => accepted && errorMs === 0)).toBe(true);
  });

  test.each([
    ["4 messages from tomorrow in a row", 4, 24 * HOUR],
    ["4 messages from an hour ago in a row", 4, -HOUR],
  ])("%s do not make it a skewed one", (_, count, clockErrorMs) => {
    const messages = live(60, 0);
    for (let index = 20; index < 20 + count; index++) messages[index] = { ...messages[index]!, clockErrorMs };
    const landed = deliver(messages);
    expect(landed.filter(({ sent }) => sent.clockErrorMs === 0).every(({ errorMs }) => errorMs === 0)).toBe(true);
  });
});

describe("a clock that is off from first contact", () => {
  test.each([15 * MINUTE, -15 * MINUTE, 3 * MINUTE, -8 * HOUR, 365 * 24 * HOUR])(
    "by %d ms: two messages at most, then exact within seconds",
    (clockErrorMs) => {
      const state = newClock();
      const landed = deliver(live(100, clockErrorMs), state);
      expect(misplaced(landed)).toBe(2);
      expect(landed.slice(2).every(({ errorMs, accepted }) => accepted && Math.abs(errorMs) < 2_000)).toBe(true);
      expect(state.verdict).toBe("skewed");
      expect(Math.abs(state.offsetMs + clockErrorMs)).toBeLessThan(2_000);
    },
  );

  test("a fast one that reports every second is understood in its third second, a slow one in its eleventh", () => {
    expect(misplaced(deliver(live(60, 15 * MINUTE, START, 1_000)))).toBeLessThanOrEqual(3);
    expect(misplaced(deliver(live(60, -15 * MINUTE, START, 1_000)))).toBeLessThanOrEqual(12);
  });

  test("a poll of many messages at once counts as one", () => {
    const messages = live(20, 15 * MINUTE).flatMap((sent) =>
      Array.from({ length: 30 }, (_, index) => ({ ...sent, receivedAt: sent.receivedAt + index })),
    );
    const landed = deliver(messages);
    expect(misplaced(landed)).toBe(60);
  });

  test("one odd message among its first delays the verdict, no more", () => {
    const messages = live(30, -15 * MINUTE);
    messages[1] = { ...messages[1]!, clockErrorMs: -5 * HOUR };
    const landed = deliver(messages);
    expect(misplaced(landed.slice(4))).toBe(0);
  });

  test("replayed history is corrected by it, and is no evidence", () => {
    const state = newClock();
    deliver(live(10, 15 * MINUTE), state);
    const from = START + 200_000;
    const history = Array.from({ length: 50 }, (_, index) => ({
      at: START - HOUR + index * 10_000,
      receivedAt: from + index * 10_000,
      clockErrorMs: 15 * MINUTE,
      hist: true,
    }));
    const landed = deliver(history, state);
    expect(landed.every(({ errorMs }) => Math.abs(errorMs) < 2_000)).toBe(true);
    expect(Math.abs(state.offsetMs + 15 * MINUTE)).toBeLessThan(2_000);
  });

  test("a gateway that sends arrays only, from the future, is understood too", () => {
    const landed = deliver(live(20, 15 * MINUTE, START, MINUTE).map((sent) => Object.assign(sent, { isArray: true })));
    expect(misplaced(landed)).toBe(2);
  });
});

describe("the correction", () => {
  test.each([15 * MINUTE, -15 * MINUTE, 14 * MINUTE + 37_412])(
    "of a clock that is %d ms off keeps what lay between two messages",
    (off) => {
      const landed = deliver(live(300, off)).slice(5);
      expect(new Set(landed.map(({ errorMs }) => errorMs)).size).toBe(1);
    },
  );

  test("follows a clock that drifts, in steps of whole seconds", () => {
    const messages = live(600, 10 * MINUTE).map((sent, index) => ({ ...sent, clockErrorMs: sent.clockErrorMs + index * 20 }));
    const landed = deliver(messages).slice(5);
    expect(landed.every(({ errorMs }) => Math.abs(errorMs) <= 4_000)).toBe(true);
    const offsetsMs = new Set(landed.map(({ sent, errorMs }) => errorMs - sent.clockErrorMs));
    expect([...offsetsMs].every((offsetMs) => offsetMs % 1_000 === 0)).toBe(true);
    expect(offsetsMs.size).toBeGreaterThan(3);
    expect(offsetsMs.size).toBeLessThan(10);
  });
});

describe("late delivery is no skew", () => {
  const settled = (): ClockState => {
    const state = newClock();
    deliver(live(20, 0, START - HOUR), state);
    return state;
  };

  test.each([
    ["a new gateway", newClock],
    ["a known one", settled],
  ])("2 hours late, as one array: %s", (_, clock) => {
    const state = clock();
    const landed = deliver([{ at: START - 2 * HOUR, receivedAt: START, clockErrorMs: 0, isArray: true }], state);
    expect(landed[0]!.errorMs).toBe(0);
    expect(state.verdict).not.toBe("skewed");
  });

  test.each([
    ["a new gateway", newClock],
    ["a known one", settled],
  ])("2 hours in 120 single messages, flushed in three seconds: %s", (_, clock) => {
    const state = clock();
    const backlog = Array.from({ length: 120 }, (_each, index) => ({
      at: START + index * MINUTE,
      receivedAt: START + 2 * HOUR + index * 25,
      clockErrorMs: 0,
    }));
    const landed = deliver([...backlog, ...live(20, 0, START + 2 * HOUR + 10_000)], state);
    expect(misplaced(landed)).toBe(0);
    expect(state.verdict).toBe("good");
  });

  test("2 hours in 120 single messages, one a second", () => {
    const state = newClock();
    const backlog = Array.from({ length: 120 }, (_, index) => ({
      at: START + index * MINUTE,
      receivedAt: START + 2 * HOUR + index * 1_000,
      clockErrorMs: 0,
    }));
    expect(misplaced(deliver(backlog, state))).toBe(0);
    expect(state.verdict).not.toBe("skewed");
  });

  test("a backlog drained between live messages is stored where it belongs", () => {
    const random = seededRandom(7);
    const messages: Sent[] = [];
    for (const [index, sent] of live(300, 0, START + 6 * HOUR).entries()) {
      messages.push(sent);
      for (let each = 0; each < 5; each++) {
        const receivedAt = sent.receivedAt + 1_000 + each * 1_600 + Math.floor(random() * 100);
        messages.push({ at: START + (index * 5 + each) * 10_000, receivedAt, clockErrorMs: 0 });
      }
    }
    expect(misplaced(deliver(messages))).toBe(0);
  });

  test.each([1, 2, 3, 4, 5])("a whole day in any order (seed %d)", (seed) => {
    const random = seededRandom(seed);
    const day = Array.from({ length: 8_640 }, (_, index) => START + index * 10_000);
    for (let index = day.length - 1; index > 0; index--) {
      const other = Math.floor(random() * (index + 1));
      [day[index], day[other]] = [day[other]!, day[index]!];
    }
    for (const paceMs of [0, 1, 100, 1_000, 6_000]) {
      const state = newClock();
      const landed = deliver(
        day.map((at, index) => ({ at, receivedAt: START + 25 * HOUR + index * paceMs, clockErrorMs: 0 })),
        state,
      );
      expect(misplaced(landed), `one message each ${paceMs} ms`).toBe(0);
      expect(state.verdict).not.toBe("skewed");
    }
  });

  test("a backlog of whole polls, one message for each asset, stamped one after the other", () => {
    const state = newClock();
    const polls = Array.from({ length: 60 * 40 }, (_, index) => ({
      at: START + Math.floor(index / 40) * MINUTE + (index % 40) * 40,
      receivedAt: START + 2 * HOUR + index * 30,
      clockErrorMs: 0,
    }));
    expect(misplaced(deliver(polls, state))).toBe(0);
    expect(state.verdict).not.toBe("skewed");
  });

  test.each([
    ["faster than it was recorded", 14_000, 5_500],
    ["slower than it was recorded", 2_500, 6_000],
  ])("a backlog of three messages that comes %s", (_, recordedMs, receivedMs) => {
    const state = newClock();
    const backlog = [0, 1, 2].map((index) => ({
      at: START + index * recordedMs,
      receivedAt: START + HOUR + index * receivedMs,
      clockErrorMs: 0,
    }));
    expect(misplaced(deliver(backlog, state))).toBe(0);
    expect(state.verdict).toBe("unknown");
  });

  test("a frozen timestamp is no clock that goes slower", () => {
    const state = settled();
    const frozen = Array.from({ length: 200 }, (_, index) => ({
      at: START,
      receivedAt: START + 3 * MINUTE + index * 5_500,
      clockErrorMs: 0,
    }));
    deliver(frozen, state);
    expect(state.verdict).toBe("good");
  });
});

describe("a clock that changes", () => {
  test.each([15 * MINUTE, -15 * MINUTE])("jumps by %d ms at noon: four messages, then exact", (jumpMs) => {
    const state = newClock();
    deliver(live(100, 0), state);
    const landed = deliver(live(100, jumpMs, START + 12 * HOUR), state);
    expect(misplaced(landed)).toBe(4);
    expect(misplaced(landed.slice(4))).toBe(0);
  });

  test("a slow clock that is set right is believed with its first message", () => {
    const state = newClock();
    deliver(live(100, -15 * MINUTE), state);
    expect(misplaced(deliver(live(50, 0, START + 2 * HOUR), state))).toBe(0);
    expect(state.verdict).toBe("good");
  });

  test("a fast clock that is set right: four messages, because one may just be late", () => {
    const state = newClock();
    deliver(live(100, 15 * MINUTE), state);
    const landed = deliver(live(50, 0, START + 2 * HOUR), state);
    expect(misplaced(landed)).toBe(4);
    expect(state.verdict).toBe("good");
  });

  test("from fast to slow", () => {
    const state = newClock();
    deliver(live(100, 15 * MINUTE), state);
    expect(misplaced(deliver(live(50, -20 * MINUTE, START + 2 * HOUR), state))).toBe(4);
  });

  test("drifts by 2 s an hour: followed", () => {
    const state = newClock();
    const messages = live(20_000, 0).map((sent) =>
      Object.assign(sent, { clockErrorMs: -600_000 - Math.floor(((sent.at - START) / HOUR) * 2_000) }),
    );
    const landed = deliver(messages, state);
    expect(misplaced(landed)).toBe(2);
  });

  test("drifts over the edge of two minutes and back without flapping", () => {
    const state = newClock();
    const verdicts: string[] = [];
    const minutes = 12 * 60;
    for (let minute = 0; minute < minutes; minute++) {
      const clockErrorMs = -Math.round(180_000 * Math.sin((minute / minutes) * Math.PI));
      deliver(live(6, clockErrorMs, START + minute * MINUTE), state);
      if (verdicts.at(-1) !== state.verdict) verdicts.push(state.verdict);
    }
    expect(verdicts).toEqual(["good", "skewed", "good"]);
  });
});

test("the state survives a restart as JSON", () => {
  const state = newClock();
  deliver(live(50, 15 * MINUTE), state);
  const restored = JSON.parse(JSON.stringify(state)) as ClockState;
  expect(restored).toEqual(state);
  expect(misplaced(deliver(live(50, 15 * MINUTE, START + HOUR), restored))).toBe(0);
});

test("whatever the delays, a good clock heard at once now and then is never called skewed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ delayMs: fc.integer({ min: 0, max: 6 * HOUR }), stepMs: fc.integer({ min: 0, max: MINUTE }) }), {
        maxLength: 300,
      }),
      (steps) => {
        const state = newClock();
        let now = START + 6 * HOUR;
        for (const { delayMs, stepMs } of steps) {
          now += stepMs;
          correctClock(state, { receivedAt: now, newestTs: now, hist: false, isArray: false });
          correctClock(state, { receivedAt: now, newestTs: now - delayMs, hist: false, isArray: false });
          expect(state).toMatchObject({ verdict: "good", offsetMs: 0 });
        }
      },
    ),
    { seed: 20_261_201, numRuns: 200 },
  );
});
