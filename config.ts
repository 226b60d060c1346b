import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { influxKeys, influxSection, influxSettings, readSecret } from "./config-influx.ts";
import { InputError, nearestWord } from "./model/input-error.ts";
import type { Network } from "./model/network.ts";
import { parseNetworkFile } from "./model/network-file.ts";
import type { InfluxSettings } from "./store/influx.ts";

/** Settings: `heatsteward.yaml`, then the environment, which wins. The only reader of both. */

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Config {
  /** Absolute path of the settings file. */
  readonly file: string;
  readonly dataFolder: string;
  readonly networkFile: string;
  readonly network: Network;
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** People reach the dashboard over TLS (by a proxy in front): cookies are marked secure. */
    readonly secure: boolean;
    /** Origins besides the request's own from which a browser may act, as behind a proxy that rewrites Host. */
    readonly origins: readonly string[];
  };
  /** `url`: an external broker instead of the one in process; `tls`: PEM texts for the one in process. */
  readonly mqtt: {
    readonly host: string;
    readonly port: number;
    readonly url: string | undefined;
    readonly tls: { readonly key: string; readonly cert: string; readonly ca?: string } | undefined;
  };
  /** A bearer token with administrator rights; none if undefined. */
  readonly adminToken: string | undefined;
  readonly logLevel: LogLevel;
  /** How long the local store keeps readings; undefined: for ever, the default without InfluxDB. With it: 30 days. */
  readonly retentionMs: number | undefined;
  /** Bytes that the local store may take on the disk; undefined: as many as there are. */
  readonly storeBytesMax: number | undefined;
  /** The record for the years; undefined: the local store is all there is. */
  readonly influx: InfluxSettings | undefined;
}

const DAY_MS = 86_400_000;
const GB = 1e9;
/** The hot window when InfluxDB has the rest. */
const RETENTION_WITH_INFLUX_MS = 30 * DAY_MS;

const port = z.number().int().min(0).max(65_535);
const settingsFile = z.strictObject({
  network: z.string().min(1).default("network.yaml"),
  data: z.string().min(1).default("data"),
  http: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      port: port.default(8080),
      secure: z.boolean().default(false),
      origins: z.array(z.url()).default([]),
    })
    .prefault({}),
  mqtt: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      port: port.default(1883),
      url: z.string().optional(),
      tls: z.strictObject({ key: z.string(), cert: z.string(), ca: z.string().optional() }).optional(),
    })
    .prefault({}),
  log: z.enum(LOG_LEVELS).default("info"),
  retention_days: z.number().positive().optional(),
  store_gb: z.number().positive().optional(),
  influx: influxSection.prefault({}),
});

const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": Object.keys(settingsFile.shape),
  http: ["host", "port", "secure", "origins"],
  mqtt: ["host", "port", "url", "tls"],
  "mqtt.tls": ["key", "cert", "ca"],
  influx: influxKeys,
};

/** A password of digits is a number to YAML: the message about it must not show it. */
const SECRET_PATHS: ReadonlySet<string> = new Set(["influx.token", "influx.password"]);

const DEFAULT_CONFIG_FILE = "heatsteward.yaml";

/**
 * Loads the settings and the network file they name. Throws an InputError that names the place, what was expected and what
 * was found. `folder` is where relative `file` paths start; paths inside the settings file are relative to it.
 */
