import { Show, type JSX } from "solid-js";
import { useShell } from "../context.ts";
import { Settings } from "./user-menu.tsx";

/** The frame of the pages before signing in. */
export function Door(props: { title: string; note?: string; children: JSX.Element }): JSX.Element {
  const { t } = useShell();
  return (
    <main class="door">
      <div class="door-card">
        <div>
          <p class="secondary">
            {t("brand")} · {t("brandNote")}
          </p>
          <h1>{props.title}</h1>
          <Show when={props.note}>
            <p class="secondary">{props.note}</p>
          </Show>
        </div>
        {props.children}
      </div>
      <details class="door-settings">
        <summary>
          {t("language")} · {t("theme")}
        </summary>
        <div class="form">
          <Settings />
        </div>
      </details>
    </main>
  );
}

/** A labelled text field with an optional hint. */
export function Field(props: {
  label: string;
  type?: "text" | "password";
  name: string;
  autocomplete: string;
  hint?: string;
  value: string;
  onInput: (value: string) => void;
  autofocus?: boolean;
}): JSX.Element {
  return (
    <label class="form-field">
      <span>{props.label}</span>
      <input
        class="input"
        type={props.type ?? "text"}
        name={props.name}
        autocomplete={props.autocomplete}
        autocapitalize="none"
        spellcheck={false}
        required
        autofocus={props.autofocus}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {props.hint === undefined ? null : <span class="form-hint">{props.hint}</span>}
    </label>
  );
}
