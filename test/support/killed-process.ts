import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs `node SCRIPT …` until its first line, lets it live `lifeMs` longer and kills it with SIGKILL; answers what it printed, and whether it had ended by itself. */
export async function runAndKill(
  script: string,
  words: readonly string[],
  lifeMs: number,
): Promise<{ readonly lines: readonly string[]; readonly ended: boolean; readonly stderr: string }> {
  const child = spawn(process.execPath, [script, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (piece: string) => (stderr += piece));
  const closed = once(child, "close");
  const begun = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      if (text.includes("\n")) resolve();
    });
  });
  await Promise.race([begun, closed]);
  await Promise.race([new Promise((resolve) => setTimeout(resolve, lifeMs)), closed]);
  const ended = !child.kill("SIGKILL");
  await closed;
  return { lines: text.split("\n").filter((line) => line !== ""), ended, stderr };
}
