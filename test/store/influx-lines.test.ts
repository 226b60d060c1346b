import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SIGNAL_IDS, type SignalId } from "../../model/signals.ts";
import { createLineWriter, escapeTag, floatText } from "../../store/influx-lines.ts";
import { parseLine } from "../support/fake-influx.ts";
import { smallNetwork } from "../support/small-network.ts";

const ASSETS = ["S01", "S01-H", "B03", "B03-U1", "B03-U2", "R1", "S02", "S02-L"];

function linesOf(
  values: readonly (readonly [asset: string, signal: SignalId, at: number, value: number])[],
): ReturnType<ReturnType<typeof createLineWriter>["take"]> {
  const writer = createLineWriter(smallNetwork());
  for (const [asset, signal, at, value] of values) writer.add(asset, signal, at, value);
  return writer.take();
}

describe("lines of points", () => {
  it("hold all signals of one asset and time, under its level, with the ids above it", () => {
    expect(
      linesOf([
        ["B03-U2", "t_supply", 1000, 41.5],
        ["B03-U2", "t_return", 1000, 35],
        ["B03-U2", "t_supply", 2000, 41.25],
        ["S01", "t_out", 2000, -12.5],
        ["R1", "t_room", 2000, 20],
      ]),
    ).toEqual({
      lines: [
        "unit,building=B03,circuit=S01-H,id=B03-U2,station=S01 t_supply=41.5,t_return=35 1000",
        "unit,building=B03,circuit=S01-H,id=B03-U2,station=S01 t_supply=41.25 2000",
        "station,id=S01 t_out=-12.5 2000",
        "room,building=B03,circuit=S01-H,id=R1,station=S01,unit=B03-U2 t_room=20 2000",
      ],
      values: 5,
      unknown: [],
    });
  });

  it("put failed sensors beside the values of the same poll", () => {
    const { lines, values } = linesOf([
      ["S01-H", "t2_supply", 1000, 40],
      ["S01-H", "t2_return", 1000, Number.NaN],
      ["S01-H", "q2_flow", 1000, 9],
      ["S02-L", "q2_flow", 1000, Number.NaN],
    ]);
    expect(lines).toEqual([
      "circuit,id=S01-H,station=S01 t2_supply=40,q2_flow=9 1000",
      "failed,id=S01-H,station=S01 t2_return=1 1000",
      "failed,id=S02-L,station=S02 q2_flow=1 1000",
    ]);
    expect(values).toBe(4);
  });

  it("begin anew for a second value of the same signal, so that the later one wins", () => {
    const { lines } = linesOf([
      ["S01", "t_out", 1000, 1],
      ["S01", "t_out", 1000, 2],
      ["S01", "flood", 1000, 0],
      ["S01", "t_out", 1000, Number.NaN],
    ]);
    expect(lines).toEqual(["station,id=S01 t_out=1 1000", "station,id=S01 t_out=2,flood=0 1000", "failed,id=S01 t_out=1 1000"]);
  });

  it("report what the network does not know and go on behind it", () => {
    const batch = linesOf([
      ["S01", "t_out", 1000, 1],
      ["GONE", "t_out", 1000, 7],
      ["S01", "flood", 1000, 0],
      ["GONE", "t_out", 2000, Number.NaN],
    ]);
    expect(batch.lines).toEqual(["station,id=S01 t_out=1 1000", "station,id=S01 flood=0 1000"]);
    expect(batch.unknown).toEqual([
      { asset: "GONE", signal: "t_out", at: 1000, value: 7 },
      { asset: "GONE", signal: "t_out", at: 2000, value: Number.NaN },
    ]);
    expect(batch.values).toBe(2);
  });

  it("are counted and begin anew after they were taken", () => {
    const writer = createLineWriter(smallNetwork());
    expect(writer.take()).toEqual({ lines: [], values: 0, unknown: [] });
    writer.add("S01", "t_out", 1000, 1);
    writer.add("S01", "t_out", 2000, 1);
    expect(writer.characters).toBe("station,id=S01 t_out=1 1000\n".length);
    expect(writer.take().lines).toHaveLength(2);
    expect(writer.characters).toBe(0);
    writer.add("S01", "flood", 2000, 1);
    expect(writer.take()).toEqual({ lines: ["station,id=S01 flood=1 2000"], values: 1, unknown: [] });
  });

  it("lose, change and double nothing, whatever comes in whatever order", () => {
    const value = fc.tuple(
      fc.constantFrom(...ASSETS, "GONE"),
      fc.constantFrom(...SIGNAL_IDS.slice(0, 4)),
      fc.integer({ min: -3, max: 3 }),
      fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, Number.NaN)),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), (values) => {
        const batch = linesOf(values);
        const wanted = new Map<string, number>();
        for (const [asset, signal, at, number] of values) {
          if (asset === "GONE") continue;
          if (Number.isFinite(number)) wanted.set(`${asset} ${signal} ${at}`, number);
          else wanted.set(`failed ${asset} ${signal} ${at}`, 1);
        }
        const found = new Map<string, number>();
        for (const { measurement, tags, at, fields } of batch.lines.map(parseLine))
          for (const [field, number] of fields)
            found.set(`${measurement === "failed" ? "failed " : ""}${tags["id"]} ${field} ${at}`, number);
        expect(found).toEqual(wanted);
        expect(batch.values + batch.unknown.length).toBe(values.length);
      }),
    );
  });

  it("write floats as the shortest text that reads back the same", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(floatText(value))).toBe(value);
        // A float to InfluxDB: digits, perhaps an exponent, no suffix.
        expect(floatText(value)).toMatch(/^-?\d+(\.\d+)?(e[-+]\d+)?$/);
      }),
    );
  });

  it("escape what separates the parts of a line", () => {
    fc.assert(
      // A line break and a backslash at the end cannot be written at all; ids of the network have neither.
      fc.property(fc.stringMatching(/^[a-z ,="\\é中]{0,11}[a-z]$/), (text) => {
        expect(parseLine(`m,id=${escapeTag(text)} ${escapeTag(text)}=1 0`)).toMatchObject({ tags: { id: text }, fields: [[text, 1]] });
      }),
    );
  });
});
