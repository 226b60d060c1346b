import { describe, expect, it } from "vitest";
import { nearestWord } from "../../model/input-error.ts";

describe("the nearest known word", () => {
  it.each([
    ["t_retrun", ["t_return", "t_supply"], "t_return"],
    ["st.1", ["ST.1", "ST_2"], "ST.1"],
    ["S9", ["S01", "S02"], "S01"],
    ["B1-U9", ["B1", "B1-U1", "B1-U2"], "B1-U1"],
  ])("of %s among %j is %s", (word, known, nearest) => {
    expect(nearestWord(word, known)).toBe(nearest);
  });

  it.each(["供暖", "x", "zz", "something_else"])("of %s is none: nothing of it is right", (word) => {
    expect(nearestWord(word, ["B1", "U1"])).toBeUndefined();
  });
});
