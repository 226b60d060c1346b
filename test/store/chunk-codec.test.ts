import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHUNK_POINTS_MAX, createChunk, createChunks, joinChunks } from "../../store/chunk.ts";
import { decodePoints, encodePoints, findFrame } from "../../store/chunk-codec.ts";
import { type Run, append, createRun } from "../../store/series-run.ts";
import { START } from "./telemetry-support.ts";

/** NaN stands for every NaN; all other numbers have to come back bit for bit. */
const anyValue = fc.oneof(
  { weight: 3, arbitrary: fc.double() },
  { weight: 3, arbitrary: fc.integer({ min: -5000, max: 90_000 }).map((tenths) => tenths / 10) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 1e11 }).map((thousandths) => thousandths / 1000) },
  fc.constantFrom(
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    Number.MIN_VALUE,
    -Number.MIN_VALUE,
    Number.MAX_VALUE,
    2 ** 53,
    -(2 ** 53),
    2 ** 50,
    2 ** 50 + 1,
    0.1 + 0.2,
    1e-9,
    1e-10,
  ),
  fc.float({ noNaN: true }),
);
const sameKind = fc.oneof(
  fc.array(anyValue, { minLength: 1, maxLength: 400 }),
  fc.array(
    fc.integer({ min: 480, max: 520 }).map((tenths) => tenths / 10),
    { minLength: 1, maxLength: 400 },
  ),
  fc.array(fc.constantFrom(0, 1, NaN), { minLength: 1, maxLength: 400 }),
  fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 400 }),
);
const anyStep = fc.oneof(
  fc.constant(10_000),
  fc.integer({ min: 1, max: 200_000 }),
  fc.double({ min: 0.25, max: 1e6, noNaN: true }),
  fc.integer({ min: 1, max: 2 ** 42 }),
);
const anyStart = fc.oneof(
  fc.constant(START),
  fc.integer(),
  fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
  fc.double({ min: -1e15, max: 1e15, noNaN: true }),
  fc.constant(-Number.MAX_VALUE),
);

const anyRun = fc.tuple(anyStart, sameKind, fc.array(anyStep, { minLength: 1, maxLength: 50 })).map(([start, values, steps]) => {
  const run = createRun();
  let at = start + 0;
  for (const [index, value] of values.entries()) {
    append(run, at, value);
    const next = at + steps[index % steps.length]!;
    if (next <= at) break;
    at = next;
  }
  return run;
});

/** Where two runs differ, bit for bit. */
function differences(found: Run, wanted: Run): string[] {
  const different: string[] = [];
  for (let index = 0; index < Math.max(found.count, wanted.count); index++) {
    const same = Object.is(found.times[index], wanted.times[index]) && Object.is(found.values[index], wanted.values[index]);
    if (!same || index >= found.count || index >= wanted.count) {
      different.push(`${index}: wrote ${wanted.times[index]} ${wanted.values[index]}, read ${found.times[index]} ${found.values[index]}`);
    }
  }
  return different;
}

function regular(count: number, value: (index: number) => number): Run {
  const run = createRun(count);
  for (let index = 0; index < count; index++) append(run, START + index * 10_000, value(index));
  return run;
}

describe("the bytes of a chunk", () => {
  test("give back any times and any values bit for bit", () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const read = createRun();
        decodePoints(encodePoints(run, 0, run.count), read);
        expect(differences(read, run)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("find the frame of every point", () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const data = encodePoints(run, 0, run.count);
        for (let index = 0; index < run.count; index += 37) {
          const { start, next } = findFrame(data, run.times[index]!);
          expect(next).toBe(
            run.times[(Math.floor(index / 128) + 1) * 128 < run.count ? (Math.floor(index / 128) + 1) * 128 : run.times.length],
          );
          const frame = createRun();
          decodePoints(data.subarray(start), frame);
          expect(frame.times[index % 128]).toBe(run.times[index]);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("of a steady sensor with one decimal take less than 1.5 bytes a point, of a pump state less than 0.2", () => {
    const noisy = regular(1024, (index) => Math.round((48 + Math.sin(index * 12.9898) * 0.7) * 10) / 10);
    const pump = regular(1024, (index) => (index < 500 ? 1 : 0));
    expect(encodePoints(noisy, 0, 1024).length / 1024).toBeLessThan(1.5);
    expect(encodePoints(pump, 0, 1024).length / 1024).toBeLessThan(0.2);
  });

  test("that are damaged are refused or read as something, but never loop for ever", () => {
    const data = encodePoints(
      regular(300, (index) => (index % 7 === 0 ? NaN : index / 10)),
      0,
      300,
    );
    let refused = 0;
    fc.assert(
      fc.property(
        fc.nat({ max: data.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        fc.nat({ max: data.length }),
        (place, byte, length) => {
          const damaged = data.slice(0, length);
          damaged[place] = byte;
          try {
            decodePoints(damaged, createRun());
          } catch {
            refused++;
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});

describe("a chunk", () => {
  test("knows what its points say", () => {
    const chunk = createChunk(
      7,
      regular(5, (index) => [3, NaN, -2.5, 8, NaN][index]!),
      0,
      5,
    );
    expect(chunk).toMatchObject({
      id: 7,
      from: START,
      to: START + 40_000,
      count: 5,
      good: 3,
      min: -2.5,
      max: 8,
      sum: 8.5,
      first: 3,
      last: NaN,
    });
  });

  test("joined of parts is the same as one made at once", () => {
    const run = regular(384, (index) => index / 10);
    const parts = [0, 128, 256].map((start) => createChunk(0, run, start, start + 128));
    const joined = joinChunks(9, parts);
    const whole = createChunk(9, run, 0, 384);
    expect(joined.sum).toBeCloseTo(whole.sum, 6);
    expect({ ...joined, sum: 0 }).toEqual({ ...whole, sum: 0 });
  });

  test("that is too long becomes several of about the same size", () => {
    let id = 0;
    const chunks = createChunks(
      regular(CHUNK_POINTS_MAX * 2 + 10, (index) => index),
      () => ++id,
    );
    expect(chunks.map((chunk) => chunk.count)).toEqual([686, 686, 686]);
    expect(chunks[1]!.from).toBe(chunks[0]!.to + 10_000);
  });
});
