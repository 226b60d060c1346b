import { createEffect, createMemo, createSignal, createUniqueId, For, on, Show, type JSX } from "solid-js";
import { SEASON_PHASES } from "../../model/season.ts";
import { Panel } from "../components/panel.tsx";
import { usePlant, useShell } from "../context.ts";
import { AssetPicker } from "./asset-picker.tsx";
import { EVERYWHERE, limitAt, overriddenAt, readLimit } from "./draft.ts";
import { limitText, plainNumber, unitText } from "./limit-text.ts";
import type { LimitFacts, RuleFacts } from "./rule-facts.ts";
import { useRules } from "./rules-context.ts";

/** The limits of a rule at one place: what holds, where that comes from, and the field in which the draft is written. */
export function LimitTable(props: { rule: RuleFacts }): JSX.Element {
  const { t, say, router } = useShell();
  const { network } = usePlant();
  const desk = useRules();
  const [open, setOpen] = createSignal(false);
  /** "" in the URL: everywhere. */
  const place = (): string => router.query("place") || EVERYWHERE;
  const known = (): boolean => place() === EVERYWHERE || network.asset(place()) !== undefined;
  const changed = (): number => desk.draft.changes().filter(({ name }) => props.rule.limits.some((limit) => limit.name === name)).length;
  return (
    <Panel
      title={say(props.rule.words)}
      note={changed() > 0 ? t("rulesChangedOf", { n: changed() }) : t("rulesLimitsNote", { n: props.rule.limits.length })}
      side={
        <button type="button" class="link-button place-button" aria-expanded={open()} onClick={() => setOpen(!open())}>
          {t("rulesPlace")} <b>{desk.placeName(place())}</b>
        </button>
      }
      class="limit-panel"
    >
      <Show when={open() || !known()}>
        <div class="limit-place">
          <AssetPicker
            label={t("rulesPlaceFor")}
            value={router.query("place")}
            none={t("rulesEverywhere")}
            onChoose={(id) => router.set({ place: id })}
          />
          <p class="form-hint">{t("rulesPlaceHint")}</p>
        </div>
      </Show>
      <div class="limit-scroll" tabindex="0" role="group" aria-label={t("rulesLimits")}>
        <table class="limit-table">
          <caption class="visually-hidden">{t("rulesLimits")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("rulesColLimit")}</th>
              <th scope="col" class="number">
                {t("rulesColNow")}
              </th>
              <th scope="col" class="number">
                {t("rulesColDraft")}
              </th>
              <th scope="col">{t("rulesColUnit")}</th>
            </tr>
          </thead>
          <tbody>
            <For each={known() ? props.rule.limits : []}>{(limit) => <LimitRow limit={limit} place={place()} />}</For>
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function LimitRow(props: { limit: LimitFacts; place: string }): JSX.Element {
  const { t, say, router } = useShell();
  const { network } = usePlant();
  const desk = useRules();
  const id = createUniqueId();
  const name = (): string => props.limit.name;
  const line = createMemo(() => (props.place === EVERYWHERE ? [] : network.lineage(props.place).map((asset) => asset.id)));
  const published = () => desk.published()[0]?.overrides ?? {};
  const holds = () => limitAt(published(), line(), name());
  /** What stands in the draft at this very place, and what would hold there without it. */
  const own = (): number | undefined => desk.draft.limits()[props.place]?.[name()];
  const inherited = (): number =>
    (props.place === EVERYWHERE ? undefined : limitAt(desk.draft.limits(), line().slice(1), name())?.value) ?? props.limit.value;
  const differs = (): boolean => own() !== published()[props.place]?.[name()];
  const written = (): string => (own() === undefined ? "" : plainNumber(own()!));
  const [typed, setTyped] = createSignal(written());
  const read = createMemo(() => readLimit(typed(), props.limit.value));
  // The draft was discarded, or taken from the history: the field follows, but leaves alone what is being typed.
  createEffect(
    on([own, () => props.place], ([value]) => {
      const now = read();
      if (!now.ok || now.value !== value) setTyped(written());
    }),
  );
  const wrong = (): string | undefined => {
    const now = read();
    if (now.ok) return undefined;
    return t(now.why === "number" ? "rulesNotNumber" : "rulesOutOfRange", { least: plainNumber(now.least), most: plainNumber(now.most) });
  };
  const others = createMemo(() =>
    [...new Set([...overriddenAt(published(), name()), ...overriddenAt(desk.draft.limits(), name())])].filter(
      (place) => place !== props.place,
    ),
  );
  const factors = (): string =>
    SEASON_PHASES.flatMap((phase) => {
      const factor = props.limit.inPhase?.[phase];
      return factor === undefined ? [] : [`${t(`phase_${phase}`)} ×${plainNumber(factor)}`];
    }).join(" · ");
  const locked = (): boolean => !desk.may("engineer");
  return (
    <tr class="limit-row" classList={{ "limit-changed": differs() }}>
      <th scope="row">
        <label for={id}>{say(props.limit.reason)}</label>
        <code class="limit-name">{name()}</code>
        <Show when={factors()}>
          <span class="limit-note">{factors()}</span>
        </Show>
        <Show when={props.limit.floor !== undefined}>
          <span class="limit-note">{t("rulesFloor", { value: plainNumber(props.limit.floor!) })}</span>
        </Show>
        <For each={others()}>
          {(place) => (
            <button type="button" class="link-button limit-note" onClick={() => router.set({ place })}>
              {desk.placeName(place)} {otherText(place)}
            </button>
          )}
        </For>
        <Show when={wrong()}>
          {(text) => (
            <span id={`${id}-wrong`} class="field-error" role="alert">
              {text()}
            </span>
          )}
        </Show>
      </th>
      <td class="number">
        <span classList={{ "limit-old": differs() }}>{plainNumber(holds()?.value ?? props.limit.value)}</span>
        <span class="limit-note">{holds() === undefined ? t("rulesDefault") : desk.placeName(holds()!.place)}</span>
      </td>
      <td class="number">
        <input
          id={id}
          class="input limit-input"
          inputmode="decimal"
          autocomplete="off"
          maxlength="16"
          placeholder={plainNumber(inherited())}
          disabled={locked()}
          title={locked() ? t("rulesNeedsEngineer") : undefined}
          aria-invalid={wrong() !== undefined}
          aria-describedby={wrong() === undefined ? undefined : `${id}-wrong`}
          value={typed()}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            const now = read();
            if (now.ok && now.value !== own()) desk.draft.change(props.place, name(), now.value);
          }}
        />
      </td>
      <td class="secondary">{unitText(props.limit.unit)}</td>
    </tr>
  );

  /** "25", or "25 → 30" where the draft changes it. */
  function otherText(place: string): string {
    const [before, after] = [published()[place]?.[name()], desk.draft.limits()[place]?.[name()]];
    const shown = (value: number | undefined): string => (value === undefined ? t("rulesInherits") : limitText(value, props.limit.unit));
    return before === after ? shown(after) : `${shown(before)} → ${shown(after)}`;
  }
}
