import { createServer, type Socket } from "node:net";
import { Aedes } from "aedes";

/** A broker of its own for a test: keeps what was published, and can refuse to acknowledge or fall away. */

interface Received {
  readonly client: string;
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

export interface LocalBroker {
  readonly port: number;
  readonly received: Received[];
  /** While true, nothing is acknowledged. */
  hold: boolean;
  /** Cuts every connection. */
  cutAll(): void;
  close(): Promise<void>;
}

export async function localBroker(port = 0, password = "secret"): Promise<LocalBroker> {
  const broker = await Aedes.createBroker({ concurrency: 1000 });
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const state = { hold: false };
  broker.authenticate = (client, username, given, done) => done(null, username === client.id && given?.toString() === password);
  broker.authorizePublish = (client, packet, done) => {
    if (state.hold) return;
    received.push({ client: client?.id ?? "", topic: packet.topic, payload: packet.payload.toString(), retain: packet.retain });
    done(null);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    broker.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    received,
    get hold() {
      return state.hold;
    },
    set hold(value) {
      state.hold = value;
    },
    cutAll: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => broker.close(() => resolve()));
    },
  };
}
