import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { accessibilityProblems, openStage, sidewaysPx, type Stage, type Visit } from "../support/browser.ts";
import { until } from "../support/until.ts";

/** 工单: the board of the five stages and the table, worked with by keyboard alone. */

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ stations: 12 });
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

const query = (page: Page, key: string): string | null => new URL(page.url()).searchParams.get(key);
const cards = (page: Page, column: string): Promise<string[]> => page.locator(`.stage-${column} .card`).allInnerTexts();
const selected = (page: Page): Promise<string | null> => page.evaluate(() => document.activeElement?.getAttribute("data-ticket") ?? null);

async function board(path = "/tickets", visit: Visit = {}): Promise<Page> {
  const page = await stage.open(path, { width: 1560, height: 900, ...visit });
  await page.waitForSelector(".card, .grid-row");
  await page.waitForSelector(".stage-closed .card, .grid-row");
  return page;
}

describe.each(["zh", "en"] as const)("in %s", (language) => {
  describe.each(["light", "dark"] as const)("%s", (theme) => {
    it.each(["/tickets", "/tickets?view=table"])("%s is accessible and free of errors, wide and narrow", async (path) => {
      stage.problems.length = 0;
      for (const width of [1560, 360]) {
        const page = await board(path, { language, theme, width });
        expect(await accessibilityProblems(page)).toEqual([]);
        expect(await sidewaysPx(page)).toBe(0);
      }
      expect(stage.problems).toEqual([]);
    });
  });
});

describe("the board", () => {
  it("has a column for each stage, its clock in the head, the least time left on top", async () => {
    const page = await board();
    expect(await page.locator(".stage h2").allInnerTexts()).toEqual(["接诉", "派单", "处办", "回复", "办结"]);
    expect(await page.locator(".stage .panel-side").first().innerText()).toBe("时钟：距派单限");
    const handled = await cards(page, "handled");
    expect(handled[0]).toMatch(/紧急[\s\S]*慢漏[\s\S]*并入 4 个现象[\s\S]*超时[\s\S]*−\d+:\d\d:\d\d/);
    expect(handled).toHaveLength(4);
    expect((await cards(page, "closed")).length).toBeGreaterThan(10);
  });
  it("fills only urgent tags, and turns what has recovered grey", async () => {
    const page = await board();
    const filled = await page.locator(".card .tag:not(.tag-quiet):not(.tag-cured)").allInnerTexts();
    expect(new Set(filled.map((text) => text.trim()))).toEqual(new Set(["紧急"]));
    expect(await page.locator(".stage-replied .tag-cured").count()).toBe(1);
  });
  it("ends with the screen: long columns scroll inside", async () => {
    const page = await board();
    expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBeLessThanOrEqual(1);
    expect(await page.locator(".stage-closed .stage-cards").evaluate((list) => list.scrollHeight > list.clientHeight)).toBe(true);
  });
  it("shows who has how much to do", async () => {
    const page = await board();
    expect(await page.locator(".load li").allInnerTexts()).toEqual([
      expect.stringMatching(/管家A区\s+4 单\s+到场/),
      expect.stringMatching(/管家B区\s+2 单/),
    ]);
  });
  it("takes a new ticket in without a reload", async () => {
    const page = await board();
    const before = (await cards(page, "taken")).length;
    await stage.fake.open({
      kind: "pump_failure",
      asset: `${stage.fake.network.stations[9]!.id}-L`,
      severity: "urgent",
      summary: { zh: "循环泵<b>跳闸</b>", en: "pump tripped" },
      agoMs: 500,
    });
    // Text from outside is text: the markup is shown, not obeyed.
    await page.getByText("循环泵<b>跳闸</b>").waitFor();
    expect(await cards(page, "taken")).toHaveLength(before + 1);
  });
});

describe("filters", () => {
  it("are chips with their counts; the URL keeps them", async () => {
    const page = await board();
    await page.getByRole("button", { name: /^紧急 \d/ }).click();
    await until("only urgent ones", async () => (await page.locator(".card-head .tag-general").count()) === 0);
    await until("the filter in the URL", () => query(page, "severity") === "urgent");
    await page.getByRole("button", { name: /^紧急 \d/ }).click();
    await page.getByRole("button", { name: /^只看超时 1/ }).click();
    await until("only the late one", async () => (await page.locator(".card").count()) === 1);
    await until("the filter in the URL", () => query(page, "overdue") === "1");
  });
  it("find with /, say when nothing is found, and Escape shows all again", async () => {
    const page = await board();
    await page.keyboard.press("/");
    await page.keyboard.type("没有这样的");
    await page.getByText("没有符合“没有这样的”的工单").waitFor();
    await page.keyboard.press("Escape");
    await until("all again", async () => (await page.locator(".card").count()) > 10);
  });
});

