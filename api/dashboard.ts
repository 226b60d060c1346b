import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { notFound } from "./errors.ts";

/** Serves the built dashboard: its one page for every address of its own, its hashed files for ever, or how to build it. */

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>HeatSteward 供暖管家</title>
<h1>供暖管家 HeatSteward</h1>
<p>看板尚未构建：请运行 <code>npm run build</code>，然后刷新本页。</p>
<p>The dashboard is not built yet: run <code>npm run build</code> and reload this page. The API is at <code>/api</code>.</p>
</html>
`;

/** Files beside index.html, as a favicon: one plain name with an ending. */
const TOP_FILE = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\.[A-Za-z0-9]{1,16}$/;
const ASSET_FILE = /^assets\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;

export function dashboardRoutes(app: FastifyInstance, folder: string): void {
  void app.register(fastifyStatic, {
    serve: false,
    root: folder,
    acceptRanges: false,
    cacheControl: false,
    dotfiles: "deny",
    index: false,
  });
  app.get("/*", { config: { access: "public" }, schema: { hide: true } }, async (request, reply) => {
    const path = (request.params as { "*": string })["*"];
    if (path === "api" || path.startsWith("api/")) throw notFound("route", `GET /${path}`);
    if (path.startsWith("assets/")) {
      if (!ASSET_FILE.test(path) || !existsSync(join(folder, path))) throw notFound("file", path);
      // The name holds the hash of the content: another content has another name.
      return reply.header("cache-control", "public, max-age=31536000, immutable").sendFile(path);
    }
    reply.header("cache-control", "no-cache");
    if (TOP_FILE.test(path) && existsSync(join(folder, path))) return reply.sendFile(path);
    if (!existsSync(join(folder, "index.html"))) return reply.type("text/html; charset=utf-8").send(NOT_BUILT);
    return reply.sendFile("index.html");
  });
}
