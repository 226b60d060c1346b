import type { GatewayGrant } from "../../ingest/permissions.ts";
import { startBroker, type Broker, type BrokerOptions } from "../../ingest/broker.ts";
import type { IngestLimits } from "../../ingest/limits.ts";
import { createPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import type { Reading } from "../../model/reading.ts";
import { createMemoryStore, type MemoryStore } from "./memory-store.ts";
import { smallNetwork } from "./small-network.ts";

/** The real broker and pipeline over a store in memory. Gateway G1 has S01, G2 has S02, BOTH has both; the password is `secret of NAME`. */
export interface IngestBroker {
  readonly broker: Broker;
  readonly pipeline: Pipeline;
  readonly store: MemoryStore;
  readonly lines: string[];
  readonly fresh: Reading[];
  stop(): Promise<void>;
}

const GRANTS: Readonly<Record<string, readonly string[]>> = { G1: ["S01"], G2: ["S02"], BOTH: ["S01", "S02"] };
export const passwordOf = (name: string): string => `secret of ${name}`;

export async function startIngestBroker(
  options: Partial<BrokerOptions> & { readonly ingestLimits?: Partial<IngestLimits> } = {},
): Promise<IngestBroker> {
  const store = createMemoryStore();
  const lines: string[] = [];
  const fresh: Reading[] = [];
  const say = (text: string): void => void lines.push(text);
  const log = { info: say, warn: say, error: say };
  const { ingestLimits, ...brokerOptions } = options;
  const onFresh = (readings: readonly Reading[]): void => void fresh.push(...readings);
  const pipeline = createPipeline({
    network: smallNetwork(),
    store,
    now: Date.now,
    log,
    onFresh,
    ...(ingestLimits === undefined ? {} : { limits: ingestLimits }),
  });
  const authenticate = (name: string, password: string): GatewayGrant | undefined => {
    const stations = GRANTS[name];
    return stations !== undefined && password === passwordOf(name) ? { name, stations } : undefined;
  };
  const broker = await startBroker({ host: "127.0.0.1", port: 0, pipeline, log, now: Date.now, authenticate, ...brokerOptions });
  return {
    broker,
    pipeline,
    store,
    lines,
    fresh,
    async stop() {
      store.release();
      store.refuse(undefined);
      await broker.close();
      await pipeline.drain();
    },
  };
}
