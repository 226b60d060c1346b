import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { lookAt } from "../../backtest/fold-crew.ts";
import type { BacktestOutcome, BacktestRun, Shadow, TicketDifference } from "../../model/backtest.ts";
import type { Insight, Learning } from "../../model/insight.ts";
import type { LimitsView, StationPhaseView, WorkView } from "../../model/rule-control.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { Reading } from "../../model/reading.ts";
import type { Role } from "../../model/role.ts";
import { LIMITS } from "../../rules/catalogue.ts";
import { RuleHost } from "../../rules/host.ts";
import { openAudit } from "../../store/audit.ts";
import { openDatabase } from "../../store/database.ts";
import { createTicketDesk } from "../../ticket-desk.ts";
import { type RuleServices, ruleServices } from "../support/rule-services.ts";
import { type TestApi, testApi } from "../support/services.ts";
import { DAY, HOUR, MemoryHistory, MINUTE, plantReadings, smallNetworkText, START } from "../support/signals.ts";

/** Steering the rules by the API, over a day in which circuit S1-A loses its pressure at nine. */

const networkText = smallNetworkText({ circuits: 2, buildings: 1, units: 1, staticKpa: 240 });
const network = parseNetworkFile(networkText, "network.json");
const LOST = START + 9 * HOUR;
const WIDE = { "S1-A": { low_pressure_margin: 300, low_pressure_urgent_margin: 320, makeup_fault_below_kpa: 300 } };
const day = plantReadings({
  network,
  from: START,
  to: START + DAY,
  seed: 3,
  makeupWorks: (circuit, at) => circuit !== "S1-A" || at < LOST,
  lossM3h: (circuit, at) => (circuit === "S1-A" && at >= LOST ? 0.4 : 0),
});

let clock = START + 12 * HOUR;
const now = (): number => clock;
const database = openDatabase(":memory:");
const desk = createTicketDesk({ database, network, now });
const stored = day.filter(({ at }) => at < clock);
/** Time goes on, and the station reports meanwhile. */
function pass(ms: number): void {
  const fresh = day.filter(({ at }) => at >= clock && at < clock + ms);
  stored.push(...fresh);
  services.shadow.fresh(fresh);
  services.host.accept(fresh);
  services.host.settle();
  clock += ms;
  services.host.tick(clock, "S1");
}
let services: RuleServices;
let api: TestApi;

beforeAll(async () => {
  services = ruleServices({ database, network, networkText, desk, now, stored });
  api = await testApi((others) => ({
    ...others,
    ...services,
    now,
    network,
    tickets: desk,
    rules: Object.assign(services.host, { catalogue: [], limits: {} }),
  }));
  desk.reconcile("S1", services.host.rooted("S1"), []);
});
afterAll(async () => {
  await services.backtests.close();
  services.shadow.close();
  await api.app.close();
  database.close();
});

interface Answer<Body> {
  readonly status: number;
  readonly body: Body & { readonly error?: { readonly message: string; readonly details: { readonly place?: string } } };
}

async function ask<Body>(role: Role, method: "GET" | "POST" | "DELETE", url: string, payload?: object): Promise<Answer<Body>> {
  const answer = await api.app.inject({ method, url, headers: api.as(role), ...(payload === undefined ? {} : { payload }) });
  return { status: answer.statusCode, body: answer.json() };
}
const open = (): string[] =>
  desk
    .open()
    .map(({ kind, asset }) => `${kind} ${asset}`)
    .sort();

