import { createEffect, createSignal, For, Match, on, onCleanup, Show, Switch, type JSX } from "solid-js";
import { isOpen } from "../../model/live.ts";
import { KIND_WORDS, STATE_WORDS, CLOCK_WORDS } from "../../model/words.ts";
import { get, type ApiError } from "../api.ts";
import { Panel } from "../components/panel.tsx";
import { SeverityTag } from "../components/severity-tag.tsx";
import { ErrorState, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { createFetched } from "../fetched.ts";
import { formatClock, formatDateTime, formatSpan, formatTime } from "../format.ts";
import { ticketTime } from "../ticket-clock.ts";
import { assigneeName } from "../tickets/assignee.ts";
import { Causes } from "../tickets/causes.tsx";
import { Deadlines } from "../tickets/deadlines.tsx";
import type { TicketDetail } from "../tickets/detail.ts";
import { EvidenceCharts } from "../tickets/evidence-charts.tsx";
import { History } from "../tickets/history.tsx";
import { householdsBelow } from "../tickets/households.ts";
import { Moves } from "../tickets/moves.tsx";
import { sourceKey } from "../tickets/source.ts";
import { STAGES, stageOf } from "../tickets/stages.ts";
import "../styles/controls.css";
import "../styles/ticket-row.css";
import "../styles/ticket-work.css";
import "../styles/ticket.css";

/** Evidence is renewed without an event in the history; while the page is looked at, it asks again this often. */
const REFRESH_MS = 60_000;

/** One ticket: what was found and why, what to do, its clock, its history, and the next step. */
export function TicketScreen(props: { params: Readonly<Record<string, string>> }): JSX.Element {
  const { t, router, keyboard } = useShell();
  const { live } = usePlant();
  const answer = createFetched(
    () => props.params["id"]!,
    (id) => get<TicketDetail>(`/api/tickets/${encodeURIComponent(id)}`),
  );
  const [conflict, setConflict] = createSignal(false);
  const id = (): string => props.params["id"]!;
  onCleanup(live.onNews((news) => news.ticket.id === id() && answer.refetch()));
  onCleanup(live.onResume(() => answer.refetch()));
  const timer = setInterval(() => document.hidden || answer.refetch(), REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  createEffect(on(id, () => setConflict(false)));
  keyboard.bind([{ keys: "Escape", word: "ticketBack", run: () => router.go("/tickets") }]);
  const ticket = (): TicketDetail | undefined => {
    const loaded = answer.latest();
    return loaded?.ok === true ? loaded.value : undefined;
  };
  const failed = (): ApiError | undefined => {
    const loaded = answer.latest();
    return loaded?.ok === false ? loaded.error : undefined;
  };
  return (
    <Switch fallback={<Loading />}>
      <Match when={ticket()}>
        {(loaded) => (
          <div class="ticket-page">
            <Head ticket={loaded()} />
            <Show when={conflict()}>
              <p class="banner" role="alert">
                {t("moveConflict")}
              </p>
            </Show>
            <div class="ticket-columns">
              <div class="ticket-left">
                <Conclusion ticket={loaded()} />
                <Causes causes={loaded().causes} />
                <Steps ticket={loaded()} />
              </div>
              <div class="ticket-middle">
                <EvidenceCharts ticket={loaded()} />
              </div>
              <div class="ticket-right">
                <Moves
                  ticket={loaded()}
                  onMoved={(moved) => {
                    setConflict(false);
                    answer.set({ ok: true, value: moved });
                  }}
                  onConflict={() => {
                    setConflict(true);
                    answer.refetch();
                  }}
                />
                <Deadlines deadlines={loaded().deadlines} closed={!isOpen(loaded().state)} />
                <History events={loaded().history} />
              </div>
            </div>
          </div>
        )}
      </Match>
      <Match when={failed()?.status === 404}>
        <div class="state">
          <h1>{t("ticketGone", { id: id() })}</h1>
          <a class="button" href="/tickets">
            {t("ticketBack")}
          </a>
        </div>
      </Match>
      <Match when={failed()}>{(error) => <ErrorState error={error()} onRetry={() => answer.refetch()} />}</Match>
    </Switch>
  );
}

function Head(props: { ticket: TicketDetail }): JSX.Element {
  const { t, say } = useShell();
  const { network, live } = usePlant();
  const time = () => ticketTime(props.ticket, live.now());
  const at = (instant: number): string => formatDateTime(network.timezone, instant, live.now());
  const households = (): number => householdsBelow(network, props.ticket.asset);
  return (
    <header class="panel ticket-head">
      <div class="ticket-head-main">
        <div class="ticket-head-title">
          <SeverityTag concern={props.ticket.severity} cured={props.ticket.recoveredAt !== null} />
          <h1>{say(props.ticket.title)}</h1>
          <Show when={props.ticket.recoveredAt}>
            {(recovered) => <span class="ticket-recovered">✓ {t("signalsBackAt", { time: at(recovered()) })}</span>}
          </Show>
        </div>
        <p class="secondary">
          {props.ticket.id} · {t(sourceKey(props.ticket.source))} {say(KIND_WORDS[props.ticket.kind])} ·{" "}
          <a href={`/stations/${encodeURIComponent(props.ticket.station)}`}>{network.fullName(props.ticket.asset)}</a>
          <Show when={households() > 0}> · {t("households", { n: households() })}</Show> · {say(STATE_WORDS[props.ticket.state])}
          <Show when={props.ticket.assignee}> · {assigneeName(network, props.ticket.assignee!)}</Show>
          <Show when={props.ticket.mergedInto}>
            {(into) => <a href={`/tickets/${encodeURIComponent(into())}`}> · {t("mergedInto", { id: into() })}</a>}
          </Show>
        </p>
      </div>
      <Stages ticket={props.ticket} />
      <Show when={time().clock}>
        {(clock) => (
          <div class={`ticket-head-clock ticket-${time().standing}`}>
            <span class="secondary">
              {say(CLOCK_WORDS[clock()])} {formatSpan(time().limitMs)}
            </span>
            <b class="ticket-row-clock">{formatClock(time().remainingMs)}</b>
            <Show when={time().standing === "overdue"}>
              <span class="urgent-text">▲ {t("overdue")}</span>
            </Show>
            <Show when={time().standing === "near"}>
              <span class="general-text">■ {t("nearLimit")}</span>
            </Show>
          </div>
        )}
      </Show>
    </header>
  );
}

function Stages(props: { ticket: TicketDetail }): JSX.Element {
  const { t } = useShell();
  const { network } = usePlant();
  const current = (): number => stageOf(props.ticket.state);
  /** When the ticket first entered a stage; undefined while it has not. */
  const enteredAt = (index: number): number | undefined => props.ticket.history.find((event) => stageOf(event.state) >= index)?.at;
  return (
    <ol class="stages" aria-label={t("ticketStages")}>
      <For each={STAGES}>
        {(stage, index) => (
          <li
            classList={{ "stage-done": index() < current(), "stage-current": index() === current() }}
            aria-current={index() === current() ? "step" : undefined}
          >
            <span class="stages-dot" aria-hidden="true" />
            <b>
              {t(stage.word)}
              <Show when={index() < current()}>
                <span class="visually-hidden"> {t("stageDone")}</span>
              </Show>
            </b>
            <span class="secondary stages-time">
              {index() <= current() && enteredAt(index()) !== undefined ? formatTime(network.timezone, enteredAt(index())!) : ""}
            </span>
          </li>
        )}
      </For>
    </ol>
  );
}

function Conclusion(props: { ticket: TicketDetail }): JSX.Element {
  const { t, say } = useShell();
  const { network, live } = usePlant();
  const at = (instant: number): string => formatDateTime(network.timezone, instant, live.now());
  const others = () => props.ticket.findings.filter((finding) => !finding.root);
  return (
    <Panel
      title={t("ticketConclusion")}
      class="conclusion-panel"
      note={`${t("ticketSince", { time: at(props.ticket.since) })} · ${t("ticketDetected", { time: at(props.ticket.detectedAt) })}`}
    >
      <div class="conclusion">
        <p class="conclusion-summary">{say(props.ticket.summary)}</p>
        <p class="secondary">
          {t("ticketConsequence")}: {say(props.ticket.consequence)}
        </p>
        <Show when={others().length > 0}>
          <details class="absorbed">
            <summary>{t("ticketFindings", { n: others().length })}</summary>
            <ul>
              <For each={others()}>
                {(finding) => (
                  <li classList={{ secondary: finding.clearedAt !== undefined }}>
                    ○ {network.fullName(finding.asset)} · {say(KIND_WORDS[finding.kind])} · {say(finding.summary)}
                  </li>
                )}
              </For>
            </ul>
          </details>
        </Show>
      </div>
    </Panel>
  );
}

function Steps(props: { ticket: TicketDetail }): JSX.Element {
  const { t, say } = useShell();
  return (
    <Panel title={t("ticketActions")} class="steps-panel">
      <ol class="steps">
        <For each={props.ticket.action}>
          {(step, index) => (
            <li>
              <span class="secondary">{index() + 1}</span> {say(step)}
            </li>
          )}
        </For>
      </ol>
    </Panel>
  );
}
