import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TicketMove } from "../../model/ticket.ts";
import type { Role } from "../../model/role.ts";
import { ADMIN_TOKEN, START, testApi, type TestApi } from "../support/services.ts";

const bearer = { authorization: `Bearer ${ADMIN_TOKEN}` };
let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.app.close());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function get(url: string, headers: Record<string, string> = bearer): Promise<Answer> {
  const answer = await api.app.inject({ url, headers });
  return { status: answer.statusCode, body: answer.json() };
}

async function move(id: string, name: TicketMove, payload: Record<string, unknown> = {}, role: Role = "admin"): Promise<Answer> {
  const answer = await api.app.inject({ method: "POST", url: `/api/tickets/${id}/${name}`, headers: api.as(role), payload });
  return { status: answer.statusCode, body: answer.json() };
}

const items = (answer: Answer): { id: string; kind: string }[] => answer.body["items"] as { id: string; kind: string }[];
const chances = (answer: Answer): Record<string, { possible: boolean; reason?: { en: string } }> =>
  Object.fromEntries(
    (answer.body["moves"] as { move: string; possible: boolean; reason?: { en: string } }[]).map((chance) => [chance.move, chance]),
  );

describe("list", () => {
  let ids: string[];
  beforeAll(() => {
    ids = [];
    for (let index = 0; index < 5; index++) {
      api.clock.at = START + index * 60_000;
      ids.push(
        api.open(
          index % 2 === 0 ? "leak" : "air_lock",
          ["S01-H", "S01-H", "B03-U1", "B03-U2", "S02-L"][index]!,
          index === 4 ? "S02" : "S01",
        ),
      );
    }
  });

  it("shows the newest first, page by page, with all that a ticket holds", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await get(`/api/tickets?limit=2${cursor === null ? "" : `&cursor=${cursor}`}`);
      expect(page.status).toBe(200);
      seen.push(...items(page).map(({ id }) => id));
      cursor = page.body["next"] as string | null;
    } while (cursor !== null);
    expect(seen).toEqual([...ids].reverse());
    const [first] = items(await get("/api/tickets?limit=1"));
    expect(first).toMatchObject({
      kind: "leak",
      severity: "general",
      state: "open",
      source: "rule",
      asset: "S02-L",
      station: "S02",
      circuit: "S02-L",
      version: 1,
      absorbed: 0,
      evidence: [{ value: 4.1 }],
      causes: [{ id: "pipe" }],
      history: [{ kind: "opened", by: "system" }],
    });
    expect(JSON.stringify(first)).not.toContain('"curve"');
  });

  it("filters by state, kind, station, asset and time", async () => {
    const of = async (query: string): Promise<string[]> => items(await get(`/api/tickets?${query}`)).map(({ id }) => id);
    expect(await of("state=open")).toHaveLength(5);
    expect(await of("state=closed")).toEqual([]);
    expect(await of("kind=air_lock")).toEqual([ids[3], ids[1]]);
    expect(await of("station=S02")).toEqual([ids[4]]);
    expect(await of("asset=S01")).toHaveLength(4);
    expect(await of("asset=B03-U2")).toEqual([ids[3]]);
    expect(await of(`from=${START + 60_000}&to=${START + 180_000}`)).toEqual([ids[2], ids[1]]);
  });

  it.each([
    ["kind=leek", 400, "did you mean leak?"],
    ["state=opened", 400, "did you mean open?"],
    ["station=S9", 404, "did you mean S01?"],
    ["asset=S01-Q", 404, undefined],
    ["from=2&to=1", 400, undefined],
    ["limit=501", 400, undefined],
    ["cursor=..", 400, undefined],
  ])("refuses ?%s with %i", async (query, status, suggestion) => {
    const answer = await get(`/api/tickets?${query}`);
    expect(answer.status).toBe(status);
    expect((answer.body["error"] as { details: { suggestion?: string } }).details.suggestion).toBe(suggestion);
  });
});

