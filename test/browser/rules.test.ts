import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Locator, Page } from "playwright-core";
import { LIMITS } from "../../rules/catalogue.ts";
import { accessibilityProblems, sidewaysPx, type Stage, type Visit } from "../support/browser.ts";
import { BROKEN, NOON, openRules, openRulesStage, panel } from "../support/rules-page.ts";
import { until } from "../support/until.ts";

/** 规则: an engineer changes a limit, tries it on history and beside the live rules, publishes it and goes back. */

let stage: Stage;
/** As the product has it: the story goes on when it is tuned. */
const MARGIN = LIMITS["low_pressure_margin"]!;
const LEAD = /(早|晚) \d+ min|同时/;

beforeAll(async () => {
  stage = await openRulesStage();
  const { backtests } = stage.fake.rules;
  const engineer = { name: "engineer", role: "engineer" } as const;
  const run = backtests.ask({ from: NOON - 86_400_000, to: NOON, stations: null, overrides: null, reason: "一天" }, engineer);
  await until("a first backtest", () => backtests.get(run.id)!.state === "done");
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

const query = (page: Page, key: string): string | null => new URL(page.url()).searchParams.get(key);
const field = (page: Page, limit: string): Locator =>
  page
    .locator(".limit-row")
    .filter({ has: page.locator("code").getByText(limit, { exact: true }) })
    .locator("input");
const rules = (path?: string, visit?: Visit): Promise<Page> => openRules(stage, path, visit);

/** Asks for a backtest of what the form says, and waits for its result. */
async function backtest(page: Page, reason: string): Promise<void> {
  const form = panel(page, "新回测");
  await form.getByLabel("理由").fill(reason);
  await form.getByRole("button", { name: "开始回测" }).click();
  await panel(page, "回测").getByText(reason).waitFor();
  await until(
    "the result of the newest backtest",
    async () => (await page.locator(".run-chosen").innerText()).includes(reason) && (await page.locator(".difference-table").count()) === 1,
  );
}

describe("the rules", () => {
  it("stand by place, and are found by word in either language", async () => {
    const page = await rules();
    expect(await page.locator(".rule-level").allInnerTexts()).toEqual(["热力站", "机组", "楼栋", "单元", "户"]);
    await page.keyboard.press("/");
    await page.keyboard.type("clogged_strainer");
    await until("only the strainer", async () => (await page.locator(".rule-item").count()) < 4);
    expect(await page.locator(".rule-item").first().innerText()).toContain("除污器堵");
    await page.keyboard.press("Escape");
    await until("all again", async () => (await page.locator(".rule-item").count()) > 25);
    await page.getByRole("searchbox").fill("没有这样的");
    await page.getByText("没有符合“没有这样的”的规则").waitFor();
  });
  it("tell their limits with unit and reason, their ticket text, and when they listen", async () => {
    const page = await rules("/rules?rule=low_pressure.circuit");
    const row = page.locator(".limit-row").first();
    expect((await row.innerText()).split(/\s+/)).toEqual([
      ...MARGIN.reason.zh.split(/\s+/),
      "low_pressure_margin",
      `${MARGIN.value}`,
      "默认",
      "kPa",
    ]);
    expect(await page.locator(".rule-texts").innerText()).toMatch(
      /原因[\s\S]*定压补水跟不上[\s\S]*处置[\s\S]*1 小时响应[\s\S]*持续 3 min 才开/,
    );
    expect(await page.locator(".phase-on").allInnerTexts()).toContainEqual(expect.stringMatching(/供热\s*判定/));
    expect(await page.locator(".phase-box:not(.phase-on)").first().innerText()).toMatch(/停用\s*不判/);
  });
});

describe("a draft", () => {
  it("is written in the field, says what is wrong there, survives a reload, and is discarded", async () => {
    const page = await rules("/rules?rule=low_pressure.circuit");
    await field(page, "low_pressure_margin").fill("abc");
    await page.getByText("请输入数字").waitFor();
    await field(page, "low_pressure_margin").fill("99999");
    await page.getByText(`应在 0 到 ${(MARGIN.value * 1000).toLocaleString("en")} 之间`).waitFor();
    expect(await page.getByText("与在用版相同").count()).toBe(1);
    await field(page, "low_pressure_margin").fill(`${MARGIN.value + 7}`);
    await panel(page, "草稿").getByText("与在用版相比改 1 项").waitFor();
    await page.reload();
    await panel(page, "草稿").getByText("与在用版相比改 1 项").waitFor();
    expect(await field(page, "low_pressure_margin").inputValue()).toBe(`${MARGIN.value + 7}`);
    await page.getByRole("button", { name: "放弃草稿" }).click();
    await page.getByRole("button", { name: "再按一次放弃" }).click();
    await panel(page, "草稿").getByText("与在用版相同").waitFor();
    expect(await field(page, "low_pressure_margin").inputValue()).toBe("");
    await page.reload();
    await panel(page, "草稿").getByText("与在用版相同").waitFor();
  });
  it("may hold for an asset, picked by words or from the tree; a wrong name is answered with the nearest", async () => {
    const page = await rules("/rules?rule=low_pressure.circuit");
    await page.getByRole("button", { name: /^位置/ }).click();
    await page.getByLabel("限值对哪里生效").fill("S0OO2-L");
    await page.getByText("没有“S0OO2-L”").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "是 城东001站 · 低区机组 吗？" }).click();
    await until("the place in the URL", () => query(page, "place") === BROKEN);
    await field(page, "low_pressure_margin").fill(`${MARGIN.value + 2}`);
    await page.locator(".change").getByText("城东001站 · 低区机组").waitFor();
    // One step up the tree the value below is still told.
    await page.locator(".asset-path").getByRole("button", { name: "城东001站" }).click();
    await until("the station", () => query(page, "place") === "S0002");
    expect(await page.locator(".limit-row").first().innerText()).toContain(`城东001站 · 低区机组 沿用上级 → ${MARGIN.value + 2} kPa`);
    await page.locator(".asset-below").selectOption({ label: "低区机组" });
    await until("the circuit again", () => query(page, "place") === BROKEN);
    expect(await field(page, "low_pressure_margin").inputValue()).toBe(`${MARGIN.value + 2}`);
    await page.getByRole("button", { name: /^撤回：/ }).click();
    await panel(page, "草稿").getByText("与在用版相同").waitFor();
  });
  it("begins by keyboard alone", async () => {
    const page = await rules();
    for (const key of ["j", "j", "k"]) await page.keyboard.press(key);
    await until("the second rule", () => query(page, "rule") === "offline.station");
    await page.keyboard.press("e");
    await page.keyboard.type("7");
    await panel(page, "草稿").getByText("与在用版相比改 1 项").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("v");
    await until("the next tab", () => query(page, "tab") === "backtest");
  });
});

