import { For, type JSX } from "solid-js";
import { SEASON_PHASES } from "../../model/season.ts";
import { Panel } from "../components/panel.tsx";
import { useShell } from "../context.ts";
import { formatSpan } from "../format.ts";
import type { RuleFacts } from "./rule-facts.ts";

/** What a rule says when it opens a ticket, how long it looks, and in which phases of the season it listens. */
export function RuleCard(props: { rule: RuleFacts }): JSX.Element {
  const { t, say } = useShell();
  const span = (ms: number): string => (ms === 0 ? t("rulesAtOnce") : formatSpan(ms));
  return (
    <>
      <Panel title={t("rulesPhases")} note={t("rulesPhasesNote")}>
        <ul class="phase-boxes">
          <For each={SEASON_PHASES}>
            {(phase) => (
              <li class="phase-box" classList={{ "phase-on": props.rule.phases.includes(phase) }}>
                <span>{t(`phase_${phase}`)}</span>
                <small>{t(props.rule.phases.includes(phase) ? "rulesListens" : "rulesRests")}</small>
              </li>
            )}
          </For>
        </ul>
      </Panel>
      <Panel title={t("rulesTexts")} note={t("rulesTextsNote")} class="rule-card">
        <dl class="rule-texts">
          <dt>{t("rulesCause")}</dt>
          <dd>
            <b>{say(props.rule.cause)}</b>
          </dd>
          <dt>{t("rulesConsequence")}</dt>
          <dd>{say(props.rule.consequence)}</dd>
          <dt>{t("rulesAction")}</dt>
          <dd>
            <ol class="rule-actions">
              <For each={props.rule.action}>{(step) => <li>{say(step)}</li>}</For>
            </ol>
          </dd>
          <dt>{t("rulesRespond")}</dt>
          <dd>{say(props.rule.timeToRespond)}</dd>
          <dt>{t("rulesCompares")}</dt>
          <dd>{t(props.rule.measure.faultWhen === "above" ? "rulesAbove" : "rulesBelow", { name: say(props.rule.measure.name) })}</dd>
          <dt>{t("rulesTimes")}</dt>
          <dd>
            {t("rulesTimesText", { every: formatSpan(props.rule.everyMs), hold: span(props.rule.holdMs), keep: span(props.rule.keepMs) })}
          </dd>
        </dl>
      </Panel>
    </>
  );
}
