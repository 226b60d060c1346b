import { createSignal, For, Show, type JSX } from "solid-js";
import { useShell } from "../context.ts";
import type { Binding } from "../keyboard.ts";

/** The list of keys that work right now, opened by `?`. */
export function HelpDialog(): JSX.Element {
  const { t, keyboard } = useShell();
  let dialog!: HTMLDialogElement;
  const [open, setOpen] = createSignal(false);
  keyboard.bind([
    {
      keys: "?",
      word: "helpOpen",
      run: () => {
        setOpen(true);
        dialog.showModal();
      },
    },
  ]);
  /** One line for each meaning: J and ↓ stand together. */
  const lines = (): { keys: string[]; binding: Binding }[] => {
    const found = new Map<string, { keys: string[]; binding: Binding }>();
    for (const binding of keyboard.bindings()) {
      const line = found.get(binding.word) ?? { keys: [], binding };
      if (!line.keys.includes(binding.keys)) line.keys.push(binding.keys);
      found.set(binding.word, line);
    }
    return [...found.values()];
  };
  return (
    <dialog
      class="dialog"
      ref={(element) => (dialog = element)}
      aria-label={t("helpTitle")}
      onClose={() => setOpen(false)}
      onClick={(event) => event.target === dialog && dialog.close()}
    >
      <Show when={open()}>
        <div class="panel-head">
          <h2>{t("helpTitle")}</h2>
          <span class="panel-side">
            <button type="button" class="button" onClick={() => dialog.close()}>
              {t("close")} <kbd>Esc</kbd>
            </button>
          </span>
        </div>
        <dl class="keys dialog-body">
          <For each={lines()}>
            {(line) => (
              <>
                <dt>
                  <For each={line.keys}>{(keys) => <KeyCaps keys={keys} />}</For>
                </dt>
                <dd>{t(line.binding.word)}</dd>
              </>
            )}
          </For>
        </dl>
      </Show>
    </dialog>
  );
}

const CAPS: Readonly<Record<string, string>> = { Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→" };

function KeyCaps(props: { keys: string }): JSX.Element {
  return (
    <span class="key-caps">
      <For each={props.keys.split(" ")}>
        {(key) => <kbd>{CAPS[key] ?? (key.length === 1 && /[a-z]/.test(key) ? key.toUpperCase() : key)}</kbd>}
      </For>{" "}
    </span>
  );
}
