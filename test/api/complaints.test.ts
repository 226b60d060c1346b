import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { START, testApi, type TestApi } from "../support/services.ts";

/** A resident's call over HTTP: joins what explains it, else opens a ticket; a bad one is told what is wrong. */

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.app.close());

async function call(payload: Record<string, unknown>): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await api.app.inject({ method: "POST", url: "/api/complaints", headers: api.as("operator"), payload });
  return { status: answer.statusCode, body: answer.json() };
}

describe("complaints", () => {
  it("open a ticket where nothing was found, and the next call of the unit joins it", async () => {
    const first = await call({ asset: "B03-U2", symptom: "cold", at: START, text: "<b>三天不热</b>" });
    expect(first).toMatchObject({ status: 200, body: { joined: false, source: "complaint", kind: "under_heated", state: "open" } });
    const second = await call({ asset: "R-101", symptom: "cold" });
    expect(second).toMatchObject({ status: 200, body: { joined: true, id: first.body["id"] } });
  });

  it("join the ticket of the root cause above", async () => {
    const burst = api.open("burst", "S02-L", "S02");
    expect(await call({ asset: "S02-L", symptom: "cold", at: START })).toMatchObject({ status: 200, body: { joined: true, id: burst } });
  });

  it("name what is wrong", async () => {
    expect(await call({ asset: "B99", symptom: "cold" })).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    expect(await call({ asset: "B03-U1", symptom: "hot" })).toMatchObject({
      status: 400,
      body: { error: { details: { place: "body.symptom" } } },
    });
    expect(await call({ asset: "B03-U1", symptom: "cold", at: START + 3_600_000 })).toMatchObject({
      status: 400,
      body: { error: { details: { place: "body.at" } } },
    });
  });

  it("refuse a time in seconds, and say so", async () => {
    expect(await call({ asset: "B03-U1", symptom: "cold", at: Math.floor(START / 1_000) })).toMatchObject({
      status: 400,
      body: { error: { details: { place: "body.at", suggestion: "these look like seconds: multiply by 1000" } } },
    });
  });

  it("suggest the nearest asset for an unknown one", async () => {
    expect(await call({ asset: "B03-U7", symptom: "cold" })).toMatchObject({
      status: 404,
      body: { error: { details: { suggestion: "did you mean B03-U1?" } } },
    });
  });

  it("count in the share of faults found before the first call", async () => {
    const answer = await api.app.inject({ url: "/api/kpi", headers: api.as("viewer") });
    expect(answer.json()).toMatchObject({ beforeCall: { called: 2 } });
  });
});
