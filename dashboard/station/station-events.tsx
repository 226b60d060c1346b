import { createMemo, For, onCleanup, Show, type JSX } from "solid-js";
import type { Episode } from "../../model/finding.ts";
import { KIND_WORDS } from "../../model/words.ts";
import { get, type ApiError, type Page } from "../api.ts";
import { Panel } from "../components/panel.tsx";
import { SeverityMark } from "../components/severity-tag.tsx";
import { ErrorState } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { createFetched } from "../fetched.ts";
import { formatDateTime } from "../format.ts";

/** What the rules found at a station in the last fourteen days, newest first: a cause is a filled mark, a consequence an outlined one. */

type EpisodeAnswer = Omit<Episode, "clearedAt"> & {
  readonly clearedAt: number | null;
  readonly root: { readonly kind: Episode["kind"]; readonly asset: string } | null;
};
const EVENTS_SHOWN = 40;
const REFRESH_MS = 30_000;

export function StationEvents(props: { station: string }): JSX.Element {
  const { t, say } = useShell();
  const { network, live } = usePlant();
  const answer = createFetched(
    () => props.station,
    (station) => get<Page<EpisodeAnswer>>("/api/episodes", { station }),
  );
  const timer = setInterval(() => document.hidden || answer.refetch(), REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  onCleanup(live.onNews((news) => news.ticket.station === props.station && answer.refetch()));
  const failed = (): ApiError | undefined => {
    const loaded = answer.latest();
    return loaded?.ok === false ? loaded.error : undefined;
  };
  const events = createMemo(() => {
    const loaded = answer.latest();
    if (loaded?.ok !== true) return [];
    return loaded.value.items
      .flatMap((episode) => [
        { episode, at: episode.detectedAt, cleared: false },
        ...(episode.clearedAt === null ? [] : [{ episode, at: episode.clearedAt, cleared: true }]),
      ])
      .sort((a, b) => b.at - a.at)
      .slice(0, EVENTS_SHOWN);
  });
  return (
    <Panel title={t("events")} class="events-panel">
      <Show
        when={events().length > 0}
        fallback={
          <Show when={failed()} fallback={<p class="state">{t("eventsNone")}</p>}>
            {(error) => <ErrorState error={error()} onRetry={answer.refetch} />}
          </Show>
        }
      >
        <ol class="events" tabindex="0" aria-label={t("events")}>
          <For each={events()}>
            {({ episode, at, cleared }) => (
              <li classList={{ secondary: cleared }}>
                <time class="secondary">{formatDateTime(network.timezone, at, live.now())}</time>
                <Show when={!cleared} fallback={<span class="rule-dot" aria-hidden="true" />}>
                  <SeverityMark concern={episode.severity} outlined={episode.root !== null} />
                </Show>
                <span>
                  {t(cleared ? "eventCleared" : "eventFound", { kind: say(KIND_WORDS[episode.kind]) })}{" "}
                  <span class="secondary">{network.asset(episode.asset)?.name ?? episode.asset}</span>
                  <Show when={!cleared}>
                    <span class="secondary"> {say(episode.summary)}</span>
                  </Show>
                </span>
              </li>
            )}
          </For>
        </ol>
      </Show>
    </Panel>
  );
}
