import { type TelemetryObject, valuesIn } from "./device-event.ts";

/** How the backlog of a virtual gateway is cut into arrays. */

/** An array holds so many objects (CONTRACT 3: at most 1,000) and values. */
const OBJECTS_MAX = 1_000;
const VALUES_MAX = 3_000;

export interface Kept {
  readonly topic: string;
  readonly object: TelemetryObject;
}

interface Batch {
  readonly topic: string;
  readonly objects: readonly TelemetryObject[];
}

/** Topic by topic, oldest first; every object is marked as history where the gateway does that. */
export function batchesOf(all: readonly Kept[], marksHistory: boolean): Batch[] {
  const batches: Batch[] = [];
  for (const [topic, kept] of byTopic(all))
    for (let first = 0; first < kept.length;) {
      const objects: TelemetryObject[] = [];
      for (let values = 0; first < kept.length && objects.length < OBJECTS_MAX; first++) {
        const { object } = kept[first]!;
        const count = valuesIn(object);
        if (objects.length > 0 && values + count > VALUES_MAX) break;
        values += count;
        objects.push(marksHistory ? { ...object, hist: true } : object);
      }
      batches.push({ topic, objects });
    }
  return batches;
}

function byTopic(all: readonly Kept[]): Map<string, Kept[]> {
  const topics = new Map<string, Kept[]>();
  for (const one of all) {
    const known = topics.get(one.topic);
    if (known === undefined) topics.set(one.topic, [one]);
    else known.push(one);
  }
  return topics;
}
