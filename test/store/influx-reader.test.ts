import { describe, expect, test } from "vitest";
import { InfluxError, type InfluxQuery, type InfluxTable } from "../../store/influx.ts";
import { READS_AT_ONCE_MAX, createInfluxReader } from "../../store/influx-reader.ts";
import { createReadGate } from "../../store/read-gate.ts";
import { START, smallNetwork } from "./telemetry-support.ts";

const network = smallNetwork();
const circuit = network.asset("S1-H")!;
const MINUTE = 60_000;

interface Asked {
  readonly target: string;
  readonly statement: string;
  readonly parameters: Readonly<Record<string, string | number>>;
}

/** A reader of an InfluxDB that answers as `answer` says, and what it was asked. */
function readerOf(answer: (asked: Asked) => InfluxTable[] | Promise<InfluxTable[]>, rowsPerAnswer?: number) {
  const asked: Asked[] = [];
  const query: InfluxQuery = {
    async query(target, statement, parameters = {}) {
      const question = { target, statement, parameters };
      asked.push(question);
      return await answer(question);
    },
  };
  const options = rowsPerAnswer === undefined ? {} : { rowsPerAnswer };
  return { asked, reader: createInfluxReader({ query, retentionMs: undefined, now: () => START, ...options }) };
}

const table = (columns: string[], rows: (number | null)[][], tags = {}): InfluxTable => ({ name: "circuit", tags, columns, rows });

describe("raw samples", () => {
  test("of several signals are one question for values and one for failures, ids and times bound", async () => {
    const { reader, asked } = readerOf(({ statement }) =>
      statement.includes('FROM "failed"')
        ? [
            table(
              ["time", "t2_supply", "t2_return"],
              [
                [START + 1, 1, null],
                [START + 2, 1, null],
              ],
            ),
          ]
        : [
            table(
              ["time", "t2_supply", "t2_return"],
              [
                [START, 40, 30],
                [START + 2, 41, null],
                [START + 3, null, 31],
              ],
            ),
          ],
    );
    const runs = await reader.samples(circuit, ["t2_supply", "t2_return"], { from: START, to: START + MINUTE });
    expect(asked).toHaveLength(2);
    expect(asked.map(({ parameters }) => parameters)).toEqual(
      Array.from({ length: 2 }, () => ({
        id: "S1-H",
        from: new Date(START).toISOString(),
        to: new Date(START + MINUTE).toISOString(),
      })),
    );
    expect(asked.every(({ statement }) => !statement.includes("S1-H") && statement.includes('"t2_supply","t2_return"'))).toBe(true);
    const columns = runs.map(({ times, values, count }) => [[...times.subarray(0, count)], [...values.subarray(0, count)]]);
    // A value wins over a failure of the same time.
    expect(columns).toEqual([
      [
        [START, START + 1, START + 2],
        [40, NaN, 41],
      ],
      [
        [START, START + 3],
        [30, 31],
      ],
    ]);
  });

  test("that do not fit one answer come in parts, none lost, none twice, though two rows share a time", async () => {
    // The asset was moved: at START + 20 there is a row under its old and one under its new tags.
    const stored = [0, 10, 20, 20, 30, 40, 50].map((off): [number, number] => [START + off, off]);
    const { reader, asked } = readerOf(({ statement, parameters }) => {
      if (statement.includes('FROM "failed"')) return [];
      const limit = Number(/LIMIT (\d+)/.exec(statement)![1]);
      const from = Date.parse(String(parameters["from"]));
      const rows = stored.filter(([at]) => at >= from).slice(0, limit);
      return rows.length === 0 ? [] : [table(["time", "t2_supply"], rows)];
    }, 3);
    const [run] = await reader.samples(circuit, ["t2_supply"], { from: START, to: START + 100 });
    expect([...run!.times.subarray(0, run!.count)]).toEqual([0, 10, 20, 30, 40, 50].map((off) => START + off));
    expect(asked.length).toBeGreaterThan(3);
  });
});

