import type { IngestLog } from "./limits.ts";

/** A log line that the field can provoke is said once a minute for each subject; the rest is counted in the next one. */

const QUIET_MS = 60_000;
const SUBJECTS_MAX = 1_000;

export type Warn = (subject: string, text: string) => void;

export function createQuietWarn(log: IngestLog, now: () => number): Warn {
  const subjects = new Map<string, { saidAt: number; unsaid: number }>();
  return (subject, text) => {
    const at = now();
    const known = subjects.get(subject);
    if (known !== undefined && at - known.saidAt < QUIET_MS) {
      known.unsaid++;
      return;
    }
    if (known === undefined && subjects.size >= SUBJECTS_MAX) subjects.clear();
    subjects.set(subject, { saidAt: at, unsaid: 0 });
    log.warn(known !== undefined && known.unsaid > 0 ? `${text} (and ${known.unsaid} more times since)` : text);
  };
}
