import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import type { WorkView } from "../../model/rule-control.ts";
import { KIND_WORDS } from "../../model/words.ts";
import { post } from "../api.ts";
import { Panel } from "../components/panel.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatDateTime, formatTime } from "../format.ts";
import { localDay } from "../../model/zone.ts";
import type { FetchedWorks } from "./plan-work.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";
import { errorOf, useRules, valueOf } from "./rules-context.ts";
import { worksInOrder } from "./season.ts";

/** Planned works and shelved findings: running, coming and over; what each kept from being found. */
export function WorksPanel(props: { works: FetchedWorks }): JSX.Element {
  const { t } = useShell();
  const { network } = usePlant();
  const works = createMemo(() => worksInOrder(valueOf(props.works)?.items ?? []));
  const running = (): number => works().filter(({ state }) => state === "running").length;
  const [ending, setEnding] = createSignal<WorkView>();
  return (
    <Panel
      title={t("works")}
      note={t("worksNote")}
      side={<span class="secondary">{t("worksRunning", { n: running() })}</span>}
      class="works-panel"
    >
      <Show
        when={valueOf(props.works)}
        fallback={
          <Show when={errorOf(props.works)} fallback={<Loading />}>
            {(failed) => <ErrorState error={failed()} onRetry={props.works.refetch} />}
          </Show>
        }
      >
        <Show when={works().length > 0} fallback={<p class="state">{t("worksNone")}</p>}>
          <ul>
            <For each={works()}>{(work) => <Work work={work} onEnd={() => setEnding(work)} />}</For>
          </ul>
        </Show>
      </Show>
      <Show when={ending()} keyed>
        {(work) => (
          <ReasonDialog
            title={t("workEndOf", { id: network.asset(work.asset) === undefined ? work.id : network.fullName(work.asset) })}
            note={t("workEndNote")}
            confirm={t("workEnd")}
            send={(reason) => post<WorkView>(`/api/works/${encodeURIComponent(work.id)}/end`, { reason })}
            onClose={() => {
              setEnding(undefined);
              props.works.refetch();
            }}
          />
        )}
      </Show>
    </Panel>
  );
}

function Work(props: { work: WorkView; onEnd: () => void }): JSX.Element {
  const { t, say } = useShell();
  const { network, live } = usePlant();
  const desk = useRules();
  const nameOf = (asset: string): string => (network.asset(asset) === undefined ? asset : network.fullName(asset));
  const zone = network.timezone;
  const span = (from: number, until: number): string =>
    `${formatDateTime(zone, from, live.now())}–${localDay(zone, from) === localDay(zone, until) ? formatTime(zone, until) : formatDateTime(zone, until, live.now())}`;
  const kinds = (): string =>
    props.work.kinds === null ? t("workAllKinds") : props.work.kinds.map((kind) => say(KIND_WORDS[kind])).join(" · ");
  return (
    <li class={`work work-${props.work.state}`}>
      <span class="work-state">{t(`work_${props.work.state}`)}</span>
      <span class="work-what">
        <b>{nameOf(props.work.asset)}</b> {kinds()}
        <span class="limit-note">
          {span(props.work.from, props.work.until)} · {props.work.by} · {props.work.reason}
        </span>
        <Show when={props.work.suppressed.length > 0}>
          <details class="suppressed">
            <summary>{t("workSuppressed", { n: props.work.suppressed.length })}</summary>
            <ul>
              <For each={props.work.suppressed}>
                {(one) => (
                  <li>
                    {say(KIND_WORDS[one.kind])} · {nameOf(one.asset)} <span class="secondary">{span(one.firstAt, one.lastAt)}</span>
                  </li>
                )}
              </For>
            </ul>
          </details>
        </Show>
      </span>
      <Show when={props.work.state !== "over" && desk.may("steward")}>
        <button
          type="button"
          class="link-button work-end"
          aria-label={t("workEndOf", { id: nameOf(props.work.asset) })}
          onClick={() => props.onEnd()}
        >
          {t("workEnd")}
        </button>
      </Show>
    </li>
  );
}