describe("the keyboard", () => {
  it("walks through the board with J and K and opens with Enter", async () => {
    const page = await board();
    const order = await page.locator(".card").evaluateAll((list) => list.map((card) => (card as HTMLElement).dataset["ticket"]));
    for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
    expect(await selected(page)).toBe(order[1]);
    expect(await page.evaluate(() => document.activeElement!.matches(":focus-visible"))).toBe(true);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/tickets/${order[1]}`);
    await page.waitForSelector("h1");
    await page.keyboard.press("Escape");
    await page.waitForURL("**/tickets");
  });
  it("changes to the table with V, walks beyond what is in sight there, and opens the row that it is at", async () => {
    const page = await board("/tickets", { height: 420 });
    await page.keyboard.press("v");
    await page.waitForSelector(".grid-row");
    await until("the table in the URL", () => query(page, "view") === "table");
    const steps = 18;
    for (let step = 0; step < steps; step++) await page.keyboard.press("j");
    const row = page.locator('[role=row][aria-selected="true"]');
    await until("the row after all steps", async () => (await row.getAttribute("aria-rowindex")) === String(steps + 1));
    const number = await row.locator("[role=cell]").last().innerText();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/tickets/${number}`);
  });
});

describe("the table", () => {
  it("has styled rows, column heads and counts", async () => {
    const page = await board("/tickets?view=table");
    const table = page.getByRole("table");
    expect(Number(await table.getAttribute("aria-rowcount"))).toBeGreaterThan(20);
    expect(await page.locator("[role=columnheader]").allInnerTexts()).toEqual([
      "等级",
      "工单",
      "状态",
      "责任人",
      "开单",
      "距下一时限",
      "编号",
    ]);
    expect(
      await page
        .locator(".grid-row")
        .first()
        .evaluate((row) => getComputedStyle(row).display),
    ).toBe("grid");
    expect(await page.locator(".grid-row").first().innerText()).toContain("超时");
  });
});

describe("what lies over the screen", () => {
  it("the menu is closed by Escape before a screen's own Escape is", async () => {
    const page = await board("/tickets?q=GD");
    await page.locator(".menu-button").click();
    await page.waitForSelector(".menu-sheet");
    await page.keyboard.press("Escape");
    await page.locator(".menu-sheet").waitFor({ state: "detached" });
    expect(query(page, "q")).toBe("GD");
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("menu-button");
  });
  it("asks for nothing more once it was left", async () => {
    const page = await board();
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await page.waitForSelector(".station-charts .uplot");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    const number = await stage.fake.open({
      kind: "imbalance",
      asset: `${stage.fake.network.stations[11]!.id}-L`,
      severity: "general",
      summary: { zh: "失调", en: "imbalance" },
      agoMs: 500,
    });
    await page.keyboard.press("g");
    await page.keyboard.press("o");
    await page.locator(".ticket-row", { hasText: "失调" }).first().waitFor();
    expect(number).toBeDefined();
    // The overview asks for its own figure once.
    expect(asked.filter((path) => path === "/api/kpi")).toHaveLength(1);
  });
});

describe("a resident's call", () => {
  it("is logged by keyboard, and joins the ticket that stands for the place", async () => {
    const page = await board("/tickets", { as: "operator" });
    await page.keyboard.press("c");
    await page.keyboard.type("北苑001 4号楼 2单元");
    await page.keyboard.press("Enter");
    const known = stage.fake.records.open().find((ticket) => ticket.asset === "B4-U2")!;
    await page.getByText(`已有工单 ${known.id}`).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText(`已并入 ${known.id}`).waitFor();
    expect(stage.fake.records.get(known.id)!.firstCallAt).not.toBeNull();
  });
  it("opens a ticket where there is none, and says so where there is no such place", async () => {
    const page = await board("/tickets", { as: "operator" });
    await page.getByLabel("楼栋、单元或户").fill("没有的楼");
    await page.getByText("没有这样的地址").waitFor();
    await page.getByLabel("楼栋、单元或户").fill("北苑001 7号楼 4单元");
    await page.locator(".call-places button").click();
    await page.getByRole("button", { name: "异响" }).click();
    await page.getByRole("button", { name: /^登记|^并入/ }).click();
    await page.getByText(/已(开单|并入) GD-/).waitFor();
  });
  it("is not for those who may only look", async () => {
    const page = await board("/tickets", { as: "viewer" });
    expect(await page.locator(".call-log").count()).toBe(0);
  });
});
