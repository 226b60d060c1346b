import { createSignal, For, Show, type JSX } from "solid-js";
import { isOpen } from "../../model/live.ts";
import { OVERRIDE_ROLES } from "../../model/role.ts";
import type { TicketMove } from "../../model/ticket.ts";
import { MOVE_WORDS } from "../../model/words.ts";
import { Panel } from "../components/panel.tsx";
import { usePlant, useShell } from "../context.ts";
import { nextMove, whyNoMove } from "./detail.ts";
import { CureCurve } from "./cure-curve.tsx";
import { MoveDialog, type MovesProps } from "./move-dialog.tsx";

/** What can be done with the ticket now: one big next step, the rest beside it; what is not possible says why. */

/** Moves shown as buttons besides the next step, in this order. */
const SHOWN: readonly TicketMove[] = [
  "dispatch",
  "accept",
  "depart",
  "arrive",
  "resolve",
  "reply",
  "confirm",
  "close",
  "reopen",
  "merge",
  "note",
];

export function Moves(props: MovesProps): JSX.Element {
  const { say, t, keyboard } = useShell();
  const { user } = usePlant();
  const [chosen, setChosen] = createSignal<TicketMove | undefined>();
  const next = (): TicketMove | undefined => nextMove(props.ticket);
  const possible = (move: TicketMove): boolean => props.ticket.moves.some((chance) => chance.move === move && chance.possible);
  const closeLocked = () => props.ticket.moves.find((chance) => chance.move === "close" && !chance.possible && chance.reason !== undefined);
  const shownLocked = () => (isOpen(props.ticket.state) ? closeLocked() : undefined);
  const mayOverride = (OVERRIDE_ROLES as readonly string[]).includes(user.role);
  keyboard.bind([
    {
      keys: "n",
      word: "helpDispatch",
      run: () => {
        if (next() === undefined) return false;
        setChosen(next());
        return true;
      },
    },
  ]);
  return (
    <Panel title={t("movesTitle")} class="moves">
      <div class="moves-body">
        <Show when={next()} fallback={<Show when={whyNoMove(props.ticket)}>{(reason) => <p class="secondary">{say(reason())}</p>}</Show>}>
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
        <Show when={shownLocked()}>
          {(locked) => (
            <div class="moves-locked">
              <CureCurve ticket={props.ticket} />
              <button type="button" class="button button-locked" disabled aria-describedby="close-locked">
                <svg class="lock" viewBox="0 0 12 14" aria-hidden="true">
                  <path d="M3 6V4a3 3 0 0 1 6 0v2h1v7H2V6Zm1.5 0h3V4a1.5 1.5 0 0 0-3 0Z" />
                </svg>
                {say(MOVE_WORDS.close)}
              </button>
              <span id="close-locked" class="secondary">
                {say(locked().reason!)}
              </span>
              <Show when={mayOverride}>
                <button type="button" class="button button-quiet" onClick={() => setChosen("close")}>
                  {t("overrideClose")}…
                </button>
              </Show>
            </div>
          )}
        </Show>
      </div>
      <Show when={chosen()} keyed>
        {(move) => (
          <MoveDialog {...props} move={move} override={move === "close" && !possible("close")} onClose={() => setChosen(undefined)} />
        )}
      </Show>
    </Panel>
  );
}
