import { afterAll, describe, expect, it } from "vitest";
import { accessibilityProblems, openStage, sidewaysPx, type Stage } from "../support/browser.ts";
import { SETUP_TOKEN } from "../support/fake-api.ts";

/** From nothing to the first value: the first account, the first gateway, the first message. One story on a fresh platform. */

const stages: Stage[] = [];
async function fresh(scene: "setup" | "empty"): Promise<Stage> {
  const stage = await openStage({ scene, stations: 3 });
  stages.push(stage);
  return stage;
}
afterAll(async () => {
  for (const stage of stages) await stage.close();
});

describe("a fresh platform", () => {
  it("makes the first administrator, shows what to send, creates a gateway, and shows what arrives", async () => {
    const stage = await fresh("setup");
    const page = await stage.open("/", { as: null });
    await page.fill("input[name=token]", "guess");
    await page.fill("input[name=username]", "李工");
    await page.fill("input[name=password]", "short");
    await page.click("button[type=submit]");
    await page.getByText("密码至少 10 个字符。").waitFor();
    await page.fill("input[name=password]", "long enough for us");
    await page.click("button[type=submit]");
    await page.getByText("口令不对或已用过").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.fill("input[name=token]", SETUP_TOKEN);
    await page.click("button[type=submit]");

    await page.getByText("正在等待第一条消息").waitFor();
    const station = stage.fake.network.stations[0]!;
    expect(await page.locator(".snippet").first().innerText()).toContain(`heat/v1/${station.id}/telemetry`);
    expect(await page.locator(".snippet").nth(1).innerText()).toContain(`"${station.children[0]}"`);
    await page.fill("input[name=gateway]", "gw-north");
    await page.keyboard.press("Enter");
    await page.getByText("密码只显示这一次").waitFor();
    const password = await page.locator(".first-run-secret code").nth(1).innerText();
    expect(password.length).toBeGreaterThan(12);
    expect(await page.locator(".snippet").nth(2).innerText()).toContain(`-h 127.0.0.1 -p 1883 -u gw-north -P ${password}`);

    stage.fake.rejects.push({
      at: stage.fake.now(),
      topic: `heat/v1/${station.id}/telemetry`,
      station: station.id,
      reason: "unknown_asset",
      expected: "an asset of S0001",
      found: "S0001-X",
      suggestion: "did you mean S0001-L?",
    });
    await page.getByText("did you mean S0001-L?").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);

    stage.fake.begin();
    await page.getByText(`收到了！${station.name}`).waitFor();
    expect(await page.locator(".arrival-values").innerText()).toMatch(/二次供温\s+\d+\.\d ℃/);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "进入总览" }).click();
    await page.waitForSelector(".grid-row");
    expect(stage.problems).toEqual([]);
  });
});

describe("an empty platform", () => {
  it.each([
    ["zh", "light"],
    ["en", "dark"],
  ] as const)("is accessible and fits a phone: %s, %s", async (language, theme) => {
    const stage = await fresh("empty");
    const page = await stage.open("/", { language, theme, width: 360, height: 740 });
    await page.waitForSelector(".arrival");
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await sidewaysPx(page)).toBe(0);
    expect(stage.problems).toEqual([]);
  });
  it("lets a viewer see what is missing but not create credentials", async () => {
    const stage = await fresh("empty");
    const page = await stage.open("/", { as: "viewer" });
    await page.getByText("需要工程师或管理员创建网关账户。").waitFor();
    expect(await page.locator("input[name=gateway]").count()).toBe(0);
  });
});
