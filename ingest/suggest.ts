import { nearestWord } from "../model/input-error.ts";
import type { Network } from "../model/network.ts";
import { SIGNAL_IDS } from "../model/signals.ts";

/** The known word that a wrong one was meant to be. Bounded: comparing words must not cost more than reading telemetry. */

const WORD_CHARACTERS_MAX = 64;
const CANDIDATES_MAX = 500;
/** Words compared in one second of receipt time; beyond it a reject has no suggestion. */
const COMPARED_PER_SECOND_MAX = 50;
const REMEMBERED_MAX = 2_000;

interface Memory {
  readonly answers: Map<string, string | undefined>;
  second: number;
  comparedInSecond: number;
}

/** What was answered before, by network: the same wrong word comes with every message of a misconfigured gateway. */
const memories = new WeakMap<Network, Memory>();

export function suggestStation(network: Network, word: string, receivedAt: number): string | undefined {
  return suggest(network, `station ${word}`, word, receivedAt, () => network.stations.map((station) => station.id));
}

export function suggestAsset(network: Network, station: string, word: string, receivedAt: number): string | undefined {
  return suggest(network, `asset ${station} ${word}`, word, receivedAt, () => assetsOf(network, station));
}

export function suggestSignal(network: Network, word: string, receivedAt: number): string | undefined {
  return suggest(network, `signal ${word}`, word, receivedAt, () => SIGNAL_IDS);
}

function suggest(network: Network, key: string, word: string, receivedAt: number, candidates: () => readonly string[]): string | undefined {
  if (word.length > WORD_CHARACTERS_MAX) return undefined;
  let memory = memories.get(network);
  if (memory === undefined) memories.set(network, (memory = { answers: new Map(), second: 0, comparedInSecond: 0 }));
  if (memory.answers.has(key)) return memory.answers.get(key);
  const second = Math.floor(receivedAt / 1_000);
  if (memory.second !== second) {
    memory.second = second;
    memory.comparedInSecond = 0;
  }
  if (++memory.comparedInSecond > COMPARED_PER_SECOND_MAX) return undefined;
  const nearest = nearestWord(word, candidates().slice(0, CANDIDATES_MAX));
  const answer = nearest === undefined ? undefined : `did you mean ${nearest}?`;
  if (memory.answers.size >= REMEMBERED_MAX) memory.answers.clear();
  memory.answers.set(key, answer);
  return answer;
}

function assetsOf(network: Network, station: string): string[] {
  const found: string[] = [];
  const walk = (id: string): void => {
    if (found.length >= CANDIDATES_MAX) return;
    found.push(id);
    for (const child of network.asset(id)?.children ?? []) walk(child);
  };
  walk(station);
  return found;
}
