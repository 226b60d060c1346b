import type { InfluxQuery, InfluxWriter } from "./influx.ts";
import { InfluxError } from "./influx.ts";
import { Interrupted } from "./influx-refused.ts";

/**
 * How far InfluxDB got, kept in InfluxDB itself: one point with the newest sequence. When it is behind what was once confirmed, the
 * server was restored from an older backup (or wiped), and everything since then has to go there again.
 */

const MARKER_MEASUREMENT = "heatsteward";

/** What was forwarded up to a marker since the one before it. */
interface Mark {
  readonly sequence: number;
  /** Lowest event time of it; null: there is no lowest. */
  readonly from: number | null;
}

export interface Marks {
  /** The newest confirmed sequence; undefined before the first. */
  readonly confirmed: number | undefined;
  /** Points from this event time on were written, or are about to be. */
  touch(from: number): void;
  /** The marker `sequence` is confirmed; `left`: lowest event time of what has been written in part only (rollups, backfill). */
  confirm(sequence: number, left: number): void;
  /** Lowest event time written after the marker `found` (undefined: none was found). */
  since(found: number | undefined): number;
  /** Begins anew: everything from `from` on is written again. */
  reset(from: number): void;
  /** The note, and whether the last one that was asked for no longer covers what was written. */
  readonly text: () => string;
  readonly isNoteStale: boolean;
}

interface Note {
  readonly marks: readonly Mark[];
  /** Lowest event time written since the last of them; null: there is no lowest. */
  readonly from: number | null;
}

/** Marks kept; beyond it neighbours become one, the oldest first. */
const MARKS_MAX = 128;

export function createMarks(text: string | undefined): Marks {
  const note: Note = text === undefined ? { marks: [], from: Number.MAX_SAFE_INTEGER } : (JSON.parse(text) as Note);
  let marks: readonly Mark[] = note.marks;
  /** Since the last mark, and since the last one that is in the note. */
  let from = timeOf(note.from);
  let fromNoted = from;
  let noted = from;
  let leftThen = Infinity;
  return {
    get confirmed() {
      return marks.at(-1)?.sequence;
    },
    touch(at) {
      from = Math.min(from, at);
      fromNoted = Math.min(fromNoted, at);
    },
    confirm(sequence, left) {
      marks = [...marks, { sequence, from: textOf(Math.min(from, leftThen)) }];
      if (marks.length > MARKS_MAX) marks = joinOldest(marks);
      from = Infinity;
      leftThen = left;
      // Whatever comes to be written of it belongs to what follows the marker.
      fromNoted = Math.min(fromNoted, left);
    },
    since(found) {
      if (found === undefined || marks.length === 0) return -Infinity;
      const after = marks.filter(({ sequence }) => sequence > found);
      return Math.min(from, leftThen, ...after.map((mark) => timeOf(mark.from)));
    },
    reset(at) {
      marks = [];
      from = at;
      fromNoted = at;
    },
    text() {
      noted = fromNoted = Math.min(from, leftThen);
      return JSON.stringify({ marks, from: textOf(noted) } satisfies Note);
    },
    get isNoteStale() {
      return fromNoted < noted;
    },
  };
}

/** JSON knows no infinity. */
function textOf(at: number): number | null {
  return at === -Infinity ? null : Math.min(at, Number.MAX_SAFE_INTEGER);
}

function timeOf(at: number | null): number {
  return at ?? -Infinity;
}

function joinOldest(marks: readonly Mark[]): Mark[] {
  const half = (marks.length >>> 1) & ~1;
  const joined: Mark[] = [];
  for (let index = 0; index < half; index += 2) {
    const [first, second] = [marks[index]!, marks[index + 1]!];
    joined.push({ sequence: second.sequence, from: textOf(Math.min(timeOf(first.from), timeOf(second.from))) });
  }
  return [...joined, ...marks.slice(half)];
}

/** Throws Interrupted when it could not be written. */
export async function writeMarker(writer: InfluxWriter, instance: string, sequence: number): Promise<void> {
  const outcome = await writer.write("rollup", [`${MARKER_MEASUREMENT},instance=${instance} sequence=${sequence} 0`]);
  if (outcome.type === "written") return;
  throw new Interrupted(outcome.type === "refused" ? { type: "unauthorized", reason: outcome.reason } : outcome);
}

/** The sequence of the marker; undefined when there is none. Rejects with InfluxError. */
export async function readMarker(query: InfluxQuery, instance: string): Promise<number | undefined> {
  const tables = await query.query("rollup", `SELECT "sequence" FROM "${MARKER_MEASUREMENT}" WHERE "instance" = $instance`, { instance });
  const table = tables[0];
  const sequence = table?.rows.at(-1)?.[table.columns.indexOf("sequence")];
  if (sequence === undefined || sequence === null) return undefined;
  if (typeof sequence !== "number") throw new InfluxError("refused", `the marker is not a number: ${String(sequence)}`);
  return sequence;
}
