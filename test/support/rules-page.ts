import type { Locator, Page } from "playwright-core";
import { openStage, type Stage, type Visit } from "./browser.ts";
import { ruleStory } from "./rule-story.ts";

/** The screen 规则 in a browser, over a day of heating, three hours after the makeup pump of the second station stopped. */

export const NOON = Date.parse("2027-01-10T12:00:00+08:00");
export const BROKEN = "S0002-L";

export const openRulesStage = (): Promise<Stage> => openStage({ stations: 12, startAt: NOON, judged: ruleStory });

/** The screen as an engineer sees it, unless said. */
export async function openRules(stage: Stage, path = "/rules", visit: Visit = {}): Promise<Page> {
  const page = await stage.open(path, { as: "engineer", width: 1560, height: 900, ...visit });
  await page.waitForSelector(".limit-row, .panel-form, .trace, main .rules .state");
  return page;
}

/** A panel by its title. */
export const panel = (page: Page, title: string): Locator =>
  page.locator(".panel").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
