import { createSignal, For, Show, type JSX } from "solid-js";
import type { TicketMove } from "../../model/ticket.ts";
import { MOVE_WORDS } from "../../model/words.ts";
import { post, type ApiError } from "../api.ts";
import { Panel } from "../components/panel.tsx";
import { errorText } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { nextMove, type TicketDetail } from "./detail.ts";

/** What can be done with the ticket now: one big next step, the rest beside it; what is not possible says why. */

/** Moves shown as buttons besides the next step, in this order. */
const SHOWN: readonly TicketMove[] = ["dispatch", "accept", "depart", "arrive", "resolve", "reply", "confirm", "close", "reopen", "merge", "note"];

export interface MovesProps {
  readonly ticket: TicketDetail;
  readonly onMoved: (ticket: TicketDetail) => void;
  readonly onConflict: () => void;
}

export function Moves(props: MovesProps): JSX.Element {
  const { say, t, keyboard } = useShell();
  const [chosen, setChosen] = createSignal<TicketMove | undefined>();
  const next = (): TicketMove | undefined => nextMove(props.ticket);
  const possible = (move: TicketMove): boolean => props.ticket.moves.some((chance) => chance.move === move && chance.possible);
  const closeLocked = () => props.ticket.moves.find((chance) => chance.move === "close" && !chance.possible && chance.reason !== undefined);
  const mayOverride = (): boolean => closeLocked() !== undefined && props.ticket.state !== "closed" && props.ticket.state !== "merged";
  keyboard.bind([{ keys: "n", word: "helpDispatch", run: () => (next() === undefined ? false : setChosen(next())) && undefined }]);
  return (
    <Panel title={t("ticketActions")} class="moves">
      <div class="moves-body">
        <Show when={next()}>
          {(move) => (
            <button type="button" class="button button-main moves-next" onClick={() => setChosen(move())}>
              {say(MOVE_WORDS[move()])} <kbd>n</kbd>
            </button>
          )}
        </Show>
        <div class="moves-rest">
          <For each={SHOWN.filter((move) => move !== next() && possible(move))}>
            {(move) => (
              <button type="button" class="button" onClick={() => setChosen(move)}>
                {say(MOVE_WORDS[move])}
              </button>
            )}
          </For>
        </div>
        <Show when={mayOverride() && closeLocked()}>
          {(locked) => (
            <div class="moves-locked">
              <button type="button" class="button button-locked" disabled aria-describedby="close-locked">
                <svg class="lock" viewBox="0 0 12 14" aria-hidden="true">
                  <path d="M3 6V4a3 3 0 0 1 6 0v2h1v7H2V6Zm1.5 0h3V4a1.5 1.5 0 0 0-3 0Z" />
                </svg>
                {say(MOVE_WORDS.close)}
              </button>
              <span id="close-locked" class="secondary">
                {say(locked().reason!)}
              </span>
              <button type="button" class="button button-quiet" onClick={() => setChosen("close")}>
                {t("overrideClose")}…
              </button>
            </div>
          )}
        </Show>
      </div>
      <Show when={chosen()} keyed>
        {(move) => <MoveDialog {...props} move={move} override={move === "close" && !possible("close")} onClose={() => setChosen(undefined)} />}
      </Show>
    </Panel>
  );
}

function MoveDialog(props: MovesProps & { move: TicketMove; override: boolean; onClose: () => void }): JSX.Element {
  const shell = useShell();
  const { t, say } = shell;
  const { network } = usePlant();
  const [error, setError] = createSignal<ApiError | undefined>();
  const [sending, setSending] = createSignal(false);
  const area = (): string | undefined => network.asset(props.ticket.station)?.area;
  const stewards = () => [...network.stewards].sort((a, b) => Number(b.areas.includes(area() ?? "")) - Number(a.areas.includes(area() ?? "")));
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const body: Record<string, unknown> = { version: props.ticket.version };
    for (const [key, value] of new FormData(event.currentTarget as HTMLFormElement)) if (typeof value === "string" && value.trim() !== "") body[key] = value.trim();
    setSending(true);
    const answer = await post<TicketDetail>(`/api/tickets/${encodeURIComponent(props.ticket.id)}/${props.move}`, body);
    setSending(false);
    if (answer.ok) {
      props.onMoved(answer.value);
      props.onClose();
    } else if (answer.error.code === "stale_version") {
      props.onConflict();
      props.onClose();
    } else setError(answer.error);
  };
  return (
    <dialog
      class="dialog"
      aria-label={say(MOVE_WORDS[props.move])}
      ref={(dialog) => queueMicrotask(() => dialog.showModal())}
      onClose={() => props.onClose()}
    >
      <form class="dialog-body form" onSubmit={(event) => void send(event)}>
        <h2>
          {props.override ? t("overrideClose") : say(MOVE_WORDS[props.move])} · {props.ticket.id}
        </h2>
        <Show when={props.move === "dispatch"}>
          <label class="form-field">
            {t("moveTo")}
            <input class="input" name="to" required maxlength="64" list="stewards" value={stewards()[0]?.name ?? ""} autofocus />
            <datalist id="stewards">
              <For each={stewards()}>{(steward) => <option value={steward.name} />}</For>
            </datalist>
          </label>
        </Show>
        <Show when={props.move === "resolve"}>
          <label class="form-field">
            {t("moveCause")}
            <input class="input" name="cause" maxlength="400" value={props.ticket.causes[0] === undefined ? "" : say(props.ticket.causes[0].name)} autofocus />
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
        <Show when={error()}>
          {(failed) => (
            <p class="form-error" role="alert">
              {errorText(shell, failed())}
            </p>
          )}
        </Show>
        <div class="moves-rest">
          <button type="submit" class="button button-main" disabled={sending()}>
            {t("moveConfirm")}
          </button>
          <button type="button" class="button" onClick={() => props.onClose()}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
