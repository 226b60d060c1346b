import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** `npm test`: installs what Debian has to give, checks types, lint, format and dead code, builds the dashboard, runs every test, counts. */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const artifacts = join(root, "test", "artifacts");

/** Programs that the tests start, and the Debian package of each. */
const PROGRAMS: readonly { program: string; path: string; debianPackage: string }[] = [
  { program: "chromium", path: "/usr/bin/chromium", debianPackage: "chromium" },
  { program: "mosquitto", path: "/usr/sbin/mosquitto", debianPackage: "mosquitto" },
  { program: "mosquitto_pub", path: "/usr/bin/mosquitto_pub", debianPackage: "mosquitto-clients" },
  { program: "influxd", path: "/usr/bin/influxd", debianPackage: "influxdb" },
  { program: "nats-server", path: "/usr/sbin/nats-server", debianPackage: "nats-server" },
  { program: "openssl", path: "/usr/bin/openssl", debianPackage: "openssl" },
  { program: "Chinese glyphs", path: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", debianPackage: "fonts-noto-cjk" },
];

const STEPS: readonly { name: string; command: string; arguments: readonly string[] }[] = [
  { name: "types", command: "tsc", arguments: ["-p", "."] },
  { name: "lint", command: "oxlint", arguments: ["--type-aware", "--deny-warnings"] },
  { name: "format", command: "oxfmt", arguments: ["--check", "."] },
  { name: "dead code", command: "knip", arguments: [] },
  { name: "dashboard build", command: "vite", arguments: ["build", "--logLevel", "warn"] },
];

interface Counts {
  passed: number;
  failed: number;
  notRun: number;
}

installPrograms();
const counts: Counts = { passed: 0, failed: 0, notRun: 0 };
for (const step of STEPS) {
  const started = performance.now();
  const ok = run(step.command, step.arguments);
  console.log(`${ok ? "ok    " : "FAILED"} ${step.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (ok) counts.passed += 1;
  else counts.failed += 1;
}
runVitest(counts);
console.log("");
console.log(`${counts.passed} passed, ${counts.failed} failed${counts.notRun > 0 ? `, ${counts.notRun} skipped` : ""}`);
if (counts.notRun > 0) console.log(`${counts.notRun} tests were not run`);
process.exitCode = counts.failed > 0 || counts.notRun > 0 ? 1 : 0;

function installPrograms(): void {
  const missing = PROGRAMS.filter(({ path }) => !existsSync(path));
  if (missing.length === 0) return;
  const packages = missing.map(({ debianPackage }) => debianPackage);
  const hint = `apt-get install ${packages.join(" ")}`;
  const canInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (canInstall) {
    console.log(`installing ${packages.join(", ")}`);
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const quiet = { stdio: ["ignore", "ignore", "inherit"] as ["ignore", "ignore", "inherit"], env: environment };
    spawnSync("apt-get", ["update", "-q"], quiet);
    spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], quiet);
    // Debian starts the services that it installs; the tests start their own, and the broker's port is the platform's.
    const services = packages.filter((name) => name === "mosquitto" || name === "influxdb" || name === "nats-server");
    if (services.length > 0 && existsSync("/run/systemd/system")) spawnSync("systemctl", ["disable", "--now", ...services], quiet);
  }
  const still = missing.filter(({ path }) => !existsSync(path));
  if (still.length === 0) return;
  console.error(`the tests need ${still.map(({ program }) => program).join(", ")}: not found. Install with: ${hint}`);
  process.exit(1);
}

function run(command: string, options: readonly string[]): boolean {
  return spawnSync(join(root, "node_modules", ".bin", command), options, { cwd: root, stdio: "inherit" }).status === 0;
}

function runVitest(total: Counts): void {
  mkdirSync(artifacts, { recursive: true });
  const report = join(artifacts, "vitest.json");
  rmSync(report, { force: true });
  const status = run("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]);
  if (!existsSync(report)) {
    console.error("vitest wrote no report: no test was run");
    total.failed += 1;
    return;
  }
  const result = JSON.parse(readFileSync(report, "utf8")) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numTodoTests: number;
  };
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests;
  total.notRun += result.numPendingTests + result.numTodoTests;
  // A file that could not be loaded, or an error outside any test, has no failed test of its own.
  if (!status && result.numFailedTests === 0) total.failed += 1;
}
