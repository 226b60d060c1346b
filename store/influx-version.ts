import { InfluxError, type InfluxDialect, type InfluxSettings } from "./influx.ts";
import { askInflux, refusalError, type InfluxAnswer } from "./influx-http.ts";

/** Which InfluxDB is at the other end. */

const DETECT_TIMEOUT_MS = 10_000;
const DETECT_BYTES_MAX = 64 * 1024;

export interface InfluxVersion {
  readonly dialect: InfluxDialect;
  /** As the server says it, "1.6.7~rc0"; undefined when only the setting told which it is. */
  readonly version: string | undefined;
}

/**
 * Asks `/ping`, then `/health`. The setting of a version wins over what the server says of itself, as a proxy may answer for it.
 * Rejects with InfluxError: no answer, no right to ask (3 answers with a token only), or nothing that says what it is.
 */
export async function detectDialect(settings: InfluxSettings, fetcher = fetch): Promise<InfluxVersion> {
  let last: InfluxAnswer | undefined;
  for (const path of ["/ping", "/health"]) {
    const answer = await askInflux(settings, { method: "GET", path, timeoutMs: DETECT_TIMEOUT_MS, bytesMax: DETECT_BYTES_MAX }, fetcher);
    const version = answer.headers.get("x-influxdb-version") ?? versionOfBody(answer.text);
    if (answer.status >= 500) throw refusalError(settings, answer);
    if (version !== undefined) {
      const dialect = settings.dialect ?? dialectOf(version);
      if (dialect !== undefined) return checked(settings, { dialect, version });
    }
    last = answer;
  }
  if (settings.dialect !== undefined && last!.status < 500) return checked(settings, { dialect: settings.dialect, version: undefined });
  if (last!.status === 401 || last!.status === 403) throw refusalError(settings, last!);
  throw new InfluxError(
    "missing",
    `what answers at this URL does not say which InfluxDB it is (answer ${last!.status}): expected the URL of InfluxDB itself; influx.version (1, 2 or 3) says it where a proxy hides it`,
    { status: last!.status },
  );
}

/** 2.x serves nobody without a token, and says only "unauthorized". */
function checked(settings: InfluxSettings, found: InfluxVersion): InfluxVersion {
  if (found.dialect !== "v2") return found;
  if (settings.token === undefined)
    throw new InfluxError("unauthorized", "InfluxDB 2 wants a token: influx.token or HEATSTEWARD_INFLUX_TOKEN is not set");
  if (settings.org === undefined)
    throw new InfluxError("missing", "InfluxDB 2 wants an organization: influx.org or HEATSTEWARD_INFLUX_ORG is not set");
  return found;
}

function versionOfBody(text: string): string | undefined {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}

/** "1.6.7~rc0", "v2.7.12", "3.1.0": the first number says which. */
function dialectOf(version: string): InfluxDialect | undefined {
  const major = /^v?(\d+)\./.exec(version)?.[1];
  return major === "0" || major === "1" ? "v1" : major === "2" ? "v2" : major === "3" ? "v3" : undefined;
}
