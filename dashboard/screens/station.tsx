import { createEffect, createMemo, For, onCleanup, Show, type JSX } from "solid-js";
import { isOpen } from "../../model/live.ts";
import type { Asset } from "../../model/network.ts";
import { SeverityMark } from "../components/severity-tag.tsx";
import { Loading } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatAge, formatNumber } from "../format.ts";
import { isStale } from "../live-state.ts";
import { carrierOf } from "../network.ts";
import { circuitValues } from "../station/circuit-values.ts";
import { CurveScatter } from "../station/curve-scatter.tsx";
import { Mimic } from "../station/mimic.tsx";
import { RuleStates } from "../station/rule-states.tsx";
import { StationCharts } from "../station/station-charts.tsx";
import { StationEvents } from "../station/station-events.tsx";
import { StationTickets } from "../station/station-tickets.tsx";
import { UnitTable } from "../station/unit-table.tsx";
import { byTimeLeft } from "../ticket-clock.ts";
import "../styles/ticket-row.css";
import "../styles/mimic.css";
import "../styles/station.css";
import "../styles/station-panels.css";

/** 热力站: one circuit of a station with its mimic, curves, heating curve, rules, tickets, units and events. Without an id: the station with the most urgent ticket. */
export function StationScreen(props: { params: Readonly<Record<string, string>> }): JSX.Element {
  const { t } = useShell();
  const { live, network } = usePlant();
  /** Chosen once: a page must not become that of another station while somebody reads it. */
  const worst = createMemo<string>((chosen) => {
    if (chosen !== "" || !live.ready()) return chosen;
    const open = [...live.tickets().values()].filter((ticket) => isOpen(ticket.state) && ticket.recoveredAt === null);
    return open.sort(byTimeLeft)[0]?.station ?? network.stations[0]?.id ?? "";
  }, "");
  const id = (): string => props.params["id"] ?? worst();
  const station = (): Asset | undefined => (network.asset(id())?.level === "station" ? network.asset(id()) : undefined);
  createEffect(() => live.focus(id() || null));
  onCleanup(() => live.focus(null));
  return (
    <Show when={live.ready()} fallback={<Loading />}>
      <Show
        when={station()}
        keyed
        fallback={
          <div class="state">
            <h1>{t("stationGone", { id: id() })}</h1>
            <a class="button" href="/">
              {t("notFoundBack")}
            </a>
          </div>
        }
      >
        {(found) => <OneStation station={found} />}
      </Show>
    </Show>
  );
}

