import "../styles/table.css";
import "../styles/ticket-row.css";
import "../styles/overview.css";
import { createEffect, createMemo, createSignal, onCleanup, Show, type JSX } from "solid-js";
import type { TicketSummary } from "../../model/live.ts";
import { Empty, Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { isStale, type StationState } from "../live-state.ts";
import { FirstRun } from "./first-run.tsx";
import { OverviewChart } from "./overview-chart.tsx";
import { OverviewFiguresRow } from "./overview-figures.tsx";
import { compareRows, openTicketsByStation, overviewRow, type OverviewRow } from "./overview-rows.ts";
import { OverviewTable } from "./overview-table.tsx";
import { OverviewTickets } from "./overview-tickets.tsx";

/** 总览: six figures, the stations by deviation, the selected one's curve, the tickets by time left. `?wall=1` turns it into a wall screen. */
export function Overview(): JSX.Element {
  const { live } = usePlant();
  const [left, setLeft] = createSignal(false);
  /** Stays until the person goes on, so that what arrived can be seen. */
  const waiting = createMemo<boolean>(
    (was) =>
      was ||
      (live.ready() && live.stations().size === [...live.stations().values()].filter((station) => station.connection === "never").length),
    false,
  );
  return (
    <Show when={live.ready()} fallback={<NotYet />}>
      <Show when={waiting() && !left()} fallback={<Running />}>
        <FirstRun onContinue={() => setLeft(true)} />
      </Show>
    </Show>
  );
}

function NotYet(): JSX.Element {
  const { t } = useShell();
  const { live } = usePlant();
  return (
    <>
      <h1 class="visually-hidden">{t("navOverview")}</h1>
      <Show when={live.status() === "connecting"} fallback={<Empty>{t("liveFailed")}</Empty>}>
        <Loading />
      </Show>
    </>
  );
}

/** Rows change places at most this often, unless a station becomes abnormal or recovers. */
const REORDER_MS = 5_000;
/** A wall screen shows one abnormal station after the other. */
const WALL_TURN_MS = 15_000;

const NO_TICKETS: readonly TicketSummary[] = [];

function Running(): JSX.Element {
  const { t, router } = useShell();
  const { live, network } = usePlant();
  const wall = (): boolean => router.query("wall") !== "";
  const tickets = createMemo(() => openTicketsByStation(live.tickets().values()));
  /** Rows as they were built last: of a thousand stations a message brings news of some. */
  const built = new Map<string, { station: StationState | undefined; own: readonly TicketSummary[]; stale: boolean; row: OverviewRow }>();
  const rows = createMemo(() => {
    const stations = live.stations();
    const now = live.now();
    const lostAt = live.lostAt();
    return network.stations.map((asset) => {
      const station = stations.get(asset.id);
      const own = tickets().get(asset.id) ?? NO_TICKETS;
      const stale = isStale(station, now, lostAt);
      const known = built.get(asset.id);
      if (known !== undefined && known.station === station && known.own === own && known.stale === stale) return known.row;
      const row = overviewRow(network, asset, station, own, stale);
      built.set(asset.id, { station, own, stale, row });
      return row;
    });
  });
  const ordered = createMemo<{ rows: readonly OverviewRow[]; order: readonly string[]; key: string; at: number }>((before) => {
    const current = rows();
    const key = current.map((row) => row.concern ?? "").join();
    if (before !== undefined && key === before.key && live.now() - before.at < REORDER_MS) {
      const byId = new Map(current.map((row) => [row.id, row]));
      return { ...before, rows: before.order.map((id) => byId.get(id)!) };
    }
    const sorted = [...current].sort(compareRows);
    return { rows: sorted, order: sorted.map((row) => row.id), key, at: live.now() };
  });

  const [turn, setTurn] = createSignal(0);
  const timer = setInterval(() => wall() && setTurn((count) => count + 1), WALL_TURN_MS);
  onCleanup(() => clearInterval(timer));
  const selected = createMemo(() => {
    const all = ordered().rows;
    if (wall()) {
      const abnormal = all.filter((row) => row.concern !== undefined);
      return (abnormal[turn() % Math.max(1, abnormal.length)] ?? all[turn() % Math.max(1, all.length)])?.id ?? "";
    }
    const asked = router.query("station");
    return network.asset(asked)?.level === "station" ? asked : (all[0]?.id ?? "");
  });
  const selectedRow = createMemo(() => ordered().rows.find((row) => row.id === selected()));

  createEffect(() => document.documentElement.classList.toggle("wall-screen", wall()));
  onCleanup(() => document.documentElement.classList.remove("wall-screen"));

  return (
    <div class="overview">
      <h1 class="visually-hidden">{t("navOverview")}</h1>
      <OverviewFiguresRow rows={rows()} />
      <div class="overview-body">
        <OverviewTable rows={ordered().rows} selected={selected()} wall={wall()} />
        <div class="overview-side">
          <Show when={selectedRow()}>{(row) => <OverviewChart row={row()} wall={wall()} />}</Show>
          <OverviewTickets />
        </div>
      </div>
    </div>
  );
}
