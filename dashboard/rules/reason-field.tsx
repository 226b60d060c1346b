import type { JSX } from "solid-js";
import { useShell } from "../context.ts";

/** Why somebody does something: people read it later. One line; the places with room for more have a text area. */
export function ReasonField(props: { value: string; onInput: (text: string) => void; disabled?: boolean }): JSX.Element {
  const { t } = useShell();
  return (
    <label class="form-field">
      <span>{t("rulesReason")}</span>
      <input
        class="input"
        maxlength="500"
        autocomplete="off"
        disabled={props.disabled === true}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </label>
  );
}
