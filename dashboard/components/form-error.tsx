import { Show, type JSX } from "solid-js";
import type { ApiError } from "../api.ts";
import { useShell } from "../context.ts";
import { errorText } from "./states.tsx";

/** Why the platform refused what a form sent; nothing while it did not. */
export function FormError(props: { error: ApiError | undefined }): JSX.Element {
  const shell = useShell();
  return (
    <Show when={props.error}>
      {(failed) => (
        <p class="form-error" role="alert">
          {errorText(shell, failed())}
        </p>
      )}
    </Show>
  );
}
