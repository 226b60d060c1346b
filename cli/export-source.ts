import { selected, type ExportSelection } from "../api/export.ts";
import type { ExportFormat, ExportLanguage } from "../api/export-rows.ts";
import { createRowWriter } from "../api/export-rows.ts";
import type { Config } from "../config.ts";
import { createLineReader } from "../ingest/import-lines.ts";
import { readLines } from "../ingest/import-text.ts";
import { InputError } from "../model/input-error.ts";
import type { Reading } from "../model/reading.ts";
import { localReadings } from "../store/reading-slices.ts";
import { openTelemetryStore } from "../store/telemetry-store.ts";
import type { RunningPlatform } from "./running-platform.ts";

/** Where an export comes from: the running platform, which also knows InfluxDB, or the store itself while none runs. */

export interface ExportSource {
  text(format: ExportFormat, language: ExportLanguage): AsyncIterable<Uint8Array | string>;
  readings(): AsyncIterable<readonly Reading[]>;
  close(): Promise<void>;
}

export interface ExportRange {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

export async function openOfflineSource(config: Config, selection: ExportSelection, { from, to }: ExportRange): Promise<ExportSource> {
  const { network, dataFolder } = config;
  const store = await openTelemetryStore({ folder: dataFolder, network, now: Date.now, checkpointMs: Infinity });
  const readings = (): AsyncIterable<readonly Reading[]> => selected(localReadings(store), selection, from, to);
  return {
    readings,
    async *text(format, language) {
      const rows = createRowWriter(format, language, network);
      yield rows.head;
      for await (const slice of readings()) yield rows.write(slice);
    },
    close: () => store.close(),
  };
}

/** `query`: the options of the command as the API has them. */
export function openOnlineSource(platform: RunningPlatform, config: Config, query: URLSearchParams): ExportSource {
  async function* text(format: ExportFormat, language: ExportLanguage): AsyncGenerator<Uint8Array> {
    const asked = new URLSearchParams([...query, ["format", format], ["lang", language]]);
    const response = await platform.ask(`/api/export?${asked.toString()}`);
    try {
      yield* response.body as unknown as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw new InputError(platform.httpUrl, "the whole export", `an answer that broke off (${(error as Error).message})`);
    }
  }
  return {
    text,
    async *readings() {
      const reader = createLineReader({ network: config.network, place: "export", receivedAt: Number.MAX_SAFE_INTEGER });
      let number = 0;
      for await (const { lines } of readLines(text("ndjson", "en"), { encoding: "utf-8", place: "export" })) {
        const readings: Reading[] = [];
        for (const line of lines) reader.read(line, ++number, readings);
        const [wrong] = reader.takeRejects();
        if (wrong !== undefined)
          throw new InputError(
            platform.httpUrl,
            `an export of this network (${wrong.expected})`,
            wrong.found,
            "is it the same network file?",
          );
        yield readings;
      }
    },
    close: async () => platform.close(),
  };
}
