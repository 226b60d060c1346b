import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, nearestWord } from "../model/input-error.ts";
import type { Scenario } from "../simulators/scenario.ts";
import { parseScenario, type ScenarioOverrides } from "../simulators/scenario-file.ts";

/** Scenario files on disk: the library by name, anybody's own by path. */

const LIBRARY = fileURLToPath(new URL("../simulators/library", import.meta.url));

/** Names of the library's scenarios, in alphabetical order. Files that begin with `_` are only there to be extended. */
export function libraryNames(): string[] {
  return readdirSync(LIBRARY)
    .filter((file) => file.endsWith(".yaml") && !file.startsWith("_"))
    .map((file) => file.slice(0, -".yaml".length))
    .sort();
}

/** Opens a scenario of the library by its name, or a file by its path. Throws an InputError for what is neither, or does not fit. */
export function openScenario(nameOrFile: string, overrides: ScenarioOverrides = {}): Scenario {
  const file = fileOf(nameOrFile);
  return parseScenario(readText(file), file, readText, overrides);
}

function fileOf(nameOrFile: string): string {
  if (/[/\\.]/.test(nameOrFile)) return nameOrFile;
  const file = join(LIBRARY, `${nameOrFile}.yaml`);
  if (existsSync(file)) return file;
  const nearest = nearestWord(nameOrFile, libraryNames());
  throw new InputError(
    "scenario",
    "a file, or the name of a scenario in simulators/library",
    `"${nameOrFile}"`,
    nearest === undefined ? undefined : `did you mean "${nearest}"?`,
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError(file, "a file that can be read", (error as NodeJS.ErrnoException).code ?? String(error));
  }
}
