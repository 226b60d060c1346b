import { createSignal, For, Show, type JSX } from "solid-js";
import { FAULT_KINDS, type FaultKind } from "../../model/finding.ts";
import type { WorkView } from "../../model/rule-control.ts";
import { KIND_WORDS } from "../../model/words.ts";
import { get, post, type ApiError, type Page, type Result } from "../api.ts";
import { FormError } from "../components/form-error.tsx";
import { Panel } from "../components/panel.tsx";
import { Segments } from "../components/segments.tsx";
import { usePlant, useShell } from "../context.ts";
import { createFetched, type Fetched } from "../fetched.ts";
import { AssetPicker } from "./asset-picker.tsx";
import { fromLocalInput, toLocalInput } from "./local-time.ts";
import { LockedButton } from "./locked-button.tsx";
import { ReasonField } from "./reason-field.tsx";
import { useRules, whileLookedAt } from "./rules-context.ts";

/** Planning work on an asset, or shelving kinds of findings there: meanwhile nothing of them opens a ticket. */

const HOUR_MS = 3_600_000;
const REFRESH_MS = 20_000;
const SPANS = ["4", "8", "24", "until"] as const;

export type FetchedWorks = Fetched<Result<Page<WorkView>>>;

export function createWorks(): FetchedWorks {
  const works = createFetched(
    () => true,
    () => get<Page<WorkView>>("/api/works"),
  );
  whileLookedAt(works.refetch, () => REFRESH_MS);
  return works;
}

export function PlanWork(props: { onPlanned: () => void }): JSX.Element {
  const shell = useShell();
  const { t, say } = shell;
  const { network, live } = usePlant();
  const desk = useRules();
  const [asset, setAsset] = createSignal("");
  const [kinds, setKinds] = createSignal<readonly FaultKind[]>([]);
  const [begin, setBegin] = createSignal("");
  const [span, setSpan] = createSignal<(typeof SPANS)[number]>("8");
  const [end, setEnd] = createSignal(toLocalInput(network.timezone, live.now() + 8 * HOUR_MS));
  const [reason, setReason] = createSignal("");
  const [sending, setSending] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();
  const from = (): number | undefined => fromLocalInput(network.timezone, begin());
  const until = (): number | undefined =>
    span() === "until" ? fromLocalInput(network.timezone, end()) : (from() ?? live.now()) + Number(span()) * HOUR_MS;
  const locked = (): string | undefined => {
    if (!desk.may("steward")) return t("workNeedsSteward");
    if (network.asset(asset()) === undefined) return t("workChooseAsset");
    if (until() === undefined || until()! <= Math.max(live.now(), from() ?? 0)) return t("workBadUntil");
    return reason().trim() === "" ? t("rulesPublishReason") : undefined;
  };
  const toggle = (kind: FaultKind): void =>
    void setKinds((known) => (known.includes(kind) ? known.filter((one) => one !== kind) : [...known, kind]));
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (locked() !== undefined || sending()) return;
    setSending(true);
    const answer = await post<WorkView>("/api/works", {
      asset: asset(),
      ...(from() === undefined ? {} : { from: from() }),
      until: until(),
      kinds: kinds().length === 0 ? null : kinds(),
      reason: reason().trim(),
    });
    setSending(false);
    setError(answer.ok ? undefined : answer.error);
    if (!answer.ok) return;
    setReason("");
    setAsset("");
    setKinds([]);
    setBegin("");
    props.onPlanned();
  };
  return (
    <Panel title={t("workPlan")} note={t("workPlanNote")} class="work-plan">
      <form class="panel-form" onSubmit={(event) => void send(event)}>
        <AssetPicker label={t("workAsset")} value={asset()} onChoose={setAsset} />
        <details class="work-kinds">
          <summary>
            {t("workKinds")}{" "}
            <b>
              {kinds().length === 0
                ? t("workAllKinds")
                : kinds()
                    .map((kind) => say(KIND_WORDS[kind]))
                    .join(" · ")}
            </b>
          </summary>
          <span class="chips" role="group" aria-label={t("workKinds")}>
            <For each={FAULT_KINDS}>
              {(kind) => (
                <button type="button" class="chip" aria-pressed={kinds().includes(kind)} onClick={() => toggle(kind)}>
                  {say(KIND_WORDS[kind])}
                </button>
              )}
            </For>
          </span>
        </details>
        <div class="form-pair">
          <label class="form-field">
            <span>{t("workFrom")}</span>
            <input class="input" type="datetime-local" value={begin()} onInput={(event) => setBegin(event.currentTarget.value)} />
          </label>
          <div class="form-field">
            <span>{t("workUntil")}</span>
            <Segments
              label={t("workUntil")}
              value={span()}
              options={SPANS.map((value) => ({ value, text: value === "until" ? t("workUntilTime") : `${value} h` }))}
              onChoose={setSpan}
            />
            <Show when={span() === "until"}>
              <input
                class="input"
                type="datetime-local"
                aria-label={t("workUntil")}
                value={end()}
                onInput={(event) => setEnd(event.currentTarget.value)}
              />
            </Show>
          </div>
        </div>
        <ReasonField value={reason()} onInput={setReason} disabled={!desk.may("steward")} />
        <FormError error={error()} />
        <LockedButton text={t("workPlanNow")} locked={locked()} busy={sending()} main submit />
      </form>
    </Panel>
  );
}