describe("planned work", () => {
  it("shelves what is found meanwhile, says what, and ends early", async () => {
    const body = { asset: "S1-B", until: clock + 5 * HOUR, reason: "换阀门" };
    const made = await ask<WorkView>("steward", "POST", "/api/works", body);
    expect(made).toMatchObject({ status: 201, body: { state: "running", by: "steward", kinds: null, suppressed: [] } });
    const later = await ask<WorkView>("steward", "POST", "/api/works", { ...body, asset: "S1-A", kinds: ["leak"], from: clock + HOUR });
    expect(later.body.state).toBe("coming");
    const listed = await ask<{ items: WorkView[] }>("viewer", "GET", "/api/works?station=S1");
    expect(listed.body.items.map(({ asset }) => asset)).toEqual(["S1-A", "S1-B"]);
    const ended = await ask<WorkView>("steward", "POST", `/api/works/${later.body.id}/end`, { reason: "取消" });
    expect(ended.body).toMatchObject({ state: "over", until: clock + HOUR });
    expect((await ask("steward", "POST", `/api/works/${later.body.id}/end`, { reason: "again" })).status).toBe(409);
    expect((await ask("steward", "POST", "/api/works/D999/end", { reason: "x" })).status).toBe(404);
    pass(2 * MINUTE);
    expect(services.host.works("S1").map(({ asset }) => asset)).toEqual(["S1-B"]);
    expect((await ask<WorkView>("steward", "POST", `/api/works/${made.body.id}/end`, { reason: "完工" })).body).toMatchObject({
      state: "over",
      until: clock,
    });
    pass(2 * MINUTE);
    expect(services.host.works("S1")).toEqual([]);
  });

  it.each([
    ["an unknown asset", { asset: "S1-Z", until: START + 2 * DAY, reason: "x" }, "asset"],
    ["an end before now", { asset: "S1-A", until: START, reason: "x" }, "until"],
    ["a whole season", { asset: "S1-A", until: START + 120 * DAY, reason: "x" }, "until"],
    ["an unknown kind", { asset: "S1-A", until: START + 2 * DAY, kinds: ["ghost"], reason: "x" }, "body.kinds.0"],
  ])("refuses %s", async (_what, payload, place) => {
    const { status, body } = await ask("steward", "POST", "/api/works", payload);
    expect([status, body.error?.details.place]).toEqual([400, place]);
  });
});

describe("why not", () => {
  it("tells the last evaluations of every rule over an asset, nearest first, with the limits that hold there", async () => {
    const { body } = await ask<Insight>("viewer", "GET", "/api/rules/why?asset=S1-A-B1-U1");
    expect(body.phase).toBe("heating");
    expect(body.rules[0]!.asset).toBe("S1-A-B1-U1");
    expect(new Set(body.rules.map(({ asset }) => asset))).toEqual(
      new Set(["S1-A-B1-U1", "S1-A-B1", "S1-A", "S1"].filter((id) => body.rules.some(({ asset }) => asset === id))),
    );
    const low = body.rules.find(({ kind, asset }) => kind === "low_pressure" && asset === "S1-A")!;
    expect(low.evaluations.at(-1)!.state).toBe("firing");
    expect(low.limits["low_pressure_margin"]).toBe(LIMITS["low_pressure_margin"]!.value);
    expect(low.evaluations.at(-1)!.value!).toBeLessThan(low.evaluations.at(-1)!.limit!);
    expect(body.rules.find(({ kind }) => kind === "leak")).toMatchObject({ listens: true });
  });

  it("of a past moment is what was said then", async () => {
    const then = LOST - HOUR;
    const history = new MemoryHistory();
    const host = new RuleHost({ network, history: history.read });
    host.accept(history.commit(day.filter(({ at }) => at < then)));
    host.tick(then);
    const { body } = await ask<Insight>("viewer", "GET", `/api/rules/why?asset=S1-A&at=${then}`);
    expect(body).toEqual(host.insight("S1-A"));
    expect(body.at).toBe(then);
    const learned = await ask<Learning>("viewer", "GET", `/api/rules/learned?asset=S1-A&at=${then}`);
    expect(learned.body).toEqual(host.learning("S1-A"));
  });

  it("knows what was learned, of the asset and around it, by hour where it goes with the hour", async () => {
    const { body } = await ask<Learning>("viewer", "GET", "/api/rules/learned?asset=S1-A");
    const fact = (en: string) => body.facts.find(({ name, asset }) => name.en === en && asset === "S1-A");
    expect(fact("Usual return pressure")!.value!).toBeGreaterThan(200);
    expect(fact("Makeup that is usual at each hour")!.byHour).toHaveLength(24);
    expect(body.facts.map(({ asset }) => asset)).not.toContain("S1-B");
    expect(body.facts.some(({ asset }) => asset === "S1-A-B1-U1")).toBe(true);
  });

  it("of a past moment is the same from a saved state as from the beginning", async () => {
    const saved = services.host.save("S1").at(-1)!;
    const readings = async function* (_station: string, from: number, to: number): AsyncGenerator<readonly Reading[]> {
      yield stored.filter(({ at }) => at >= from && at < to);
    };
    const job = { networkText, overrides: {}, decisions: services.decisions(), station: "S1", readings, from: START, to: saved.at + HOUR };
    const signal = new AbortController().signal;
    const whole = await lookAt("S1-A", { ...job, signal, saved: undefined });
    const short = await lookAt("S1-A", { ...job, signal, saved });
    expect(short.learning).toEqual(whole.learning);
    expect(short.insight.at).toBe(saved.at + HOUR);
    for (const [index, rule] of short.insight.rules.entries()) {
      const { evaluations } = whole.insight.rules[index]!;
      expect(rule).toEqual({ ...whole.insight.rules[index], evaluations: evaluations.slice(evaluations.length - rule.evaluations.length) });
    }
    expect(short.insight.rules.some(({ evaluations }) => evaluations.length > 10)).toBe(true);
  });

  it("of an asset that does not exist is 404, of one without readings empty", async () => {
    expect((await ask("viewer", "GET", "/api/rules/why?asset=S9")).status).toBe(404);
    expect((await ask("viewer", "GET", `/api/rules/why?asset=S1&at=${START - DAY}`)).body).toMatchObject({
      at: null,
      phase: null,
    });
  });
});

