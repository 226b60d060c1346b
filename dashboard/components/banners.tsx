import { Show, type JSX } from "solid-js";
import { usePlant, useShell } from "../context.ts";
import { formatTime } from "../format.ts";

/** What stands above every screen while something of the platform or the way to it is broken; says since when and what to do. */
export function Banners(): JSX.Element {
  const { t, say } = useShell();
  const { live, network } = usePlant();
  /** A blink of the connection is no news. */
  const lost = (): string | undefined => {
    const since = live.lostAt();
    if (since === null || live.now() - since < LOST_MS_MIN) return undefined;
    const time = formatTime(network.timezone, since, true);
    return live.status() === "offline" ? t("bannerOffline", { time }) : t("bannerReconnecting", { time });
  };
  /** What the parts that are not ok say; what mends itself without loss stands apart, quietly: its minutes go on counting and are not read aloud. */
  const trouble = (quiet: boolean): string =>
    Object.entries(live.health()?.parts ?? {})
      .filter(([, part]) => part.status !== "ok" && (part.quiet === true) === quiet)
      .map(([name, part]) => (part.message === undefined ? name : say(part.message)))
      .join(" · ");
  const down = (): boolean => live.health()?.status === "down";
  return (
    <div role="status">
      <Show when={lost()}>
        {(text) => (
          <div class="banner">
            <span>{text()}</span>
            <button type="button" class="button" onClick={() => live.reconnect()}>
              {t("retryNow")}
            </button>
          </div>
        )}
      </Show>
      <Show when={live.restarted()}>
        <div class="banner">
          <span>{t("bannerRestarted")}</span>
          <button type="button" class="button" onClick={() => location.reload()}>
            {t("reload")}
          </button>
        </div>
      </Show>
      <Show when={trouble(false)}>
        {(what) => (
          <div class="banner" classList={{ "banner-down": down() }}>
            {t(down() ? "bannerDown" : "bannerDegraded", { what: what() })}
          </div>
        )}
      </Show>
      <Show when={trouble(true)}>
        {(what) => (
          <div class="banner banner-quiet" aria-live="off">
            {what()}
          </div>
        )}
      </Show>
    </div>
  );
}

const LOST_MS_MIN = 2_000;
