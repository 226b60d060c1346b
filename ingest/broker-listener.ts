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

export interface Listener {
  readonly server: Server;
  /** Ends every connection, also those whose handshake is not over. */
  readonly destroySockets: () => void;
}

/** `admit` is asked for every TCP connection; `onSocket` gets those that were admitted and, with TLS, have shaken hands. */
export function createListener(
  tls: TlsTexts | undefined,
  admit: (address: string) => boolean,
  onSocket: (socket: Socket) => void,
): Listener {
  const sockets = new Set<Socket>();
  const server = tls === undefined ? createTcpServer() : createTlsServer({ ...tls, handshakeTimeout: HANDSHAKE_MS });
  server.prependListener("connection", (socket: Socket) => {
    // A socket without a listener for its error would end the process.
    socket.on("error", () => {});
    if (!admit(socket.remoteAddress ?? "unknown")) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    if (tls === undefined) onSocket(socket);
  });
  server.on("secureConnection", onSocket);
  // Node leaves a socket open whose handshake failed or took too long.
  server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
  return {
    server,
    destroySockets() {
      for (const socket of sockets) socket.destroy();
    },
  };
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
