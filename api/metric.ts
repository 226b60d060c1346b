import type { Metric } from "./services.ts";

/** How a metric is made, for `GET /metrics`: names without the prefix, counters end in `_total`. */

export const counter = (name: string, help: string, value: number): Metric => ({ name, type: "counter", help, samples: [{ value }] });

export const gauge = (name: string, help: string, value: number): Metric => ({ name, type: "gauge", help, samples: [{ value }] });

/** One sample for each key of `values`, which becomes the label; a key without a value counts 0. */
export function labelled(
  name: string,
  type: Metric["type"],
  help: string,
  label: string,
  values: Readonly<Record<string, number | undefined>>,
): Metric {
  return { name, type, help, samples: Object.entries(values).map(([word, value]) => ({ labels: { [label]: word }, value: value ?? 0 })) };
}
