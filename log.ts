import type { LogLevel } from "./config.ts";

/** Lines for the operator of the process: time, level, sentence. One writer, no library: journald or docker adds the rest. */

export interface Log {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

/** What a stranger wrote into a line may neither end it nor talk to the terminal: control characters become blanks. */
const oneLine = (line: string): string => line.replaceAll(/\p{Cc}+/gu, " ");

/** A log that writes lines of at least `level` to stderr, so that stdout stays for what a person asked for. */
export function createLog(level: LogLevel, write: (line: string) => void = (line) => void process.stderr.write(line)): Log {
  const at = (rank: Exclude<LogLevel, "silent">) =>
    RANK[rank] < RANK[level] ? () => {} : (line: string) => write(`${new Date().toISOString()} ${rank.padEnd(5)} ${oneLine(line)}\n`);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
