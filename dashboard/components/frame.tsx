import { createEffect, createMemo, ErrorBoundary, For, onMount, Show, Suspense, type JSX } from "solid-js";
import { Dynamic } from "solid-js/web";
import { usePlant, useShell } from "../context.ts";
import { formatAge, formatDay, formatNumber, formatTime, NO_VALUE } from "../format.ts";
import { outdoorC } from "../network.ts";
import { matchPath } from "../router.ts";
import { SCREENS } from "../screens.tsx";
import { Banners } from "./banners.tsx";
import { Loading } from "./states.tsx";
import { UserMenu } from "./user-menu.tsx";

/** Brand, navigation and status line around the screen that the URL names. */
export function Frame(): JSX.Element {
  const { t, router, keyboard } = useShell();
  const { live, network } = usePlant();
  const section = (): string => router.place().path.split("/")[1] ?? "";
  const found = createMemo(
    () => {
      for (const screen of SCREENS) {
        const params = matchPath(screen.path, router.place().path);
        if (params !== undefined) return { screen, params };
      }
      return undefined;
    },
    undefined,
    { equals: (a, b) => a?.screen === b?.screen && JSON.stringify(a?.params) === JSON.stringify(b?.params) },
  );
  const tabs = SCREENS.filter((screen) => screen.nav !== undefined);
  keyboard.bind(tabs.map((screen) => ({ keys: screen.nav!.key, word: screen.nav!.help, run: () => router.go(screen.path) })));
  const wall = (): boolean => router.query("wall") !== "";
  createEffect(() => {
    const tab = tabs.find((screen) => screen.section === section());
    const here = tab === undefined ? "" : `${t(tab.nav!.word)} · `;
    document.title = `${live.simulated() ? `[${t("simulated")}] ` : ""}${here}${network.name} · ${t("brandNote")}`;
  });
  return (
    <div class="frame" classList={{ "frame-simulated": live.simulated(), wall: wall() }}>
      <a class="skip" href="#content">
        {t("skipToContent")}
      </a>
      <header class="top">
        <span class="brand">{t("brand")}</span>
        <Show when={!wall()}>
          <nav class="nav" aria-label={t("navMain")}>
            <For each={tabs}>
              {(screen) => (
                <a href={screen.path} aria-current={screen.section === section() ? "page" : undefined}>
                  {t(screen.nav!.word)}
                </a>
              )}
            </For>
          </nav>
        </Show>
        <StatusLine wall={wall()} />
      </header>
      <Banners />
      <main class="content" id="content" tabindex="-1">
        <Suspense fallback={<Loading />}>
          <Show when={found()} fallback={<NotFound />}>
            {(here) => (
              <ErrorBoundary fallback={(failure: unknown) => <ScreenFailed failure={failure} />}>
                <Dynamic component={here().screen.component} params={here().params} />
              </ErrorBoundary>
            )}
          </Show>
        </Suspense>
      </main>
    </div>
  );
}

/** The age of the newest reading anywhere stands out beyond this. */
const OLD_MS = 60_000;
/** An outdoor reading older than this says nothing about now. */
const OUTDOOR_MS_MAX = 3_600_000;

function StatusLine(props: { wall: boolean }): JSX.Element {
  const { t } = useShell();
  const { live, network } = usePlant();
  const outdoor = createMemo(() => outdoorC(live.stations().values(), live.now() - OUTDOOR_MS_MAX));
  const newestAt = createMemo(() => {
    let newest: number | null = null;
    for (const station of live.stations().values())
      if (station.dataAt !== null && (newest === null || station.dataAt > newest)) newest = station.dataAt;
    return newest;
  });
  return (
    <div class="top-status">
      <Show when={live.simulated()}>
        <span class="top-simulated">{t("simulated")}</span>
      </Show>
      <span>{outdoor() === null ? t("outdoorUnknown") : t("outdoorNow", { c: `${formatNumber(outdoor(), 1)}℃` })}</span>
      <span classList={{ "general-text": live.lostAt() !== null || (newestAt() !== null && live.now() - newestAt()! > OLD_MS) }}>
        {newestAt() === null ? t("dataNone") : t("dataAge", { age: formatAge(live.now() - newestAt()!) })}
      </span>
      <time>
        <Show when={live.ready()} fallback={NO_VALUE}>
          <span class="top-date">{formatDay(network.timezone, live.now())} </span>
          {formatTime(network.timezone, live.now(), true)}
        </Show>
      </time>
      <Show when={!props.wall}>
        <UserMenu />
      </Show>
    </div>
  );
}

/** A screen that could not be fetched or broke: say so, and keep the rest of the page usable. */
function ScreenFailed(props: { failure: unknown }): JSX.Element {
  const { t } = useShell();
  onMount(() => console.error(props.failure));
  return (
    <div class="state" role="alert">
      <h1>{t("screenFailed")}</h1>
      <button type="button" class="button" onClick={() => location.reload()}>
        {t("reload")}
      </button>
    </div>
  );
}

function NotFound(): JSX.Element {
  const { t } = useShell();
  return (
    <div class="state">
      <h1>{t("notFoundTitle")}</h1>
      <a class="button" href="/">
        {t("notFoundBack")}
      </a>
    </div>
  );
}
