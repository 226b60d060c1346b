import { createSignal, type Accessor } from "solid-js";
import type { LimitValues } from "../../model/limit-values.ts";
import type { LimitsView } from "../../model/rule-control.ts";
import { changesBetween, type Draft, type LimitChange, parseDraft, withLimit } from "./draft.ts";

/** The draft of limits of this tab: what differs from the published set; kept over a reload, gone with the tab. */

export interface DraftStore {
  /** The set as it would be published: the published one while nothing was changed. */
  readonly limits: Accessor<LimitValues>;
  readonly changes: Accessor<readonly LimitChange[]>;
  /** Somebody published another set since this draft was begun. */
  readonly outdated: Accessor<boolean>;
  readonly change: (place: string, name: string, value: number | undefined) => void;
  /** Takes a whole set (an old one, the defaults) as the draft. */
  readonly take: (set: LimitValues) => void;
  readonly discard: () => void;
}

const KEY = "heatsteward.rules.draft";

export function createDraft(published: Accessor<LimitsView | undefined>): DraftStore {
  const [draft, setDraft] = createSignal(parseDraft(read()));
  const base = (): LimitValues => published()?.overrides ?? {};
  const limits = (): LimitValues => draft()?.overrides ?? base();
  const changes = (): LimitChange[] => changesBetween(base(), limits());
  const begin = (overrides: LimitValues, from: string | null): void => {
    const next: Draft = { base: from, overrides };
    // Nothing differs any more: no draft.
    const kept = changesBetween(base(), overrides).length === 0 ? undefined : next;
    setDraft(kept);
    keep(kept);
  };
  return {
    limits,
    changes,
    outdated: () => draft() !== undefined && changes().length > 0 && draft()!.base !== (published()?.id ?? null),
    change: (place, name, value) =>
      begin(withLimit(limits(), place, name, value), draft() === undefined ? (published()?.id ?? null) : draft()!.base),
    take: (set) => begin(set, published()?.id ?? null),
    discard: () => {
      setDraft(undefined);
      keep(undefined);
    },
  };
}

/** Storage may be forbidden or full: the draft then lasts as long as the page. */
function read(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(draft: Draft | undefined): void {
  try {
    if (draft === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // see above
  }
}
