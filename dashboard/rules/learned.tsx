import { createMemo, For, Show, type JSX } from "solid-js";
import type { LearnedFact, Learning } from "../../model/insight.ts";
import { SIGNALS } from "../../model/signals.ts";
import { Panel } from "../components/panel.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatNumber } from "../format.ts";
import { displayOfUnit, type Display } from "../units.ts";
import { dayCurve } from "./spark.ts";

/** What the rules learned of an asset and around it, by the hour where it goes with the hour, and the points that nobody believes at the moment. */

const CURVE_WIDTH = 144;
const CURVE_HEIGHT = 24;

export function Learned(props: { learning: Learning }): JSX.Element {
  const { t, say } = useShell();
  const { network } = usePlant();
  const groups = createMemo(() => {
    const found = new Map<string, LearnedFact[]>();
    for (const fact of props.learning.facts) found.set(fact.asset, [...(found.get(fact.asset) ?? []), fact]);
    return [...found].map(([asset, facts]) => ({ asset, facts }));
  });
  const nameOf = (asset: string): string => (network.asset(asset) === undefined ? asset : network.fullName(asset));
  return (
    <>
      <Panel title={t("learnedDistrusted")} note={t("learnedDistrustedNote")} class="distrusted">
        <Show when={props.learning.distrusted.length > 0} fallback={<p class="state">{t("learnedAllBelieved")}</p>}>
          <ul>
            <For each={props.learning.distrusted}>
              {({ asset, signal }) => (
                <li class="general-text">
                  ■ {nameOf(asset)} · {say(SIGNALS[signal].name)}
                </li>
              )}
            </For>
          </ul>
        </Show>
      </Panel>
      <Panel title={t("learned")} note={t("learnedNote")}>
        <Show when={groups().length > 0} fallback={<p class="state">{t("learnedNothing")}</p>}>
          <For each={groups()}>
            {(group, index) => (
              <details class="learned" open={index() === 0 || group.asset === props.learning.asset}>
                <summary>
                  <b>{nameOf(group.asset)}</b> <span class="secondary">{t("learnedCount", { n: group.facts.length })}</span>
                </summary>
                <ul>
                  <For each={group.facts}>{(fact) => <Fact fact={fact} />}</For>
                </ul>
              </details>
            )}
          </For>
        </Show>
      </Panel>
    </>
  );
}

function Fact(props: { fact: LearnedFact }): JSX.Element {
  const { t, say, preferences } = useShell();
  const display = (): Display => displayOfUnit(props.fact.unit, preferences.pressureUnit(), props.fact.unit === "kPa" ? undefined : 2);
  const shown = (value: number): string => `${formatNumber(value * display().factor, display().decimals)} ${display().unit}`.trim();
  const curve = createMemo(() => (props.fact.byHour === undefined ? undefined : dayCurve(props.fact.byHour, CURVE_WIDTH, CURVE_HEIGHT)));
  const known = (): number[] => (props.fact.byHour ?? []).filter((value): value is number => value !== null);
  return (
    <li class="fact">
      <span>
        {say(props.fact.name)}
        <span class="limit-note">{t(props.fact.taught.of === "h" ? "learnedHours" : "learnedDays", { n: props.fact.taught.count })}</span>
      </span>
      <span class="fact-value">
        <Show when={props.fact.value !== null} fallback={<span class="secondary">{curve() === undefined ? t("learnedNotYet") : ""}</span>}>
          <b>{shown(props.fact.value!)}</b>
        </Show>
      </span>
      <Show when={curve()}>
        {(path) => (
          <span class="fact-curve">
            <svg
              viewBox={`0 0 ${CURVE_WIDTH} ${CURVE_HEIGHT}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={t("learnedByHour", { low: shown(Math.min(...known())), high: shown(Math.max(...known())) })}
            >
              <path class="spark-value" d={path()} vector-effect="non-scaling-stroke" />
            </svg>
            <span class="fact-hours">
              <span>0</span>
              <span>6</span>
              <span>12</span>
              <span>18</span>
              <span>24 h</span>
            </span>
          </span>
        )}
      </Show>
    </li>
  );
}
