import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { InputError } from "./model/input-error.ts";
import type { InfluxDialect, InfluxSettings } from "./store/influx.ts";

/** The settings of InfluxDB: section `influx` of the settings file, then the environment, which wins; secrets also as files. */

export const influxSection = z.strictObject({
  url: z.string().optional(),
  version: z.union([z.string(), z.number()]).default("auto"),
  token: z.string().min(1).optional(),
  org: z.string().min(1).optional(),
  bucket: z.string().min(1).default("heatsteward"),
  database: z.string().min(1).default("heatsteward"),
  user: z.string().min(1).optional(),
  password: z.string().optional(),
  retention_days: z.number().positive().optional(),
  gzip: z.boolean().optional(),
  spool_gb: z.number().positive().default(10),
});

export const influxKeys = Object.keys(influxSection.shape);

const DAY_MS = 86_400_000;
const GB = 1e9;
const SECRET_CHARACTERS_MAX = 10_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** undefined without a URL. Throws an InputError that names the setting; what a secret is never appears in it. */
export function influxSettings(
  section: z.infer<typeof influxSection>,
  file: string,
  environment: Environment,
  folder: string,
): InfluxSettings | undefined {
  const given = (name: string): string | undefined => environment[`HEATSTEWARD_INFLUX_${name}`] || undefined;
  const url = given("URL") ?? (section.url || undefined);
  if (url === undefined) return undefined;
  const host = checkUrl(url, given("URL") === undefined ? `${file} influx.url` : "HEATSTEWARD_INFLUX_URL");
  const dialect = dialectOf(section.version, `${file} influx.version`);
  const settings: InfluxSettings = {
    url: url.replace(/\/+$/, ""),
    dialect,
    token: readSecret(environment, "HEATSTEWARD_INFLUX_TOKEN", folder) ?? section.token,
    org: given("ORG") ?? section.org,
    bucket: given("BUCKET") ?? section.bucket,
    database: given("DATABASE") ?? section.database,
    user: given("USER") ?? section.user,
    password: readSecret(environment, "HEATSTEWARD_INFLUX_PASSWORD", folder) ?? section.password,
    retentionMs: section.retention_days === undefined ? undefined : section.retention_days * DAY_MS,
    gzip: section.gzip ?? !isLoopback(host),
    spoolBytesMax: section.spool_gb * GB,
  };
  if (dialect === "v2" && settings.token === undefined)
    throw new InputError(
      `${file} influx.token`,
      "a token, as InfluxDB 2 serves nobody without one",
      "nothing",
      "or set HEATSTEWARD_INFLUX_TOKEN",
    );
  if (dialect === "v2" && settings.org === undefined)
    throw new InputError(`${file} influx.org`, "the organization that the bucket belongs to", "nothing", "or set HEATSTEWARD_INFLUX_ORG");
  if (settings.password !== undefined && settings.user === undefined)
    throw new InputError(`${file} influx.user`, "the user that the password belongs to", "nothing", "or set HEATSTEWARD_INFLUX_USER");
  return settings;
}

/** A secret from the environment, or from the file that `{name}_FILE` names: without the line's end. undefined when neither is set. */
export function readSecret(environment: Environment, name: string, folder: string): string | undefined {
  const direct = environment[name] || undefined;
  const path = environment[`${name}_FILE`] || undefined;
  if (path === undefined) return direct;
  if (direct !== undefined) throw new InputError(name, `either ${name} or ${name}_FILE`, "both");
  let text: string;
  try {
    text = readFileSync(resolve(folder, path), "utf8");
  } catch (error) {
    throw new InputError(`${name}_FILE`, `a file that can be read, ${path}`, (error as NodeJS.ErrnoException).code ?? String(error));
  }
  const secret = text.replace(/\r?\n$/, "");
  if (secret === "" || secret.length > SECRET_CHARACTERS_MAX || /[\r\n]/.test(secret))
    throw new InputError(
      `${name}_FILE`,
      `one line of 1 to ${SECRET_CHARACTERS_MAX} characters in ${path}`,
      secret === "" ? "nothing" : "another text",
    );
  return secret;
}

function checkUrl(url: string, place: string): string {
  const expected = "the URL of InfluxDB such as http://127.0.0.1:8086";
  if (!URL.canParse(url) || !/^https?:\/\//i.test(url)) throw new InputError(place, expected, `"${url.replace(/\/\/.*@/, "//…@")}"`);
  const { username, password, hostname, search, hash } = new URL(url);
  // A URL is shown in logs and in the state of the platform.
  if (username !== "" || password !== "")
    throw new InputError(place, `${expected}, with user and password in influx.user and influx.password`, "credentials in the URL");
  if (search !== "" || hash !== "") throw new InputError(place, expected, `"${search}${hash}" behind it`);
  return hostname;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}

function dialectOf(version: string | number, place: string): InfluxDialect | undefined {
  if (version === "auto") return undefined;
  const major = /^v?([123])(\.|$)/.exec(String(version))?.[1];
  if (major === undefined) throw new InputError(place, "auto, 1, 2 or 3", JSON.stringify(version));
  return `v${major}` as InfluxDialect;
}