describe("life", () => {
  it("goes from dispatch to close, each move audited under the name of its maker", async () => {
    const id = api.open("burst", "S01-H");
    expect(chances(await get(`/api/tickets/${id}`))).toMatchObject({
      dispatch: { possible: true },
      arrive: { possible: false, reason: { en: "not while open" } },
      close: { possible: false, reason: { en: /not back/ } },
    });
    expect(await move(id, "dispatch", { to: "w1", version: 1 }, "dispatcher")).toMatchObject({
      status: 200,
      body: { state: "dispatched", assignee: "w1", version: 2 },
    });
    expect(await move(id, "accept", {}, "steward")).toMatchObject({ status: 200, body: { state: "accepted" } });
    expect(await move(id, "arrive", { note: "<script>alert(1)</script>" }, "steward")).toMatchObject({
      status: 200,
      body: { state: "on_site" },
    });
    expect(await move(id, "resolve", { cause: "flange", work: "gasket replaced" }, "steward")).toMatchObject({
      status: 200,
      body: { state: "resolved" },
    });
    const refused = await move(id, "close", {}, "dispatcher");
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { code: "not_recovered", details: { state: "resolved", reason: { zh: /信号未恢复/ } } } },
    });
    expect(await move(id, "close", { override: true, reason: "meter is being replaced" }, "dispatcher")).toMatchObject({
      status: 200,
      body: { state: "closed" },
    });
    const { body } = await get(`/api/tickets/${id}`);
    const history = body["history"] as { kind: string; by: string; note?: string; text?: { en: string } }[];
    expect(history.map(({ kind, by }) => `${kind} ${by}`)).toEqual([
      "opened system",
      "dispatch dispatcher",
      "accept steward",
      "arrive steward",
      "resolve steward",
      "close dispatcher",
    ]);
    expect(history[3]!.note).toBe("<script>alert(1)</script>");
    expect(history[5]!.text?.en).toContain("meter is being replaced");
    const audit = api.audit.list({ limit: 10, subject: id }).map(({ who, what, result }) => `${what} ${who} ${result}`);
    expect(audit).toEqual([
      "ticket.close dispatcher ok",
      "ticket.close dispatcher refused",
      "ticket.resolve steward ok",
      "ticket.arrive steward ok",
      "ticket.accept steward ok",
      "ticket.dispatch dispatcher ok",
    ]);
  });

  it("refuses a stale version with what there is now", async () => {
    const id = api.open("imbalance", "S01-H");
    await move(id, "note", { note: "first" });
    expect(await move(id, "dispatch", { to: "w1", version: 1 })).toMatchObject({
      status: 409,
      body: {
        error: {
          code: "stale_version",
          details: { version: 2, state: "open", possible: ["dispatch", "accept", "note", "close", "merge"] },
        },
      },
    });
    expect((await get(`/api/tickets/${id}`)).body).toMatchObject({ version: 2, state: "open" });
  });

  it("refuses a move that the state does not allow, with what is possible", async () => {
    const id = api.open("over_heated", "S01-H");
    expect(await move(id, "arrive")).toMatchObject({
      status: 409,
      body: {
        error: {
          code: "illegal_move",
          message: /a ticket in state open cannot arrive/,
          details: { possible: ["dispatch", "accept", "note", "close", "merge"], reason: { zh: /待派单/ } },
        },
      },
    });
  });

  it("refuses an override of a role whose word is not enough, and one without a reason", async () => {
    const id = api.open("exchanger_fouling", "S01-H");
    expect(await move(id, "close", { override: "enough" }, "steward")).toMatchObject({
      status: 403,
      body: { error: { code: "forbidden" } },
    });
    expect(await move(id, "close", { override: true })).toMatchObject({
      status: 400,
      body: { error: { details: { place: "body.reason" } } },
    });
    expect(await move(id, "close", { override: "as agreed with the owner" }, "engineer")).toMatchObject({ status: 200 });
  });

  it("merges into another ticket, and not into nothing", async () => {
    const [one, other] = [api.open("low_pressure", "S01-H"), api.open("makeup_fault", "S01-H")];
    expect(await move(one, "merge", { into: "GD-none" })).toMatchObject({ status: 409, body: { error: { code: "bad_merge" } } });
    expect(await move(one, "merge", { into: other })).toMatchObject({ status: 200, body: { state: "merged", mergedInto: other } });
    expect((await get(`/api/tickets/${other}`)).body).toMatchObject({ absorbed: 1, state: "open" });
  });

  it.each([
    ["dispatch", {}, "body"],
    ["note", { note: 7 }, "body.note"],
    ["note", { note: "x".repeat(4_001) }, "body.note"],
    ["note", { note: "x", evil: true }, "body"],
    ["dispatch", { to: "x".repeat(65) }, "body.to"],
  ] as const)("refuses a bad body of %s", async (name, payload, place) => {
    const id = api.open("curve_drift", "S01-H");
    expect(await move(id, name, payload)).toMatchObject({ status: 400, body: { error: { code: "bad_input", details: { place } } } });
    await move(id, "close", { override: "cleared" });
  });

  it("knows no ticket and no move that is not there", async () => {
    expect((await move("GD-0000-000", "note", { note: "x" })).status).toBe(404);
    expect((await get("/api/tickets/GD-0000-000")).status).toBe(404);
    expect(await move("GD-0000-000", "explode" as TicketMove)).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
  });

  it("tells each role what it may do", async () => {
    const id = api.open("valve_stuck", "S01-H");
    expect(Object.values(chances(await get(`/api/tickets/${id}`, api.as("viewer")))).some(({ possible }) => possible)).toBe(false);
    expect(chances(await get(`/api/tickets/${id}`, api.as("steward")))).toMatchObject({
      accept: { possible: true },
      dispatch: { possible: false, reason: { en: "needs the role dispatcher or above" } },
    });
  });
});
