import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server that answers as a function says and remembers what it was asked. */

export interface ScriptedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly authorization: string | undefined;
  readonly encoding: string | undefined;
  readonly body: string;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes as JSON. */
  readonly body?: unknown;
}

export interface ScriptedServer {
  readonly url: string;
  readonly requests: ScriptedRequest[];
  close(): Promise<void>;
}

export async function startScripted(answerOf: (request: ScriptedRequest) => ScriptedAnswer): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => {
      const url = new URL(message.url ?? "/", "http://scripted");
      const request: ScriptedRequest = {
        method: message.method ?? "",
        path: url.pathname,
        parameters: url.searchParams,
        authorization: message.headers.authorization,
        encoding: message.headers["content-encoding"],
        body: Buffer.concat(chunks).toString("utf8"),
      };
      requests.push(request);
      const { status, headers = {}, body } = answerOf(request);
      const isText = typeof body === "string" || body === undefined;
      response.writeHead(status, { ...(isText ? {} : { "content-type": "application/json" }), ...headers });
      response.end(isText ? body : JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