describe("backtests", () => {
  const done = async (id: string): Promise<BacktestRun> =>
    vi.waitFor(async () => {
      const { body } = await ask<BacktestRun>("engineer", "GET", `/api/backtests/${id}`);
      expect(["done", "failed", "cancelled"]).toContain(body.state);
      return body;
    }, 20_000);

  it("with the limits as they are find what was found; with wide ones they miss it, and say so", async () => {
    expect(open()).toContain("makeup_fault S1-A");
    const window = { from: START, to: START + 12 * HOUR + MINUTE, reason: "试宽限" };
    const asIs = await ask<BacktestRun>("engineer", "POST", "/api/backtests", window);
    expect(asIs).toMatchObject({ status: 202, body: { state: "queued", overrides: null, by: "engineer" } });
    const wide = await ask<BacktestRun>("engineer", "POST", "/api/backtests", { ...window, overrides: WIDE });
    expect((await ask("engineer", "GET", `/api/backtests/${wide.body.id}/result`)).status).toBe(409);
    const run = await done(asIs.body.id);
    expect(run).toMatchObject({ state: "done", progress: 1, figures: { stations: 1, failures: 0 } });
    const same = (await ask<BacktestOutcome>("engineer", "GET", `/api/backtests/${run.id}/result`)).body;
    expect(same.difference.same.map(({ live }) => `${live.kind} ${live.asset}`)).toEqual(["makeup_fault S1-A"]);
    expect([same.difference.onlyLive, same.difference.onlyTried]).toEqual([[], []]);
    await done(wide.body.id);
    const missed = (await ask<BacktestOutcome>("engineer", "GET", `/api/backtests/${wide.body.id}/result`)).body;
    expect(missed.difference.same).toEqual([]);
    const live = [...missed.difference.onlyLive, ...missed.difference.otherKind.map((pair) => pair.live)];
    expect(live.map(({ kind, id }) => [kind, id !== null])).toEqual([["makeup_fault", true]]);
    expect(missed.tickets.filter(({ kind }) => kind === "makeup_fault" || kind === "low_pressure")).toEqual([]);
    const listed = await ask<{ items: BacktestRun[] }>("engineer", "GET", "/api/backtests");
    expect(listed.body.items.map(({ id }) => id)).toEqual([wide.body.id, asIs.body.id]);
  });

  it("can be cancelled, and what is over stays as it is", async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => ask<BacktestRun>("engineer", "POST", "/api/backtests", { from: START, to: START + 12 * HOUR, reason: "x" })),
    );
    const cancelled = await ask<BacktestRun>("engineer", "DELETE", `/api/backtests/${second!.body.id}`);
    expect(cancelled.body.state).toBe("cancelled");
    expect((await done(first!.body.id)).state).toBe("done");
    expect((await ask<BacktestRun>("engineer", "DELETE", `/api/backtests/${first!.body.id}`)).body.state).toBe("done");
    expect((await done(second!.body.id)).state).toBe("cancelled");
  });

  it.each([
    ["a window without time", { from: START, to: START, reason: "x" }, "from"],
    ["an unknown station", { from: START, to: START + DAY, stations: ["S9"], reason: "x" }, "stations"],
    [
      "an unknown limit",
      { from: START, to: START + DAY, overrides: { "*": { low_presure_margin: 3 } }, reason: "x" },
      "overrides.*.low_presure_margin",
    ],
  ])("refuse %s", async (_what, payload, place) => {
    const { status, body } = await ask("engineer", "POST", "/api/backtests", payload);
    expect([status, body.error?.details.place]).toEqual([400, place]);
  });

  it("are the ground on which limits are published, with who, why, and which backtest", async () => {
    const backtests = (await ask<{ items: BacktestRun[] }>("engineer", "GET", "/api/backtests")).body.items;
    const wide = backtests.find(({ overrides }) => overrides !== null)!.id;
    const asIs = backtests.find(({ overrides, state }) => overrides === null && state === "done")!.id;
    const wrong = await ask("engineer", "POST", "/api/limits", { overrides: WIDE, reason: "宽些", backtest: asIs });
    expect([wrong.status, wrong.body.error?.details.place]).toEqual([400, "body.backtest"]);
    const made = await ask<LimitsView>("engineer", "POST", "/api/limits", { overrides: WIDE, reason: "宽些", backtest: wide });
    expect(made).toMatchObject({ status: 201, body: { by: "engineer", reason: "宽些", backtest: wide, overrides: WIDE, from: clock } });
    pass(10 * MINUTE);
    const { body } = await ask<Insight>("viewer", "GET", "/api/rules/why?asset=S1-A");
    expect(body.rules.find(({ kind, asset }) => kind === "low_pressure" && asset === "S1-A")!.limits["low_pressure_margin"]).toBe(300);
    await ask<LimitsView>("engineer", "POST", "/api/limits", { overrides: {}, reason: "恢复默认" });
    const late = await ask("engineer", "POST", "/api/limits", { overrides: WIDE, reason: "晚了", after: made.body.id });
    expect([late.status, late.body.error?.details.place]).toEqual([409, "body.after"]);
    const history = await ask<{ items: LimitsView[] }>("viewer", "GET", "/api/limits");
    expect(history.body.items.map(({ reason }) => reason)).toEqual(["恢复默认", "宽些"]);
    expect(openAudit(database).list({ limit: 50, subject: "limits" })).toHaveLength(2);
  });
});

