import { createUniqueId, Show, type JSX } from "solid-js";

/** A titled box: heading, a quiet note beside it, controls at its right end. */
export function Panel(props: { title: string; note?: JSX.Element; side?: JSX.Element; class?: string; children: JSX.Element }): JSX.Element {
  const id = createUniqueId();
  return (
    <section class={`panel ${props.class ?? ""}`} aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{props.title}</h2>
        <Show when={props.note}>
          <span class="panel-note">{props.note}</span>
        </Show>
        <Show when={props.side}>
          <span class="panel-side">{props.side}</span>
        </Show>
      </div>
      <div class="panel-body">{props.children}</div>
    </section>
  );
}
