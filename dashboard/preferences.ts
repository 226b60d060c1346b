import { createEffect, createSignal, type Accessor } from "solid-js";
import { LANGUAGES, type Language } from "../model/text.ts";
import { PRESSURE_UNITS, type PressureUnit } from "./units.ts";

/** What a person likes (not what they look at: that is the URL): language, theme, pressure unit. Kept in this browser. */

export const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

export interface Preferences {
  readonly language: Accessor<Language>;
  readonly theme: Accessor<Theme>;
  readonly pressureUnit: Accessor<PressureUnit>;
  /** Changes whenever colours may have: the chosen theme, or the system's while it is followed. */
  readonly colours: Accessor<string>;
  readonly setLanguage: (language: Language) => void;
  readonly setTheme: (theme: Theme) => void;
  readonly setPressureUnit: (unit: PressureUnit) => void;
}

/** The language chosen before, else the one of the browser. */
export function preferredLanguage(page: Window): Language {
  return stored("language", LANGUAGES) ?? (page.navigator.language.startsWith("zh") ? "zh" : "en");
}

/** Reads what was stored before, else what the browser says, and keeps `<html>` in step. Call under a Solid root. */
export function createPreferences(page: Window): Preferences {
  const [language, setLanguage] = createSignal<Language>(preferredLanguage(page));
  const [theme, setTheme] = createSignal<Theme>(stored("theme", THEMES) ?? "auto");
  const [pressureUnit, setPressureUnit] = createSignal<PressureUnit>(stored("pressureUnit", PRESSURE_UNITS) ?? "MPa");
  const dark = page.matchMedia("(prefers-color-scheme: dark)");
  const [systemDark, setSystemDark] = createSignal(dark.matches);
  dark.addEventListener("change", () => setSystemDark(dark.matches));
  const root = page.document.documentElement;
  createEffect(() => {
    root.lang = language() === "zh" ? "zh-CN" : "en";
    keep("language", language());
  });
  createEffect(() => {
    root.dataset["theme"] = theme();
    keep("theme", theme());
  });
  createEffect(() => keep("pressureUnit", pressureUnit()));
  return {
    language,
    theme,
    pressureUnit,
    colours: () => (theme() === "auto" ? (systemDark() ? "dark" : "light") : theme()),
    setLanguage,
    setTheme,
    setPressureUnit,
  };
}

const KEY = "heatsteward.";

/** Storage may be forbidden or full: preferences then last as long as the page. */
function stored<Choice extends string>(key: string, choices: readonly Choice[]): Choice | undefined {
  try {
    const word = localStorage.getItem(KEY + key);
    return choices.find((choice) => choice === word);
  } catch {
    return undefined;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(KEY + key, value);
  } catch {
    // see above
  }
}
