import { createResource, For, Match, Show, Switch, type JSX } from "solid-js";
import { ErrorState, Loading } from "../components/states.tsx";
import { useShell } from "../context.ts";
import { BacktestTab } from "../rules/backtest-tab.tsx";
import { LimitsTab } from "../rules/limits-tab.tsx";
import { createRulesDesk, RulesContext, useRules } from "../rules/rules-context.ts";
import { SeasonTab } from "../rules/season-tab.tsx";
import { WhyTab } from "../rules/why-tab.tsx";
import type { WordPart } from "../words/words.ts";
import "../styles/controls.css";
import "../styles/table.css";
import "../styles/rules.css";
import "../styles/rules-limits.css";
import "../styles/rules-work.css";
import "../styles/rules-why.css";

/** 规则: what the rules are and at which limits; trying and publishing others; what people know that rules do not; why something was not found. */

const WORDS: WordPart = {
  zh: async () => (await import("../words/rules-zh.ts")).rulesZh,
  en: async () => (await import("../words/rules-en.ts")).rulesEn,
};

export function RulesScreen(): JSX.Element {
  const { learn } = useShell();
  const [speaks] = createResource(() => learn(WORDS).then(() => true));
  return (
    <Show when={speaks()} fallback={<Loading />}>
      <WithDesk />
    </Show>
  );
}

function WithDesk(): JSX.Element {
  const desk = createRulesDesk();
  return (
    <RulesContext.Provider value={desk}>
      <Rules />
    </RulesContext.Provider>
  );
}

const TABS = [
  { id: "", word: "rulesTabLimits" },
  { id: "backtest", word: "rulesTabBacktest" },
  { id: "season", word: "rulesTabSeason" },
  { id: "why", word: "rulesTabWhy" },
] as const;

function Rules(): JSX.Element {
  const { t, router, keyboard } = useShell();
  const desk = useRules();
  const tab = (): string => TABS.find(({ id }) => id === router.query("tab"))?.id ?? "";
  keyboard.bind([
    {
      keys: "v",
      word: "rulesHelpTab",
      run: () => {
        const index = TABS.findIndex(({ id }) => id === tab());
        router.set({ tab: TABS[(index + 1) % TABS.length]!.id }, true);
      },
    },
  ]);
  return (
    <div class="rules">
      <header class="rules-head">
        <h1>{t("navRules")}</h1>
        <nav class="rules-tabs" aria-label={t("navRules")}>
          <For each={TABS}>
            {({ id, word }) => (
              <button type="button" class="rules-tab" aria-pressed={tab() === id} onClick={() => router.set({ tab: id }, true)}>
                {t(word)}
              </button>
            )}
          </For>
        </nav>
        <span class="secondary rules-standing">
          <Show when={desk.draft.changes().length > 0}>
            <a class="draft-flag" href="/rules">
              {t("rulesDraftCount", { n: desk.draft.changes().length })}
            </a>
          </Show>
          <span class="rules-keys">
            <kbd>v</kbd> {t("rulesHelpTab")}
          </span>
        </span>
      </header>
      <Show
        when={desk.ready()}
        fallback={
          <Show when={desk.failed()} fallback={<Loading />}>
            {(error) => <ErrorState error={error()} onRetry={desk.retry} />}
          </Show>
        }
      >
        <Switch>
          <Match when={tab() === ""}>
            <LimitsTab />
          </Match>
          <Match when={tab() === "backtest"}>
            <BacktestTab />
          </Match>
          <Match when={tab() === "season"}>
            <SeasonTab />
          </Match>
          <Match when={tab() === "why"}>
            <WhyTab />
          </Match>
        </Switch>
      </Show>
    </div>
  );
}