describe("relearning", () => {
  it("forgets what was learned of an asset and what is below it, from now on", async () => {
    expect((await ask("engineer", "POST", "/api/relearn", { asset: "S1-B", reason: "换泵" })).body).toEqual({ ok: true });
    pass(20 * MINUTE);
    const usual = async (circuit: string) =>
      (await ask<Learning>("viewer", "GET", `/api/rules/learned?asset=${circuit}`)).body.facts.find(
        ({ name, asset }) => name.en === "Usual return pressure" && asset === circuit,
      )?.value ?? null;
    expect(await usual("S1-B")).toBeNull();
    expect(await usual("S1-A")).not.toBeNull();
    expect((await ask("engineer", "POST", "/api/relearn", { asset: "S9", reason: "x" })).status).toBe(400);
  });
});

describe("a shadow", () => {
  it("hears the same readings with other limits, opens nothing on the board, and says how it differs", async () => {
    interface ShadowAnswer {
      readonly shadow: Shadow | null;
      readonly difference: TicketDifference | null;
    }
    expect((await ask<ShadowAnswer>("engineer", "GET", "/api/shadow")).body).toEqual({ shadow: null, difference: null });
    expect((await ask("engineer", "DELETE", "/api/shadow")).status).toBe(409);
    const before = open();
    const begun = await ask<Shadow>("engineer", "POST", "/api/shadow", { overrides: WIDE, reason: "并行试" });
    expect(begun).toMatchObject({ status: 201, body: { by: "engineer", endedAt: null, stations: 1 } });
    await vi.waitFor(async () => expect((await ask<ShadowAnswer>("engineer", "GET", "/api/shadow")).body.shadow!.ready).toBe(1));
    pass(3 * HOUR);
    await vi.waitFor(async () => {
      const { difference } = (await ask<ShadowAnswer>("engineer", "GET", "/api/shadow")).body;
      expect(difference!.onlyLive.map(({ kind, asset }) => `${kind} ${asset}`)).toEqual(["makeup_fault S1-A"]);
    });
    expect(open()).toEqual(before);
    const ended = await ask<Shadow>("engineer", "DELETE", "/api/shadow");
    expect(ended.body.endedAt).toBe(clock);
    expect((await ask<ShadowAnswer>("engineer", "GET", "/api/shadow")).body.difference).not.toBeNull();
    expect((await ask("engineer", "POST", "/api/shadow", { overrides: { S1: { nothing: 1 } }, reason: "x" })).status).toBe(400);
  });
});