export function loadConfig(options: { file?: string | undefined; environment: NodeJS.ProcessEnv; folder: string }): Config {
  const file = resolve(options.folder, options.file ?? DEFAULT_CONFIG_FILE);
  const settings = parseSettings(readText(file, "a settings file"), file);
  const inFolder = (path: string): string => (isAbsolute(path) ? path : join(dirname(file), path));
  const { environment } = options;
  const networkFile = inFolder(settings.network);
  const influx = influxSettings(settings.influx, file, environment, options.folder);
  const ownRetentionMs = settings.retention_days === undefined ? undefined : settings.retention_days * DAY_MS;
  return {
    file,
    dataFolder: environment["HEATSTEWARD_DATA"] ? resolve(options.folder, environment["HEATSTEWARD_DATA"]) : inFolder(settings.data),
    networkFile,
    network: parseNetworkFile(readText(networkFile, `a network file (named by \`network\` in ${file})`), networkFile),
    http: {
      host: environment["HEATSTEWARD_HTTP_HOST"] || settings.http.host,
      port: environmentPort(environment, "HEATSTEWARD_HTTP_PORT") ?? settings.http.port,
      secure: settings.http.secure,
      origins: settings.http.origins,
    },
    mqtt: {
      host: environment["HEATSTEWARD_MQTT_HOST"] || settings.mqtt.host,
      port: environmentPort(environment, "HEATSTEWARD_MQTT_PORT") ?? settings.mqtt.port,
      tls: settings.mqtt.tls === undefined ? undefined : readTls(settings.mqtt.tls, inFolder),
      // It holds a password: also as a file, like the other secrets.
      url:
        brokerUrl(readSecret(environment, "HEATSTEWARD_MQTT_URL", options.folder), "HEATSTEWARD_MQTT_URL") ??
        brokerUrl(settings.mqtt.url, `${file} mqtt.url`),
    },
    adminToken: readSecret(environment, "HEATSTEWARD_ADMIN_TOKEN", options.folder),
    logLevel: logLevel(environment["HEATSTEWARD_LOG"]) ?? settings.log,
    retentionMs: ownRetentionMs ?? (influx === undefined ? undefined : RETENTION_WITH_INFLUX_MS),
    storeBytesMax: settings.store_gb === undefined ? undefined : settings.store_gb * GB,
    influx,
  };
}

function readTls(
  files: { key: string; cert: string; ca?: string | undefined },
  inFolder: (path: string) => string,
): NonNullable<Config["mqtt"]["tls"]> {
  const read = (path: string): string => readText(inFolder(path), "a PEM file (named by `mqtt.tls`)");
  return { key: read(files.key), cert: read(files.cert), ...(files.ca === undefined ? {} : { ca: read(files.ca) }) };
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError(file, `${what} that can be read`, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

function parseSettings(text: string, file: string): z.infer<typeof settingsFile> {
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    throw new InputError(file, "valid YAML", (error as Error).message.split("\n")[0]!);
  }
  const parsed = settingsFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const known = KNOWN_KEYS[path] ?? [];
    const key = issue.keys[0]!;
    const nearest = nearestWord(key, known);
    throw new InputError(
      `${file} ${path}`.trimEnd(),
      `one of ${known.join(", ")}`,
      `unknown key "${key}"`,
      nearest === undefined ? undefined : `did you mean "${nearest}"?`,
    );
  }
  const found = issue.path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key], value);
  const isSecret = SECRET_PATHS.has(path);
  throw new InputError(`${file} ${path}`, issue.message, isSecret ? `a ${typeof found}` : (JSON.stringify(found) ?? "nothing"));
}

function environmentPort(environment: NodeJS.ProcessEnv, name: string): number | undefined {
  const word = environment[name];
  if (word === undefined || word === "") return undefined;
  if (!/^\d{1,5}$/.test(word) || Number(word) > 65_535) throw new InputError(name, "a port from 0 to 65535", `"${word}"`);
  return Number(word);
}

function brokerUrl(word: string | undefined, place: string): string | undefined {
  if (word === undefined || word === "") return undefined;
  if (!URL.canParse(word) || !/^(mqtt|mqtts|tcp|ssl|ws|wss):$/.test(new URL(word).protocol)) {
    throw new InputError(
      place,
      "the URL of an MQTT broker such as mqtts://user:password@broker:8883",
      `"${word.replace(/\/\/.*@/, "//…@")}"`,
    );
  }
  return word;
}

function logLevel(word: string | undefined): LogLevel | undefined {
  if (word === undefined || word === "") return undefined;
  const level = LOG_LEVELS.find((known) => known === word);
  if (level === undefined)
    throw new InputError("HEATSTEWARD_LOG", `one of ${LOG_LEVELS.join(", ")}`, `"${word}"`, nearestWord(word, LOG_LEVELS));
  return level;
}
