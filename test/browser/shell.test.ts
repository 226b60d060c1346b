import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { accessibilityProblems, openStage, sidewaysPx, type Stage, type Visit } from "../support/browser.ts";

/** The frame around every screen: accessible in both languages and themes, narrow enough for a phone, usable by keyboard alone. */

let stage: Stage;
let ticket: string;

beforeAll(async () => {
  stage = await openStage({ stations: 30 });
  ticket = stage.fake.records.open()[0]!.id;
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

/** Paths and what shows that the screen is there; a station and a ticket are put in when the stage is up. */
const ROUTES: readonly (readonly [path: string, ready: string])[] = [
  ["/", ".uplot"],
  ["/?wall=1", ".uplot"],
  ["/stations", "main h1"],
  ["/stations/{station}", "main h1"],
  ["/tickets", "main h2"],
  ["/tickets/{ticket}", "main h1"],
  ["/rules", ".limit-row"],
  ["/nowhere", "main h1"],
];

async function openRoute([path, ready]: readonly [string, string], visit: Visit): Promise<Page> {
  const page = await stage.open(path.replace("{station}", stage.fake.network.stations[0]!.id).replace("{ticket}", ticket), visit);
  await page.waitForSelector(ready, { state: "attached" });
  return page;
}

describe.each(["zh", "en"] as const)("in %s", (language) => {
  describe.each(["light", "dark"] as const)("%s", (theme) => {
    it.each(ROUTES)("%s is accessible and free of errors", async (...route) => {
      stage.problems.length = 0;
      const page = await openRoute(route, { language, theme });
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(stage.problems).toEqual([]);
    });
  });
  it.each(ROUTES)("%s fits a phone of 360 px without scrolling sideways", async (...route) => {
    const page = await openRoute(route, { language, width: 360, height: 740 });
    expect(await sidewaysPx(page)).toBe(0);
  });
});

describe("by keyboard", () => {
  it("goes to screens with g, and shows all keys with ?", async () => {
    const page = await stage.open("/");
    await page.waitForSelector("[role=row]");
    await page.keyboard.press("g");
    await page.keyboard.press("t");
    await page.waitForURL("**/tickets");
    await page.keyboard.press("g");
    await page.keyboard.press("o");
    await page.waitForURL(`${stage.fake.url}/`);
    await page.keyboard.press("?");
    const dialog = page.locator("dialog[open]");
    await dialog.waitFor();
    expect(await dialog.innerText()).toContain("下一行");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });
  it("reaches navigation, menu, search, table, ranges and tickets by Tab in the order of the screen", async () => {
    const page = await stage.open("/");
    await page.waitForSelector(".uplot");
    const seen: string[] = [];
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press("Tab");
      seen.push(
        await page.evaluate(
          () =>
            document.activeElement
              ?.closest(".skip, .nav, .menu, .search, .grid, .segments, .time-chart, .ticket-list")
              ?.className.replace("input ", "")
              .split(" ")[0] ?? "",
        ),
      );
    }
    const order = [...new Set(seen.filter((name) => name !== ""))];
    expect(order).toEqual(["skip", "nav", "menu", "search", "grid", "segments", "time-chart", "ticket-list"]);
  });
  it("skips to the content", async () => {
    const page = await stage.open("/");
    await page.waitForSelector("[role=row]");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
  });
  it("leaves the keys to a field that is typed into", async () => {
    const page = await stage.open("/");
    await page.waitForSelector("[role=row]");
    await page.keyboard.press("/");
    await page.keyboard.type("gt?j");
    await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe("gt?j");
    expect(new URL(page.url()).pathname).toBe("/");
    expect(await page.locator("dialog[open]").count()).toBe(0);
  });
});

describe("the menu", () => {
  it("changes language, theme and unit at once and remembers them", async () => {
    const page = await stage.open("/");
    await page.click(".menu-button");
    await page.getByText("English", { exact: true }).click();
    await page.getByText("Dark", { exact: true }).click();
    await page.getByText("kPa", { exact: true }).click();
    expect(await page.locator("nav").innerText()).toContain("Overview");
    expect(
      await page.evaluate(() => [
        document.documentElement.lang,
        document.documentElement.dataset["theme"],
        localStorage.getItem("heatsteward.pressureUnit"),
      ]),
    ).toEqual(["en", "dark", "kPa"]);
    expect(await page.locator("[role=row] [role=cell]").nth(6).innerText()).toMatch(/^\d{3}$/);
  });
  it("signs out, and the session is over on the platform too", async () => {
    const page = await stage.open("/", { as: "viewer" });
    await page.click(".menu-button");
    await page.getByRole("button", { name: "退出登录" }).click();
    await page.waitForSelector("input[type=password]");
    await page.reload();
    await page.waitForSelector("input[type=password]");
  });
});

describe("trouble", () => {
  it("says so when WebSockets do not get through, and when a screen cannot be fetched", async () => {
    const page = await stage.open("/nowhere");
    await page.waitForSelector("main h1");
    await page.route("**/overview-*.js", (route) => route.abort());
    await page.getByRole("link", { name: "总览", exact: true }).click();
    await page.getByText("页面没能打开").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.unroute("**/overview-*.js");
    await page.routeWebSocket("**/api/live*", (socket) => void socket.close());
    await page.getByRole("button", { name: "刷新页面" }).click();
    await page.getByText("连不上实时通道").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    stage.problems.length = 0;
  });
  it("offers a reload after the platform was started again", async () => {
    const page = await stage.open("/");
    await page.waitForSelector("[role=row]");
    stage.fake.health.current = { ...stage.fake.health.current, startedAt: stage.fake.now() };
    await page.getByText("平台已重启").waitFor();
    await page.getByRole("button", { name: "刷新页面" }).click();
    await page.waitForSelector("[role=row]");
    expect(await page.getByText("平台已重启").count()).toBe(0);
  });
  it("shows what of the platform is broken, and takes it back", async () => {
    const page = await stage.open("/");
    await page.waitForSelector("[role=row]");
    stage.fake.health.current = {
      ...stage.fake.health.current,
      status: "degraded",
      parts: { influx: { status: "degraded", message: { zh: "InfluxDB 不可达，数据暂存本机", en: "InfluxDB unreachable" }, figures: {} } },
    };
    await page.getByText("InfluxDB 不可达，数据暂存本机").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    stage.fake.health.current = { ...stage.fake.health.current, status: "ok", parts: {} };
    await page.getByText("InfluxDB 不可达").waitFor({ state: "detached" });
  });
  it("brings the login back when the session ends elsewhere", async () => {
    const page = await stage.open("/", { as: "operator" });
    await page.waitForSelector("[role=row]");
    for (const [token, user] of stage.fake.accounts.sessions) if (user.role === "operator") stage.fake.accounts.endSession(token);
    await page.getByText("登录已失效，请重新登录。").waitFor({ timeout: 40_000 });
  });
  it("greys values and says since when while the platform is away, and catches up by itself", async () => {
    const page = await stage.open("/");
    // The rows stand before the first values come over the live socket.
    await page
      .locator("[role=row]")
      .getByText(/^\d+\.\d$/)
      .first()
      .waitFor();
    // Chromium does not always hold a new socket to this machine back while it plays offline.
    let away = true;
    await page.routeWebSocket("**/api/live*", (socket) => void (away ? socket.close() : socket.connectToServer()));
    await page.context().setOffline(true);
    await page.evaluate(() => window.dispatchEvent(new Event("offline")));
    await page.getByText(/本机无网络|正在重连/).waitFor();
    await page.waitForSelector("[role=row] .stale");
    await stage.fake.open({
      kind: "burst",
      asset: `${stage.fake.network.stations[11]!.id}-L`,
      severity: "urgent",
      summary: { zh: "断网期间的爆管", en: "burst" },
      agoMs: 1_000,
    });
    away = false;
    await page.context().setOffline(false);
    await page.getByText("断网期间的爆管").waitFor();
    await page.getByText(/本机无网络|正在重连/).waitFor({ state: "detached" });
  });
});
