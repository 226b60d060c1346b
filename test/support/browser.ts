import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { build } from "vite";
import { type FakeApi, type FakeApiOptions, PASSWORD, startFakeApi } from "./fake-api.ts";

/** The built dashboard in a real Chromium over the fake API. */

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const ROOT = join(import.meta.dirname, "../..");
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Builds the dashboard into a fresh folder; `remove` takes it away. */
export async function buildDashboard(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "dashboard-"));
  await build({
    configFile: join(ROOT, "vite.config.ts"),
    root: join(ROOT, "dashboard"),
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true },
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface Visit {
  readonly width?: number;
  readonly height?: number;
  readonly language?: "zh" | "en";
  readonly theme?: "light" | "dark";
  /** Signs in as the user of this role first; null: nobody. Admin unless said. */
  readonly as?: string | null;
}

export interface Stage {
  readonly fake: FakeApi;
  readonly browser: Browser;
  /** What went wrong on any page since the start: page errors, console errors (CSP among them). */
  readonly problems: string[];
  open(path: string, visit?: Visit): Promise<Page>;
  /** Ends the pages opened so far. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Refusals that the page expects and handles are told by the browser as errors all the same. */
const EXPECTED = /Failed to load resource: .*(401|net::ERR_CONNECTION_REFUSED)|WebSocket connection to .* failed/;

export async function openStage(options: Omit<FakeApiOptions, "dashboardFolder">): Promise<Stage> {
  const dashboard = await buildDashboard();
  const fake = await startFakeApi({ ...options, dashboardFolder: dashboard.folder });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
  const contexts: BrowserContext[] = [];
  const problems: string[] = [];
  const clear = async (): Promise<void> => {
    for (const context of contexts.splice(0)) await context.close();
  };
  return {
    fake,
    browser,
    problems,
    clear,
    async open(path, visit = {}) {
      const context = await browser.newContext({ viewport: { width: visit.width ?? 1280, height: visit.height ?? 800 }, locale: "zh-CN" });
      contexts.push(context);
      await context.addInitScript(
        ([language, theme]) => {
          localStorage.setItem("heatsteward.language", language!);
          localStorage.setItem("heatsteward.theme", theme!);
        },
        [visit.language ?? "zh", visit.theme ?? "light"],
      );
      if (visit.as !== null)
        await context.request.post(`${fake.url}/api/session`, {
          data: { name: visit.as ?? "admin", password: PASSWORD },
          headers: { origin: fake.url },
        });
      const page = await context.newPage();
      page.on("pageerror", (error) => problems.push(`${path}: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error" && !EXPECTED.test(message.text())) problems.push(`${path}: ${message.text()}`);
      });
      await page.goto(fake.url + path);
      return page;
    },
    async close() {
      await clear();
      await browser.close();
      await fake.close();
      await dashboard.remove();
    },
  };
}

/** What axe finds on a page, one line each; an empty list is what tests want. Evaluated over the debugger, so that the page's CSP stays as it is. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const found = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(
      (violation) =>
        `${violation.id}: ${violation.help} — ${violation.nodes
          .map((node) => node.html.slice(0, 160))
          .slice(0, 3)
          .join(" | ")}`,
    );
  });
}

/** How far the page can be scrolled sideways, CSS px. */
export const sidewaysPx = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
