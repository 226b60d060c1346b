import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Page } from "playwright-core";
import type { Health } from "../../model/live.ts";
import { accessibilityProblems, openStage, sidewaysPx, type Stage } from "../support/browser.ts";

/** What of the platform is not well stands above every screen: what mends itself without loss quietly, the rest in colour. */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ stations: 12 });
});
afterEach(async () => {
  await stage.clear();
  stage.fake.health.current = { ...stage.fake.health.current, status: "ok", parts: {} };
});
afterAll(() => stage.close());

function behind(minutes: number): Health {
  const message = {
    zh: `InfluxDB 落后 ${minutes} 分钟：无应答。数据都在本地，恢复后自动补传`,
    en: `InfluxDB ${minutes} min behind: no answer; data are safe here and follow by themselves`,
  };
  return {
    ...stage.fake.health.current,
    status: "degraded",
    parts: { influx: { status: "degraded", quiet: true, message, figures: {} } },
  };
}

/** Colours of an element as the page shows them. */
const look = (page: Page, selector: string): Promise<{ background: string; weight: string }> =>
  page.locator(selector).evaluate((element) => {
    const { backgroundColor, fontWeight } = getComputedStyle(element);
    return { background: backgroundColor, weight: fontWeight };
  });

const SCREENS = ["/", "/?wall=1", "/stations", "/tickets", "/nowhere"] as const;

it.each(SCREENS)("%s says that InfluxDB is behind, and the minutes go on counting", async (path) => {
  stage.fake.health.current = behind(12);
  const page = await stage.open(path);
  await page.getByText("InfluxDB 落后 12 分钟：无应答。数据都在本地，恢复后自动补传").waitFor();
  stage.fake.health.current = behind(13);
  await page.getByText("InfluxDB 落后 13 分钟").waitFor();
  expect(await page.locator(".banner").count()).toBe(1);
  stage.fake.health.current = { ...stage.fake.health.current, status: "ok", parts: {} };
  await page.locator(".banner").waitFor({ state: "detached" });
});

it.each(["zh", "en"] as const)("in %s it is quiet, accessible, and fits a phone", async (language) => {
  stage.fake.health.current = behind(12);
  for (const theme of ["light", "dark"] as const) {
    const page = await stage.open("/", { language, theme, width: 360, height: 740 });
    await page.getByText(language === "zh" ? "InfluxDB 落后 12 分钟" : "InfluxDB 12 min behind").waitFor();
    expect(await look(page, ".banner")).toEqual({ background: "rgba(0, 0, 0, 0)", weight: "400" });
    expect(await page.locator(".banner").getAttribute("aria-live")).toBe("off");
    expect(await sidewaysPx(page)).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
  }
});

it("what needs a person keeps its colour beside it", async () => {
  const quiet = behind(12);
  const disk = { status: "degraded", message: { zh: "数据盘已用 84 %", en: "the data disk is 84 % full" }, figures: {} } as const;
  stage.fake.health.current = { ...quiet, parts: { ...quiet.parts, disk } };
  const page = await stage.open("/", { width: 1440, height: 900 });
  await page.getByText("平台部分降级：数据盘已用 84 %").waitFor();
  expect(await page.locator(".banner").allInnerTexts()).toEqual([
    "平台部分降级：数据盘已用 84 %",
    "InfluxDB 落后 12 分钟：无应答。数据都在本地，恢复后自动补传",
  ]);
  expect((await look(page, ".banner:not(.banner-quiet)")).weight).toBe("700");
  expect(await accessibilityProblems(page)).toEqual([]);
});
