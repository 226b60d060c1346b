import { createMemo, For, Show, type JSX } from "solid-js";
import type { Insight, RuleTrace, TraceLine } from "../../model/insight.ts";
import { KIND_WORDS } from "../../model/words.ts";
import { Panel } from "../components/panel.tsx";
import { SeverityMark } from "../components/severity-tag.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatNumber, formatSpan, formatTime, NO_VALUE } from "../format.ts";
import { ruleDisplay } from "../station/rule-lines.ts";
import type { PlainKey } from "../words/words.ts";
import { limitText } from "./limit-text.ts";
import { useRules } from "./rules-context.ts";
import { Sparkline } from "./sparkline.tsx";
import { minutesToOpen, stateCounts, tracesByAsset } from "./traces.ts";

/** Each rule over the asset with its last evaluations: value against limit, the state of each, and how long until it would open. */

const MINUTE_MS = 60_000;
const STATE_WORDS: Readonly<Record<TraceLine["state"], PlainKey>> = {
  firing: "ruleFiring",
  pending: "rulePendingNow",
  shelved: "ruleShelved",
  normal: "ruleNormal",
  unknown: "ruleUnknown",
};

export function WhyRules(props: { insight: Insight }): JSX.Element {
  const { t } = useShell();
  const { network } = usePlant();
  const groups = createMemo(() => tracesByAsset(props.insight.rules));
  return (
    <Show when={groups().length > 0} fallback={<p class="state">{t("whyNothing")}</p>}>
      <For each={groups()}>
        {(group) => (
          <Panel
            title={network.asset(group.asset)?.name ?? group.asset}
            note={t(`level_${network.asset(group.asset)?.level ?? "station"}`)}
            side={<span class="secondary">{t("rulesCount", { n: group.traces.length })}</span>}
          >
            <ul class="traces">
              <For each={group.traces}>{(trace) => <Trace trace={trace} at={props.insight.at ?? 0} />}</For>
            </ul>
          </Panel>
        )}
      </For>
    </Show>
  );
}

function Trace(props: { trace: RuleTrace; at: number }): JSX.Element {
  const { t, say, preferences } = useShell();
  const { network } = usePlant();
  const desk = useRules();
  const last = (): TraceLine | undefined => props.trace.evaluations.at(-1);
  const state = (): TraceLine["state"] => last()?.state ?? "unknown";
  const display = () => ruleDisplay(props.trace, preferences.pressureUnit());
  const shown = (value: number | null | undefined): string =>
    value === null || value === undefined ? NO_VALUE : formatNumber(value * display().factor, display().decimals);
  const stateText = (): string => {
    if (!props.trace.listens) return t("whyRests");
    const minutes = minutesToOpen(props.trace, props.at);
    return minutes === undefined ? t(STATE_WORDS[state()]) : t("rulePending", { time: formatSpan(Math.max(1, minutes) * MINUTE_MS) });
  };
  const summary = (): string => {
    const lines = props.trace.evaluations;
    const span =
      lines.length === 0 ? "" : `${formatTime(network.timezone, lines[0]!.at)}–${formatTime(network.timezone, lines.at(-1)!.at)}: `;
    return (
      span +
      stateCounts(lines)
        .map(([word, count]) => `${t(STATE_WORDS[word])} ${count}`)
        .join(", ")
    );
  };
  const limits = createMemo(() =>
    Object.entries(props.trace.limits).map(([name, value]) => ({ name, value, facts: desk.limits().get(name) })),
  );
  return (
    <li class={`trace trace-${props.trace.listens ? state() : "rests"}`}>
      <span class="trace-name">
        <Show when={state() === "firing" || state() === "pending"}>
          <SeverityMark concern={state() === "firing" ? "urgent" : "watch"} outlined={state() === "pending"} />
        </Show>
        <b>{say(KIND_WORDS[props.trace.kind])}</b>
        <span class="limit-note">
          {say(props.trace.measure.name)} <b>{shown(last()?.value)}</b>
          <Show when={(last()?.limit ?? null) !== null} fallback={` ${display().unit}`}>
            {t("ruleLimit", { limit: `${shown(last()?.limit)} ${display().unit}`.trim() })}
          </Show>
        </span>
      </span>
      <Sparkline lines={props.trace.evaluations} label={summary()} />
      <span class="trace-state">
        {stateText()}
        <Show when={last()}>{(line) => <span class="limit-note">{formatTime(network.timezone, line().at)}</span>}</Show>
      </span>
      <Show when={limits().length > 0}>
        <details class="trace-limits">
          <summary>{t("whyLimits", { n: limits().length })}</summary>
          <ul>
            <For each={limits()}>
              {({ name, value, facts }) => (
                <li>
                  {facts === undefined ? name : say(facts.reason)} <b>{limitText(value, facts?.unit ?? "1")}</b>
                </li>
              )}
            </For>
          </ul>
        </details>
      </Show>
    </li>
  );
}
