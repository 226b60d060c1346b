import type { AccountService } from "./api/services.ts";
import type { Broker } from "./ingest/broker.ts";
import type { Pipeline } from "./ingest/pipeline.ts";
import type { Log } from "./log.ts";
import type { GatewayAccounts } from "./store/gateway-accounts.ts";

/** Gateways between accounts and broker: what the API may see of them, and the end of a connection whose credentials were withdrawn. */

/** A withdrawal counts within this time (RELIABILITY M5), in whatever process it was made. */
const REVISION_LOOK_MS = 500;

export interface GatewayAccess {
  readonly service: Pick<AccountService, "gateways" | "addGateway">;
  start(): void;
  stop(): void;
}

export function createGatewayAccess(parts: {
  readonly gateways: GatewayAccounts;
  readonly broker: Broker | undefined;
  readonly pipeline: Pipeline;
  readonly log: Pick<Log, "warn">;
}): GatewayAccess {
  const { gateways, broker, pipeline, log } = parts;
  let revision = gateways.gatewayRevision();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    try {
      const found = gateways.gatewayRevision();
      if (found === revision) return;
      for (const { name, revokedAt } of gateways.gateways()) if (revokedAt !== undefined) broker?.kick(name);
      revision = found;
    } catch (error) {
      log.warn(`withdrawn credentials of gateways could not be looked up, tried again: ${(error as Error).message}`);
    }
  };
  return {
    service: {
      gateways() {
        const seen = new Map(pipeline.stats().gateways.map((figures) => [figures.name, figures.lastSeenAt]));
        return gateways
          .gateways()
          .filter(({ revokedAt }) => revokedAt === undefined)
          .map(({ name, stations, createdAt }) => ({
            name,
            stations,
            createdAt,
            connected: broker?.connected(name) ?? false,
            lastSeenAt: seen.get(name) ?? null,
          }));
      },
      addGateway: (name, stations, by) => gateways.addGateway(name, stations, by),
    },
    start() {
      timer ??= setInterval(look, REVISION_LOOK_MS);
    },
    stop: () => clearInterval(timer),
  };
}
