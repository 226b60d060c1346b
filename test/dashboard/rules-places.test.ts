import { describe, expect, it } from "vitest";
import { fromLocalInput, toLocalDay, toLocalInput } from "../../dashboard/rules/local-time.ts";
import { exactPlace, nearestPlace, placesLike } from "../../dashboard/rules/places.ts";
import { byLevel, findRules, limitsByName, ruleKey, type RuleFacts } from "../../dashboard/rules/rule-facts.ts";
import { KIND_WORDS } from "../../model/words.ts";
import { LIMITS, RULES } from "../../rules/catalogue.ts";
import { fakeNetwork } from "../support/fake-plant.ts";

/** Finding rules by word, assets by name, instants by local time. */

const network = fakeNetwork(6);
const rules = RULES.map((rule): RuleFacts => ({
  ...rule,
  words: KIND_WORDS[rule.kind],
  timeToRespond: { zh: "", en: "" },
  limits: rule.limits.map((name) => ({ name, ...LIMITS[name]! })),
}));

describe("rules", () => {
  it("are found by words of either language and by the names of their limits", () => {
    const kinds = (typed: string): string[] => findRules(rules, typed).map(({ kind }) => kind);
    expect(kinds("慢漏")).toContain("leak");
    expect(kinds("clogged STRAINER")).toContain("clogged_strainer");
    expect(kinds("low_pressure_margin")).toEqual(["low_pressure"]);
    expect(kinds("")).toHaveLength(rules.length);
    expect(kinds("no such thing")).toEqual([]);
  });
  it("stand by place from the station down, each under a key of its own", () => {
    expect(byLevel(rules).map(({ level }) => level)).toEqual(["station", "circuit", "building", "unit", "room"]);
    expect(new Set(rules.map(ruleKey)).size).toBe(rules.length);
    expect([...limitsByName(rules).keys()].sort()).toEqual(Object.keys(LIMITS).sort());
  });
});

describe("assets", () => {
  it("are found by words of their full name, and by id, with their own name first", () => {
    expect(placesLike(network, "北苑001 3号楼 2单元", 5).map(({ id }) => id)).toEqual(["B3-U2"]);
    expect(placesLike(network, "s0002", 5).map(({ id }) => id)).toEqual(["S0002", "S0002-L"]);
    expect(placesLike(network, "北苑001站 · 低区机组", 2)[0]!.id).toBe("S0001-L");
    expect(placesLike(network, "站", 9, ({ level }) => level === "station")).toHaveLength(6);
    expect(placesLike(network, " ", 5)).toEqual([]);
  });
  it("are taken by their whole name or id", () => {
    expect(exactPlace(network, " S0001-L ")?.id).toBe("S0001-L");
    expect(exactPlace(network, "s0001-l")?.id).toBe("S0001-L");
    expect(exactPlace(network, "城东001站 · 低区机组")?.id).toBe("S0002-L");
    expect(exactPlace(network, "S00")).toBeUndefined();
  });
  it("that do not exist are answered with the nearest one", () => {
    expect(nearestPlace(network, "S00O1-L")?.id).toBe("S0001-L");
    expect(nearestPlace(network, "北苑00l站")?.id).toBe("S0001");
    expect(nearestPlace(network, "S0001-M", ({ level }) => level === "station")?.id).toBe("S0001");
    expect(nearestPlace(network, "毫不相干的东西")).toBeUndefined();
  });
});

describe("local time", () => {
  const zone = "Asia/Shanghai";
  it("goes into a field and comes back", () => {
    const at = Date.parse("2027-01-10T12:34:00+08:00");
    expect(toLocalInput(zone, at)).toBe("2027-01-10T12:34");
    expect(fromLocalInput(zone, "2027-01-10T12:34")).toBe(at);
    expect(toLocalDay(zone, at)).toBe("2027-01-10");
    expect(fromLocalInput(zone, "2027-01-10")).toBe(Date.parse("2027-01-10T00:00:00+08:00"));
    expect(fromLocalInput("Europe/Berlin", "2027-07-01T08:00")).toBe(Date.parse("2027-07-01T08:00:00+02:00"));
  });
  it.each(["", "yesterday", "2027-13-01"])("%j is none", (text) => expect(fromLocalInput(zone, text)).toBeUndefined());
});