describe("an engineer", () => {
  it("tries a limit on history, sees what would have been other, publishes it with the reason, and goes back", async () => {
    const page = await rules("/rules?rule=makeup_fault.circuit");
    await field(page, "makeup_fault_below_kpa").fill("300");
    await page.getByRole("button", { name: "去回测" }).click();
    await backtest(page, "补水判得更晚");
    // Without the makeup rule the same fault has another name.
    expect(await page.locator(".trial-figures").innerText()).toMatch(/新开 \/ 不再开[\s\S]*\+0 \/ −\d+[\s\S]*另 1 张改名/);
    const other = page.locator("tbody").filter({ hasText: "同一故障，名称不同" });
    expect(await other.innerText()).toMatch(/补水故障 → 定压失效[\s\S]*城东001站 · 低区机组/);
    expect(await other.innerText()).toMatch(LEAD);
    expect(await page.locator(".kind-bar").allInnerTexts()).toContainEqual(expect.stringMatching(/补水故障[\s\S]*1 → 0/));
    const live = await other.locator("a").nth(1).innerText();
    await page.getByRole("link", { name: live }).click();
    await page.waitForURL(`**/tickets/${live}`);
    await page.goBack();
    await page.waitForSelector(".difference-table");

    // The published limits as they are find it under its name.
    await panel(page, "新回测").getByRole("button", { name: "在用版" }).click();
    await backtest(page, "对照");
    const same = page.locator("tbody").filter({ hasText: "补水故障" });
    expect(await same.innerText()).toMatch(/^= 相同 1/);
    expect(await same.innerText()).toMatch(LEAD);

    await page.getByRole("button", { name: "参数", exact: true }).click();
    const publish = panel(page, "发布");
    expect(await publish.getByRole("button").isDisabled()).toBe(true);
    await publish.getByText("请先写理由").waitFor();
    expect(await publish.getByRole("combobox").locator("option:checked").innerText()).toMatch(/^B\d+ · 01-03–01-10 · 0\.1 单\/日/);
    await publish.getByLabel("理由").fill("误报多");
    await publish.getByRole("button").click();
    await publish.getByText(/已发布 D\d+/).waitFor();
    const newest = page.locator(".version").first();
    expect(await newest.innerText()).toMatch(/误报多[\s\S]*engineer · 1 项设定 · 回测 B\d+[\s\S]*在用/);
    expect(stage.fake.rules.ruleDesk.limits()[0]).toMatchObject({ overrides: { "*": { makeup_fault_below_kpa: 300 } }, reason: "误报多" });
    await panel(page, "草稿").getByText("与在用版相同").waitFor();

    await page.getByRole("button", { name: "放回草稿：产品默认限值" }).click();
    await panel(page, "草稿").getByText("与在用版相比改 1 项").waitFor();
    await publish.getByLabel("理由").fill("恢复默认");
    await page.keyboard.press("Control+Enter");
    await publish.getByText(/已发布/).waitFor();
    await until("the defaults hold", () => Object.keys(stage.fake.rules.ruleDesk.limits()[0]!.overrides).length === 0);
  });
  it("is told when somebody else published meanwhile, and publishes only what was seen", async () => {
    const page = await rules("/rules?rule=low_pressure.circuit");
    await field(page, "low_pressure_margin").fill(`${MARGIN.value + 7}`);
    await panel(page, "发布").getByLabel("理由").fill("宽些");
    const { ruleDesk } = stage.fake.rules;
    const other = { overrides: { "*": { low_pressure_urgent_min: 5 } }, reason: "别人的", backtest: null };
    ruleDesk.publish(other, { name: "other", role: "engineer" });
    await panel(page, "发布").getByRole("button").click();
    await page.getByText("开始这份草稿之后又发布了新版本").waitFor();
    expect(ruleDesk.limits()[0]!.reason).toBe("别人的");
    // What the other one set would be taken back: the draft says so.
    expect(await page.locator(".change").allInnerTexts()).toEqual([
      expect.stringContaining(`low_pressure_margin\n${MARGIN.value} ${MARGIN.value + 7} kPa`),
      expect.stringContaining(`low_pressure_urgent_min\n5 ${LIMITS["low_pressure_urgent_min"]!.value} min`),
    ]);
    await page.getByRole("button", { name: /^撤回：失压持续/ }).click();
    await panel(page, "发布").getByRole("button").click();
    await panel(page, "发布")
      .getByText(/已发布/)
      .waitFor();
    expect(ruleDesk.limits()[0]!.overrides).toEqual({ "*": { low_pressure_margin: MARGIN.value + 7, low_pressure_urgent_min: 5 } });
    ruleDesk.publish({ overrides: {}, reason: "恢复默认", backtest: null }, { name: "other", role: "engineer" });
  });
  it("cancels a backtest that waits", async () => {
    const page = await rules("/rules?tab=backtest");
    const form = panel(page, "新回测");
    for (const reason of ["先来", "后到"]) {
      await form.getByLabel("理由").fill(reason);
      await form.getByRole("button", { name: "近 30 天" }).click();
      await form.getByRole("button", { name: "开始回测" }).click();
      await panel(page, "回测").getByText(reason).waitFor();
    }
    const waiting = panel(page, "回测").locator(".run").first();
    expect(await waiting.getByRole("progressbar").count()).toBe(1);
    await waiting.getByRole("button", { name: /^取消/ }).click();
    await waiting.getByText("已取消").waitFor();
  });
  it("runs a draft as a shadow, sees how far it is and how it differs, and stops it", async () => {
    const page = await rules("/rules?rule=makeup_fault.circuit");
    await field(page, "makeup_fault_below_kpa").fill("300");
    await page.getByRole("button", { name: "回测与影子" }).click();
    const shadow = panel(page, "影子");
    await shadow.getByLabel("理由").fill("并行看三天");
    await shadow.getByRole("button", { name: "以草稿开始影子" }).click();
    await shadow.getByText("2 / 2 站已跟上").waitFor();
    await until("the shadow in the URL", () => query(page, "run") === "shadow");
    await page.locator(".difference-panel").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await shadow.getByRole("button", { name: "结束影子" }).click();
    await shadow.getByText("已结束").waitFor();
    expect(stage.fake.rules.shadow.state()!.endedAt).not.toBeNull();
  });
});

