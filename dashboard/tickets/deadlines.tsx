import { For, Show, type JSX } from "solid-js";
import type { Deadline } from "../../model/ticket.ts";
import { CLOCK_WORDS } from "../../model/words.ts";
import { Panel } from "../components/panel.tsx";
import { LimitBar } from "../components/ticket-row.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatClock, formatSpan } from "../format.ts";

/** Every limit of the ticket's clock: time used against the limit, and whether it was kept. */
export function Deadlines(props: { deadlines: readonly Deadline[]; closed: boolean }): JSX.Element {
  const { t, say } = useShell();
  const { live } = usePlant();
  return (
    <Panel title={t("ticketDeadlines")} class="deadlines-panel">
      <ul class="deadlines">
        <For each={props.deadlines}>
          {(deadline) => {
            const end = (): number => deadline.doneAt ?? live.now();
            const usedMs = (): number => Math.max(0, end() - (deadline.dueAt - deadline.limitMs));
            const lateMs = (): number => end() - deadline.dueAt;
            const done = (): boolean => deadline.doneAt !== undefined || props.closed;
            return (
              <li class="deadline">
                <span>{say(CLOCK_WORDS[deadline.clock])}</span>
                <LimitBar
                  used={Math.min(1, usedMs() / deadline.limitMs)}
                  standing={lateMs() > 0 ? "overdue" : done() ? "done" : "running"}
                />
                <b class={lateMs() > 0 ? "urgent-text" : ""}>{formatClock(usedMs())}</b>
                <span class="secondary">/ {formatSpan(deadline.limitMs)}</span>
                <span class="deadline-verdict">
                  <Show when={lateMs() > 0} fallback={done() ? t("inTime") : t("runningNow")}>
                    <b class="urgent-text">▲ {t("late", { span: formatClock(lateMs()) })}</b>
                  </Show>
                </span>
              </li>
            );
          }}
        </For>
      </ul>
    </Panel>
  );
}
