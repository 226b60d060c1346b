import { describe, expect, it } from "vitest";
import { escape } from "../../evaluation/charts.ts";
import { reportPage, ticketsPerDay } from "../../evaluation/report.ts";
import type { RunFacts } from "../../evaluation/run-facts.ts";
import { scoreWorlds } from "../../evaluation/score.ts";
import { duration, percent, scoreTable } from "../../evaluation/table.ts";
import { languageOf } from "../../evaluation/words.ts";
import { fault, hours, ticket, world } from "./outcomes.ts";

const FACTS: RunFacts = {
  version: "9.9.9",
  startedAt: "2026-12-01T00:00:00.000Z",
  wallMs: 90_000,
  cpuMs: 1_000,
  machine: "2 × <machine>",
  worlds: 1,
  left: 0,
  set: "dev",
};

function outcome(): ReturnType<typeof world> {
  const missed = fault("air_lock", "S1-B1-U1", 50, 90);
  const wrong = ticket("under_heated", "S2-B1-U2", 150, {
    summary: { zh: "<b>冷</b>", en: "<b>cold</b>" },
    limits: [{ asset: "S2-H", signal: "t2_supply", limit: 50 }],
  });
  return world({
    faults: [fault("leak", "S1-H", 10, 60), missed],
    tickets: [ticket("leak", "S1-H", 14), wrong],
    curves: [
      {
        id: missed.id,
        from: hours(26),
        to: hours(74),
        pieces: [{ asset: "S1-B1-U1", signal: "t_return", times: [hours(30), hours(40), hours(60)], values: [38, null, 30] }],
      },
      {
        id: wrong.id,
        from: hours(126),
        to: hours(174),
        pieces: [{ asset: "S2-H", signal: "t2_supply", times: [hours(130), hours(140)], values: [45, 46] }],
      },
    ],
  });
}

describe("the report", () => {
  const played = outcome();
  const page = reportPage(scoreWorlds([played]), FACTS, [played]);

  it("is one file that asks nobody for anything", () => {
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(page).not.toMatch(/@import|url\(/);
  });

  it("writes what comes from outside as text", () => {
    expect(page).not.toContain("<b>cold</b>");
    expect(page).toContain("&lt;b&gt;cold&lt;/b&gt;");
    expect(page).toContain("2 × &lt;machine&gt;");
    expect(escape(`<a href="x">&</a>`)).toBe("&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;");
  });

  it("draws the curves of what was missed, with its gap, and links false tickets to their case", () => {
    expect(page).toMatch(/<path class="curve" d="M[\d. ]+M[\d. ]+"\/>/);
    // 45, 46 and the limit of 50 share a scale: the limit is its upper end.
    expect(page).toMatch(/>50\.0<\/text>/);
    expect(page).toContain('<line class="limit" x1="46"');
    const link = /href="#(case-[^"]+)"/.exec(page);
    expect(page).toContain(`id="${link![1]}"`);
  });

  it("says everything in both languages", () => {
    expect(page.match(/class="zh"/g)!.length).toBe(page.match(/class="en"/g)!.length);
  });

  it("is the same for the same worlds", () => {
    expect(reportPage(scoreWorlds([structuredClone(played)]), FACTS, [played])).toBe(page);
  });

  it("counts tickets a day for 200 stations by the day of the world", () => {
    const days = ticketsPerDay([outcome()]);
    expect(days).toHaveLength(10);
    expect(days[0]).toBe(100);
    expect(days[1]).toBe(0);
    expect(days[6]).toBe(100);
  });
});

describe("the table", () => {
  it.each(["zh", "en"] as const)("is aligned in %s: every row of figures is equally wide", (language) => {
    const lines = scoreTable(scoreWorlds([outcome()]), FACTS, language).split("\n");
    const from = lines.indexOf("") + 1;
    const rows = lines.slice(from, lines.indexOf("", from));
    expect(rows).toHaveLength(5);
    const wide = (text: string): number => Array.from(text).reduce((sum, one) => sum + (/[⺀-鿿＀-｠]/u.test(one) ? 2 : 1), 0);
    const figures = rows.map(wide);
    expect(Math.max(...figures)).toBe(Math.min(...figures));
  });

  it("writes times and shares as people read them", () => {
    expect([null, 12_000, 35 * 60_000, 6.24 * 3_600_000, 75 * 3_600_000, -600_000].map(duration)).toEqual([
      "-",
      "12 s",
      "35 min",
      "6.2 h",
      "3.1 d",
      "-10 min",
    ]);
    expect([null, 0, 0.034, 0.5, 0.996, 0.9996, 1].map(percent)).toEqual(["-", "0.0 %", "3.4 %", "50 %", "99.6 %", "99.96 %", "100 %"]);
  });

  it("speaks the language of the shell", () => {
    expect(languageOf({ LANG: "zh_CN.UTF-8" })).toBe("zh");
    expect(languageOf({ LANG: "zh_CN.UTF-8", LC_ALL: "C" })).toBe("en");
    expect(languageOf({})).toBe("en");
  });
});
