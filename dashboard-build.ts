import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The dashboard that the platform serves: built when it is not, or when its sources are newer. */

const root = dirname(fileURLToPath(import.meta.url));
export const DASHBOARD_FOLDER = join(root, "dist", "dashboard");
const SOURCES = ["dashboard", "model", "vite.config.ts"];
const vite = join(root, "node_modules", ".bin", "vite");

/** Resolves when the dashboard can be served. Without the build tool (an installation without devDependencies) what is there is used. */
export async function ensureDashboard(say: (line: string) => void): Promise<void> {
  const index = join(DASHBOARD_FOLDER, "index.html");
  const builtAt = existsSync(index) ? statSync(index).mtimeMs : 0;
  if (!existsSync(vite) || builtAt >= newestMs(SOURCES.map((name) => join(root, name)))) return;
  say("building the dashboard (a few seconds, only after changes)");
  mkdirSync(DASHBOARD_FOLDER, { recursive: true });
  const child = spawn(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`the dashboard could not be built: vite ended with ${code}`);
}

function newestMs(paths: readonly string[]): number {
  let newest = 0;
  for (const path of paths) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) continue;
    newest = Math.max(newest, found.isDirectory() ? newestMs(readdirSync(path).map((name) => join(path, name))) : found.mtimeMs);
  }
  return newest;
}
