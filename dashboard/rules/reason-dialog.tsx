import { createSignal, createUniqueId, type JSX } from "solid-js";
import type { ApiError, Result } from "../api.ts";
import { FormError } from "../components/form-error.tsx";
import { useShell } from "../context.ts";

/** Asks for the reason of something that is done at once. Ctrl+Enter sends. */
export function ReasonDialog(props: {
  title: string;
  note: string;
  confirm: string;
  send: (reason: string) => Promise<Result<unknown>>;
  onClose: () => void;
}): JSX.Element {
  const shell = useShell();
  const { t } = shell;
  const title = createUniqueId();
  let dialog!: HTMLDialogElement;
  const [error, setError] = createSignal<ApiError>();
  const [sending, setSending] = createSignal(false);
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const reason = new FormData(event.currentTarget as HTMLFormElement).get("reason");
    if (typeof reason !== "string" || reason.trim() === "" || sending()) return;
    setSending(true);
    const answer = await props.send(reason.trim());
    setSending(false);
    if (answer.ok) dialog.close();
    else setError(answer.error);
  };
  return (
    <dialog
      class="dialog"
      aria-labelledby={title}
      ref={(element) => {
        dialog = element;
        queueMicrotask(() => element.showModal());
      }}
      onClose={() => props.onClose()}
    >
      <form
        class="dialog-body form"
        onSubmit={(event) => void send(event)}
        onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.currentTarget.requestSubmit()}
      >
        <h2 id={title}>{props.title}</h2>
        <p class="secondary">{props.note}</p>
        <label class="form-field">
          {t("rulesReason")}
          <textarea class="input" name="reason" rows="2" required maxlength="500" autofocus />
        </label>
        <FormError error={error()} />
        <div class="panel-buttons">
          <button type="submit" class="button button-main" disabled={sending()}>
            {props.confirm}
          </button>
          <button type="button" class="button" onClick={() => dialog.close()}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
