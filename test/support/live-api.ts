import type { LiveLimits } from "../../api/live-hub.ts";
import { openLive, type LiveClient, type LiveAddress } from "./live-client.ts";
import { ADMIN_TOKEN, testApi, type TestApi } from "./services.ts";

/** The test API on a real port, for what goes over the live socket. */

export const BEARER = { authorization: `Bearer ${ADMIN_TOKEN}` };

export interface LiveApi extends TestApi {
  readonly port: number;
  /** A live client, with the administrator's token unless `headers` say otherwise. */
  connect(options?: Partial<LiveAddress>): Promise<LiveClient>;
  /** The value of one line of `/metrics`, name and labels without the prefix; NaN when there is none. */
  metric(name: string): Promise<number>;
  /** A reading has come. */
  receive(station: string, asset: string, signal: "t_out" | "t2_supply" | "t_return" | "t_room", at: number, value: number): void;
}

export async function startLiveApi(live: Partial<LiveLimits> = {}, change?: Parameters<typeof testApi>[0]): Promise<LiveApi> {
  const api = await testApi(change, { live: { flushMs: 10, ...live } });
  await api.app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = api.app.server.address() as { port: number };
  return {
    ...api,
    port,
    connect: (options = {}) => openLive({ port, headers: BEARER, ...options }),
    async metric(name) {
      const { body } = await api.app.inject({ url: "/metrics", headers: BEARER });
      const line = body.split("\n").find((text) => text.startsWith(`heatsteward_${name} `));
      return Number(line?.split(" ")[1] ?? Number.NaN);
    },
    receive(station, asset, signal, at, value) {
      api.telemetry.set(asset, signal, at, value);
      api.contacts.set(station, { connection: "online", dataAt: at, receivedAt: at });
      api.services.live.touch(station);
    },
  };
}
