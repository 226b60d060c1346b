import { describe, expect, it } from "vitest";
import type { InfluxService } from "../../api/services.ts";
import type { DeadLetter, InfluxState } from "../../store/influx.ts";
import { ADMIN_TOKEN, START, testApi } from "../support/services.ts";

const bearer = { authorization: `Bearer ${ADMIN_TOKEN}` };
const STATE: InfluxState = {
  state: "down",
  version: undefined,
  behindMs: 720_000,
  spoolBytes: 1000,
  spoolPoints: 49,
  pointsWritten: 7,
  rollupsWritten: 1,
  requests: 9,
  retries: 3,
  deadLetters: 1,
  deadLettersDropped: 0,
  pointsTooOld: 0,
  backfill: 0.25,
  lastError: { zh: "无应答", en: "no answer" },
  lastErrorAt: START,
};
const LETTER: DeadLetter = {
  id: 4,
  at: START,
  target: "raw",
  line: "circuit,id=S01-H t2_supply=48 1",
  reason: "answer 400: field type conflict",
};

function service(more: Partial<InfluxService> = {}): InfluxService & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    state: () => STATE,
    deadLetters: (query) => (asked.push(query), { items: [LETTER], next: "4" }),
    replay: async (ids, by) => (asked.push([ids, by.name]), { written: 1, refused: 0 }),
    ...more,
  };
}

describe("/api/influx", () => {
  it("tells how the forwarding stands, and leaves out what is not known", async () => {
    const api = await testApi((services) => ({ ...services, influx: service() }));
    const answer = await api.app.inject({ url: "/api/influx", headers: bearer });
    expect(answer.statusCode).toBe(200);
    const { version: _unknown, ...known } = STATE;
    expect(answer.json()).toEqual(known);
    await api.app.close();
  });

  it("lists dead letters by page and sends them once more under the name of who asked", async () => {
    const influx = service();
    const api = await testApi((services) => ({ ...services, influx }));
    const page = await api.app.inject({ url: "/api/influx/dead-letters?limit=1&cursor=9", headers: bearer });
    expect(page.json()).toEqual({ items: [LETTER], next: "4" });
    const replay = async (payload: object): Promise<[number, unknown]> => {
      const answer = await api.app.inject({ method: "POST", url: "/api/influx/dead-letters/replay", headers: bearer, payload });
      return [answer.statusCode, answer.json()];
    };
    expect(await replay({ ids: [4] })).toEqual([200, { written: 1, refused: 0 }]);
    expect(await replay({ ids: "all" })).toEqual([200, { written: 1, refused: 0 }]);
    expect(influx.asked).toEqual([{ limit: 1, cursor: "9" }, [[4], "admin-token"], ["all", "admin-token"]]);
    for (const body of [{}, { ids: [] }, { ids: ["4"] }, { ids: "some" }, { ids: [4], more: 1 }]) expect((await replay(body))[0]).toBe(400);
    await api.app.close();
  });

  it("says that nothing was sent when InfluxDB cannot be reached", async () => {
    const influx = service({ replay: () => Promise.reject(new Error("InfluxDB is not reachable: replay when it is back")) });
    const api = await testApi((services) => ({ ...services, influx }));
    const answer = await api.app.inject({
      method: "POST",
      url: "/api/influx/dead-letters/replay",
      headers: bearer,
      payload: { ids: "all" },
    });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ error: { message: expect.stringContaining("not reachable") as string } });
    await api.app.close();
  });

  it("says how to configure it where none is", async () => {
    const api = await testApi();
    for (const url of ["/api/influx", "/api/influx/dead-letters"]) {
      const answer = await api.app.inject({ url, headers: bearer });
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toMatchObject({ error: { message: expect.stringContaining("influx.url") as string } });
    }
    await api.app.close();
  });
});
