import { createMemo, For, onCleanup, Show, type JSX } from "solid-js";
import { isOpen, type RuleStatus, type TicketSummary } from "../../model/live.ts";
import { KIND_WORDS } from "../../model/words.ts";
import { get, type ApiError, type Page } from "../api.ts";
import { Panel } from "../components/panel.tsx";
import { SeverityMark, type Concern } from "../components/severity-tag.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { createFetched } from "../fetched.ts";
import { formatNumber, formatSpan } from "../format.ts";
import { ruleDisplay, ruleLines, type RuleLine } from "./rule-lines.ts";

/** How far each rule is from opening a ticket: the bar is the distance to the limit, not the value. Rules of many units show the nearest one. */

const REFRESH_MS = 15_000;
const MINUTE_MS = 60_000;

export function RuleStates(props: { station: string; circuit: string }): JSX.Element {
  const { t, say, preferences } = useShell();
  const { network, live } = usePlant();
  const answer = createFetched(
    () => props.station,
    (station) => get<Page<RuleStatus>>("/api/rules/status", { station }),
  );
  const timer = setInterval(() => document.hidden || answer.refetch(), REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  const failed = () => (answer.latest()?.ok === false ? (answer.latest() as { error: ApiError }).error : undefined);
  const lines = createMemo(() => {
    const loaded = answer.latest();
    return loaded?.ok === true ? ruleLines(loaded.value.items.filter((status) => belongs(status.asset))) : [];
  });
  /** Rules of this circuit, of what hangs below it, and of the station itself. */
  const belongs = (id: string): boolean => {
    const asset = network.asset(id);
    return asset !== undefined && (asset.level === "station" || asset.circuit === props.circuit || asset.id === props.circuit);
  };
  const ticketOf = ({ worst }: RuleLine): TicketSummary | undefined =>
    [...live.tickets().values()].find((ticket) => ticket.kind === worst.kind && ticket.asset === worst.asset && isOpen(ticket.state));
  const concern = (line: RuleLine): Concern | undefined =>
    line.worst.state === "firing" ? (ticketOf(line)?.severity ?? "general") : line.worst.state === "pending" ? "watch" : undefined;
  const stateText = (line: RuleLine): string => {
    const { state, opensAt } = line.worst;
    const ticket = ticketOf(line);
    if (state === "firing")
      return ticket === undefined
        ? t("ruleFiring")
        : t("ruleOpened", { time: formatSpan(Math.max(MINUTE_MS, Math.floor((live.now() - ticket.openedAt) / MINUTE_MS) * MINUTE_MS)) });
    if (state === "unknown") return t("ruleUnknown");
    if (state === "shelved") return t("ruleShelved");
    if (state === "normal") return t("ruleNormal");
    return opensAt === null || opensAt <= live.now()
      ? t("rulePendingNow")
      : t("rulePending", { time: formatSpan(Math.max(MINUTE_MS, Math.ceil((opensAt - live.now()) / MINUTE_MS) * MINUTE_MS)) });
  };
  const numbers = ({ worst }: RuleLine): { value: string; limit: string } => {
    const display = ruleDisplay(worst, preferences.pressureUnit());
    const shown = (value: number): string => formatNumber(value * display.factor, display.decimals);
    return { value: shown(worst.value!), limit: `${shown(worst.limit!)}${display.unit === "" ? "" : ` ${display.unit}`}` };
  };
  const count = (state: RuleStatus["state"]): number => lines().filter((line) => line.worst.state === state).length;
  return (
    <Panel
      class="rules-panel"
      title={t("ruleStates")}
      note={t("ruleStatesNote")}
      side={
        <Show when={lines().length > 0}>
          <span class="secondary">{t("ruleStatesCount", { all: lines().length, firing: count("firing"), pending: count("pending") })}</span>
        </Show>
      }
    >
      <Show
        when={lines().length > 0}
        fallback={
          <Show when={failed()} fallback={answer.loading() ? <Loading /> : <p class="state">{t("ruleStatesNone")}</p>}>
            {(error) => <ErrorState error={error()} onRetry={() => answer.refetch()} />}
          </Show>
        }
      >
        <ul class="rule-lines" tabindex="0" aria-label={t("ruleStates")}>
          <For each={lines()}>
            {(line) => (
              <li class={`rule-line rule-${concern(line) ?? line.worst.state}`}>
                <Show when={concern(line)} fallback={<span class="rule-dot" aria-hidden="true" />}>
                  {(mark) => <SeverityMark concern={mark()} outlined={line.worst.state === "pending"} />}
                </Show>
                <span class="rule-name">
                  {say(KIND_WORDS[line.worst.kind])}
                  <Show when={line.count > 1}>
                    <span class="secondary">
                      {" "}
                      {t("ruleWorstOf", { asset: network.asset(line.worst.asset)?.name ?? line.worst.asset, n: line.count })}
                    </span>
                  </Show>
                </span>
                <span class="rule-numbers">
                  <Show when={line.worst.value !== null && line.worst.limit !== null}>
                    <span class="secondary">{say(line.worst.measure.name)} </span>
                    <b>{numbers(line).value}</b>
                    {t("ruleLimit", { limit: numbers(line).limit })}
                  </Show>
                </span>
                <svg class="rule-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="limit-bar-track" y="3" width="100" height="4" />
                  <rect class="rule-bar-used" y="2" width={line.nearness * 99} height="6" />
                  <rect class="rule-bar-limit" x="98.5" width="1.5" height="10" />
                </svg>
                <span class="rule-state">{stateText(line)}</span>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </Panel>
  );
}
