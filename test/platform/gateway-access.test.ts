import { expect, test, vi } from "vitest";
import { createGatewayAccess } from "../../gateway-access.ts";
import { newClock } from "../../ingest/clock.ts";
import type { Broker } from "../../ingest/broker.ts";
import { createPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import type { Actor } from "../../model/role.ts";
import { openDatabase } from "../../store/database.ts";
import { type GatewayAccounts, openGatewayAccounts } from "../../store/gateway-accounts.ts";
import { createMemoryStore } from "../support/memory-store.ts";
import { smallNetwork } from "../support/small-network.ts";

const BY: Actor = { name: "test", role: "admin" };
const AT = Date.UTC(2026, 11, 20);

test("a gateway whose clock is remembered was not heard in 1970: not at all since the start, then when its message came", async () => {
  const network = smallNetwork();
  const gateways = openGatewayAccounts(openDatabase(":memory:"), { network, now: () => AT });
  await gateways.addGateway("G1", ["S01"], BY);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const pipeline = createPipeline({
    network,
    store: createMemoryStore(),
    now: () => AT,
    log,
    onFresh: () => {},
    clocks: { G1: newClock() },
  });
  const { service } = createGatewayAccess({ gateways, broker: undefined, pipeline, log });
  expect(service.gateways()).toMatchObject([{ name: "G1", connected: false, lastSeenAt: null }]);
  pipeline.acceptStatus({ station: "S01", online: true, gateway: "G1", receivedAt: AT + 5 }, () => {});
  expect(service.gateways()).toMatchObject([{ name: "G1", lastSeenAt: AT + 5 }]);
  await pipeline.drain();
});

test("credentials that cannot be looked up for a while end no process: the next look finds the withdrawal", async () => {
  vi.useFakeTimers();
  try {
    const warnings: string[] = [];
    const kicked: string[] = [];
    let revision = 1;
    let refuses = true;
    const gateways = {
      gatewayRevision: () => {
        if (revision > 1 && refuses) throw new Error("database is locked");
        return revision;
      },
      gateways: () => [{ name: "G1", stations: ["S01"], createdAt: AT, revokedAt: AT }],
    } as unknown as GatewayAccounts;
    const access = createGatewayAccess({
      gateways,
      broker: { kick: (name: string) => kicked.push(name) } as unknown as Broker,
      pipeline: {} as Pipeline,
      log: { warn: (line) => warnings.push(line) },
    });
    access.start();
    revision = 2;
    vi.advanceTimersByTime(1_000);
    expect(kicked).toEqual([]);
    expect(warnings[0]).toContain("database is locked");
    refuses = false;
    vi.advanceTimersByTime(1_000);
    expect(kicked).toEqual(["G1"]);
    access.stop();
  } finally {
    vi.useRealTimers();
  }
});
