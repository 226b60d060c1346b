import { WebSocket } from "ws";
import type { LiveMessage } from "../../model/live.ts";
import { until } from "./until.ts";

/** A browser's end of the live socket: keeps every message and how the socket ended. */
export interface LiveClient {
  readonly socket: WebSocket;
  readonly messages: LiveMessage[];
  /** Close code; undefined while open. */
  readonly closed: () => number | undefined;
  /** The first message from number `from` on that fits. */
  next<Type extends LiveMessage["type"]>(
    type: Type,
    fits?: (message: Extract<LiveMessage, { type: Type }>) => boolean,
  ): Promise<Extract<LiveMessage, { type: Type }>>;
  end(): Promise<void>;
}

export interface LiveAddress {
  readonly port: number;
  readonly headers: Record<string, string>;
  readonly query?: string;
  readonly autoPong?: boolean;
}

/** Opens a live socket; rejects with the HTTP status when the upgrade is refused. */
export async function openLive({ port, headers, query = "", autoPong = true }: LiveAddress): Promise<LiveClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/live${query}`, { headers, autoPong });
  const messages: LiveMessage[] = [];
  let code: number | undefined;
  socket.on("message", (data: Buffer) => void messages.push(JSON.parse(data.toString()) as LiveMessage));
  socket.on("close", (closeCode) => (code = closeCode));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
    socket.once("unexpected-response", (_request, response) => {
      response.resume();
      reject(new Error(`refused with ${response.statusCode ?? 0}`));
    });
  });
  socket.on("error", () => undefined);
  return {
    socket,
    messages,
    closed: () => code,
    next: (type, fits = () => true) =>
      until(
        `a ${type} message`,
        () =>
          messages.find(
            (message): message is Extract<LiveMessage, { type: typeof type }> =>
              message.type === type && fits(message as Extract<LiveMessage, { type: typeof type }>),
          ),
        5_000,
      ),
    async end() {
      if (code !== undefined) return;
      socket.close();
      await until("the socket to close", () => code !== undefined, 5_000);
    },
  };
}
