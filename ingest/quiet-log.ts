import type { IngestLog } from "./limits.ts";

/** A log line that the field can provoke is said once a minute for each subject; the rest is counted in the next one. */

const QUIET_MS = 60_000;
/** Subjects of one minute that get a line of their own; a stranger who makes up more of them shares one line with all further ones. */
const SUBJECTS_MAX = 1_000;
const SUBJECT_CHARACTERS_MAX = 200;
const LINE_CHARACTERS_MAX = 500;

export type Warn = (subject: string, text: string) => void;

interface Said {
  at: number;
  unsaid: number;
}

const newSaid = (): Said => ({ at: Number.NEGATIVE_INFINITY, unsaid: 0 });

export function createQuietWarn(log: IngestLog, now: () => number): Warn {
  const subjects = new Map<string, Said>();
  const others = newSaid();
  return (subject, text) => {
    const at = now();
    const said = saidOf(subjects, subject.slice(0, SUBJECT_CHARACTERS_MAX), at) ?? others;
    if (isRecent(said, at)) {
      said.unsaid++;
      return;
    }
    const line = text.length <= LINE_CHARACTERS_MAX ? text : `${text.slice(0, LINE_CHARACTERS_MAX)}…`;
    const more = said === others ? "lines about others" : "times";
    log.warn(said.unsaid > 0 ? `${line} (and ${said.unsaid} more ${more} since)` : line);
    said.at = at;
    said.unsaid = 0;
  };
}

/** A clock that was set back makes nothing recent: silence would last as long as it was set back. */
const isRecent = (said: Said, at: number): boolean => at >= said.at && at - said.at < QUIET_MS;

/** What was said of a subject; undefined when there is no room for another one. */
function saidOf(subjects: Map<string, Said>, subject: string, at: number): Said | undefined {
  const known = subjects.get(subject);
  if (known !== undefined) return known;
  if (subjects.size >= SUBJECTS_MAX) for (const [each, said] of subjects) if (!isRecent(said, at)) subjects.delete(each);
  if (subjects.size >= SUBJECTS_MAX) return undefined;
  const fresh = newSaid();
  subjects.set(subject, fresh);
  return fresh;
}
