import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import type { Asset } from "../../model/network.ts";
import { post, type ApiError } from "../api.ts";
import { Panel } from "../components/panel.tsx";
import { errorText } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { STATE_WORDS } from "../../model/words.ts";
import type { PlainKey } from "../words/words.ts";
import { assigneeName } from "./assignee.ts";
import { placesFor, ticketsOfPlace } from "./call-places.ts";

/** 登记来电: place and symptom are enough; whether a ticket stands for that place already is seen while typing. */

/** As `POST /api/complaints` has them (CONTRACT 5). */
const SYMPTOMS = ["cold", "leak", "noise", "other"] as const;
type Symptom = (typeof SYMPTOMS)[number];
const WORDS: Readonly<Record<Symptom, PlainKey>> = {
  cold: "symptomCold",
  leak: "symptomLeak",
  noise: "symptomNoise",
  other: "symptomOther",
};

interface Answer {
  readonly id: string;
  readonly joined: boolean;
}

export function CallLog(): JSX.Element {
  const shell = useShell();
  const { t, say, keyboard } = shell;
  const { network, live } = usePlant();
  const [typed, setTyped] = createSignal("");
  const [place, setPlace] = createSignal<Asset>();
  const [symptom, setSymptom] = createSignal<Symptom>("cold");
  const [sending, setSending] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();
  const [answer, setAnswer] = createSignal<Answer>();
  const places = createMemo(() => (place() === undefined ? placesFor(network, typed()) : []));
  const known = createMemo(() => (place() === undefined ? [] : ticketsOfPlace(network, place()!.id, live.tickets().values())));
  let field!: HTMLInputElement;
  keyboard.bind([{ keys: "c", word: "helpCall", run: () => field.focus() }]);
  const choose = (asset: Asset): void => {
    setPlace(asset);
    setTyped(network.fullName(asset.id));
    setAnswer(undefined);
    field.focus();
  };
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const chosen = place();
    const first = places()[0];
    // Enter takes the first place that was offered, and the next one sends.
    if (chosen === undefined) return void (first !== undefined && choose(first));
    if (sending()) return;
    setSending(true);
    setError(undefined);
    const result = await post<Answer>("/api/complaints", { asset: chosen.id, symptom: symptom() });
    setSending(false);
    if (!result.ok) return void setError(result.error);
    setAnswer(result.value);
    setPlace(undefined);
    setTyped("");
  };
  return (
    <Panel title={t("callLog")} note={t("callLogNote")} side={<kbd>c</kbd>} class="call-log">
      <form class="call-form" onSubmit={(event) => void send(event)}>
        <input
          ref={(element) => (field = element)}
          class="input"
          type="text"
          autocomplete="off"
          maxlength="120"
          placeholder={t("callPlace")}
          aria-label={t("callPlace")}
          value={typed()}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setPlace(undefined);
          }}
        />
        <span class="chips" role="group" aria-label={t("callSymptom")}>
          <For each={SYMPTOMS}>
            {(one) => (
              <button type="button" class="chip" aria-pressed={symptom() === one} onClick={() => setSymptom(one)}>
                {t(WORDS[one])}
              </button>
            )}
          </For>
        </span>
        <button type="submit" class="button button-main" disabled={sending() || (place() === undefined && places().length === 0)}>
          {known().length > 0 ? t("callJoin") : t("callOpen")} <kbd>↵</kbd>
        </button>
      </form>
      <div class="call-result" role="status">
        <Show when={places().length > 0}>
          <ul class="call-places" aria-label={t("callPlace")}>
            <For each={places()}>
              {(asset) => (
                <li>
                  <button type="button" class="chip" onClick={() => choose(asset)}>
                    {network.fullName(asset.id)}
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Show when={typed().trim() !== "" && place() === undefined && places().length === 0}>{t("callNowhere")}</Show>
        <Show when={place() !== undefined}>
          <Show when={known()[0]} fallback={t("callNoTicket")}>
            {(ticket) => (
              <a class="call-known" href={`/tickets/${encodeURIComponent(ticket().id)}`}>
                <b>{t("callHasTicket", { id: ticket().id })}</b> {say(ticket().title)} · {say(STATE_WORDS[ticket().state])}
                <Show when={ticket().assignee}>{(name) => <> · {assigneeName(network, name())}</>}</Show>
              </a>
            )}
          </Show>
        </Show>
        <Show when={error()}>{(failed) => <span class="urgent-text">{errorText(shell, failed())}</span>}</Show>
        <Show when={answer()}>
          {(done) => (
            <a class="call-known" href={`/tickets/${encodeURIComponent(done().id)}`}>
              ✓ {t(done().joined ? "callJoined" : "callOpened", { id: done().id })}
            </a>
          )}
        </Show>
      </div>
    </Panel>
  );
}
