import { availableParallelism, cpus, totalmem } from "node:os";
import type { setOf } from "./tasks.ts";

/** What was run, on what, when: printed with every score, because a score without it says nothing. */

export interface RunFacts {
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly machine: string;
  readonly worlds: number;
  /** Worlds that a stop left out. */
  readonly left: number;
  readonly set: ReturnType<typeof setOf>;
}

export function machineWords(): string {
  const model = cpus()[0]?.model.trim() ?? process.arch;
  return `${availableParallelism()} × ${model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
}
