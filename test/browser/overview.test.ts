import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { openStage, type Stage } from "../support/browser.ts";
import { until } from "../support/until.ts";

/** 总览: what is wrong is on top, everything can be reached by keyboard, the URL says what is seen, and it runs live. */

let stage: Stage;
let id: (index: number) => string;

beforeAll(async () => {
  // What differs by some tenths of a kelvin stands in an order of its own at every time of day: this is the afternoon of the story.
  stage = await openStage({ stations: 60, startAt: Date.parse("2027-01-12T14:20:00+08:00") });
  id = (index) => stage.fake.network.stations[index]!.id;
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

const names = (page: Page): Promise<string[]> => page.locator(".grid-row [role=cell]:first-child a").allInnerTexts();
const selected = (page: Page): Promise<string> => page.locator('[role=row][aria-selected="true"] a').innerText();
const query = (page: Page, key: string): string | null => new URL(page.url()).searchParams.get(key);

/** Whether the selected row is rendered, below the head and above the lower edge of the table. */
const isInSight = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const row = document.querySelector('.grid-row[aria-selected="true"]');
    if (row === null) return false;
    const box = row.getBoundingClientRect();
    const [grid, head] = [row.closest(".grid")!, document.querySelector(".grid-head")!].map((part) => part.getBoundingClientRect());
    return box.top >= head!.bottom - 1 && box.bottom <= grid!.bottom + 1;
  });

async function overview(path = "/"): Promise<Page> {
  const page = await stage.open(path);
  await page.waitForSelector(".grid-row");
  return page;
}

describe("the table", () => {
  it("puts the urgent first, then general, then those that nobody opened a ticket for; colour has its words", async () => {
    const page = await overview();
    const tinted = await page
      .locator(".grid-row[class*=tint-]")
      .evaluateAll((rows) => rows.map((row) => `${/tint-(\w+)/.exec(row.className)![1]}: ${row.querySelector(".tag")?.textContent}`));
    expect(tinted.map((text) => text.split(":")[0])).toEqual(["urgent", "urgent", "urgent", "general", "general", "watch"]);
    expect(tinted[0]).toMatch(/紧急: 供温低 \d\.\d℃ · 调节阀卡涩/);
    expect(tinted[5]).toMatch(/关注: 供温低 \d\.\d℃ · 未开单/);
  });
  it("renders what is in sight and tells assistive technology the whole", async () => {
    const page = await overview();
    expect(await page.locator('[role="table"]').getAttribute("aria-rowcount")).toBe("61");
    expect(await page.locator(".grid-row").count()).toBeLessThan(45);
    await page.locator(".grid").evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));
    await page.locator('[aria-rowindex="61"]').waitFor();
  });
  it("shows the worst circuit of a station with several", async () => {
    const page = await overview(`/?q=${id(3)}`);
    await until("the row of a station with two circuits", async () => (await names(page)).length === 1);
    expect(await page.locator(".circuit-hint").innerText()).toMatch(/2/);
  });
});

