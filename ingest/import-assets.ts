import { nearestWord } from "../model/input-error.ts";
import type { Asset, Network, Point } from "../model/network.ts";
import { SIGNALS, PLATFORM_SIGNALS, type SignalId } from "../model/signals.ts";
import { SIGNAL_NAMES, endsInSignal, plainWord, signalNamed } from "./import-words.ts";

/** Words of a table to assets and points: ids, names, names with those of what they belong to. What fits twice fits nothing. */

/** A word's meaning, or why it has none. */
export type Found<Thing> =
  | { readonly found: Thing }
  | { readonly problem: string; readonly suggestion: string | undefined; readonly what: "asset" | "signal" | "level" };

export interface AssetWords {
  /** The asset of a word, of a level that can carry the signal if one is given. */
  asset(word: string, signal?: SignalId): Found<Asset>;
  signal(word: string): Found<SignalId>;
  /** "S01-H.t2_supply", "S01-H/二次供温", "北苑高区二次供温". */
  point(word: string): Found<Point>;
  pointOf(asset: Asset, signal: SignalId): Found<Point>;
}

/** Words whose nearest known one is looked for. */
const SUGGESTIONS_MAX = 500;
const NAMES_LISTED_MAX = 4;

export function createAssetWords(network: Network): AssetWords {
  const byWord = indexAssets(network);
  const canonical = new Set(Array.from(network.assets(), ({ id }) => id));
  let suggested = 0;

  function suggest(word: string, known: Iterable<string>): string | undefined {
    if (suggested++ >= SUGGESTIONS_MAX) return undefined;
    const nearest = nearestWord(word, known);
    return nearest === undefined ? undefined : `did you mean ${nearest}?`;
  }

  function asset(word: string, signal?: SignalId): Found<Asset> {
    const exact = network.asset(word.trim());
    if (exact !== undefined) return { found: exact };
    const all = byWord.get(plainWord(word)) ?? [];
    const fitting = signal === undefined ? all : all.filter((candidate) => carries(candidate, signal));
    const [first] = fitting.length > 0 ? fitting : all;
    if (fitting.length <= 1 && first !== undefined) return { found: first };
    if (first !== undefined) {
      const names = fitting.slice(0, NAMES_LISTED_MAX).map(({ id }) => `${id} (${network.fullName(id)})`);
      return { problem: `${word} may be ${names.join(" or ")}`, suggestion: "name it by its id", what: "asset" };
    }
    const suggestion = suggest(word, /^[\x20-\x7e]*$/.test(word) ? canonical : byWord.keys());
    return { problem: `there is no asset ${JSON.stringify(word)} in the network file`, suggestion, what: "asset" };
  }

  function pointOf(carrier: Asset, signal: SignalId): Found<Point> {
    const point = PLATFORM_SIGNALS.has(signal) ? undefined : network.point(carrier.id, signal);
    if (point !== undefined) return { found: point };
    const suggestion = `${signal} belongs to a ${SIGNALS[signal].levels.join(" or a ")}`;
    return { problem: `${carrier.id} is a ${carrier.level}, which has no ${signal}`, suggestion, what: "level" };
  }

  function signal(word: string): Found<SignalId> {
    const found = signalNamed(word);
    if (found !== undefined) return { found };
    return { problem: `there is no signal ${JSON.stringify(word)}`, suggestion: suggest(word, SIGNAL_NAMES), what: "signal" };
  }

  /** By a sign between the two first, since an id may hold such signs too; then by the longest signal name at the end. */
  function point(word: string): Found<Point> {
    for (let at = word.length - 1; at > 0; at--) {
      if (!" ./|:·-_".includes(word[at]!)) continue;
      const before = word.slice(0, at);
      const named = signalNamed(word.slice(at + 1));
      const owner = named === undefined ? undefined : asset(before, named);
      if (owner !== undefined && "found" in owner) return pointOf(owner.found, named!);
    }
    const plain = plainWord(word);
    const end = endsInSignal(plain);
    if (end === undefined) {
      // Behind the last sign stands what was meant as the signal.
      const suggestion = suggest(/[^\s./|:·]+$/.exec(word)?.[0] ?? word, SIGNAL_NAMES);
      return { problem: `${JSON.stringify(word)} ends in no signal's name`, suggestion, what: "signal" };
    }
    if (end.before === "")
      return {
        problem: `${word} names a signal but no asset`,
        suggestion: `write it as ASSET.${end.signal}, or set \`asset\``,
        what: "asset",
      };
    const owner = asset(end.before, end.signal);
    return "found" in owner ? pointOf(owner.found, end.signal) : owner;
  }

  return { asset, signal, point, pointOf };
}

const carries = (asset: Asset, signal: SignalId): boolean => (SIGNALS[signal].levels as readonly string[]).includes(asset.level);

/** Every asset by its id and by its name behind the names of any of those above it: 高区, 北苑高区, 北苑·高区. */
function indexAssets(network: Network): Map<string, Asset[]> {
  const byWord = new Map<string, Asset[]>();
  const add = (word: string, asset: Asset): void => {
    const known = byWord.get(word);
    if (known === undefined) byWord.set(word, [asset]);
    else if (!known.includes(asset)) known.push(asset);
  };
  for (const asset of network.assets()) {
    add(plainWord(asset.id), asset);
    const [own = asset, ...above] = network.lineage(asset.id);
    let chains = [plainWord(own.name)];
    for (const parent of above) chains = chains.flatMap((chain) => [chain, plainWord(parent.name) + chain]);
    for (const chain of chains) if (chain !== "") add(chain, asset);
  }
  return byWord;
}