function OneStation(props: { station: Asset }): JSX.Element {
  const { t, router, keyboard } = useShell();
  const { live, network } = usePlant();
  const circuits = props.station.children.flatMap((child) => network.asset(child) ?? []);
  const tickets = createMemo(() =>
    [...live.tickets().values()].filter((ticket) => ticket.station === props.station.id && isOpen(ticket.state)).sort(byTimeLeft),
  );
  const circuit = createMemo((): Asset | undefined => {
    const asked = circuits.find((one) => one.id === router.query("circuit"));
    const troubled = circuits.find((one) => tickets().some((ticket) => ticket.circuit === one.id && ticket.recoveredAt === null));
    return asked ?? troubled ?? circuits[0];
  });
  keyboard.bind([
    {
      keys: "c",
      word: "helpCircuit",
      run: () => {
        const index = circuits.findIndex((one) => one.id === circuit()?.id);
        const next = circuits[(index + 1) % Math.max(1, circuits.length)];
        if (next !== undefined) router.set({ circuit: next.id });
      },
    },
  ]);
  const state = () => live.station(props.station.id);
  const stale = (): boolean => isStale(state(), live.now(), live.lostAt());
  /** What the weather asks of the chosen circuit now. */
  const asked = (): string | undefined => {
    const one = circuit();
    const values = one === undefined ? undefined : circuitValues(network, state(), one);
    return values === undefined || values.value("t_out") === null || values.expectedSupplyC === null
      ? undefined
      : t("stationCurveNow", {
          outdoor: `${formatNumber(values.value("t_out"), 1)} ℃`,
          expected: `${formatNumber(values.expectedSupplyC, 1)} ℃`,
        });
  };
  return (
    <div class="station">
      <header class="station-head">
        <span class="secondary station-path">
          {network.areas.find((area) => area.id === props.station.area)?.name ?? network.name} / {props.station.primaryBranch ?? ""}
        </span>
        <h1>{props.station.name}</h1>
        <div class="circuit-tabs" role="group" aria-label={t("circuit")}>
          <For each={circuits}>
            {(one) => (
              <button
                type="button"
                class="circuit-tab"
                aria-pressed={one.id === circuit()?.id}
                onClick={() => router.set({ circuit: one.id })}
              >
                <Show when={tickets().find((ticket) => ticket.circuit === one.id && ticket.recoveredAt === null)}>
                  {(ticket) => <SeverityMark concern={ticket().severity} />}
                </Show>{" "}
                {one.name}
              </button>
            )}
          </For>
        </div>
        <Show when={circuit()}>{(one) => <span class="secondary">{facts(one())}</span>}</Show>
        <span class="station-head-right">
          <Show when={asked()}>{(text) => <span class="station-asked">{text()}</span>}</Show>
          <span classList={{ stale: stale() }}>
            <Show when={state()?.dataAt} fallback={t("dataNone")}>
              {(dataAt) => t("stationAge", { age: formatAge(live.now() - dataAt()) })}
            </Show>
          </span>
          <span class="station-keys">
            <kbd>[</kbd> <kbd>]</kbd> {t("keysShift")} <kbd>l</kbd> {t("keysLive")} <kbd>c</kbd> {t("keysCircuit")}
          </span>
          <select
            class="input station-select"
            aria-label={t("stationChoose")}
            onChange={(event) => router.go(`/stations/${encodeURIComponent(event.currentTarget.value)}`)}
          >
            <For each={network.stations}>
              {(one) => (
                <option value={one.id} selected={one.id === props.station.id}>
                  {one.name}
                </option>
              )}
            </For>
          </select>
        </span>
      </header>
      <Show when={circuit()} keyed fallback={<p class="state">{t("unitsNone")}</p>}>
        {(one) => <OneCircuit station={props.station} circuit={one} stale={stale()} tickets={<StationTickets tickets={tickets()} />} />}
      </Show>
    </div>
  );

  function facts(one: Asset): string {
    const units = network.below(one.id, "unit").length;
    return t("stationFacts", {
      area: formatNumber((one.circuitFacts?.heatedAreaM2 ?? 0) / 10_000, 1),
      households: one.circuitFacts?.households ?? 0,
      buildings: one.children.length,
      units,
      heating: t(one.circuitFacts?.heating === "floor" ? "heatingFloor" : "heatingRadiator"),
    });
  }
}

function OneCircuit(props: { station: Asset; circuit: Asset; stale: boolean; tickets: JSX.Element }): JSX.Element {
  const { live, network } = usePlant();
  const state = () => live.station(props.station.id);
  const values = createMemo(() => circuitValues(network, state(), props.circuit));
  const carrier = (signal: "t2_supply" | "t_out"): string => carrierOf(network, state(), props.circuit.id, signal);
  return (
    <>
      <div class="station-page">
        <div class="station-upper">
          <Mimic circuit={props.circuit} values={values()} stale={props.stale} />
          <StationCharts station={props.station} circuit={props.circuit} />
        </div>
        <div class="station-lower">
          <CurveScatter
            circuit={props.circuit}
            supplyCarrier={carrier("t2_supply")}
            outdoorCarrier={carrier("t_out")}
            nowOutdoorC={values().value("t_out")}
            nowSupplyC={values().value("t2_supply")}
            expectedC={values().expectedSupplyC}
          />
          <RuleStates station={props.station.id} circuit={props.circuit.id} />
          {props.tickets}
          <StationEvents station={props.station.id} />
        </div>
      </div>
      <UnitTable station={state()} circuit={props.circuit} />
    </>
  );
}
