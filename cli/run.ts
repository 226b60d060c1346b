import { InputError } from "../model/input-error.ts";

/** How every command of the project ends: its work done, or one clear sentence on stderr and exit code 2. */

const NODE_MAJOR_MIN = 24;

/** Runs a command's body. A mistake of the caller (InputError, a bad option) exits with 2, anything else with 1 and its stack. */
export async function runCommand(body: () => Promise<void>): Promise<void> {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < NODE_MAJOR_MIN) {
    console.error(
      `Node: expected version ${NODE_MAJOR_MIN} or later, found ${process.versions.node}; start with npm (npm start, npm run …), which brings its own after npm ci`,
    );
    process.exit(2);
  }
  try {
    await body();
  } catch (error) {
    if (error instanceof InputError || isOptionError(error)) {
      console.error((error as Error).message);
      process.exit(2);
    }
    console.error(error);
    process.exit(1);
  }
}

/** Errors of `node:util` parseArgs: an unknown option, a missing value. */
function isOptionError(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("ERR_PARSE_ARGS");
}
