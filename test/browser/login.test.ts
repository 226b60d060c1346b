import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { accessibilityProblems, openStage, sidewaysPx, type Stage } from "../support/browser.ts";
import { PASSWORD } from "../support/fake-api.ts";

/** Signing in: by keyboard, with a clear word when it fails, back to where one wanted to go. */

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ stations: 10 });
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

describe("the login", () => {
  it("takes name and password by keyboard alone and shows the page that was asked for", async () => {
    const page = await stage.open("/?range=6h", { as: null });
    await page.waitForSelector("input[name=username]:focus");
    await page.keyboard.type("operator");
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".grid-row");
    expect(new URL(page.url()).search).toBe("?range=6h");
    expect(await page.locator(".menu-button").innerText()).toContain("值班员");
  });
  it("says what is wrong without saying which of the two, clears the password, and says how long to wait", async () => {
    const page = await stage.open("/", { as: null });
    await page.fill("input[name=username]", "operator");
    for (let attempt = 0; attempt < 6; attempt++) {
      await page.fill("input[name=password]", "wrong");
      await page.click("button[type=submit]");
      await page.waitForFunction(() => document.querySelector<HTMLInputElement>("input[name=password]")!.value === "");
    }
    await page.getByText(/失败次数过多，请 90 s后再试/).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });
  it.each([
    ["zh", "light"],
    ["en", "dark"],
    ["zh", "dark"],
    ["en", "light"],
  ] as const)("is accessible and fits a phone: %s, %s", async (language, theme) => {
    const page = await stage.open("/", { as: null, language, theme, width: 360, height: 640 });
    await page.waitForSelector("input[name=username]");
    await page.locator("summary").click();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await sidewaysPx(page)).toBe(0);
  });
  it("does not say that somebody is signed out whose session could not be ended", async () => {
    const page = await stage.open("/");
    await page.waitForSelector(".grid-row");
    await page.locator(".menu-button").click();
    await page.route("**/api/session", (route) => route.abort());
    await page.getByRole("button", { name: "退出登录" }).click();
    await page.getByText("平台没有应答").waitFor();
    await page.unroute("**/api/session");
    await page.getByRole("button", { name: "重试" }).click();
    await page.waitForSelector(".grid-row");
    await page.locator(".menu-button").click();
    await page.getByRole("button", { name: "退出登录" }).click();
    await page.waitForSelector("input[name=username]");
  });
  it("keeps its language when the words of the other one cannot be had", async () => {
    const page = await stage.open("/", { as: null });
    await page.locator("summary").click();
    await page.route("**/assets/english-*.js", (route) => route.abort());
    stage.problems.length = 0;
    const refused = page.waitForEvent("requestfailed");
    await page.getByText("English", { exact: true }).click();
    await refused;
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    expect(await page.locator("h1").innerText()).toBe("登录");
    expect(stage.problems.filter((text) => !text.includes("Failed to load"))).toEqual([]);
    stage.problems.length = 0;
  });
  it("shows a way to try again when the platform does not answer", async () => {
    const page = await stage.open("/", { as: null });
    await page.waitForSelector("input[name=username]");
    await page.route("**/api/session", (route) => route.abort());
    await page.reload();
    await page.getByText("平台没有应答").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.unroute("**/api/session");
    await page.getByRole("button", { name: "重试" }).click();
    await page.waitForSelector("input[name=username]");
  });
});
