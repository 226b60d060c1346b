import { accessSync, constants, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { playTasks, type Played, WORKERS_MAX } from "../evaluation/crew.ts";
import { reportPage } from "../evaluation/report.ts";
import { machineWords, type RunFacts } from "../evaluation/run-facts.ts";
import type { WorldOutcome } from "../evaluation/outcome.ts";
import { type Score, scoreWorlds } from "../evaluation/score.ts";
import { scoreTable } from "../evaluation/table.ts";
import { knownNames, openTask, pickNames, readSeeds, setOf, type Task } from "../evaluation/tasks.ts";
import { languageOf } from "../evaluation/words.ts";
import { InputError } from "../model/input-error.ts";
import packageFile from "../package.json" with { type: "json" };
import { runCommand } from "./command.ts";

/** `npm run evaluate`: plays scenarios through the real rules and tickets and says how good they are. */

const HELP = `Plays scenarios through the real rules and the real ticket desk, in virtual time, and prints
per kind of fault what was planted, visible, found, named rightly, found before the first call,
how late, and what was false. What the words mean: docs/evaluation.md.

  npm run evaluate                                  the library and the standard mixture, development seeds
  npm run evaluate -- --seeds test                  the same on the test seeds
  npm run evaluate -- --scenarios 'leak-*' burst-severe my-scenario.yaml
  npm run evaluate -- --quick --html report.html

  --scenarios NAME…   names of the library or the mixture (* stands for anything), or scenario files
  --seeds dev|test|N,N,…   which seeds (--set is another word for it); dev unless given; dev:3 the first three of them
  --stations N        stations of generated networks
  --days N            length of each world
  --quick             one seed, ten scenarios, two stations each: a minute or two
  --workers N         threads; ${availableParallelism()} here
  --html FILE         writes a report with curves into one file
  --json              prints the score as JSON (CONTRACT 7) instead of the table
  --list              prints the names and stops
  --help
`;

/** Enough to see in a minute or two whether something broke. */
const QUICK = [
  "air-lock-severe",
  "burst-severe",
  "closed-valve-severe",
  "curve-drift-severe",
  "leak-severe",
  "low-pressure-severe",
  "maintenance-drain",
  "offline-severe",
  "sensor-stuck",
  "setback",
];
const QUICK_STATIONS = 2;

await runCommand(HELP, async (write, warn) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      scenarios: { type: "string", multiple: true },
      seeds: { type: "string" },
      set: { type: "string" },
      stations: { type: "string" },
      days: { type: "string" },
      workers: { type: "string" },
      html: { type: "string" },
      json: { type: "boolean" },
      quick: { type: "boolean" },
      list: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return "help";
  if (values.list === true) {
    write(knownNames().join("\n"));
    return "done";
  }
  if (values.seeds !== undefined && values.set !== undefined) throw new InputError("--set", "either --seeds or --set", "both");
  const quick = values.quick === true;
  const seeds = readSeeds(values.seeds ?? values.set ?? "dev");
  const patterns = [...(values.scenarios ?? []), ...positionals];
  const stations = wholeNumber("--stations", values.stations, 1, 2_000) ?? (quick ? QUICK_STATIONS : undefined);
  const days = wholeNumber("--days", values.days, 1, 400);
  const workers = wholeNumber("--workers", values.workers, 1, WORKERS_MAX) ?? availableParallelism();
  const names = pickNames(patterns.length > 0 ? patterns : quick ? QUICK : ["*"]);
  const tasks = (quick ? seeds.slice(0, 1) : seeds).flatMap((seed) =>
    names.map((name): Task => ({ name, seed, ...(stations === undefined ? {} : { stations }), ...(days === undefined ? {} : { days }) })),
  );
  if (values.html !== undefined) checkFolder(values.html);
  const startedAt = new Date();
  const { fitting, unfit } = longestFirst(tasks, days === undefined ? [] : names.filter((name) => !patterns.includes(name)));
  if (unfit.length > 0) warn(`left out, because something in them happens later than --days: ${unfit.join(", ")}`);
  const played = await play(fitting, workers, values.html !== undefined);
  const place = ({ scenario, seed }: WorldOutcome): number => tasks.findIndex((task) => task.seed === seed && nameOf(task) === scenario);
  const outcomes = played.outcomes.toSorted((a, b) => place(a) - place(b));
  const score = scoreWorlds(outcomes);
  const facts: RunFacts = {
    version: packageFile.version,
    startedAt: startedAt.toISOString(),
    wallMs: Date.now() - startedAt.getTime(),
    cpuMs: played.cpuMs,
    machine: machineWords(),
    worlds: played.outcomes.length,
    left: played.left,
    set: setOf(seeds),
  };
  const language = languageOf(process.env);
  if (values.html !== undefined) save(values.html, reportPage(score, facts, outcomes, language));
  write(values.json === true ? json(score, facts) : scoreTable(score, facts, language));
  if (played.left > 0) process.exitCode = 130;
  return "done";
});

function wholeNumber(option: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new InputError(option, `a whole number from ${least} to ${most}`, `"${text}"`);
  return value;
}

function nameOf({ name }: Task): string {
  return name.replace(/^.*\//, "").replace(/\.ya?ml$/, "");
}

/**
 * The tasks by length, so that no thread is left alone at the end. A mistake in a scenario is told before anything is played; those
 * that `mayBeUnfit` names, which nobody asked for by name, are left out instead.
 */
function longestFirst(tasks: readonly Task[], mayBeUnfit: readonly string[]): { fitting: Task[]; unfit: string[] } {
  const unfit = new Set<string>();
  const sized: { readonly task: Task; readonly polls: number }[] = [];
  for (const task of tasks)
    try {
      const { network, from, to, pollMs } = openTask(task);
      sized.push({ task, polls: (network.stations.length * (to - from)) / pollMs });
    } catch (error) {
      if (!(error instanceof InputError) || !mayBeUnfit.includes(task.name)) throw error;
      unfit.add(task.name);
    }
  return { fitting: sized.sort((a, b) => b.polls - a.polls).map(({ task }) => task), unfit: [...unfit] };
}

async function play(tasks: readonly Task[], workers: number, curves: boolean): Promise<Played> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once("SIGINT", onInterrupt);
  const isTerminal = process.stderr.isTTY;
  let toldShare = -1;
  try {
    return await playTasks(tasks, {
      workers,
      curves,
      signal: stop.signal,
      progress: ({ done, total, share, playing }) => {
        const line = `${Math.floor(100 * share)} %  ${done}/${total}  ${playing.join(", ")}`;
        if (isTerminal) process.stderr.write(`\r\u001B[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
        else if (share - toldShare >= 0.1 || done === total) {
          toldShare = share;
          process.stderr.write(`${line}\n`);
        }
      },
    });
  } finally {
    if (isTerminal) process.stderr.write("\r\u001B[K");
    process.removeListener("SIGINT", onInterrupt);
  }
}

/** CONTRACT 7, and what was run. The curves are in the report only. */
function json(score: Score, facts: RunFacts): string {
  return JSON.stringify({ ...score, run: facts }, null, 2);
}

/** Before anything is played: nobody wants to hear of it an hour later. */
function checkFolder(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new InputError("--html", "a file in a folder that can be written", `${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function save(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError("--html", "a file that can be written", `${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
