import * as fc from "fast-check";
import { expect, it } from "vitest";
import { fuzzRequests, type OpenApi } from "../support/openapi-requests.ts";
import { ADMIN_TOKEN, START, testApi } from "../support/services.ts";

/** More with `FUZZ_RUNS=20000`; another course with `FUZZ_SEED`. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 600);
const NO_ERROR = { code: "none", message: "none" };
const SEED = Number(process.env["FUZZ_SEED"] ?? 20261121);

it(`answers whatever is asked as its description says, and never with a 5xx (${RUNS} requests, seed ${SEED})`, async () => {
  const api = await testApi();
  api.telemetry.set("S01-H", "t2_supply", START, 48);
  const tickets = (["leak", "air_lock", "burst"] as const).map((kind) => api.open(kind, "S01-H"));
  const bearer = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const document = (await api.app.inject({ url: "/api/openapi.json", headers: bearer })).json<OpenApi>();
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(
      fuzzRequests(document, ["S01", "S01-H", "B03-U2", "t2_supply", "north", "gw-1", ...tickets]),
      fc.constantFrom(bearer, bearer, bearer, {}),
      async (request, headers) => {
        const { method, url, payload, contentType } = request;
        const answer = await api.app.inject({
          method,
          url,
          headers: { ...headers, ...(contentType !== undefined && { "content-type": contentType }) },
          ...(payload !== undefined && { payload }),
        });
        statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
        expect({ answered: answer.statusCode < 500, body: answer.body }).toEqual({ answered: true, body: answer.body });
        const { error } = answer.statusCode >= 400 ? answer.json<{ error: unknown }>() : { error: NO_ERROR };
        expect(error).toMatchObject({ code: expect.any(String) as string, message: expect.any(String) as string });
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
  expect(api.logged).toEqual([]);
  // The course is worth something only if it gets past the door often enough, and does not always.
  for (const status of [200, 400, 401, 404, 409]) expect([...statuses.keys()]).toContain(status);
  await api.app.close();
});
