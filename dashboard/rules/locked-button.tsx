import { createUniqueId, Show, type JSX } from "solid-js";

/** A button that may not be pressed says why: dashed, with a lock, the reason under it. */
export function LockedButton(props: {
  text: string;
  /** Why not; undefined: it may be pressed. */
  locked: string | undefined;
  onPress?: () => void;
  main?: boolean;
  submit?: boolean;
  busy?: boolean;
}): JSX.Element {
  const why = createUniqueId();
  return (
    <span class="locked-button">
      <button
        type={props.submit ? "submit" : "button"}
        class="button"
        classList={{ "button-main": props.main === true && props.locked === undefined && props.busy !== true }}
        disabled={props.locked !== undefined || props.busy === true}
        aria-describedby={props.locked === undefined ? undefined : why}
        onClick={() => props.onPress?.()}
      >
        <Show when={props.locked !== undefined}>
          <Lock />
        </Show>
        {props.text}
      </button>
      <Show when={props.locked}>
        {(reason) => (
          <span id={why} class="locked-why">
            {reason()}
          </span>
        )}
      </Show>
    </span>
  );
}

export function Lock(): JSX.Element {
  return (
    <svg class="lock" viewBox="0 0 12 14" aria-hidden="true">
      <path d="M3 6V4a3 3 0 0 1 6 0v2h1v7H2V6Zm1.5 0h3V4a1.5 1.5 0 0 0-3 0Z" />
    </svg>
  );
}
