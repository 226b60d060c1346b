import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import { type Ended, runProgram } from "../support/platform-api.ts";
import { type PlatformFolder, platformFolder, type RunningPlatform, startPlatformProcess } from "../support/platform-process.ts";
import { DAY, HOUR, plantReadings, smallNetworkText, START } from "../support/signals.ts";

/** `npm run backtest` as an engineer uses it: over an imported day, alone and beside the running platform. */

const ROOT = join(import.meta.dirname, "../..");
const YEAR = 364 * DAY;
const LOST = START + 9 * HOUR;

let folder: PlatformFolder;
let platform: RunningPlatform | undefined;

const command = (name: "import" | "backtest", ...options: string[]): Promise<Ended> =>
  runProgram(process.execPath, [join(ROOT, `cli/${name}.ts`), ...options], {
    cwd: folder.path,
    env: folder.environment,
    timeoutMs: 120_000,
  });

beforeAll(async () => {
  // A year back, so that no reading lies in the future.
  const text = smallNetworkText({ circuits: 1, buildings: 1, units: 1, staticKpa: 240 });
  const network = parseNetworkFile(text, "network.json");
  folder = await platformFolder(text, "heatsteward-backtest-");
  mkdirSync(folder.path, { recursive: true });
  const readings = plantReadings({
    network,
    from: START,
    to: START + DAY,
    seed: 3,
    makeupWorks: (_circuit, at) => at < LOST,
    // An empty loop shows the pressure of the air.
    tamper: ({ point, value }) => (point.signal === "p2_return" || point.signal === "p2_supply" ? Math.max(value!, 5) : value),
  });
  const lines = readings.map(
    ({ point, at, value }) => `{"asset":"${point.asset}","ts":${at - YEAR},"values":{"${point.signal}":${value}}}\n`,
  );
  writeFileSync(join(folder.path, "day.ndjson"), lines.join(""));
  writeFileSync(
    join(folder.path, "wide.yaml"),
    '"*": { low_pressure_margin: 300, low_pressure_urgent_margin: 320, makeup_fault_below_kpa: 300 }\n',
  );
  const imported = await command("import", "day.ndjson");
  if (imported.code !== 0) throw new Error(imported.stdout + imported.stderr);
});
afterAll(async () => {
  await platform?.kill("SIGKILL");
  folder.remove();
});

interface Told {
  readonly tickets: readonly { readonly kind: string; readonly asset: string; readonly openedAt: number }[];
  readonly stations: number;
}
const ticketsOf = ({ stdout }: Ended): string[] =>
  (JSON.parse(stdout) as Told).tickets.map(({ kind, asset, openedAt }) => `${kind} ${asset} ${openedAt}`);

it("finds the same alone and through the platform that runs, and less with wider limits", async () => {
  const alone = await command("backtest", "--json");
  expect([alone.code, JSON.parse(alone.stdout)]).toMatchObject([0, { stations: 1, failures: 0 }]);
  const found = ticketsOf(alone);
  expect(found.map((line) => line.split(" ")[0])).toContain("makeup_fault");
  const table = await command("backtest", "--from", new Date(LOST - YEAR).toISOString());
  expect(table.stdout).toMatch(/1 stations, \d+ readings[\s\S]*Makeup/i);

  platform = await startPlatformProcess(folder);
  const window = ["--from", String(START - YEAR), "--to", String(START - YEAR + DAY)];
  const beside = await command("backtest", "--json", ...window);
  expect(beside.stderr).toMatch(/100 %/);
  expect(ticketsOf(beside)).toEqual(found);
  const wide = await command("backtest", "--json", "--limits", "wide.yaml", ...window);
  expect(ticketsOf(wide).filter((line) => /makeup_fault|low_pressure/.test(line))).toEqual([]);
});

it.each([
  [["--station", "S9"], /--station: expected the id of a station/],
  [["--limits", "nothing.yaml"], /nothing\.yaml: expected a YAML file of limits/],
  [["--from", "tomorrow"], /--from/],
])("says in one line what is wrong with %j", async (options, words) => {
  const refused = await command("backtest", ...options);
  expect(refused.code).toBe(2);
  expect(refused.stderr.trim().split("\n")).toHaveLength(1);
  expect(refused.stderr).toMatch(words);
});