describe("the keyboard", () => {
  it("moves the selection with J and K, opens with Enter, and Back returns to it", async () => {
    const page = await overview();
    const order = await names(page);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    expect(await selected(page)).toBe(order[1]);
    await expect.poll(() => query(page, "station")).toBe(stage.fake.network.stations.find(({ name }) => name === order[1])!.id);
    const address = page.url();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/stations/*");
    await page.goBack();
    await page.waitForURL(address);
    expect(await selected(page)).toBe(order[1]);
  });
  it("keeps the selected row in sight", async () => {
    const page = await overview();
    for (let step = 0; step < 45; step++) await page.keyboard.press("j");
    await until("the selected row in sight", () => isInSight(page));
  });
  it("follows the selected row to its new place, but not somebody who scrolled away from it", async () => {
    const station = id(40);
    const page = await overview(`/?station=${station}`);
    const row = page.locator('[role=row][aria-selected="true"]');
    const place = async (): Promise<number> => Number(await row.getAttribute("aria-rowindex"));
    await until("the selected row in sight", () => isInSight(page));
    expect(await place()).toBeGreaterThan(20);
    const number = await stage.fake.open({
      kind: "power_failure",
      asset: `${station}-L`,
      severity: "urgent",
      summary: { zh: "全站停电", en: "no power" },
      agoMs: 500,
    });
    await until("the row on top and in sight", async () => (await isInSight(page)) && (await place()) < 10);

    const grid = page.locator(".grid");
    await grid.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await page.locator('[aria-rowindex="61"]').waitFor();
    const scrolled = await grid.evaluate((box) => box.scrollTop);
    const at = stage.fake.now();
    stage.fake.records.apply([
      { type: "update", at, id: number, steps: [{ at, kind: "recovered", by: "system", set: { recoveredAt: at } }], body: {} },
    ]);
    await page.locator(".ticket-row", { hasText: "全站停电" }).locator(".tag-cured").waitFor();
    expect(await grid.evaluate((box) => box.scrollTop)).toBe(scrolled);
  });
  it("survives a key that is held: the browser limits how often an address may change", async () => {
    const page = await overview();
    await page.evaluate(() => {
      for (let count = 0; count < 300; count++)
        window.dispatchEvent(new KeyboardEvent("keydown", { key: count % 2 === 0 ? "j" : "ArrowDown" }));
    });
    const last = page.locator('[aria-rowindex="61"][aria-selected="true"]');
    await last.waitFor();
    await expect.poll(() => query(page, "station")).not.toBeNull();
    expect(stage.problems).toEqual([]);
    await page.reload();
    await last.waitFor();
  });
  it("searches with /, takes the first with Enter, and Escape shows all again", async () => {
    const page = await overview();
    await page.keyboard.press("/");
    await page.keyboard.type("慢漏");
    await until("one station with a leak", async () => (await names(page)).length === 1);
    await page.keyboard.press("Enter");
    await expect.poll(() => query(page, "station")).toBe(id(8));
    await page.keyboard.press("/");
    await page.keyboard.press("Escape");
    await until("all stations", async () => (await names(page)).length > 10);
    expect(await selected(page)).toBe(stage.fake.network.stations[8]!.name);
  });
  it("changes the range, shifts in time, and l returns to live", async () => {
    const page = await overview();
    await page.keyboard.press("2");
    await expect.poll(() => query(page, "range")).toBe("6h");
    await page.keyboard.press("[");
    await expect.poll(() => Number(query(page, "to")) - stage.fake.now()).toBeGreaterThan(-4 * 3_600_000);
    expect(Number(query(page, "to"))).toBeLessThan(stage.fake.now());
    await page.keyboard.press("l");
    await expect.poll(() => query(page, "to")).toBeNull();
    await page.keyboard.press("3");
    await expect.poll(() => query(page, "range")).toBeNull();
  });
});

describe("the URL", () => {
  it("is the whole view: a copied address shows the same", async () => {
    const page = await overview(`/?station=${id(4)}&range=7d`);
    expect(await selected(page)).toBe(stage.fake.network.stations[4]!.name);
    expect(await page.locator(".overview-chart h2").innerText()).toBe(stage.fake.network.stations[4]!.name);
    expect(await page.locator('.segments [aria-pressed="true"]').innerText()).toBe("7d");
  });
  it("that names nothing known shows the worst station", async () => {
    const page = await overview("/?station=nobody&range=3y&to=soon");
    expect(await selected(page)).toBe((await names(page))[0]);
    expect(await page.locator('.segments [aria-pressed="true"]').innerText()).toBe("24h");
  });
});

describe("the chart", () => {
  it("of another range that cannot be had says so, and does not pass the old one off as a gap", async () => {
    const page = await overview();
    await page.waitForSelector(".uplot");
    await page.route("**/api/series*", (route) =>
      route.fulfill({
        status: 503,
        contentType: "application/json",
        body: JSON.stringify({ error: { code: "overloaded", message: "busy" } }),
      }),
    );
    await page.keyboard.press("4");
    await page.locator(".overview-chart [role=alert]").waitFor();
    expect(await page.locator(".overview-chart .uplot").count()).toBe(0);
    await page.unroute("**/api/series*");
    await page.getByRole("button", { name: "重试" }).click();
    await page.waitForSelector(".overview-chart .uplot");
    stage.problems.length = 0;
  });
  it("says its numbers to a screen reader, and names the bucket under the cursor", async () => {
    const page = await overview();
    await page.waitForSelector(".uplot");
    expect(await page.locator(".time-chart").getAttribute("aria-label")).toMatch(/二次供温：现在 \d+\.\d ℃，时段内 \d+\.\d–\d+\.\d ℃/);
    await page.locator(".time-chart").focus();
    await page.keyboard.press("ArrowLeft");
    await until("a bucket", async () => /\d\d:\d\d–\d\d:\d\d，.+ 内最小–最大/.test(await page.locator(".time-chart-chip").innerText()));
    expect(await page.locator(".overview-chart .legend-value").first().innerText()).toMatch(/℃/);
  });
  it("is not built again by live values", async () => {
    const page = await overview("/?range=1h");
    const canvas = await page.waitForSelector(".uplot canvas");
    const label = await page.locator(".time-chart").getAttribute("aria-label");
    await until("another value in the chart", async () => (await page.locator(".time-chart").getAttribute("aria-label")) !== label);
    expect(await canvas.evaluate((element) => element.isConnected)).toBe(true);
  });
});