describe("season phases", () => {
  it("tell what signals suggest and what somebody set, until it is taken back", async () => {
    const before = await ask<{ items: StationPhaseView[] }>("viewer", "GET", "/api/phases");
    expect(before.body.items).toMatchObject([{ station: "S1", phase: "heating", suggested: "heating", set: null }]);
    const body = { stations: ["S1"], phase: "filling", reason: "二次网注水" };
    const setAt = clock;
    const set = await ask<{ items: StationPhaseView[] }>("dispatcher", "POST", "/api/phases", body);
    pass(20 * MINUTE);
    expect(set.body.items[0]!.set).toMatchObject({ phase: "filling", by: "dispatcher", reason: "二次网注水", from: setAt });
    expect((await ask<{ items: StationPhaseView[] }>("viewer", "GET", "/api/phases")).body.items[0]!.phase).toBe("filling");
    await ask("dispatcher", "POST", "/api/phases", { stations: ["S1"], phase: null, reason: "注水结束" });
    pass(20 * MINUTE);
    const after = (await ask<{ items: StationPhaseView[] }>("viewer", "GET", "/api/phases")).body.items[0]!;
    expect(after).toMatchObject({ phase: "heating", set: null });
  });

  it.each([
    ["an unknown station", { stations: ["S9"], phase: "off", reason: "x" }, "stations"],
    ["a phase that the weather makes", { stations: ["S1"], phase: "extreme_cold", reason: "x" }, "body.phase"],
    ["no reason", { stations: ["S1"], phase: "off", reason: " " }, "body.reason"],
    ["the future", { stations: ["S1"], phase: "off", reason: "x", from: START + 9 * DAY }, "from"],
    ["a past that is not judged anew", { stations: ["S1"], phase: "off", reason: "x", from: START - 30 * DAY }, "from"],
  ])("refuse %s", async (_what, payload, place) => {
    const { status, body } = await ask("dispatcher", "POST", "/api/phases", payload);
    expect([status, body.error?.details.place]).toEqual([400, place]);
  });
});
