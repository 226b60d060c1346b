import { createSignal, onCleanup, type Accessor } from "solid-js";
import type { PlainKey } from "./words/words.ts";

/** Keys of the whole page: single keys and `g x` sequences, bound by whoever is on screen, listed by the help dialog. */

export interface Binding {
  /** "j", "Enter", "?", or a sequence "g o". Compared with KeyboardEvent.key. */
  readonly keys: string;
  readonly word: PlainKey;
  /** Return false to let the browser have the key as if it were not bound. */
  readonly run: (event: KeyboardEvent) => boolean | void;
}

export interface Keyboard {
  /** Binds keys while the current Solid owner lives; the latest binding of a key wins. */
  readonly bind: (bindings: readonly Binding[]) => void;
  readonly bindings: Accessor<readonly Binding[]>;
}

/** A second key of a sequence has to follow within this time. */
const SEQUENCE_MS_MAX = 1200;

export function createKeyboard(page: Window): Keyboard {
  const [bindings, setBindings] = createSignal<readonly Binding[]>([]);
  let first: { key: string; at: number } | undefined;
  page.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    // A field keeps every key but Escape; a button or link keeps Enter and Space.
    if (isField(event.target) && event.key !== "Escape") return;
    if (isPressable(event.target) && (event.key === "Enter" || event.key === " ")) return;
    // A dialog has the keyboard to itself, and Escape closes it and nothing behind it.
    if (page.document.querySelector("dialog[open]") !== null) return;
    const sequence = first !== undefined && event.timeStamp - first.at <= SEQUENCE_MS_MAX ? `${first.key} ${event.key}` : undefined;
    first = undefined;
    const bound = (sequence === undefined ? undefined : find(bindings(), sequence)) ?? find(bindings(), event.key);
    if (bound !== undefined) {
      if (bound.run(event) !== false) event.preventDefault();
    } else if (bindings().some((binding) => binding.keys.startsWith(`${event.key} `))) {
      first = { key: event.key, at: event.timeStamp };
    }
  });
  return {
    bindings,
    bind: (added) => {
      setBindings((known) => [...known, ...added]);
      onCleanup(() => setBindings((known) => known.filter((binding) => !added.includes(binding))));
    },
  };
}

const find = (bindings: readonly Binding[], keys: string): Binding | undefined =>
  bindings.findLast((binding) => binding.keys === keys || binding.keys === keys.toLowerCase());

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement
    ? !["checkbox", "radio", "button", "submit"].includes(target.type)
    : target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

const isPressable = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("a, button, summary, [role=button]") !== null;
