import { afterEach, describe, expect, it } from "vitest";
import type { Curve, CurveQuery } from "../../model/curve.ts";
import { ADMIN_TOKEN, START, testApi, type TestApi } from "../support/services.ts";
import { until } from "../support/until.ts";

/** Curves that are not there at once: older samples come from elsewhere, late or not at all. */

const HOUR = 3_600_000;
const URL_OF_CLOSED = `/api/series?asset=S01-H&signal=t2_supply&from=${START - 30 * HOUR}&to=${START - 20 * HOUR}`;
const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };

let api: TestApi;
afterEach(() => api.app.close());

async function openWith(curve: (query: CurveQuery, abort?: AbortSignal) => Promise<Curve>): Promise<void> {
  api = await testApi((services) => ({ ...services, telemetry: { ...services.telemetry, curve } }));
}

const curveOf = ({ from, to }: CurveQuery): Curve => ({
  from,
  to,
  raw: true,
  times: [from],
  series: [{ asset: "S01-H", signal: "t2_supply", unit: "°C", values: [48.2], gaps: [] }],
});

describe("a curve that has to be waited for", () => {
  it("is answered and may be kept as one that was there at once", async () => {
    await openWith(async (query) => await Promise.resolve(curveOf(query)));
    const answer = await api.app.inject({ url: URL_OF_CLOSED, headers });
    expect([answer.statusCode, answer.headers["cache-control"]]).toEqual([200, "private, max-age=300"]);
    const again = await api.app.inject({ url: URL_OF_CLOSED, headers: { ...headers, "if-none-match": String(answer.headers["etag"]) } });
    expect(again.statusCode).toBe(304);
  });

  it("is answered though its older part could not be read, says so, and is not kept", async () => {
    const incomplete = { before: START - 25 * HOUR, reason: { zh: "InfluxDB 无应答", en: "InfluxDB does not answer" } };
    await openWith(async (query) => await Promise.resolve({ ...curveOf(query), incomplete }));
    const answer = await api.app.inject({ url: URL_OF_CLOSED, headers });
    expect([answer.statusCode, answer.headers["cache-control"]]).toEqual([200, "private, no-cache"]);
    expect(answer.json()).toMatchObject({ incomplete });
  });

  it("is given up when the client has gone, without a word in the log", async () => {
    let given: AbortSignal | undefined;
    await openWith(
      (_query, abort) =>
        new Promise<never>((_, reject) => {
          given = abort;
          abort?.addEventListener("abort", () => reject(abort.reason as Error));
        }),
    );
    const address = await api.app.listen({ host: "127.0.0.1", port: 0 });
    const client = new AbortController();
    const asked = fetch(`${address}${URL_OF_CLOSED}`, { headers, signal: client.signal });
    await until("the curve is asked for", () => given !== undefined);
    client.abort();
    await expect(asked).rejects.toThrow("aborted");
    await until("the question is taken back", () => given!.aborted);
    expect((await api.app.inject({ url: "/api/health" })).statusCode).toBe(200);
    expect(api.logged).toEqual([]);
  });

  it("that fails of itself is our fault, and told as one", async () => {
    await openWith(() => Promise.reject(new TypeError("a fault")));
    expect((await api.app.inject({ url: URL_OF_CLOSED, headers })).statusCode).toBe(500);
    expect(api.logged).toHaveLength(1);
  });
});
