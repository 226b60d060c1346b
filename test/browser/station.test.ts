import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { accessibilityProblems, openStage, sidewaysPx, type Stage, type Visit } from "../support/browser.ts";
import { until } from "../support/until.ts";

/** 热力站: the mimic, the synced curves, the heating curve, the rules, tickets, events and units of one circuit. */

let stage: Stage;
let id: (index: number) => string;

beforeAll(async () => {
  stage = await openStage({ stations: 12 });
  id = (index) => stage.fake.network.stations[index]!.id;
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

const query = (page: Page, key: string): string | null => new URL(page.url()).searchParams.get(key);

async function station(path: string, visit: Visit = {}): Promise<Page> {
  const page = await stage.open(path, { width: 1560, height: 900, ...visit });
  await page.waitForSelector(".station-charts .uplot");
  await page.waitForSelector(".scatter");
  await page.waitForSelector(".rule-line");
  return page;
}

describe.each(["zh", "en"] as const)("in %s", (language) => {
  describe.each(["light", "dark"] as const)("%s", (theme) => {
    it.each([1560, 360])("is accessible and free of errors at %i px", async (width) => {
      stage.problems.length = 0;
      const page = await station(`/stations/${id(0)}`, { language, theme, width });
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await sidewaysPx(page)).toBe(0);
      expect(stage.problems).toEqual([]);
    });
  });
});

describe("the page", () => {
  it("shows mimic, curves, rules, tickets and events on one screen of 1560 x 900, nothing running out of its panel", async () => {
    const page = await station(`/stations/${id(0)}`);
    const boxes = await page.locator(".station-page .panel").evaluateAll((panels) =>
      panels.map((panel) => ({
        name: panel.className,
        bottom: panel.getBoundingClientRect().bottom,
        outside: [...panel.querySelectorAll("svg, canvas")].some(
          (part) => part.getBoundingClientRect().bottom > panel.getBoundingClientRect().bottom + 1 && part.closest("[tabindex]") === null,
        ),
      })),
    );
    expect(boxes).toHaveLength(6);
    expect(boxes.filter(({ bottom, outside }) => bottom > 900 || outside)).toEqual([]);
  });
  it("without an id is that of the station with the most urgent ticket", async () => {
    const page = await station("/stations");
    expect(await page.locator("h1").innerText()).toBe(
      stage.fake.network.asset(stage.fake.records.open().find(({ kind }) => kind === "leak")!.station)!.name,
    );
  });
  it("without an id stays that station when another one gets into trouble", async () => {
    const page = await stage.open("/tickets", { width: 1560, height: 900 });
    const heard: string[] = [];
    page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => heard.push(String(payload))));
    await page.goto(`${stage.fake.url}/stations`);
    await page.waitForSelector(".station-charts .uplot");
    const chosen = await page.locator("h1").innerText();
    // Opened so long ago that nothing is more overdue.
    const number = await stage.fake.open({
      kind: "pump_failure",
      asset: `${id(9)}-L`,
      severity: "urgent",
      summary: { zh: "跳闸", en: "tripped" },
      agoMs: 90 * 3_600_000,
    });
    await until("the page to hear of it", () => heard.some((text) => text.startsWith('{"type":"ticket"') && text.includes(number)));
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    expect(await page.locator("h1").innerText()).toBe(chosen);
  });
  it("says so when there is no such station", async () => {
    const page = await stage.open("/stations/nowhere");
    await page.getByText("没有编号为 nowhere 的热力站").waitFor();
  });
});

