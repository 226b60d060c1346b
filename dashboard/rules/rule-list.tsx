import { For, Show, type JSX } from "solid-js";
import { Panel } from "../components/panel.tsx";
import { useShell } from "../context.ts";
import { byLevel, ruleKey, type RuleFacts } from "./rule-facts.ts";
import { useRules } from "./rules-context.ts";

/** The rules by place, found by word; a heavy edge marks those that the draft changes, a dot those with published limits of their own. */
export function RuleList(props: {
  rules: readonly RuleFacts[];
  chosen: RuleFacts | undefined;
  onChoose: (rule: RuleFacts) => void;
  onSearch: (field: HTMLInputElement) => void;
}): JSX.Element {
  const { t, say, router } = useShell();
  const desk = useRules();
  const changed = (rule: RuleFacts): number =>
    desk.draft.changes().filter(({ name }) => rule.limits.some((limit) => limit.name === name)).length;
  const set = (rule: RuleFacts): boolean =>
    Object.values(desk.published()[0]?.overrides ?? {}).some((limits) => rule.limits.some(({ name }) => limits[name] !== undefined));
  return (
    <Panel
      title={t("rulesList")}
      note={t("rulesListNote")}
      side={<span>{t("rulesCount", { n: props.rules.length })}</span>}
      class="rule-list"
    >
      <div class="rule-search">
        <input
          ref={(element) => props.onSearch(element)}
          class="input"
          type="search"
          placeholder={t("rulesSearch")}
          aria-label={t("rulesSearch")}
          value={router.query("q")}
          onInput={(event) => router.set({ q: event.currentTarget.value })}
        />
      </div>
      <div class="rule-scroll" tabindex="0" role="group" aria-label={t("rulesList")}>
        <For each={byLevel(props.rules)}>
          {(group) => (
            <section>
              <h3 class="rule-level">{t(`level_${group.level}`)}</h3>
              <ul>
                <For each={group.rules}>
                  {(rule) => (
                    <li>
                      <button
                        type="button"
                        class="rule-item"
                        classList={{ "rule-changed": changed(rule) > 0 }}
                        data-rule={ruleKey(rule)}
                        aria-current={rule === props.chosen ? "true" : undefined}
                        onClick={() => props.onChoose(rule)}
                      >
                        <b>{say(rule.words)}</b>
                        <span class="secondary ellipsis">{say(rule.measure.name)}</span>
                        <span class="rule-marks">
                          <Show when={changed(rule) > 0}>
                            <b>{t("rulesChanged", { n: changed(rule) })}</b>
                          </Show>
                          <Show when={set(rule)}>
                            <span title={t("rulesSetNote")}>{t("rulesSet")}</span>
                          </Show>
                        </span>
                      </button>
                    </li>
                  )}
                </For>
              </ul>
            </section>
          )}
        </For>
      </div>
    </Panel>
  );
}
