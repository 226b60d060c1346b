import type { Network } from "../model/network.ts";
import type { CurrentPoint, ReplayLetter, ReplayResult } from "./influx-messages.ts";
import { createLineWriter } from "./influx-lines.ts";
import { SEARCH_MS_MAX, SEARCH_REQUESTS_MAX, writeOrSingleOut } from "./influx-refused.ts";
import { UNKNOWN_MEASUREMENT } from "./influx-chunk.ts";
import type { InfluxTarget, InfluxWriter } from "./influx.ts";

/** Dead letters once more: with the values that the local store has by now, so that an old letter never overwrites a newer value. */

interface ReplayParts {
  readonly writer: InfluxWriter;
  readonly network: Network;
  readonly touch: (series: number, at: number) => void;
  readonly now: () => number;
}

/** Throws Interrupted when InfluxDB gives no verdict. */
export async function replayLetters(letters: readonly ReplayLetter[], parts: ReplayParts): Promise<ReplayResult> {
  const refused = new Map<number, string>();
  for (const target of ["raw", "rollup"] as const satisfies readonly InfluxTarget[]) {
    const owners = new Map<string, number[]>();
    for (const letter of letters) {
      if (letter.target !== target) continue;
      const lines = letter.points === undefined ? [letter.line] : linesOf(letter.points, parts.network);
      if (letter.line.startsWith(`${UNKNOWN_MEASUREMENT},`) && letter.points === undefined) {
        refused.set(letter.id, "unknown_asset: the network file has no such asset");
        continue;
      }
      for (const line of lines) owners.set(line, [...(owners.get(line) ?? []), letter.id]);
    }
    if (owners.size === 0) continue;
    const budget = { requests: SEARCH_REQUESTS_MAX, untilMs: parts.now() + SEARCH_MS_MAX, expired: 0 };
    for (const { line, reason } of await writeOrSingleOut(parts.writer, target, [...owners.keys()], budget, parts.now))
      for (const id of owners.get(line)!) refused.set(id, reason);
  }
  for (const { touched } of letters) for (const { series, at } of touched) parts.touch(series, at);
  return {
    written: letters.filter(({ id }) => !refused.has(id)).map(({ id }) => id),
    refused: Array.from(refused, ([id, reason]) => ({ id, reason })),
  };
}

function linesOf(points: readonly CurrentPoint[], network: Network): string[] {
  const writer = createLineWriter(network);
  for (const { asset, signal, at, value } of points) writer.add(asset, signal, at, value);
  return writer.take().lines;
}
