/** What a gateway still has to send, oldest first: bounded, and what does not fit is counted. */

/** One JSON object of CONTRACT 3, ready to send. */
export interface BacklogItem {
  readonly station: string;
  /** Event time, epoch ms. */
  readonly at: number;
  readonly text: string;
  readonly values: number;
}

export interface Batch {
  readonly station: string;
  readonly items: readonly BacklogItem[];
}

/** Objects kept while the broker is away; beyond it the oldest are dropped. */
const BACKLOG_ITEMS_MAX = 100_000;
/** A payload is an array of at most so many objects and bytes (CONTRACT 3: 1,000; small enough for every broker's frame limit). */
export const BATCH_ITEMS_MAX = 1_000;
export const BATCH_BYTES_MAX = 60_000;
/** Taken items are cut off the front of the array when there are so many of them. */
const COMPACT_AT = 4_096;

export class Backlog {
  #items: BacklogItem[] = [];
  #first = 0;
  readonly #itemsMax: number;
  dropped = 0;

  constructor(itemsMax = BACKLOG_ITEMS_MAX) {
    this.#itemsMax = itemsMax;
  }

  get length(): number {
    return this.#items.length - this.#first;
  }

  add(item: BacklogItem): void {
    this.#items.push(item);
    this.#trim();
  }

  /** Takes the oldest items that fit one payload: of one station, in order. */
  take(): Batch | undefined {
    const head = this.#items[this.#first];
    if (head === undefined) return undefined;
    const items: BacklogItem[] = [];
    let bytes = 2;
    while (items.length < BATCH_ITEMS_MAX) {
      const item = this.#items[this.#first];
      if (item === undefined || item.station !== head.station || (items.length > 0 && bytes + item.text.length + 1 > BATCH_BYTES_MAX))
        break;
      items.push(item);
      bytes += item.text.length + 1;
      this.#first++;
    }
    this.#compact();
    return { station: head.station, items };
  }

  /** Puts back what was not acknowledged, in front of everything. */
  giveBack(items: readonly BacklogItem[]): void {
    this.#items = [...items, ...this.#items.slice(this.#first)];
    this.#first = 0;
    this.#trim();
  }

  /** Event time of the oldest item of a station. */
  oldestAt(station: string): number | undefined {
    for (let index = this.#first; index < this.#items.length; index++) {
      const item = this.#items[index]!;
      if (item.station === station) return item.at;
    }
    return undefined;
  }

  #trim(): void {
    const excess = this.length - this.#itemsMax;
    if (excess <= 0) return;
    this.#first += excess;
    this.dropped += excess;
    this.#compact();
  }

  #compact(): void {
    if (this.#first < COMPACT_AT) return;
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }
}
