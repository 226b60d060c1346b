import { createMemo, For, Show, type JSX } from "solid-js";
import type { TicketDifference } from "../../model/backtest.ts";
import { KIND_WORDS } from "../../model/words.ts";
import { useShell } from "../context.ts";
import { kindCounts } from "./outcome.ts";

/** Tickets by kind: the pale bar is what was opened live, the dark one what would have been. */
export function KindBars(props: { difference: TicketDifference }): JSX.Element {
  const { t, say } = useShell();
  const counts = createMemo(() => kindCounts(props.difference));
  const most = createMemo(() => Math.max(1, ...counts().flatMap(({ live, tried }) => [live, tried])));
  return (
    <Show when={counts().length > 0} fallback={<p class="state">{t("resultNoTickets")}</p>}>
      <ul class="kind-bars">
        <For each={counts()}>
          {({ kind, live, tried }) => (
            <li class="kind-bar">
              <span>{say(KIND_WORDS[kind])}</span>
              <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
                <rect class="kind-live" y="0.5" width={(live / most()) * 100} height="5" />
                <rect class="kind-tried" y="6.5" width={(tried / most()) * 100} height="5" />
              </svg>
              <span class="kind-numbers">
                <span class="visually-hidden">{t("resultLiveTried")}: </span>
                {live} → <b>{tried}</b>
              </span>
            </li>
          )}
        </For>
      </ul>
      <p class="kind-legend">
        <span class="kind-key">{t("resultKeyLive")}</span>
        <span class="kind-key kind-key-tried">{t("resultKeyTried")}</span>
      </p>
    </Show>
  );
}
