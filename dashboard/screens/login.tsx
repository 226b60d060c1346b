import { createSignal, Show, type JSX } from "solid-js";
import type { ApiError } from "../api.ts";
import { Door, Field } from "../components/door.tsx";
import { errorText } from "../components/states.tsx";
import { useShell } from "../context.ts";
import { formatAge } from "../format.ts";

/** Signing in with name and password. */
export function Login(): JSX.Element {
  const shell = useShell();
  const { t, session } = shell;
  const [name, setName] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<string>();
  const ended = (): boolean => {
    const state = session.state();
    return state.type === "anonymous" && state.ended;
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy()) return;
    setBusy(true);
    const answer = await session.signIn(name().trim(), password());
    setBusy(false);
    if (answer.ok) return;
    setPassword("");
    setFailure(explain(answer.error));
  };
  const explain = (error: ApiError): string => {
    if (error.status === 401) return t("signInWrong");
    const waitMs = (error.details as { retryAfterMs?: number } | undefined)?.retryAfterMs;
    if (error.status === 429 && waitMs !== undefined) return t("signInLocked", { age: formatAge(waitMs) });
    return errorText(shell, error);
  };
  return (
    <Door title={t("signInTitle")} note={t("signInNote")}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <Field label={t("userName")} name="username" autocomplete="username" value={name()} onInput={setName} autofocus />
        <Field
          label={t("password")}
          type="password"
          name="password"
          autocomplete="current-password"
          value={password()}
          onInput={setPassword}
        />
        <div role="alert">
          <Show when={failure() ?? (ended() ? t("sessionEnded") : undefined)}>{(text) => <p class="form-error">{text()}</p>}</Show>
        </div>
        <button class="button button-main" type="submit" disabled={busy()}>
          {busy() ? t("signingIn") : t("signIn")}
        </button>
      </form>
    </Door>
  );
}
