import { createEffect, createSignal, onCleanup, onMount, Show, type JSX } from "solid-js";
import { ROLE_WORDS } from "../../model/words.ts";
import { usePlant, useShell } from "../context.ts";
import { THEMES } from "../preferences.ts";
import { PRESSURE_UNITS } from "../units.ts";
import { Choice } from "./choice.tsx";

/** Who is signed in; language, theme, units; the way out. */
export function UserMenu(): JSX.Element {
  const { t, say, session, keyboard } = useShell();
  const { user } = usePlant();
  const [open, setOpen] = createSignal(false);
  let box!: HTMLDivElement;
  let button!: HTMLButtonElement;
  onMount(() => {
    const outside = (event: PointerEvent): void => {
      if (open() && !box.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    onCleanup(() => document.removeEventListener("pointerdown", outside));
  });
  const close = (): void => {
    setOpen(false);
    button.focus();
  };
  createEffect(() => {
    // Bound while it is open: the latest binding goes before what Escape means to the screen behind.
    if (open()) keyboard.bind([{ keys: "Escape", word: "helpEscape", run: close }]);
  });
  return (
    <div class="menu" ref={(element) => (box = element)}>
      <button
        ref={(element) => (button = element)}
        type="button"
        class="menu-button"
        aria-expanded={open()}
        aria-haspopup="true"
        onClick={() => setOpen(!open())}
      >
        {user.name} · {say(ROLE_WORDS[user.role])}
      </button>
      <Show when={open()}>
        <div class="menu-sheet">
          <Settings />
          <button type="button" class="button" onClick={() => void session.signOut()}>
            {t("signOut")}
          </button>
        </div>
      </Show>
    </div>
  );
}

/** Language, theme and pressure unit. */
export function Settings(): JSX.Element {
  const { t, preferences } = useShell();
  const themes = { auto: "themeAuto", light: "themeLight", dark: "themeDark" } as const;
  return (
    <>
      <Choice
        legend={t("language")}
        value={preferences.language()}
        onChoose={preferences.setLanguage}
        options={[
          { value: "zh", text: t("languageZh") },
          { value: "en", text: t("languageEn") },
        ]}
      />
      <Choice
        legend={t("theme")}
        value={preferences.theme()}
        onChoose={preferences.setTheme}
        options={THEMES.map((value) => ({ value, text: t(themes[value]) }))}
      />
      <Choice
        legend={t("pressureUnit")}
        value={preferences.pressureUnit()}
        onChoose={preferences.setPressureUnit}
        options={PRESSURE_UNITS.map((value) => ({ value, text: value }))}
      />
    </>
  );
}
