import { createUniqueId, For, type JSX } from "solid-js";

/** A labelled set of radio buttons drawn as one segmented control (settings). */
export function Choice<Value extends string>(props: {
  legend: string;
  options: readonly { readonly value: Value; readonly text: string }[];
  value: Value;
  onChoose: (value: Value) => void;
}): JSX.Element {
  const name = createUniqueId();
  return (
    <fieldset class="choice">
      <legend>{props.legend}</legend>
      <div class="choice-options">
        <For each={props.options}>
          {(option) => (
            <label>
              <input
                class="visually-hidden"
                type="radio"
                name={name}
                checked={option.value === props.value}
                onChange={() => props.onChoose(option.value)}
              />
              {option.text}
            </label>
          )}
        </For>
      </div>
    </fieldset>
  );
}
