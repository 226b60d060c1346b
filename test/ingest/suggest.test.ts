import { expect, test } from "vitest";
import { suggestAsset, suggestSignal } from "../../ingest/suggest.ts";
import { smallNetwork } from "../support/small-network.ts";

test("the nearest asset of the same station, the nearest signal", () => {
  const network = smallNetwork();
  expect(suggestAsset(network, "S01", "B03-U3", 0)).toMatch(/did you mean B03-U[12]\?/);
  expect(suggestAsset(network, "S02", "S02-K", 0)).toBe("did you mean S02-L?");
  expect(suggestSignal(network, "T2_Suply", 0)).toBe("did you mean t2_supply?");
  expect(suggestSignal(network, "something else", 0)).toBeUndefined();
});

test("new wrong words cost a bounded number of comparisons a second, known ones none", () => {
  const network = smallNetwork();
  const answered = (prefix: string, at: number): number =>
    Array.from({ length: 200 }, (_, index) =>
      suggestSignal(network, `t2_supply${prefix}${String.fromCharCode(0x4e00 + index)}`, at),
    ).filter((answer) => answer !== undefined).length;
  expect(suggestSignal(network, "t2_suply", 0)).toBe("did you mean t2_supply?");
  expect(answered("a", 500)).toBe(49);
  expect(suggestSignal(network, "t2_suply", 600)).toBe("did you mean t2_supply?");
  expect(answered("b", 1_000)).toBe(50);
});

test("an overlong word is not compared", () => {
  expect(suggestSignal(smallNetwork(), "t".repeat(65), 0)).toBeUndefined();
});
