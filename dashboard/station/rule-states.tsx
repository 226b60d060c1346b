import { createMemo, createResource, For, onCleanup, Show, type JSX } from "solid-js";
import type { RuleStatus } from "../../model/live.ts";
import { KIND_WORDS } from "../../model/words.ts";
import { get, type Page } from "../api.ts";
import { Panel } from "../components/panel.tsx";
import { SeverityMark } from "../components/severity-tag.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatNumber, formatSpan } from "../format.ts";

/** How far each rule is from opening a ticket: the bar is the distance to the limit, not the value. Rules of many units show the nearest one. */

const REFRESH_MS = 15_000;

export interface RuleLine {
  readonly worst: RuleStatus;
  readonly count: number;
  /** 0…1: how near to the limit. */
  readonly nearness: number;
}

const STATE_ORDER: Readonly<Record<RuleStatus["state"], number>> = { firing: 0, pending: 1, normal: 2, unknown: 3 };

/** One line per kind and place in the tree, the nearest asset of each; firing first. */
export function ruleLines(statuses: readonly RuleStatus[]): RuleLine[] {
  const groups = new Map<string, RuleStatus[]>();
  for (const status of statuses) {
    const list = groups.get(status.kind);
    if (list === undefined) groups.set(status.kind, [status]);
    else list.push(status);
  }
  return [...groups.values()]
    .map((list): RuleLine => {
      const worst = [...list].sort((a, b) => STATE_ORDER[a.state] - STATE_ORDER[b.state] || nearnessOf(b) - nearnessOf(a))[0]!;
      return { worst, count: list.length, nearness: nearnessOf(worst) };
    })
    .sort((a, b) => STATE_ORDER[a.worst.state] - STATE_ORDER[b.worst.state] || b.nearness - a.nearness);
}

/** A value that has to stay below its limit nears it as their ratio; one that has to stay above (pressure) the other way round. */
function nearnessOf({ value, limit, state, kind }: RuleStatus): number {
  if (state === "firing" || state === "pending") return 1;
  if (value === null || limit === null || limit === 0) return 0;
  const ratio = kind === "low_pressure" ? (value === 0 ? 1 : limit / value) : value / limit;
  return Math.max(0, Math.min(1, ratio));
}

export function RuleStates(props: { station: string; circuit: string }): JSX.Element {
  const { t, say } = useShell();
  const { network, live } = usePlant();
  const [answer, { refetch }] = createResource(
    () => props.station,
    (station) => get<Page<RuleStatus>>("/api/rules/status", { station }),
  );
  const timer = setInterval(() => document.hidden || void refetch(), REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  const lines = createMemo(() => {
    const loaded = answer.latest;
    if (loaded?.ok !== true) return [];
    return ruleLines(loaded.value.items.filter((status) => belongs(status.asset)));
  });
  /** Rules of this circuit, of what hangs below it, and of the station itself. */
  const belongs = (id: string): boolean => {
    const asset = network.asset(id);
    return asset !== undefined && (asset.level === "station" || asset.circuit === props.circuit || asset.id === props.circuit);
  };
  const stateText = (line: RuleLine): string => {
    const { state, opensAt } = line.worst;
    if (state === "firing") return t("ruleFiring");
    if (state === "unknown") return t("ruleUnknown");
    if (state === "normal") return t("ruleNormal");
    return opensAt === null || opensAt <= live.now() ? t("rulePendingNow") : t("rulePending", { time: formatSpan(Math.max(60_000, Math.ceil((opensAt - live.now()) / 60_000) * 60_000)) });
  };
  const count = (state: RuleStatus["state"]): number => lines().filter((line) => line.worst.state === state).length;
  return (
    <Panel title={t("ruleStates")} note={t("ruleStatesNote")} side={<span class="secondary">{t("ruleStatesCount", { all: lines().length, firing: count("firing"), pending: count("pending") })}</span>}>
      <ul class="rule-lines">
        <For each={lines()}>
          {(line) => (
            <li class={`rule-line rule-${line.worst.state}`}>
              <Show when={line.worst.state === "firing" || line.worst.state === "pending"} fallback={<span class="rule-dot" aria-hidden="true" />}>
                <SeverityMark concern={line.worst.state === "firing" ? "general" : "watch"} outlined={line.worst.state === "pending"} />
              </Show>
              <span class="rule-name">
                {say(KIND_WORDS[line.worst.kind])}
                <Show when={line.count > 1}>
                  <span class="secondary"> {t("ruleWorstOf", { asset: network.asset(line.worst.asset)?.name ?? line.worst.asset, n: line.count })}</span>
                </Show>
              </span>
              <span class="rule-numbers">
                <Show when={line.worst.value !== null && line.worst.limit !== null}>{t("ruleCompare", { value: number(line.worst.value!), limit: number(line.worst.limit!) })}</Show>
              </span>
              <svg class="rule-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="limit-bar-track" y="1" width="100" height="4" />
                <rect class="rule-bar-used" y="1" width={line.nearness * 98} height="4" />
                <rect class="rule-bar-limit" x="98" width="2" height="6" />
              </svg>
              <span class="rule-state">{stateText(line)}</span>
            </li>
          )}
        </For>
      </ul>
    </Panel>
  );
}

function number(value: number): string {
  return formatNumber(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}
