import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressOf, matchPath, parsePlace } from "../../dashboard/router.ts";

describe("the URL is the view state", () => {
  it("reads path and query", () => {
    expect(parsePlace("/stations/", "?station=S01&range=7d&q=%E5%8C%97")).toEqual({
      path: "/stations",
      query: { station: "S01", range: "7d", q: "北" },
    });
    expect(parsePlace("/", "")).toEqual({ path: "/", query: {} });
  });
  it("leaves empty values out", () => {
    expect(addressOf("/", { station: "S01", q: "", to: undefined })).toBe("/?station=S01");
    expect(addressOf("/tickets")).toBe("/tickets");
  });
  it("comes back as it was written, whatever is searched for", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ minLength: 1, unit: "grapheme" })), (query) => {
        const [path, search = ""] = addressOf("/x", query).split("?");
        expect(parsePlace(path!, search).query).toEqual({ ...query });
      }),
    );
  });
  it("matches named parts, decoded, and nothing else", () => {
    expect(matchPath("/stations/:id", "/stations/S01")).toEqual({ id: "S01" });
    expect(matchPath("/tickets/:id", "/tickets/GD-1120%2F3")).toEqual({ id: "GD-1120/3" });
    expect(matchPath("/tickets/:id", "/tickets/")).toBeUndefined();
    expect(matchPath("/tickets/:id", "/tickets/%E0%A4%A")).toBeUndefined();
    expect(matchPath("/", "/")).toEqual({});
    expect(matchPath("/", "/stations")).toBeUndefined();
  });
});
