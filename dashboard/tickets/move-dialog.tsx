import { createSignal, createUniqueId, For, Show, untrack, type JSX } from "solid-js";
import type { TicketMove } from "../../model/ticket.ts";
import { MOVE_WORDS } from "../../model/words.ts";
import { post, type ApiError } from "../api.ts";
import { FormError } from "../components/form-error.tsx";
import { usePlant, useShell } from "../context.ts";
import type { TicketDetail } from "./detail.ts";

/** What a move needs to know, asked for in a dialog: who, what it was, what was done, a note, or the reason of an override. Ctrl+Enter sends. */

export interface MovesProps {
  readonly ticket: TicketDetail;
  readonly onMoved: (ticket: TicketDetail) => void;
  readonly onConflict: () => void;
}

export function MoveDialog(props: MovesProps & { move: TicketMove; override: boolean; onClose: () => void }): JSX.Element {
  const shell = useShell();
  const { t, say } = shell;
  const { network } = usePlant();
  /** The one that the decision was made on; the page may learn of a newer one while the dialog is open. */
  const version = untrack(() => props.ticket.version);
  const title = createUniqueId();
  let dialog!: HTMLDialogElement;
  const [error, setError] = createSignal<ApiError | undefined>();
  const [sending, setSending] = createSignal(false);
  const area = (): string | undefined => network.asset(props.ticket.station)?.area;
  const stewards = () =>
    [...network.stewards].sort((a, b) => Number(b.areas.includes(area() ?? "")) - Number(a.areas.includes(area() ?? "")));
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const body: Record<string, unknown> = { version };
    for (const [key, value] of new FormData(event.currentTarget as HTMLFormElement))
      if (typeof value === "string" && value.trim() !== "") body[key] = value.trim();
    setSending(true);
    const answer = await post<TicketDetail>(`/api/tickets/${encodeURIComponent(props.ticket.id)}/${props.move}`, body);
    setSending(false);
    if (answer.ok) {
      // Closed before anything changes: the browser gives the focus back to the button that opened it.
      dialog.close();
      props.onMoved(answer.value);
    } else if (answer.error.code === "stale_version") {
      dialog.close();
      props.onConflict();
    } else setError(answer.error);
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
        <h2 id={title}>
          {props.override ? t("overrideClose") : say(MOVE_WORDS[props.move])} · {props.ticket.id}
        </h2>
        <Show when={props.move === "dispatch"}>
          <label class="form-field">
            {t("moveTo")}
            <input
              class="input"
              name="to"
              required
              maxlength="64"
              list="stewards"
              value={stewards()[0]?.name ?? ""}
              autofocus
              autocomplete="off"
            />
            <datalist id="stewards">
              <For each={stewards()}>{(steward) => <option value={steward.name} />}</For>
            </datalist>
          </label>
        </Show>
        <Show when={props.move === "resolve"}>
          <label class="form-field">
            {t("moveCause")}
            <input
              class="input"
              name="cause"
              maxlength="400"
              value={props.ticket.causes[0] === undefined ? "" : say(props.ticket.causes[0].name)}
              autofocus
            />
          </label>
          <label class="form-field">
            {t("moveWork")}
            <textarea class="input" name="work" rows="3" maxlength="4000" />
          </label>
        </Show>
        <Show when={props.move === "merge"}>
          <label class="form-field">
            {t("moveInto")}
            <input class="input" name="into" required maxlength="64" autofocus />
          </label>
        </Show>
        <Show when={props.override}>
          <label class="form-field">
            {t("moveOverride")}
            <textarea class="input" name="override" rows="3" required maxlength="4000" autofocus />
            <span class="form-hint">{t("moveOverrideHint")}</span>
          </label>
        </Show>
        <Show when={!props.override}>
          <label class="form-field">
            {t("moveNote")}
            <textarea class="input" name="note" rows="2" maxlength="4000" required={props.move === "note"} />
            <span class="form-hint">{t("moveNoteHint")}</span>
          </label>
        </Show>
        <FormError error={error()} />
        <div class="moves-rest">
          <button type="submit" class="button button-main" disabled={sending()}>
            {t("moveConfirm")}
          </button>
          <button type="button" class="button" onClick={() => dialog.close()}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
