import { describe, expect, it } from "vitest";
import { placeName, placeOf, ticketTitle } from "../../tickets/title.ts";
import { town } from "./world.ts";

const network = town();

describe("the title of a ticket", () => {
  it.each([
    ["S01", "城北小区 停电", "城北小区 Power failure", "power_failure"],
    ["S01-L", "城北小区 低区 慢漏", "城北小区 低区 Leak", "leak"],
    ["B7", "城北小区 7# 水力失调", "城北小区 7# Imbalance", "imbalance"],
    ["B7-U2", "城北小区 7# 2单元 集气", "城北小区 7# 2单元 Air lock", "air_lock"],
    ["B7-101", "城北小区 7# 1单元 101 测点故障", "城北小区 7# 1单元 101 Sensor fault", "sensor_fault"],
  ] as const)("names the place as people say it: %s", (asset, zh, en, kind) => {
    expect(ticketTitle(kind, asset, network)).toEqual({ zh, en });
  });

  it("is the id of an asset that is no longer in the network", () => {
    expect(placeName("GONE", network)).toBe("GONE");
  });

  it("places a circuit in itself and a room in all above it", () => {
    expect(placeOf(network.asset("S01-L")!)).toEqual({ asset: "S01-L", station: "S01", circuit: "S01-L", building: null, unit: null });
    expect(placeOf(network.asset("B7-101")!)).toEqual({ asset: "B7-101", station: "S01", circuit: "S01-L", building: "B7", unit: "B7-U1" });
  });
});
