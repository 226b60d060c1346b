import type { JSX } from "solid-js";
import { useShell } from "../context.ts";
import type { ApiError } from "../api.ts";
import type { Text } from "../../model/text.ts";

/** What stands where content cannot: loading, an error with the way out, nothing there. */

export function Loading(props: { text?: string }): JSX.Element {
  const { t } = useShell();
  return (
    <div class="state" role="status">
      {props.text ?? t("loading")}
    </div>
  );
}

export function Empty(props: { children: JSX.Element }): JSX.Element {
  return <div class="state">{props.children}</div>;
}

export function ErrorState(props: { error: ApiError; onRetry: () => void }): JSX.Element {
  const shell = useShell();
  return (
    <div class="state" role="alert">
      <b class="urgent-text">{shell.t("errorTitle")}</b>
      <span>{errorText(shell, props.error)}</span>
      <button type="button" class="button" onClick={() => props.onRetry()}>
        {shell.t("retry")}
      </button>
    </div>
  );
}

/** The platform's own reason where it gives one in both languages, else what the status says. */
export function errorText({ t, say }: Pick<ReturnType<typeof useShell>, "t" | "say">, error: ApiError): string {
  const { reason } = (error.details ?? {}) as { reason?: Text };
  if (reason?.zh !== undefined) return say(reason);
  if (error.code === "timeout") return t("errorTimeout");
  if (error.status === 0) return t("errorUnreachable");
  if (error.status === 403) return t("errorForbidden");
  if (error.status === 429) return t("errorTooMany");
  return t("errorOther", { message: error.message, code: error.code });
}
