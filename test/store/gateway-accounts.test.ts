import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "../../model/role.ts";
import { openDatabase, type AppDatabase } from "../../store/database.ts";
import { openGatewayAccounts, ROTATION_GRACE_MS, type GatewayAccounts } from "../../store/gateway-accounts.ts";
import { smallNetwork } from "../support/small-network.ts";

const BY: Actor = { name: "command-line", role: "admin" };
const T0 = Date.UTC(2026, 10, 20);
const network = smallNetwork();
let folder: string;
let database: AppDatabase;
let gateways: GatewayAccounts;
let at: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heatsteward-gateways-"));
  database = openDatabase(join(folder, "app.db"));
  at = T0;
  gateways = openGatewayAccounts(database, { network, now: () => at });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("gateways", () => {
  it("log in with 32 random bytes for their stations only", async () => {
    const { password } = (await gateways.addGateway("gw1", ["S01", "S02", "S01"], BY))!;
    expect(password).toMatch(/^[\w-]{43}$/);
    expect(await gateways.authenticateGateway("gw1", password)).toEqual({ name: "gw1", stations: ["S01", "S02"] });
    expect(await gateways.authenticateGateway("gw1", `${password}x`)).toBeUndefined();
    expect(await gateways.authenticateGateway("gw2", password)).toBeUndefined();
    expect(await gateways.authenticateGateway("gw1", "")).toBeUndefined();
  });

  it("may have a password that somebody thought up: slow once, quick for ever after", async () => {
    await gateways.addGateway("gw1", ["S01"], BY, "pw");
    const row = database.sql.prepare("SELECT hash FROM gateway_secrets").get();
    expect(row?.["hash"]).toMatch(/^\$argon2id\$/);
    expect(await gateways.authenticateGateway("gw1", "pw")).toMatchObject({ name: "gw1" });
    // 2,000 hashes would take longer than this test may: right and wrong ones are remembered.
    const storm = await Promise.all(
      Array.from({ length: 2_000 }, (_, index) => gateways.authenticateGateway("gw1", index % 2 === 0 ? "pw" : "wrong")),
    );
    expect(storm.filter((grant) => grant !== undefined)).toHaveLength(1_000);
    await gateways.addGateway("gw2", ["S01"], BY, "other");
    expect(await gateways.authenticateGateway("gw2", "pw")).toBeUndefined();
  });

  it.each([
    ["a name that no topic can hold", "gw 1", ["S01"], /NAME: expected/],
    ["no station", "gw1", [], /--station: expected at least one station, found none/],
    [
      "an unknown station",
      "gw1",
      ["S0l"],
      /--station: expected the id of a station in the network file, found "S0l"; did you mean "S01"\?/,
    ],
    ["an asset that is no station", "gw1", ["S01-H"], /--station: expected the id of a station/],
  ])("are refused with %s", async (_name, name, stations, message) => {
    await expect(gateways.addGateway(name, stations, BY)).rejects.toThrow(message);
    expect(gateways.gateways()).toEqual([]);
  });

  it("keep their name to themselves", async () => {
    const first = (await gateways.addGateway("gw1", ["S01"], BY))!;
    expect(await gateways.addGateway("gw1", ["S02"], BY)).toBeUndefined();
    expect(await gateways.authenticateGateway("gw1", first.password)).toMatchObject({ stations: ["S01"] });
  });

  it("have two valid passwords while one is replaced, never three", async () => {
    const one = (await gateways.addGateway("gw1", ["S01"], BY))!.password;
    const two = (await gateways.rotateGateway("gw1", BY)).password;
    const valid = async (password: string): Promise<boolean> => (await gateways.authenticateGateway("gw1", password)) !== undefined;
    expect([await valid(one), await valid(two)]).toEqual([true, true]);
    const three = (await gateways.rotateGateway("gw1", BY)).password;
    expect([await valid(one), await valid(two), await valid(three)]).toEqual([false, true, true]);
    at += ROTATION_GRACE_MS;
    expect([await valid(two), await valid(three)]).toEqual([false, true]);
    const four = (await gateways.rotateGateway("gw1", BY, { graceMs: 0 })).password;
    expect([await valid(three), await valid(four)]).toEqual([false, true]);
  });

  it("are refused from the moment they are revoked, and the broker can see that something changed", async () => {
    const { password } = (await gateways.addGateway("gw1", ["S01"], BY))!;
    const before = gateways.gatewayRevision();
    gateways.revokeGateway("gw1", BY);
    expect(gateways.gatewayRevision()).toBeGreaterThan(before);
    expect(gateways.gateway("gw1")).toBeUndefined();
    expect(await gateways.authenticateGateway("gw1", password)).toBeUndefined();
    expect(() => gateways.revokeGateway("gw1", BY)).toThrow(/not revoked/);
    await expect(gateways.rotateGateway("gw1", BY)).rejects.toThrow(/not revoked/);
  });

  it("that another process adds or revokes count at once", async () => {
    const other = openDatabase(join(folder, "app.db"));
    const elsewhere = openGatewayAccounts(other, { network, now: () => at });
    const { password } = (await elsewhere.addGateway("gw1", ["S01"], BY, "chosen"))!;
    expect(await gateways.authenticateGateway("gw1", password)).toBeDefined();
    elsewhere.revokeGateway("gw1", BY);
    expect(await gateways.authenticateGateway("gw1", password)).toBeUndefined();
    expect(gateways.gatewayRevision()).toBe(elsewhere.gatewayRevision());
    other.close();
  });
});
