import { InfluxError } from "./influx.ts";

/** Lets few questions at once through to InfluxDB, so that curves never starve the forwarding; the others wait in order. */

export interface ReadGate {
  /** Rejects with InfluxError when too many wait already, or with the reason of the signal when it is aborted before its turn. */
  run<Answer>(ask: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer>;
}

const WAITING_MAX = 256;

export function createReadGate(atOnceMax: number, waitingMax = WAITING_MAX): ReadGate {
  let running = 0;
  const waiting = new Set<() => void>();

  /** Resolves with a place that is already counted as running. */
  function turn(signal: AbortSignal | undefined): Promise<void> {
    if (running < atOnceMax) {
      running++;
      return Promise.resolve();
    }
    if (waiting.size >= waitingMax) throw new InfluxError("unavailable", `${waitingMax} questions wait already`);
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = (): void => {
        waiting.delete(begin);
        reject(signal?.reason as Error);
      };
      waiting.add(begin);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  return {
    async run(ask, signal) {
      signal?.throwIfAborted();
      await turn(signal);
      try {
        signal?.throwIfAborted();
        return await ask();
      } finally {
        const [next] = waiting;
        if (next === undefined) running--;
        else {
          waiting.delete(next);
          next();
        }
      }
    },
  };
}
