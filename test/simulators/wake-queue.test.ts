import { array, assert, integer, property } from "fast-check";
import { expect, it } from "vitest";
import { createWakeQueue } from "../../simulators/wake-queue.ts";

it("gives back what was put in by time, and by order at the same time", () => {
  assert(
    property(array(integer({ min: 0, max: 20 })), (times) => {
      const queue = createWakeQueue<readonly [number, number]>();
      for (const [order, at] of times.entries()) queue.add(at, order, [at, order]);
      const taken: (readonly [number, number])[] = [];
      for (let nextAt = queue.nextAt(); nextAt < Infinity; nextAt = queue.nextAt()) {
        const item = queue.take()!;
        expect(item[0]).toBe(nextAt);
        taken.push(item);
      }
      expect(taken).toEqual(times.map((at, order) => [at, order] as const).toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
      expect(queue.take()).toBeUndefined();
    }),
  );
});
