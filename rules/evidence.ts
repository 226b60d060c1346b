import type { Evidence } from "../model/finding.ts";
import { SIGNALS, type SignalId } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import { tidy } from "./phrases.ts";
import type { View } from "./rule.ts";

/** Evidence of one signal's present value beside what it should be: the common shape of most rules' evidence. */

const SHOWN_BEFORE_MS = 3_600_000;

interface Beside {
  readonly expected?: number;
  readonly limit?: number;
  /** Said after the value. */
  readonly more?: Text;
}

/** Nothing when the signal is not reported or not known; NaN in `expected` or `limit` stands for unknown. */
export function signalEvidence(
  view: View,
  asset: string,
  signal: SignalId,
  since: number,
  { expected = NaN, limit = NaN, more }: Beside = {},
): Evidence[] {
  const carrier = view.network.carriers(asset, signal).find((place) => view.raw.last(place, signal) !== undefined) ?? asset;
  const value = view.last(asset, signal)?.value;
  if (value === undefined) return [];
  const { name, unit, decimals } = SIGNALS[signal];
  const written = (number: number): string => `${tidy(number, decimals)} ${unit}`.trimEnd();
  const usual: Text = Number.isNaN(expected)
    ? { zh: "", en: "" }
    : { zh: `，应为 ${written(expected)}`, en: `, should be ${written(expected)}` };
  return [
    {
      asset: carrier,
      signal,
      name,
      unit,
      from: since - SHOWN_BEFORE_MS,
      to: view.at,
      value: rounded(value),
      ...(Number.isNaN(expected) ? {} : { expected: rounded(expected) }),
      ...(Number.isNaN(limit) ? {} : { limit: rounded(limit) }),
      text: {
        zh: `${name.zh} ${written(value)}${usual.zh}${more === undefined ? "" : `；${more.zh}`}`,
        en: `${name.en} ${written(value)}${usual.en}${more === undefined ? "" : `; ${more.en}`}`,
      },
    },
  ];
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Texts that are there. */
export const texts = (...items: readonly (Text | false | undefined)[]): Text[] =>
  items.filter((item): item is Text => item !== false && item !== undefined);
