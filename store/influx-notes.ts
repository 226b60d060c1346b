/** What the forwarding remembers in the journal, as it was last written: only what changed goes with the next move of the cursor. */

export interface ForwarderNote {
  readonly name: string;
  readonly text: () => string;
  /** Has to be written with the next move; otherwise it may wait. */
  readonly isUrgent: () => boolean;
}

export interface NoteKeeper {
  /** Those that have to go, and every so often all that changed. */
  take(now: number): Record<string, string | null>;
  /** All that changed. */
  takeAll(now: number): Record<string, string | null>;
  isDue(now: number): boolean;
  /** What was taken was not kept: it goes again. */
  forget(): void;
}

/** Notes that may wait are written this seldom. */
const NOTE_MS = 10_000;

/** `saved`: what the journal has. */
export function createNoteKeeper(notes: readonly ForwarderNote[], saved: Readonly<Record<string, string>>): NoteKeeper {
  const known = new Map(Object.entries(saved));
  let takenAt = -Infinity;
  let isForgotten = false;

  function changed(wanted: (note: ForwarderNote) => boolean): Record<string, string | null> {
    const found: Record<string, string | null> = {};
    for (const note of notes) {
      if (!wanted(note)) continue;
      const text = note.text();
      if (known.get(note.name) === text) continue;
      known.set(note.name, text);
      found[note.name] = text;
    }
    return found;
  }
  function takeAll(now: number): Record<string, string | null> {
    takenAt = now;
    isForgotten = false;
    return changed(() => true);
  }
  const isDue = (now: number): boolean => isForgotten || now - takenAt >= NOTE_MS;

  return {
    take: (now) => (isDue(now) ? takeAll(now) : changed((note) => note.isUrgent())),
    takeAll,
    isDue,
    forget() {
      known.clear();
      isForgotten = true;
    },
  };
}
