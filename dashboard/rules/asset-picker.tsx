import { createEffect, createMemo, createSignal, createUniqueId, For, on, Show, type JSX } from "solid-js";
import type { Asset } from "../../model/network.ts";
import { usePlant, useShell } from "../context.ts";
import { exactPlace, nearestPlace, placesLike } from "./places.ts";

/** An asset of the network: typed (words or id), or walked to up and down the tree. Wrong words are answered with the nearest right one. */

const OFFERED_MAX = 6;

export function AssetPicker(props: {
  label: string;
  /** Id of the chosen asset; "": none. */
  value: string;
  onChoose: (id: string) => void;
  /** Only such assets may be chosen. */
  belongs?: (asset: Asset) => boolean;
  /** What stands for no asset, as a choice of its own. */
  none?: string;
  onField?: (field: HTMLInputElement) => void;
}): JSX.Element {
  const { t } = useShell();
  const { network } = usePlant();
  const id = createUniqueId();
  const belongs = (asset: Asset): boolean => props.belongs?.(asset) ?? true;
  const shown = (): string =>
    props.value === "" ? "" : network.asset(props.value) === undefined ? props.value : network.fullName(props.value);
  const [typed, setTyped] = createSignal(shown());
  const [editing, setEditing] = createSignal(false);
  createEffect(on([shown], () => editing() || setTyped(shown())));
  const chosen = (): Asset | undefined => network.asset(props.value);
  const offered = createMemo(() => (editing() ? placesLike(network, typed(), OFFERED_MAX, belongs) : []));
  const wrong = createMemo(() =>
    editing() || props.value === "" ? typed().trim() !== "" && offered().length === 0 : chosen() === undefined,
  );
  const meant = createMemo(() => (wrong() ? nearestPlace(network, typed(), belongs) : undefined));
  const choose = (asset: Asset | undefined): void => {
    setEditing(false);
    props.onChoose(asset?.id ?? "");
    setTyped(asset === undefined ? "" : network.fullName(asset.id));
  };
  const take = (): void => {
    const exact = exactPlace(network, typed());
    const found = exact !== undefined && belongs(exact) ? exact : offered()[0];
    if (typed().trim() === "") choose(undefined);
    else if (found !== undefined) choose(found);
  };
  const line = createMemo(() => (chosen() === undefined ? [] : network.lineage(chosen()!.id).filter(belongs).reverse()));
  const below = createMemo(() => {
    const here = chosen();
    if (here === undefined) return network.stations.filter(belongs);
    return here.children.flatMap((child) => network.asset(child) ?? []).filter(belongs);
  });
  return (
    <div class="asset-picker">
      <label class="form-field" for={id}>
        <span>{props.label}</span>
        <input
          id={id}
          ref={(element) => props.onField?.(element)}
          class="input"
          type="text"
          autocomplete="off"
          maxlength="120"
          placeholder={props.none ?? t("rulesAssetHint")}
          aria-invalid={wrong()}
          aria-describedby={wrong() ? `${id}-wrong` : undefined}
          value={typed()}
          onInput={(event) => {
            setEditing(true);
            setTyped(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              event.preventDefault();
              take();
            } else if (event.key === "Escape" && editing()) {
              event.stopPropagation();
              setEditing(false);
              setTyped(shown());
            }
          }}
        />
      </label>
      <Show when={wrong()}>
        <p id={`${id}-wrong`} class="field-error" role="alert">
          {t("rulesNoAsset", { text: typed().trim() || props.value })}{" "}
          <Show when={meant()}>
            {(asset) => (
              <button type="button" class="link-button" onClick={() => choose(asset())}>
                {t("rulesMeant", { text: network.fullName(asset().id) })}
              </button>
            )}
          </Show>
        </p>
      </Show>
      <Show when={offered().length > 0}>
        <ul class="chips" aria-label={t("rulesOffered")}>
          <For each={offered()}>
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
      <Show when={!editing() && !wrong()}>
        <nav class="asset-path" aria-label={t("rulesTree")}>
          <Show when={line().length > 0 && props.none}>
            {(none) => (
              <button type="button" class="link-button" onClick={() => choose(undefined)}>
                {none()}
              </button>
            )}
          </Show>
          <For each={line()}>
            {(asset) => (
              <button
                type="button"
                class="link-button"
                aria-current={asset.id === props.value ? "true" : undefined}
                onClick={() => choose(asset)}
              >
                {asset.name}
              </button>
            )}
          </For>
          <Show when={below().length > 0}>
            <select
              class="input asset-below"
              aria-label={t("rulesChildren")}
              onChange={(event) => {
                choose(network.asset(event.currentTarget.value));
                event.currentTarget.selectedIndex = 0;
              }}
            >
              <option value={props.value} selected>
                {t("rulesChildren")}…
              </option>
              <For each={below()}>{(asset) => <option value={asset.id}>{asset.name}</option>}</For>
            </select>
          </Show>
        </nav>
      </Show>
    </div>
  );
}
