import { InputError } from "../model/input-error.ts";

/** What every small command does alike: help, one line per mistake on stderr, exit code 2 for a mistake in what was given. */

const EXIT_MISTAKE = 2;
const NODE_MAJOR_MIN = 24;

/** Runs a command's body. "help" prints the text. An InputError, or an option that parseArgs refuses, is one line and exit code 2. */
export async function runCommand(
  help: string,
  body: (write: (text: string) => void, warn: (text: string) => void) => Promise<"help" | "done">,
): Promise<void> {
  try {
    checkNode();
    const outcome = await body(
      (text) => process.stdout.write(`${text}\n`),
      (text) => process.stderr.write(`warning: ${text}\n`),
    );
    if (outcome === "help") process.stdout.write(help);
  } catch (error) {
    if (!(error instanceof InputError) && !isOptionMistake(error)) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = EXIT_MISTAKE;
  }
}

/** TypeScript without a build step, node:sqlite and argon2 need it; npm scripts bring it along. */
function checkNode(): void {
  const { node } = process.versions;
  if (Number(node.split(".")[0]) >= NODE_MAJOR_MIN) return;
  throw new InputError(
    "Node",
    `version ${NODE_MAJOR_MIN} or later`,
    node,
    "start with npm (npm start, npm run …): npm ci brings the right one",
  );
}

/** The one NAME that a command is about. */
export function oneName(names: readonly string[]): string {
  const [name, extra] = names;
  if (name === undefined) throw new InputError("NAME", "a name", "nothing");
  if (extra !== undefined) throw new InputError("NAME", "one name", names.join(" "));
  return name;
}

function isOptionMistake(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
}
