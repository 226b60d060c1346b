import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, testApi, type TestApi } from "../support/services.ts";

const bearer = { authorization: `Bearer ${ADMIN_TOKEN}` };
const PAGE = "<!doctype html><div id=app></div>";
const SCRIPT = "console.log('供暖');\n".repeat(200);
let folder: string;
let api: TestApi;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "heatsteward-web-"));
  const built = join(folder, "dist");
  mkdirSync(join(built, "assets"), { recursive: true });
  writeFileSync(join(built, "index.html"), PAGE);
  writeFileSync(join(built, "icon.svg"), "<svg/>");
  writeFileSync(join(built, ".env"), "SECRET=1");
  writeFileSync(join(built, "assets", "main-abc123.js"), SCRIPT);
  writeFileSync(join(folder, "secret.txt"), "SECRET=2");
  symlinkSync("/etc", join(built, "assets", "etc"));
  api = await testApi((services) => ({ ...services, settings: { ...services.settings, dashboardFolder: built } }));
});
afterAll(async () => {
  await api.app.close();
  rmSync(folder, { recursive: true });
});

describe("dashboard files", () => {
  it.each(["/", "/index.html", "/station/S01", "/station/S01.2", "/tickets?wall=1"])(
    "serves its page at %s, to be asked for again",
    async (url) => {
      const answer = await api.app.inject({ url });
      expect([answer.statusCode, answer.body, answer.headers["cache-control"]]).toEqual([200, PAGE, "no-cache"]);
      expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    },
  );

  it("serves hashed files for ever, gzipped, and knows what the browser has", async () => {
    const answer = await api.app.inject({ url: "/assets/main-abc123.js", headers: { "accept-encoding": "br, gzip" } });
    expect(answer.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(answer.headers["content-encoding"]).toBe("gzip");
    expect(answer.headers["content-type"]).toContain("javascript");
    expect(gunzipSync(answer.rawPayload).toString()).toBe(SCRIPT);
    const again = await api.app.inject({ url: "/assets/main-abc123.js", headers: { "if-none-match": String(answer.headers["etag"]) } });
    expect([again.statusCode, again.body]).toEqual([304, ""]);
    const plain = await api.app.inject({ url: "/assets/main-abc123.js" });
    expect(plain.body).toBe(SCRIPT);
  });

  it("serves the files beside the page", async () => {
    expect((await api.app.inject({ url: "/icon.svg" })).headers["content-type"]).toContain("image/svg+xml");
  });

  it.each([
    "/.env",
    "/assets/../../secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/assets/etc/passwd",
    "/assets/%00",
    "/assets/",
    "/assets/.hidden",
    "//etc/passwd",
    "/assets\\..\\..\\secret.txt",
  ])("gives nothing else away at %s", async (url) => {
    const answer = await api.app.inject({ url });
    expect(answer.body).not.toMatch(/SECRET|root:/);
    expect(answer.statusCode).toBeLessThan(500);
  });

  it("says how to build it while it is not built", async () => {
    const bare = await testApi();
    const answer = await bare.app.inject({ url: "/station/S01" });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(answer.body).toContain("npm run build");
    await bare.app.close();
  });
});

describe("headers", () => {
  it.each(["/", "/api/health", "/api/nothing", "/assets/none.js", "/metrics"])("protect the browser at %s", async (url) => {
    const { headers } = await api.app.inject({ url });
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe|default-src[^;]*(\*|unsafe)/);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
    });
    expect(headers["strict-transport-security"]).toBeUndefined();
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("keep answers of the API out of caches unless they say otherwise", async () => {
    expect((await api.app.inject({ url: "/api/rules", headers: bearer })).headers["cache-control"]).toBe("no-store");
  });
});

describe("compression", () => {
  const url = "/api/series?asset=S01-H&signal=t2_supply&px=2000";

  it("is for whoever accepts it, and changes nothing", async () => {
    const zipped = await api.app.inject({ url, headers: { ...bearer, "accept-encoding": "gzip, deflate" } });
    const plain = await api.app.inject({ url, headers: bearer });
    expect(zipped.headers).toMatchObject({
      "content-encoding": "gzip",
      vary: "Accept-Encoding",
      "content-type": "application/json; charset=utf-8",
    });
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.body);
    expect(zipped.rawPayload.length).toBeLessThan(plain.rawPayload.length / 3);
    expect(plain.headers["content-encoding"]).toBeUndefined();
  });

  it.each(["identity", "gzip;q=0", "gzip; q=0.0, br", "br"])("is not for Accept-Encoding: %s", async (accepted) => {
    expect(
      (await api.app.inject({ url, headers: { ...bearer, "accept-encoding": accepted } })).headers["content-encoding"],
    ).toBeUndefined();
  });

  it("leaves short answers alone", async () => {
    const answer = await api.app.inject({ url: "/api/health", headers: { "accept-encoding": "gzip" } });
    expect(answer.headers["content-encoding"]).toBeUndefined();
    expect(answer.json()).toMatchObject({ status: "ok" });
  });
});

describe("text that means something to a browser", () => {
  const STRINGS = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "a\u2028b\u2029c",
    "' onmouseover='x",
    "javascript:alert(1)",
    "{{7*7}}",
    "${7*7}",
    "\u0000",
    "\ud800",
  ];

  it("comes back as JSON data, whatever it says", async () => {
    const id = api.open("leak", "S01-H");
    for (const note of STRINGS) {
      const answer = await api.app.inject({ method: "POST", url: `/api/tickets/${id}/note`, headers: bearer, payload: { note } });
      expect([note, answer.statusCode]).toEqual([note, 200]);
      expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    }
    const { history } = (await api.app.inject({ url: `/api/tickets/${id}`, headers: bearer })).json<{ history: { note?: string }[] }>();
    // A lone surrogate is no text and cannot be kept: it becomes the replacement character. SQLite text ends nowhere early.
    expect(history.slice(1).map(({ note }) => note)).toEqual(STRINGS.map((note) => note.replace("\ud800", "\ufffd")));
  });
});