describe("who may only look", () => {
  it("reads everything, and is told by what role the rest is done", async () => {
    stage.problems.length = 0;
    const page = await rules("/rules", { as: "viewer" });
    expect(await page.locator(".limit-input").first().isDisabled()).toBe(true);
    expect(await panel(page, "发布").innerText()).toContain("需要工程师或管理员");
    await page.getByRole("button", { name: "回测与影子" }).click();
    await page.getByText("回测与影子需要工程师或管理员。").waitFor();
    await page.getByRole("button", { name: "季节与作业" }).click();
    await page.getByText("需要调度、工程师或管理员").waitFor();
    await page.getByText("需要管家、调度、工程师或管理员").waitFor();
    expect(stage.problems).toEqual([]);
  });
});

describe("trouble", () => {
  it("is said, with the way out", async () => {
    const page = await rules("/rules");
    await page.route("**/api/rules", (route) => route.fulfill({ status: 503, json: { error: { code: "overloaded", message: "busy" } } }));
    await page.reload();
    await page.getByRole("alert").getByText("busy").waitFor();
    await page.unroute("**/api/rules");
    await page.getByRole("button", { name: "重试" }).click();
    await page.waitForSelector(".limit-row");
    stage.problems.length = 0;
  });
});

describe("a tab in the background", () => {
  it("asks for no progress", async () => {
    const page = await rules("/rules?tab=backtest");
    const listed = await (await page.request.get(`${stage.fake.url}/api/backtests`)).json();
    let asked = 0;
    await page.route("**/api/backtests", (route) => {
      asked++;
      return route.fulfill({ json: { ...listed, items: [{ ...listed.items.at(-1), state: "running", progress: 0.4, figures: null }] } });
    });
    await page.clock.install();
    await page.reload();
    await page.getByText("进行中 40%").first().waitFor();
    await page.clock.runFor(3_000);
    await until("progress asked for again and again", () => asked > 2);
    await page.evaluate(() => Object.defineProperty(document, "hidden", { configurable: true, get: () => true }));
    const before = asked;
    await page.clock.runFor(10_000);
    expect(asked).toBe(before);
    await page.evaluate(() => Reflect.deleteProperty(document, "hidden"));
    await page.clock.runFor(2_000);
    await until("progress asked for again", () => asked > before);
  });
});

describe.each(["zh", "en"] as const)("in %s", (language) => {
  describe.each(["light", "dark"] as const)("%s", (theme) => {
    it.each([
      ["/rules?rule=leak.circuit", ".limit-row"],
      ["/rules?tab=backtest&run=B1", ".difference-table"],
      ["/rules?tab=season", ".grid-row"],
      [`/rules?tab=why&asset=${BROKEN}`, ".trace"],
    ])("%s is accessible and free of errors, on a phone and on the wall", async (path, ready) => {
      stage.problems.length = 0;
      for (const [width, height] of [
        [360, 740],
        [1920, 1080],
      ] as const) {
        const page = await rules(path, { language, theme, width, height });
        await page.waitForSelector(ready);
        expect(await accessibilityProblems(page)).toEqual([]);
        expect(await sidewaysPx(page)).toBe(0);
      }
      expect(stage.problems).toEqual([]);
    });
  });
});