describe("rollups", () => {
  test("are summaries of what was sampled; a bucket without a good sample has no extremes; of an asset that was moved the fuller one counts", async () => {
    const columns = ["time", ...["count", "samples", "min", "max", "first_at", "last_at"].map((part) => `t2_supply_${part}`)];
    const { reader, asked } = readerOf(() => [
      table(columns, [
        [START, 2, 3, 40, 41, START + 1, START + 9],
        [START, 3, 4, 39, 41, START, START + 9],
        [START + 5 * MINUTE, 0, 5, null, null, START + 5 * MINUTE, START + 6 * MINUTE],
        [START + 10 * MINUTE, null, null, null, null, null, null],
      ]),
    ]);
    expect(await reader.rollups(circuit, ["t2_supply"], "5m", { from: START, to: START + 3_600_000 })).toEqual([
      [
        { start: START, count: 4, good: 3, min: 39, max: 41, from: START, to: START + 9 },
        { start: START + 5 * MINUTE, count: 5, good: 0, min: Infinity, max: -Infinity, from: START + 5 * MINUTE, to: START + 6 * MINUTE },
      ],
    ]);
    expect(asked[0]).toMatchObject({ target: "rollup", statement: expect.stringContaining('FROM "circuit_5m"') });
  });
});

describe("a station", () => {
  test("that has too much at once is said to, instead of cut", async () => {
    const { reader } = readerOf(({ statement }) =>
      statement.includes('FROM "circuit"')
        ? [
            table(
              ["time", "t2_supply"],
              Array.from({ length: 4 }, (_, index) => [START + index, 40]),
              { id: "S1-H" },
            ),
          ]
        : [],
    );
    const span = { from: START, to: START + MINUTE };
    expect(await reader.station("S1", span, 3)).toBeUndefined();
    expect((await reader.station("S1", span, 4))?.get("S1-H")?.get("t2_supply")?.count).toBe(4);
    expect(await reader.first("S1", span)).toBe(START);
  });

  test("to which nothing was written yet is empty, also where a server calls that an error; other errors stay errors", async () => {
    const none = readerOf(() => Promise.reject(new InfluxError("missing", "table 'circuit' not found"))).reader;
    expect((await none.station("S1", { from: START, to: START + 1 }, 1))?.size).toBe(0);
    const gone = readerOf(() => Promise.reject(new InfluxError("missing", "database not found: heatsteward"))).reader;
    await expect(gone.station("S1", { from: START, to: START + 1 }, 1)).rejects.toThrow("database not found");
  });
});

describe("the gate", () => {
  test("lets few through at once, the others in order, and those that gave up not at all", async () => {
    const gate = createReadGate(2, 3);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const work = (number: number, signal?: AbortSignal): Promise<number> =>
      gate.run(async () => {
        begun.push(number);
        await new Promise<void>((resolve) => ends.push(resolve));
        return number;
      }, signal);
    const tired = new AbortController();
    const first = [work(0), work(1), work(2)];
    const tiredWork = work(3, tired.signal);
    const last = work(4);
    await expect(work(5)).rejects.toThrow("3 questions wait already");
    tired.abort(new Error("tired"));
    await expect(tiredWork).rejects.toThrow("tired");
    expect(begun).toEqual([0, 1]);
    for (let next = 0; next < 4; next++) {
      ends[next]!();
      await new Promise(setImmediate);
    }
    expect([await Promise.all(first), await last, begun]).toEqual([[0, 1, 2], 4, [0, 1, 2, 4]]);
  });

  test("of a reader holds every question", async () => {
    let inFlight = 0;
    let most = 0;
    const { reader } = readerOf(async () => {
      most = Math.max(most, ++inFlight);
      await new Promise(setImmediate);
      inFlight--;
      return [];
    });
    await Promise.all(Array.from({ length: 10 }, () => reader.samples(circuit, ["t2_supply"], { from: START, to: START + 1 })));
    expect(most).toBe(READS_AT_ONCE_MAX);
  });
});
