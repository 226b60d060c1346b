import { expect, test } from "vitest";
import { createWorkerClient } from "../../store/worker-client.ts";

test("a worker that dies fails what waits for it, and the next message finds a new one", async () => {
  const client = createWorkerClient(new URL("./fixtures/dying-worker.ts", import.meta.url), {});
  expect(await client.call({ kind: "ping" })).toBe("ping");
  const lost = await Promise.allSettled([client.call({ kind: "die" }), client.call({ kind: "ping" })]);
  expect(lost.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await client.call({ kind: "ping" })).toBe("ping");
  await client.close();
});
