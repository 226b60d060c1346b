import { parentPort, workerData } from "node:worker_threads";
import { playScenario } from "./play.ts";
import { openTask, type Task } from "./tasks.ts";
import type { FromWorker, ToWorker } from "./crew.ts";

/** One thread of the crew: plays the worlds that it is given, one after the other. */

const { curves } = workerData as { readonly curves: boolean };
const port = parentPort!;
const say = (message: FromWorker): void => port.postMessage(message);

port.on("message", ({ index, task }: ToWorker) => {
  try {
    say({ type: "played", index, ...played(index, task) });
  } catch (error) {
    say({
      type: "failed",
      index,
      message: error instanceof Error ? error.message : String(error),
      isInput: error instanceof Error && error.name === "InputError",
    });
  }
});

function played(index: number, task: Task): { outcome: ReturnType<typeof playScenario>; cpuMs: number } {
  const before = process.threadCpuUsage();
  const outcome = playScenario(openTask(task), {
    curves,
    progress: (share) => say({ type: "progress", index, share }),
  });
  const used = process.threadCpuUsage(before);
  return { outcome, cpuMs: (used.user + used.system) / 1_000 };
}
