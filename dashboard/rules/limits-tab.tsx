import { createMemo, Show, type JSX } from "solid-js";
import { useShell } from "../context.ts";
import { DraftPanel } from "./draft-panel.tsx";
import { HistoryPanel } from "./history-panel.tsx";
import { LimitTable } from "./limit-table.tsx";
import { PublishPanel } from "./publish-panel.tsx";
import { RuleCard } from "./rule-card.tsx";
import { findRules, ruleKey, type RuleFacts } from "./rule-facts.ts";
import { RuleList } from "./rule-list.tsx";
import { useRules } from "./rules-context.ts";

/** The rules, the limits of the chosen one, and what becomes of changed limits. */
export function LimitsTab(): JSX.Element {
  const { t, router, keyboard } = useShell();
  const desk = useRules();
  const found = createMemo(() => findRules(desk.rules(), router.query("q")));
  const chosen = createMemo((): RuleFacts | undefined => desk.rules().find((rule) => ruleKey(rule) === router.query("rule")) ?? found()[0]);
  let search: HTMLInputElement | undefined;
  const choose = (rule: RuleFacts): void => router.set({ rule: ruleKey(rule) });
  const step = (by: number): void => {
    const list = found();
    const index = list.findIndex((rule) => rule === chosen());
    const next = list[Math.min(list.length - 1, Math.max(0, index + by))];
    if (next === undefined) return;
    choose(next);
    document.querySelector<HTMLElement>(`[data-rule="${CSS.escape(ruleKey(next))}"]`)?.focus();
  };
  keyboard.bind([
    { keys: "/", word: "helpSearch", run: () => search?.focus() },
    { keys: "j", word: "helpNext", run: () => step(1) },
    { keys: "k", word: "helpPrevious", run: () => step(-1) },
    {
      keys: "e",
      word: "rulesHelpEdit",
      run: () => document.querySelector<HTMLElement>(".limit-input:not(:disabled)")?.focus(),
    },
    {
      keys: "Escape",
      word: "helpEscape",
      run: () => {
        (document.activeElement as HTMLElement | null)?.blur();
        router.set({ q: undefined });
      },
    },
  ]);
  return (
    <div class="rules-limits">
      <RuleList rules={found()} chosen={chosen()} onChoose={choose} onSearch={(field) => (search = field)} />
      <div class="rules-column">
        <Show when={chosen()} fallback={<p class="state">{t("rulesNoMatch", { text: router.query("q") })}</p>}>
          {(rule) => (
            <>
              <LimitTable rule={rule()} />
              <RuleCard rule={rule()} />
            </>
          )}
        </Show>
      </div>
      <div class="rules-column">
        <DraftPanel />
        <PublishPanel />
        <HistoryPanel />
      </div>
    </div>
  );
}
