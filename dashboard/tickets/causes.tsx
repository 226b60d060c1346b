import { For, type JSX } from "solid-js";
import type { Cause } from "../../model/finding.ts";
import { Panel } from "../components/panel.tsx";
import { useShell } from "../context.ts";
import { formatShare } from "../format.ts";

/** Ranked causes, each with what speaks for and against it in numbers. */
export function Causes(props: { causes: readonly Cause[] }): JSX.Element {
  const { t, say } = useShell();
  return (
    <Panel title={t("ticketCauses")} note={t("ticketCausesNote")} class="causes-panel">
      <ol class="causes">
        <For each={props.causes}>
          {(cause, index) => (
            <li class="cause">
              <div class="cause-head">
                <span class="cause-rank">{index() + 1}</span>
                <b>{say(cause.name)}</b>
                <span class="cause-share">{formatShare(cause.share)}</span>
              </div>
              <svg class="cause-bar" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
                <rect class="limit-bar-track" width="100" height="3" />
                <rect
                  class={index() === 0 ? "cause-bar-first" : "limit-bar-used"}
                  width={Math.max(0, Math.min(1, cause.share)) * 100}
                  height="3"
                />
              </svg>
              <ul class="cause-reasons">
                <For each={cause.pro}>{(reason) => <li class="cause-pro">{say(reason)}</li>}</For>
                <For each={cause.contra}>{(reason) => <li class="cause-contra">{say(reason)}</li>}</For>
              </ul>
            </li>
          )}
        </For>
      </ol>
    </Panel>
  );
}