describe("the mimic", () => {
  it("shows the numbers where they are measured, live, in the chosen pressure unit", async () => {
    const page = await station(`/stations/${id(1)}`);
    const mimic = page.locator(".mimic");
    expect(await mimic.textContent()).toMatch(/二回压0\.3\d\d MPa/);
    const before = await mimic.locator(".mimic-number").allTextContents();
    await until("other numbers", async () => (await mimic.locator(".mimic-number").allTextContents()).join() !== before.join());
    await page.click(".menu-button");
    await page.getByText("kPa", { exact: true }).click();
    expect(await mimic.textContent()).toMatch(/二回压3\d\d kPa/);
    expect(await page.locator(".station-charts").innerText()).toContain("kPa");
    expect(await page.locator(".station-charts, .mimic").filter({ hasText: "MPa" }).count()).toBe(0);
  });
  it("flags the machine that a ticket is about, in words too, and leads to the ticket by keyboard without loading the page again", async () => {
    const page = await station(`/stations/${id(8)}`);
    const flag = page.locator(".mimic a");
    expect(await flag.textContent()).toContain("▲ 慢漏");
    await page.evaluate(() => Object.assign(window, { kept: true }));
    await flag.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/tickets/*");
    expect(await page.evaluate(() => (window as unknown as { kept?: boolean }).kept)).toBe(true);
  });
});

describe("the charts", () => {
  it("share one cursor: every legend shows its numbers of the same bucket, one chip names it", async () => {
    const page = await station(`/stations/${id(0)}`);
    const charts = page.locator(".station-charts .time-chart");
    expect(await charts.count()).toBe(4);
    await charts.first().focus();
    for (let step = 0; step < 12; step++) await page.keyboard.press("Shift+ArrowLeft");
    await until("a reading in every legend", async () =>
      (await page.locator(".station-charts .legend-value").allInnerTexts()).every((text) => /\d/.test(text)),
    );
    await until("one chip", async () => (await page.locator(".station-charts .time-chart-chip").count()) === 1);
    expect(await page.locator(".makeup-note").innerText()).toMatch(/补水 \d\d:00–\d\d:00/);
  });
  it("say the makeup of the newest hour beside what is usual", async () => {
    const page = await station(`/stations/${id(1)}`);
    await page.locator(".makeup-note").waitFor();
    // The healthy station of the fake takes 0.3 to 0.45 m³/h, by the hour of the day at which the test runs.
    const [, shown] = /(\d\.\d\d)\s+应 0\.20–0\.50/.exec(await page.locator(".makeup-note").innerText()) ?? [];
    expect(Number(shown)).toBeGreaterThan(0.25);
    expect(Number(shown)).toBeLessThan(0.5);
  });
  it("change the range with 1-5, shift with brackets, return with l; c changes the circuit; the URL says it all", async () => {
    const page = await station(`/stations/${id(3)}`);
    for (const [key, range] of [
      ["1", "1h"],
      ["5", "30d"],
      ["3", null],
    ] as const) {
      await page.keyboard.press(key);
      await until(`range ${range}`, () => query(page, "range") === range);
    }
    await page.keyboard.press("[");
    await until("an earlier window", () => query(page, "to") !== null && Number(query(page, "to")) < stage.fake.now());
    await page.getByRole("button", { name: "回到实时" }).waitFor();
    await page.keyboard.press("l");
    await until("live again", () => query(page, "to") === null);
    const pressed = () => page.locator('.circuit-tab[aria-pressed="true"]').innerText();
    const first = await pressed();
    await page.keyboard.press("c");
    await until("the other circuit", () => query(page, "circuit") === `${id(3)}-H`);
    expect(await pressed()).not.toBe(first);
    await page.keyboard.press("c");
    await until("the first circuit", async () => (await pressed()) === first);
  });
});

describe("rules, tickets and units", () => {
  it("tell how far a rule is from opening, and when it will", async () => {
    const page = await station(`/stations/${id(0)}`);
    const leak = page.locator(".rule-line", { hasText: "慢漏" });
    expect(await leak.innerText()).toMatch(/14\.0，限 20\.0[\s\S]*[12] h.* 后触发/);
    expect(await leak.getAttribute("class")).toContain("rule-watch");
  });
  it("have the open tickets of the station with their stage and their clock", async () => {
    const page = await station(`/stations/${id(0)}`);
    const ticket = page.locator(".station-ticket", { hasText: "调节阀卡涩" });
    expect(await ticket.innerText()).toMatch(/处办 · 管家A区/);
    await ticket.click();
    await page.waitForURL("**/tickets/*");
  });
  it("list units as a table, and grey the numbers of a silent station", async () => {
    const page = await station(`/stations/${id(0)}`);
    const table = page.getByRole("table");
    expect(await table.getByRole("row").count()).toBe(29);
    expect(await table.getByRole("columnheader").first().innerText()).toBe("单元");
    stage.fake.silence(id(0));
    await page.waitForSelector(".mimic-stale");
    await page.getByText("数据已旧").waitFor();
  });
});

describe("trouble", () => {
  it("says that the curves could not be loaded, and tries again when asked", async () => {
    const page = await stage.open("/tickets");
    await page.route("**/api/series*", (route) =>
      route.fulfill({
        status: 500,
        contentType: "application/json",
        body: JSON.stringify({ error: { code: "internal", message: "disk" } }),
      }),
    );
    await page.goto(`${stage.fake.url}/stations/${id(2)}`);
    const alert = page.locator(".station-charts [role=alert]");
    await alert.waitFor();
    expect(await alert.innerText()).toContain("没能载入");
    await page.unroute("**/api/series*");
    await alert.getByRole("button", { name: "重试" }).click();
    await page.waitForSelector(".station-charts .uplot");
    stage.problems.length = 0;
  });
});
