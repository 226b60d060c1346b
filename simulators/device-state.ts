import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { InputError } from "../model/input-error.ts";
import type { Scene } from "./demo-scenario.ts";

/** What the simulated devices remember between two starts: enough to go on with the same plant where they stopped. */

export interface DeviceState {
  readonly seed: number;
  /** Where the plant began, epoch ms: simulated again from here, so totals and temperatures continue. */
  readonly startAt: number;
  readonly scenes: readonly Scene[];
  /** Everything up to this event time was acknowledged, by station. */
  readonly sentUntil: Readonly<Record<string, number>>;
}

/** Undefined when there is no file yet. Throws InputError when it is not a state file. */
export function readDeviceState(file: string): DeviceState | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new InputError(file, "a file that can be read", (error as NodeJS.ErrnoException).code ?? String(error));
  }
  const state = parse(text) as Partial<DeviceState> | undefined;
  if (
    typeof state?.seed !== "number" ||
    typeof state.startAt !== "number" ||
    !Array.isArray(state.scenes) ||
    typeof state.sentUntil !== "object"
  )
    throw new InputError(file, "the state file of simulated devices", JSON.stringify(text.slice(0, 40)), "remove it to begin anew");
  return state as DeviceState;
}

/** Replaces the file whole, so that a crash leaves the old or the new one. */
export function writeDeviceState(file: string, state: DeviceState): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, JSON.stringify(state), { mode: 0o600 });
  renameSync(fresh, file);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
