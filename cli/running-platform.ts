import { InputError } from "../model/input-error.ts";
import { COMMAND_TOKEN_MS, openCommandTokens } from "../store/command-tokens.ts";
import { openAppDatabase } from "../store/database.ts";
import { isFolderInUse, readRunning } from "../store/running-file.ts";

/** A command beside the platform: finds the one that works on the data folder and asks it over HTTP, as its owner. */

/** A token is made anew when it has lived for this share of its life. */
const TOKEN_SHARE = 0.5;
const ERROR_CHARACTERS_MAX = 2_000;

export interface RunningPlatform {
  readonly httpUrl: string;
  readonly pid: number;
  /** One request with a valid token; `path` begins with `/api/`. Throws InputError when the platform does not answer at all. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** The same, but an answer that is no success becomes an InputError with the platform's own words. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Ends the token. */
  close(): void;
}

/**
 * The platform that works on `dataFolder`; undefined when nobody does and the command may open the store itself.
 * Throws InputError when the folder is in use by something that cannot be asked (another command).
 */
export function findRunningPlatform(dataFolder: string, options: { command: string; now: () => number }): RunningPlatform | undefined {
  if (!isFolderInUse(dataFolder)) return undefined;
  const running = readRunning(dataFolder);
  if (running === undefined || !isAlive(running.pid))
    throw new InputError(
      dataFolder,
      "a data folder that nobody uses, or a running platform",
      "one that another command uses",
      "wait until that one is done",
    );
  const { command, now } = options;
  const database = openAppDatabase(dataFolder);
  const tokens = openCommandTokens(database);
  tokens.note(command, now());
  let token: string | undefined;
  let issuedAt = 0;

  function bearer(): string {
    const at = now();
    if (token === undefined || at - issuedAt > COMMAND_TOKEN_MS * TOKEN_SHARE || at < issuedAt) {
      const before = token;
      token = tokens.issue(command, at);
      issuedAt = at;
      if (before !== undefined) tokens.end(before);
    }
    return token;
  }

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${bearer()}`);
    try {
      return await fetch(`${running!.httpUrl}${path}`, { ...init, headers });
    } catch (error) {
      throw new InputError(running!.httpUrl, "an answer of the running platform", reasonOf(error));
    }
  }

  return {
    ...running,
    request,
    async ask(path, init) {
      const response = await request(path, init);
      if (response.ok) return response;
      throw await refusalOf(response, `${running.httpUrl}${path.split("?")[0]!}`);
    },
    close() {
      try {
        if (token !== undefined) tokens.end(token);
      } finally {
        token = undefined;
        database.close();
      }
    },
  };
}

/** In a container the platform is another process of the same space; signal 0 only asks. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** An answer that is no success, with the platform's own words. */
export async function refusalOf(response: Response, place: string): Promise<InputError> {
  const text = (await response.text()).slice(0, ERROR_CHARACTERS_MAX);
  let words = text;
  try {
    words = (JSON.parse(text) as { error: { message: string } }).error.message;
  } catch {
    // Something between us and the platform answered.
  }
  return new InputError(place, "an answer of the running platform", `${response.status} ${words}`);
}

/** fetch hides what happened in `cause`. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (error as Error).message;
}
