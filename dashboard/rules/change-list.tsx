import { For, Show, type JSX } from "solid-js";
import { useShell } from "../context.ts";
import { EVERYWHERE, type LimitChange } from "./draft.ts";
import { plainNumber, unitText } from "./limit-text.ts";
import { useRules } from "./rules-context.ts";

/** Changed limits: what it is, where, the old value struck through beside the new one. */
export function ChangeList(props: { changes: readonly LimitChange[]; onUndo?: (change: LimitChange) => void }): JSX.Element {
  const { t, say } = useShell();
  const desk = useRules();
  /** Taken away everywhere, the default holds again; at an asset, what holds above it. */
  const shown = ({ place, name }: LimitChange, value: number | undefined): string => {
    const usual = place === EVERYWHERE ? desk.limits().get(name)?.value : undefined;
    return value === undefined && usual === undefined ? t("rulesInherits") : plainNumber(value ?? usual!);
  };
  const whatOf = (name: string): string => {
    const limit = desk.limits().get(name);
    return limit === undefined ? name : say(limit.reason);
  };
  return (
    <ul class="change-list">
      <For each={props.changes}>
        {(change) => (
          <li class="change">
            <span class="change-what">
              {whatOf(change.name)}
              <span class="limit-note">
                {desk.placeName(change.place)} · <code class="limit-name">{change.name}</code>
              </span>
            </span>
            <span class="change-values">
              <del>{shown(change, change.before)}</del> <b>{shown(change, change.after)}</b>{" "}
              <span class="secondary">{unitText(desk.limits().get(change.name)?.unit ?? "1")}</span>
            </span>
            <Show when={props.onUndo}>
              {(undo) => (
                <button
                  type="button"
                  class="link-button change-undo"
                  aria-label={t("rulesUndoOf", { what: whatOf(change.name) })}
                  onClick={() => undo()(change)}
                >
                  {t("rulesUndo")}
                </button>
              )}
            </Show>
          </li>
        )}
      </For>
    </ul>
  );
}
