/** What a gateway still has to send, oldest first: bounded, and what does not fit is counted. */

/** One JSON object of CONTRACT 3, ready to send. */
export interface BacklogItem {
  readonly station: string;
  readonly topic: string;
  /** Event time, epoch ms. */
  readonly at: number;
  readonly text: string;
  readonly values: number;
}

interface Queued extends BacklogItem {
  /** Place in the order in which all items came. */
  readonly order: number;
}

export interface Batch {
  readonly station: string;
  readonly topic: string;
  readonly items: readonly Queued[];
}

/** Objects kept while the broker is away, unless said otherwise; beyond it the oldest are dropped. */
const BACKLOG_ITEMS_MAX = 100_000;
/** A payload is an array of at most so many objects and bytes (CONTRACT 3: 1,000; small enough for every broker's frame limit). */
export const BATCH_ITEMS_MAX = 1_000;
export const BATCH_BYTES_MAX = 60_000;
/** Taken items are cut off the front of an array when there are so many of them. */
const COMPACT_AT = 1_024;

/** The items of one topic in order. */
interface Lane {
  items: Queued[];
  first: number;
}

export class Backlog {
  /** Topics with items, in the order in which they began to wait. */
  readonly #lanes = new Map<string, Lane>();
  readonly #itemsMax: number;
  #length = 0;
  #order = 0;
  dropped = 0;

  constructor(itemsMax = BACKLOG_ITEMS_MAX) {
    this.#itemsMax = itemsMax;
  }

  get length(): number {
    return this.#length;
  }

  add(item: BacklogItem): void {
    const queued = { ...item, order: this.#order++ };
    const lane = this.#lanes.get(item.topic);
    if (lane === undefined) this.#lanes.set(item.topic, { items: [queued], first: 0 });
    else lane.items.push(queued);
    this.#length++;
    this.#trim();
  }

  /** Takes the oldest items that fit one payload: of the topic that has waited longest, in order. */
  take(): Batch | undefined {
    const [entry] = this.#lanes;
    if (entry === undefined) return undefined;
    const [topic, lane] = entry;
    const items: Queued[] = [];
    let bytes = 2;
    while (items.length < BATCH_ITEMS_MAX) {
      const item = lane.items[lane.first];
      if (item === undefined || (items.length > 0 && bytes + item.text.length + 1 > BATCH_BYTES_MAX)) break;
      items.push(item);
      bytes += item.text.length + 1;
      lane.first++;
    }
    this.#length -= items.length;
    this.#lanes.delete(topic);
    // What is left of it waits behind the other topics.
    if (lane.first < lane.items.length) this.#lanes.set(topic, compacted(lane));
    return { station: items[0]!.station, topic, items };
  }

  /** Puts back what was not acknowledged, in front of everything. */
  giveBack(items: readonly Queued[]): void {
    for (const topic of new Set(items.map((item) => item.topic))) {
      const lane = this.#lanes.get(topic);
      const waiting = lane === undefined ? [] : lane.items.slice(lane.first);
      const back = items.filter((item) => item.topic === topic);
      this.#lanes.set(topic, { items: [...back, ...waiting].sort((a, b) => a.order - b.order), first: 0 });
    }
    const lanes = [...this.#lanes].sort(([, a], [, b]) => a.items[a.first]!.order - b.items[b.first]!.order);
    this.#lanes.clear();
    for (const [topic, lane] of lanes) this.#lanes.set(topic, lane);
    this.#length += items.length;
    this.#trim();
  }

  /** Event time of the oldest item of a station. */
  oldestAt(station: string): number | undefined {
    let oldest: number | undefined;
    for (const { items, first } of this.#lanes.values()) {
      const head = items[first]!;
      if (head.station === station && (oldest === undefined || head.at < oldest)) oldest = head.at;
    }
    return oldest;
  }

  #trim(): void {
    for (; this.#length > this.#itemsMax; this.#length--, this.dropped++) {
      let oldest: Lane | undefined;
      for (const lane of this.#lanes.values())
        if (oldest === undefined || lane.items[lane.first]!.order < oldest.items[oldest.first]!.order) oldest = lane;
      const { topic } = oldest!.items[oldest!.first++]!;
      if (oldest!.first === oldest!.items.length) this.#lanes.delete(topic);
      else compacted(oldest!);
    }
  }
}

function compacted(lane: Lane): Lane {
  if (lane.first >= COMPACT_AT) {
    lane.items = lane.items.slice(lane.first);
    lane.first = 0;
  }
  return lane;
}
