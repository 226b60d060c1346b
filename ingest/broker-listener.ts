import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { InputError } from "../model/input-error.ts";

/** The broker's listening socket, plain or TLS, and what can be wrong with its address. */

/** PEM texts. */
export interface TlsTexts {
  readonly key: string;
  readonly cert: string;
  readonly ca?: string;
}

/** Connections that the kernel keeps while we are busy: a whole town's gateways come back at once. */
const BACKLOG = 1_024;
const HANDSHAKE_MS = 5_000;

export function createListener(tls: TlsTexts | undefined, onSocket: (socket: Socket) => void): Server {
  if (tls === undefined) return createTcpServer(onSocket);
  const server = createTlsServer({ ...tls, handshakeTimeout: HANDSHAKE_MS }, onSocket);
  // A handshake that fails is the peer's trouble: it is closed already.
  server.on("tlsClientError", () => {});
  return server;
}

/** Resolves when it listens; rejects with an InputError naming the port or the host when it cannot. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(addressError(error, host, port));
    server.once("error", fail);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.removeListener("error", fail);
      resolve();
    });
  });
}

function addressError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE")
    return new InputError(
      `MQTT port ${port}`,
      "a free port",
      `it is in use on ${host}`,
      "stop the other program or set HEATSTEWARD_MQTT_PORT",
    );
  if (error.code === "EACCES")
    return new InputError(`MQTT port ${port}`, "a port that this user may open", "permission denied", "choose a port above 1023");
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
    return new InputError(`MQTT host ${host}`, "an address of this machine", error.code);
  return error;
}