describe("live", () => {
  it("shows new values, the age of the data, and a new ticket without a reload", async () => {
    const page = await overview();
    const cell = page.locator(".grid-row").first().locator("[role=cell]").nth(2);
    const before = await cell.innerText();
    await until("another supply temperature", async () => (await cell.innerText()) !== before);
    expect(await page.locator(".top-status").innerText()).toMatch(/数据延迟 \d\.\d s/);
    const open = Number(await page.locator(".figure-value").nth(4).innerText());
    await stage.fake.open({
      kind: "pump_failure",
      asset: `${id(20)}-L`,
      severity: "urgent",
      summary: { zh: "循环泵跳闸", en: "pump tripped" },
      agoMs: 500,
    });
    await page.getByText("循环泵跳闸").waitFor();
    expect(Number(await page.locator(".figure-value").nth(4).innerText())).toBe(open + 1);
    const row = page.locator(".grid-row.tint-urgent", { hasText: stage.fake.network.stations[20]!.name });
    await row.waitFor();
    expect(await row.innerText()).toContain("循环泵故障");
  });
  it("turns the values of a silent station grey and says for how long", async () => {
    const page = await overview(`/?q=${id(30)}`);
    stage.fake.silence(id(30));
    await page.waitForSelector(".grid-row .stale");
    await page.getByText(/无数据 \d+ s/).waitFor({ timeout: 60_000 });
  });
});

describe("the figures", () => {
  it("count stations, open tickets and those found before the call", async () => {
    const page = await overview();
    const figures = await page.locator(".figure").allInnerTexts();
    expect(figures[0]).toMatch(/\/ 60/);
    await until("the share found before the call", async () => /82%|81%/.test((await page.locator(".figure").nth(5).innerText()) ?? ""));
    expect(figures[4]).toContain("1 超时");
  });
});

describe("the wall screen", () => {
  it("has no controls and larger type", async () => {
    const page = await stage.open("/?wall=1", { width: 1920, height: 1080 });
    await page.waitForSelector(".grid-row");
    expect(await page.locator("input, nav, .menu, .segments").count()).toBe(0);
    expect(await page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize))).toBeGreaterThan(20);
  });
});
