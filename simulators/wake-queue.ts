/** What is due when: a binary heap by time, and for the same time by the order given. Never holds more than was put in. */

interface Entry<T> {
  readonly at: number;
  readonly order: number;
  readonly item: T;
}

export interface WakeQueue<T> {
  /** `order` decides between two of the same instant. */
  add(at: number, order: number, item: T): void;
  /** Time of the earliest; Infinity when there is none. */
  nextAt(): number;
  /** Takes the earliest. */
  take(): T | undefined;
}

const isBefore = (a: Entry<unknown>, b: Entry<unknown>): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

export function createWakeQueue<T>(): WakeQueue<T> {
  const heap: Entry<T>[] = [];

  function sink(entry: Entry<T>): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, entry)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = entry;
  }

  return {
    add(at, order, item) {
      const entry = { at, order, item };
      let place = heap.length;
      while (place > 0) {
        const parent = (place - 1) >> 1;
        if (!isBefore(entry, heap[parent]!)) break;
        heap[place] = heap[parent]!;
        place = parent;
      }
      heap[place] = entry;
    },
    nextAt: () => heap[0]?.at ?? Infinity,
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first !== undefined && last !== undefined && heap.length > 0) sink(last);
      return first?.item;
    },
  };
}
