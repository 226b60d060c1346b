import { For, type JSX } from "solid-js";

/** A short row of exclusive choices that change the view at once (ranges, modes). */
export function Segments<Value extends string>(props: {
  label: string;
  options: readonly { readonly value: Value; readonly text: string }[];
  value: Value;
  onChoose: (value: Value) => void;
}): JSX.Element {
  return (
    <span class="segments" role="group" aria-label={props.label}>
      <For each={props.options}>
        {(option) => (
          <button type="button" aria-pressed={option.value === props.value} onClick={() => props.onChoose(option.value)}>
            {option.text}
          </button>
        )}
      </For>
    </span>
  );
}
