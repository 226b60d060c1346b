import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHistory } from "../../evaluation/history.ts";
import type { Reading } from "../../model/reading.ts";
import { smallNetwork } from "../support/small-network.ts";

const network = smallNetwork();
const points = [
  network.point("S01", "t_out")!,
  network.point("S01-H", "t2_supply")!,
  network.point("S01-H", "p2_return")!,
  network.point("B03-U1", "t_return")!,
];
const readingArb = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 40 }), fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }))
  .map(([point, at, value]): Reading => ({ point: points[point]!, at, value }));

describe("readings of a played world", () => {
  it("keep each point's last value of an instant, and give back any span in the canonical order, whatever order they came in", () => {
    fc.assert(
      fc.property(
        fc.array(readingArb, { maxLength: 80 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 41 }),
        (readings, from, to) => {
          const history = createHistory(network);
          const model = new Map<string, Reading>();
          for (const reading of readings) {
            const key = `${reading.point.index} ${reading.at}`;
            const isFresh = !model.has(key) || model.get(key)!.value !== reading.value;
            expect(history.commit([reading])).toEqual(isFresh ? [reading] : []);
            model.set(key, reading);
          }
          const expected = [...model.values()]
            .filter(({ at }) => at >= from && at < to)
            .sort(
              (a, b) =>
                a.at - b.at ||
                (a.point.asset < b.point.asset ? -1 : a.point.asset > b.point.asset ? 1 : a.point.signal < b.point.signal ? -1 : 1),
            );
          expect(history.readings("S01", from, to)).toEqual(expected);
          expect(history.readings("S02", from, to)).toEqual([]);
        },
      ),
    );
  });

  it("say which points there are and thin out a long piece", () => {
    const history = createHistory(network);
    history.commit(Array.from({ length: 1_000 }, (_, index) => ({ point: points[1]!, at: index, value: index })));
    expect([history.has("S01-H", "t2_supply"), history.has("S01-H", "mk_total")]).toEqual([true, false]);
    const { times, values } = history.piece("S01-H", "t2_supply", 100, 900, 100);
    expect(times).toHaveLength(100);
    expect(times[0]).toBe(100);
    expect(values).toEqual(times);
    expect(history.newestAt(new Set(["S01-H"]), "S01")).toBe(999);
    expect(history.newestAt(new Set(["S01"]), "S01")).toBe(-Infinity);
  });

  it("forget what no rewind can ask for", () => {
    const history = createHistory(network);
    const HOUR = 3_600_000;
    for (let hour = 0; hour < 5_000; hour++) history.commit([{ point: points[0]!, at: hour * HOUR, value: hour }]);
    expect(history.readings("S01", 0, HOUR)).toEqual([]);
    expect(history.readings("S01", (5_000 - 16 * 24) * HOUR, 5_000 * HOUR)).toHaveLength(16 * 24);
  });
});
