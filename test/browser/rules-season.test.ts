import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { accessibilityProblems, type Stage, type Visit } from "../support/browser.ts";
import { BROKEN, openRules, openRulesStage, panel } from "../support/rules-page.ts";
import { until } from "../support/until.ts";

/** 规则, the other half: why something was found or not, planned work, season phases. */

let stage: Stage;

beforeAll(async () => {
  stage = await openRulesStage();
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

const query = (page: Page, key: string): string | null => new URL(page.url()).searchParams.get(key);
const rules = (path?: string, visit?: Visit): Promise<Page> => openRules(stage, path, visit);

describe("why not", () => {
  it("draws the last evaluations of every rule over an asset, and what was learned", async () => {
    const page = await rules("/rules?tab=why");
    await page.keyboard.press("/");
    await page.keyboard.type("城东001 低区");
    await page.keyboard.press("Enter");
    await until("the asset in the URL", () => query(page, "asset") === BROKEN);
    const first = page.locator(".trace").first();
    await first.waitFor();
    expect(await first.innerText()).toMatch(/补水故障[\s\S]*二次回压 0\.026，限 0\.235 MPa[\s\S]*已触发/);
    expect(await first.locator("svg.spark").getAttribute("aria-label")).toMatch(/^\d\d:\d\d–12:00: 已触发 20$/);
    expect(await first.locator(".spark-firing").count()).toBe(20);
    expect(await page.locator(".fact").filter({ hasText: "日常回压" }).innerText()).toContain("0.265 MPa");
  });
  it("tells of a past moment in how many minutes a rule would have opened", async () => {
    const page = await rules(`/rules?tab=why&asset=${BROKEN}`);
    await page.getByLabel("时刻（留空为现在）").fill("2027-01-10T09:33");
    await page.getByLabel("时刻（留空为现在）").blur();
    const pending = page.locator(".trace-pending");
    await pending.waitFor();
    expect(await pending.innerText()).toMatch(/补水故障[\s\S]*\d+ min 后触发/);
    await page.getByText(/判定到 01-10 09:3\d · 阶段 供热/).waitFor();
    await page.locator(".fact").first().waitFor();
    await page.getByRole("button", { name: "现在" }).click();
    await page.getByText(/判定到 01-10 12:0\d/).waitFor();
  });
  it("of what nobody received says so", async () => {
    const page = await rules("/rules?tab=why&asset=S0009-L");
    await page.getByText("那时还没有它的数据").first().waitFor();
  });
});

describe("works", () => {
  it("are planned with a reason, say what they held back, and end early", async () => {
    const page = await rules("/rules?tab=season", { as: "steward" });
    const plan = panel(page, "计划作业");
    await plan.getByLabel("在哪里").fill(BROKEN);
    await page.keyboard.press("Enter");
    await plan.getByText("不开单的类型").click();
    await plan.getByRole("button", { name: "补水故障" }).click();
    await plan.getByLabel("开始（留空为现在）").fill("2027-01-10T08:00");
    await plan.getByRole("button", { name: "指定时刻" }).click();
    await plan.getByRole("textbox", { name: "到" }).or(plan.locator('input[aria-label="到"]')).first().fill("2027-01-10T18:00");
    expect(await plan.getByRole("button", { name: "登记作业" }).isDisabled()).toBe(true);
    await plan.getByLabel("理由").fill("换补水泵");
    await plan.getByRole("button", { name: "登记作业" }).click();
    const work = page.locator(".work-running");
    await work.waitFor();
    expect(await work.innerText()).toMatch(/进行中[\s\S]*城东001站 · 低区机组 补水故障[\s\S]*01-10 08:00–18:00 · steward · 换补水泵/);
    await page.reload();
    await page.locator(".suppressed summary").click();
    expect(await page.locator(".suppressed li").first().innerText()).toMatch(/补水故障 · 城东001站 · 低区机组/);
    await page.getByRole("button", { name: /^结束作业/ }).click();
    await page.locator("dialog[open]").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.type("已换好");
    await page.keyboard.press("Control+Enter");
    await page.locator(".work-over").waitFor();
    expect(stage.fake.rules.ruleDesk.works()[0]!.state).toBe("over");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
  });
});

describe("season phases", () => {
  it("are set for several stations, confirmed, and taken back", async () => {
    const page = await rules("/rules?tab=season", { as: "dispatcher" });
    const phases = panel(page, "各站季节阶段");
    await phases.getByRole("searchbox").fill("001站");
    await until("only the first of each branch", async () => (await page.locator(".grid-row").count()) === 5);
    await phases.getByRole("checkbox", { name: "北苑001站" }).check();
    await phases.getByRole("checkbox", { name: "城东001站" }).check();
    await phases.getByRole("combobox").selectOption({ label: "注水" });
    await phases.getByLabel("理由").fill("二次网注水");
    await phases.getByRole("button", { name: "设定 2 座" }).click();
    await phases.getByText("已改 2 座").waitFor();
    await until("both are set", async () => (await page.locator(".grid-row").filter({ hasText: "二次网注水" }).count()) === 2);
    await phases.getByRole("checkbox", { name: "北苑001站" }).check();
    await phases.getByLabel("理由").fill("已供热");
    await phases.getByRole("button", { name: "按建议确认" }).click();
    await until("one is confirmed", async () =>
      /供热 01-10/.test(await page.locator(".grid-row").filter({ hasText: "北苑001站" }).innerText()),
    );
    await phases.getByRole("checkbox", { name: "全选" }).check();
    await phases.getByLabel("理由").fill("按建议");
    await phases.getByRole("button", { name: "收回设定" }).click();
    await until("nobody set anything", async () => (await page.locator(".grid-row").filter({ hasText: "按建议" }).count()) === 5);
  });
});
