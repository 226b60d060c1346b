import { createSignal, Show, type JSX } from "solid-js";
import { Door, Field } from "../components/door.tsx";
import { errorText } from "../components/states.tsx";
import { useShell } from "../context.ts";
import { PASSWORD_LENGTH_MIN } from "../session.ts";

/** The first administrator, created with the one-time token that the platform printed. */
export function SetUp(): JSX.Element {
  const shell = useShell();
  const { t, session } = shell;
  const [token, setToken] = createSignal("");
  const [name, setName] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<string>();
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy()) return;
    if (password().length < PASSWORD_LENGTH_MIN) {
      setFailure(t("setupShort", { n: PASSWORD_LENGTH_MIN }));
      return;
    }
    setBusy(true);
    const answer = await session.setUp(token().trim(), name().trim(), password());
    setBusy(false);
    if (!answer.ok)
      setFailure(answer.error.status === 401 || answer.error.status === 403 ? t("setupBadToken") : errorText(shell, answer.error));
  };
  return (
    <Door title={t("setupTitle")} note={t("setupNote")}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <Field
          label={t("setupToken")}
          name="token"
          autocomplete="one-time-code"
          hint={t("setupTokenHint")}
          value={token()}
          onInput={setToken}
          autofocus
        />
        <Field label={t("userName")} name="username" autocomplete="username" value={name()} onInput={setName} />
        <Field
          label={t("password")}
          type="password"
          name="password"
          autocomplete="new-password"
          hint={t("setupPasswordHint", { n: PASSWORD_LENGTH_MIN })}
          value={password()}
          onInput={setPassword}
        />
        <div role="alert">
          <Show when={failure()}>{(text) => <p class="form-error">{text()}</p>}</Show>
        </div>
        <button class="button button-main" type="submit" disabled={busy()}>
          {t("setupCreate")}
        </button>
      </form>
    </Door>
  );
}
