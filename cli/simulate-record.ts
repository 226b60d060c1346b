import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { isMap, parseDocument } from "yaml";
import { InputError } from "../model/input-error.ts";
import type { Call } from "../simulators/residents.ts";
import type { Scenario } from "../simulators/scenario.ts";
import type { Truth } from "../simulators/truth.ts";
import { iso } from "./simulate-options.ts";

/** What a simulation leaves beside its readings: what was really wrong, who called, and the network file that a platform needs. */

const DAY_MS = 86_400_000;
const ANSWER_MS_MAX = 10_000;

export interface TruthFile {
  call(call: Call): void;
  close(): void;
}

/** Begins the file anew with one line for each planted fault and confounder, times moved by `shiftMs`. */
export function openTruthFile(file: string, truth: readonly Truth[], shiftMs: number): TruthFile {
  let handle: number;
  try {
    handle = openSync(file, "w", 0o600);
  } catch (error) {
    throw new InputError(file, "a file that can be written", (error as NodeJS.ErrnoException).code ?? String(error));
  }
  const write = (line: object): void => void writeSync(handle, `${JSON.stringify(line)}\n`);
  for (const { kind, from, to, ...own } of truth)
    write({ type: "truth", kind: kind ?? null, ...own, from: from + shiftMs, to: to + shiftMs, onset: iso(from + shiftMs) });
  return {
    call: ({ cause, ...own }) => write({ type: "call", ...own, at: own.at + shiftMs, cause: cause ?? null }),
    close: () => closeSync(handle),
  };
}

export interface CallPoster {
  /** Resolves when the platform has answered. A refusal is told once for each reason. */
  post(call: Call): Promise<void>;
  figures(): { readonly posted: number; readonly refused: number };
}

/** Residents call the platform's telephone desk: `POST /api/complaints`. */
export function callPoster(url: string, token: string, shiftMs: number, log: (line: string) => void): CallPoster {
  const address = new URL("/api/complaints", url);
  const told = new Set<string>();
  let posted = 0;
  let refused = 0;
  const refuse = (reason: string): void => {
    refused++;
    if (told.has(reason)) return;
    told.add(reason);
    log(`calls: ${address.href}: ${reason}`);
  };
  return {
    async post({ asset, symptom, at, text }) {
      try {
        const response = await fetch(address, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
          body: JSON.stringify({ asset, symptom, at: at + shiftMs, text }),
          signal: AbortSignal.timeout(ANSWER_MS_MAX),
        });
        if (response.ok) posted++;
        else refuse(`${response.status} ${(await response.text()).slice(0, 300)}`);
      } catch (error) {
        refuse(String((error as { cause?: { code?: string } }).cause?.code ?? error));
      }
    },
    figures: () => ({ posted, refused }),
  };
}

/** Writes the scenario's network file with the dates of its season moved by `shiftMs` (whole days). */
export function writeNetworkFile(file: string, scenario: Scenario, shiftMs: number): void {
  const document = parseDocument(scenario.networkYaml);
  const season = document.get("season", true);
  if (isMap(season))
    for (const { key } of season.items) {
      const date = season.get(key);
      const at = typeof date === "string" ? Date.parse(`${date.slice(0, 10)}T00:00:00Z`) : NaN;
      if (!Number.isNaN(at)) season.set(key, new Date(at + Math.round(shiftMs / DAY_MS) * DAY_MS).toISOString().slice(0, 10));
    }
  try {
    writeFileSync(file, document.toString({ lineWidth: 0 }));
  } catch (error) {
    throw new InputError(file, "a file that can be written", (error as NodeJS.ErrnoException).code ?? String(error));
  }
}
