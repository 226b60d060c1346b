import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../config.ts";
import { openAccounts } from "../../store/accounts.ts";
import { openAppDatabase } from "../../store/database.ts";
import { openGatewayAccounts } from "../../store/gateway-accounts.ts";

let folder: string;
let config: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heatsteward-cli-"));
  config = join(folder, "heatsteward.yaml");
  writeFileSync(config, "network: network.yaml\ndata: data\n");
  writeFileSync(join(folder, "network.yaml"), "stations:\n  - id: S01\n  - id: S02\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROOT = resolve(import.meta.dirname, "../..");

function run(command: "device" | "user", ...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const { HEATSTEWARD_DATA: _data, ...environment } = process.env;
  const child = spawn(process.execPath, [join(ROOT, "cli", `${command}.ts`), ...words], { env: environment, cwd: folder });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done({ code, out, err }));
  });
}
const word = (out: string, name: string): string => new RegExp(`^${name} +(\\S+)`, "m").exec(out)?.[1] ?? "";

describe("the command line", () => {
  it.each(["device", "user"] as const)("explains itself: %s --help", async (command) => {
    const { code, out, err } = await run(command, "--help");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(`npm run ${command} --`);
    expect(out).toContain("--config FILE");
  });

  it("adds a gateway that a running platform lets in", async () => {
    const settings = loadConfig({ file: config, environment: {}, folder });
    const database = openAppDatabase(settings.dataFolder);
    const gateways = openGatewayAccounts(database, { network: settings.network, now: Date.now });
    const made = await run("device", "add", "gw1", "--station", "S01", "--station", "S02", "--config", config);
    expect(made).toMatchObject({ code: 0, err: "" });
    expect(await gateways.authenticateGateway("gw1", word(made.out, "password"))).toEqual({ name: "gw1", stations: ["S01", "S02"] });
    const chosen = await run("device", "add", "gw2", "--station", "S01", "--password", "p");
    expect(chosen.err).toMatch(/^warning: a password of 1 characters/);
    expect(await gateways.authenticateGateway("gw2", "p")).toMatchObject({ name: "gw2" });
    expect((await run("device", "revoke", "gw2")).code).toBe(0);
    expect(await gateways.authenticateGateway("gw2", "p")).toBeUndefined();
    const again = await run("device", "add", "gw2", "--station", "S01");
    expect(again).toMatchObject({
      code: 2,
      err: expect.stringContaining("which was revoked; a revoked gateway does not come back") as string,
    });
    expect((await run("device", "list")).out).toMatch(/^gw1\tS01 S02\tsince .*\ngw2\tS01\tsince .*\trevoked /);
    database.close();
  });

  it("adds a user who can sign in", async () => {
    const made = await run("user", "add", "wang", "--role", "dispatcher", "--config", config);
    expect(made).toMatchObject({ code: 0, err: "" });
    const database = openAppDatabase(join(folder, "data"));
    expect(await openAccounts(database, { now: Date.now }).authenticate("wang", word(made.out, "password"), "127.0.0.1")).toMatchObject({
      type: "ok",
      user: { role: "dispatcher" },
    });
    database.close();
  });

  it.each([
    [
      "device",
      ["add", "gw9", "--station", "S0l"],
      /^--station: expected the id of a station in the network file, found "S0l"; did you mean "S01"\?\n$/,
    ],
    ["device", ["add", "gw9"], /^--station: expected at least one station, found none\n$/],
    ["device", ["add"], /^NAME: expected a name, found nothing\n$/],
    ["device", ["ad", "gw9"], /^COMMAND: expected one of .*did you mean "add"\?\n$/],
    ["device", ["list", "--config", "/nowhere.yaml"], /^\/nowhere.yaml: expected /],
    ["user", ["add", "li"], /^--role: expected one of viewer, /],
    [
      "user",
      ["add", "li", "--role", "boss"],
      /^--role: expected one of viewer, operator, dispatcher, steward, engineer, admin, found "boss"/,
    ],
    ["user", ["add", "li", "--rol", "admin"], /Unknown option '--rol'/],
  ] as const)("says what is wrong in one line and ends with 2: %s %j", async (command, words, message) => {
    const { code, out, err } = await run(command, ...words);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
  });
});
