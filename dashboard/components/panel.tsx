import { Show, type JSX } from "solid-js";

/** A titled box: heading, a quiet note beside it, controls at its right end. Headings are the way through a screen; a landmark for each box would be noise. */
export function Panel(props: {
  title: string;
  note?: JSX.Element;
  side?: JSX.Element;
  class?: string;
  children: JSX.Element;
}): JSX.Element {
  return (
    <section class={`panel ${props.class ?? ""}`}>
      <div class="panel-head">
        <h2>{props.title}</h2>
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
