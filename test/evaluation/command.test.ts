import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "heatsteward-evaluate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function evaluate(...options: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["cli/evaluate.ts", ...options], { encoding: "utf8", timeout: 100_000 });
  return { status, out: stdout, err: stderr };
}

describe("npm run evaluate", () => {
  it("plays a small world and prints the JSON of CONTRACT 7 and a report", { timeout: 120_000 }, () => {
    const file = join(folder, "report.html");
    const { status, out } = evaluate(
      "--scenarios",
      "healthy-jinan",
      "--stations",
      "1",
      "--days",
      "1",
      "--seeds",
      "3",
      "--json",
      "--html",
      file,
    );
    expect(status).toBe(0);
    const score = JSON.parse(out) as { total: Record<string, unknown> } & Record<string, unknown>;
    expect(score).toMatchObject({ seeds: [3], stationDays: 1, missed: [], kinds: expect.any(Object), run: { set: "dev", worlds: 1 } });
    const keys =
      "planted detectable found rightKind amongThree beforeFirstCall duplicates falseTickets falsePer100StationDays precision recall f05 accuracy medianDelayMs p90DelayMs maxPer10Min";
    expect(Object.keys(score.total)).toEqual(expect.arrayContaining(keys.split(" ")));
    expect(score["false"]).toEqual(expect.any(Array));
    expect(readFileSync(file, "utf8")).toContain("</html>");
  });

  it.each([
    [["--scenarios", "leek-mild"], /--scenarios: expected .*did you mean "leak-mild"/],
    [["--seeds", "many"], /--seeds: expected dev, test/],
    [["--seeds", "dev", "--set", "test"], /--set: expected either/],
    [["--stations", "0"], /--stations: expected a whole number from 1/],
    [["--days", "1.5"], /--days: expected a whole number/],
    [["--workers", "x"], /--workers: expected a whole number/],
    [["--scenarios", "no/such.yaml"], /no\/such\.yaml/],
    [["--scenarios", "healthy-jinan", "--html", "/no/such/folder/report.html"], /--html: expected a file in a folder/],
    [["--none"], /--none/],
  ])("%j is one clear line and exit code 2", (options, words) => {
    const { status, err } = evaluate(...options);
    expect(status).toBe(2);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).toMatch(words);
  });

  it("leaves out what does not fit into the days asked for, and says so, but not what was asked for by name", { timeout: 120_000 }, () => {
    const some = evaluate("--scenarios", "leak-m*", "healthy-jinan", "--stations", "1", "--days", "1", "--json");
    expect(some.status).toBe(0);
    expect(some.err).toMatch(/left out.*leak-mild/);
    expect((JSON.parse(some.out) as { stationDays: number }).stationDays).toBe(1);
    const named = evaluate("--scenarios", "leak-mild", "--days", "1");
    expect(named.status).toBe(2);
    expect(named.err).toMatch(/leak-mild\.yaml:\d+ .*expected a time within the scenario/);
  });

  it("helps and lists", () => {
    expect(evaluate("--help")).toMatchObject({ status: 0, out: expect.stringContaining("--scenarios") as string });
    expect(evaluate("--list").out.split("\n")).toContain("mix-jinan");
  });
});
