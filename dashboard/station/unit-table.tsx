import { createMemo, For, Show, type JSX } from "solid-js";
import type { Asset } from "../../model/network.ts";
import type { StationState } from "../live-state.ts";
import { isOpen } from "../../model/live.ts";
import { AnalogBar } from "../components/analog-bar.tsx";
import { Panel } from "../components/panel.tsx";
import { SeverityMark } from "../components/severity-tag.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatAge, formatNumber } from "../format.ts";
import { unitRows, type UnitRow } from "./unit-rows.ts";

/** Every unit of a circuit by how much it cools its water against its peers: air, a closed valve or a clogged filter stands on top. */

/** Limits of DOMAIN 3.1: 1.15 watch, 1.35 too little flow. */
const PHI_WATCH = 1.15;
const PHI_HIGH = 1.35;
const PHI_LOW = 0.85;

export function UnitTable(props: { station: StationState | undefined; circuit: Asset }): JSX.Element {
  const { t } = useShell();
  const { network, live } = usePlant();
  const rows = createMemo(() => unitRows(network, props.station, props.circuit.id));
  const ticketOf = (row: UnitRow) =>
    [...live.tickets().values()].find(
      (ticket) => isOpen(ticket.state) && (ticket.unit === row.unit.id || ticket.asset === row.unit.building),
    );
  const concern = (row: UnitRow) =>
    ticketOf(row)?.severity ??
    (row.phi !== null && row.phi >= PHI_HIGH && row.unit.unitFacts?.suspended !== true ? ("watch" as const) : undefined);
  return (
    <Panel title={t("unitsPanel")} note={t("unitsNote")} class="units-panel">
      <Show when={rows().length > 0} fallback={<p class="state">{t("unitsNone")}</p>}>
        <div class="units-scroll" tabindex="0" role="region" aria-label={t("unitsPanel")}>
          <table class="units">
            <thead>
              <tr>
                <th scope="col">{t("colUnit")}</th>
                <th scope="col">{t("colPhi")}</th>
                <th scope="col" class="units-bar">
                  <span class="visually-hidden">{t("colPhi")}</span>
                </th>
                <th scope="col">{t("colUnitSupply")}</th>
                <th scope="col">{t("colUnitReturn")}</th>
                <th scope="col">{t("colValve")}</th>
                <th scope="col">{t("colRoom")}</th>
                <th scope="col">{t("colReported")}</th>
              </tr>
            </thead>
            <tbody>
              <For each={rows()}>
                {(row) => (
                  <tr classList={{ "units-abnormal": concern(row) !== undefined }}>
                    <th scope="row">
                      <Show when={concern(row)}>{(mark) => <SeverityMark concern={mark()} />}</Show>{" "}
                      {network.asset(row.unit.parent ?? "")?.name} {row.unit.name}
                      <Show when={row.unit.unitFacts?.suspended}>
                        <span class="secondary"> {t("suspended")}</span>
                      </Show>
                    </th>
                    <td>
                      <b>{formatNumber(row.phi, 2)}</b>
                    </td>
                    <td class="units-bar">
                      <AnalogBar
                        value={row.phi}
                        min={0.5}
                        max={2.2}
                        normal={[PHI_LOW, PHI_WATCH]}
                        limits={[PHI_HIGH]}
                        concern={concern(row)}
                      />
                    </td>
                    <td>{formatNumber(row.supplyC, 1)}</td>
                    <td>{formatNumber(row.returnC, 1)}</td>
                    <td>{row.valve === null ? "—" : `${formatNumber(row.valve, 0)} %`}</td>
                    <td>{formatNumber(row.roomC, 1)}</td>
                    <td class="secondary">{row.at === null ? t("never") : formatAge(live.now() - row.at)}</td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
      </Show>
    </Panel>
  );
}
