import { InputError } from "../model/input-error.ts";

/** Beyond any reading. */
const END_OF_TIME_MS = 8.64e15;

/** An option that is a time: epoch milliseconds or ISO 8601; undefined when it was not given. Throws an InputError that names the option. */
export function timeOption(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at) || Math.abs(at) > END_OF_TIME_MS)
    throw new InputError(option, "epoch milliseconds or ISO 8601, such as 2026-01-05T08:00:00+08:00", JSON.stringify(text));
  return at;
}
