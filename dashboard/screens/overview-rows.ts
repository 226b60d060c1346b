import { isOpen, urgencyOrder, type Connection, type TicketSummary } from "../../model/live.ts";
import type { Asset, Network } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import type { Concern } from "../components/severity-tag.tsx";
import type { StationState } from "../live-state.ts";
import { latestOf } from "../network.ts";

/** What the overview says of each station: the numbers of its worst circuit, how bad it is, and in which order. Pure. */

/** A circuit this far off its curve counts as off curve, °C. */
export const OFF_CURVE_C = 3;

export interface OverviewRow {
  readonly id: string;
  readonly name: string;
  readonly connection: Connection;
  readonly receivedAt: number | null;
  readonly stale: boolean;
  readonly circuits: number;
  /** The circuit whose numbers are shown. */
  readonly circuit: string | undefined;
  readonly circuitName: string;
  /** Supply minus what the curve asks for, °C. */
  readonly deviationC: number | null;
  readonly expectedC: number | null;
  readonly values: Readonly<Partial<Record<SignalId, number | null>>>;
  readonly makeupM3h: number | null;
  readonly makeupExpectedM3h: number | null;
  /** Open tickets of the station, worst first. */
  readonly tickets: readonly TicketSummary[];
  readonly concern: Concern | undefined;
}

const SHOWN: readonly SignalId[] = ["t2_supply", "t2_return", "t1_supply", "t1_return", "p2_supply", "p2_return", "q2_flow"];

/** Open tickets by station, each list worst first: not recovered, urgent, then oldest. */
export function openTicketsByStation(tickets: Iterable<TicketSummary>): ReadonlyMap<string, readonly TicketSummary[]> {
  const found = new Map<string, TicketSummary[]>();
  for (const ticket of tickets) {
    if (!isOpen(ticket.state)) continue;
    const list = found.get(ticket.station);
    if (list === undefined) found.set(ticket.station, [ticket]);
    else list.push(ticket);
  }
  for (const list of found.values()) list.sort(worstFirst);
  return found;
}

function worstFirst(a: TicketSummary, b: TicketSummary): number {
  return (
    Number(a.recoveredAt !== null) - Number(b.recoveredAt !== null) ||
    urgencyOrder(a.severity) - urgencyOrder(b.severity) ||
    a.openedAt - b.openedAt
  );
}

/** The row of one station. `stale` as `isStale` says. */
export function overviewRow(
  network: Network,
  asset: Asset,
  station: StationState | undefined,
  tickets: readonly TicketSummary[],
  stale: boolean,
): OverviewRow {
  const circuits = asset.children.filter((id) => network.asset(id)?.level === "circuit");
  const active = tickets.filter((ticket) => ticket.recoveredAt === null);
  let shown: string | undefined;
  let shownRank = Infinity;
  for (const circuit of circuits) {
    const ticket = active.find((one) => one.circuit === circuit);
    const deviation = deviationOf(network, station, circuit);
    // A ticket outweighs any deviation; deviations stay below 100.
    const rank = (ticket === undefined ? 2 : urgencyOrder(ticket.severity)) * 1000 - Math.abs(deviation ?? 0);
    if (rank < shownRank) {
      shownRank = rank;
      shown = circuit;
    }
  }
  const subject = shown ?? asset.id;
  const values: Partial<Record<SignalId, number | null>> = {};
  for (const signal of SHOWN) {
    const own = latestOf(network, station, subject, signal) ?? latestOf(network, station, asset.id, signal);
    values[signal] = own?.[1] ?? null;
  }
  const derived = shown === undefined ? undefined : station?.derived[shown];
  const deviationC = shown === undefined ? null : deviationOf(network, station, shown);
  const worst = active[0];
  return {
    id: asset.id,
    name: asset.name,
    connection: station?.connection ?? "never",
    receivedAt: station?.receivedAt ?? null,
    stale,
    circuits: circuits.length,
    circuit: shown,
    circuitName: shown === undefined ? "" : (network.asset(shown)?.name ?? shown),
    deviationC,
    expectedC: derived?.supplyExpectedC ?? null,
    values,
    makeupM3h: derived?.makeupM3h ?? null,
    makeupExpectedM3h: derived?.makeupExpectedM3h ?? null,
    tickets,
    concern:
      worst !== undefined ? worst.severity : !stale && deviationC !== null && Math.abs(deviationC) > OFF_CURVE_C ? "watch" : undefined,
  };
}

function deviationOf(network: Network, station: StationState | undefined, circuit: string): number | null {
  const supply = latestOf(network, station, circuit, "t2_supply")?.[1] ?? null;
  const expected = station?.derived[circuit]?.supplyExpectedC ?? null;
  return supply === null || expected === null ? null : supply - expected;
}

const CONCERN_ORDER: Readonly<Record<Concern, number>> = { urgent: 0, general: 1, watch: 2 };

/**
 * Abnormal stations first, by severity and deviation; then those that say nothing; then the normal ones in the order of the
 * network file, because noise within the band is no reason for rows to change places.
 */
export function compareRows(a: OverviewRow, b: OverviewRow): number {
  const group = (row: OverviewRow): number =>
    row.concern !== undefined
      ? CONCERN_ORDER[row.concern]
      : row.connection !== "online" && row.connection !== "never"
        ? 3
        : row.tickets.length > 0
          ? 4
          : 5;
  const groups = group(a) - group(b);
  if (groups !== 0) return groups;
  // Half a degree of difference is noise; the stable sort then keeps the order of the file.
  return group(a) < 3 ? Math.round(2 * Math.abs(b.deviationC ?? 0)) - Math.round(2 * Math.abs(a.deviationC ?? 0)) : 0;
}

export interface OverviewFigures {
  readonly total: number;
  readonly online: number;
  /** Null while no station says anything fresh. */
  readonly offCurve: number | null;
  readonly offCurveUrgent: number;
  readonly meanSupplyC: number | null;
  readonly meanExpectedC: number | null;
  readonly makeupM3h: number | null;
  readonly makeupExpectedM3h: number | null;
  readonly open: number;
  readonly urgent: number;
  readonly overdue: number;
}

/** The six figures but the one that needs history. Means and sums are over all circuits that say both numbers and are not stale. */
export function overviewFigures(
  network: Network,
  rows: readonly OverviewRow[],
  stations: ReadonlyMap<string, StationState>,
  tickets: Iterable<TicketSummary>,
  now: number,
): OverviewFigures {
  let [supply, expected, circuits, makeup, makeupExpected, makeupCircuits, online, fresh, offCurve, offCurveUrgent] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ];
  for (const row of rows) {
    if (row.connection === "online") online++;
    if (row.stale) continue;
    fresh++;
    if (row.deviationC !== null && Math.abs(row.deviationC) > OFF_CURVE_C) {
      offCurve++;
      if (row.concern === "urgent") offCurveUrgent++;
    }
    const station = stations.get(row.id);
    for (const [circuit, derived] of Object.entries(station?.derived ?? {})) {
      const value = latestOf(network, station, circuit, "t2_supply")?.[1] ?? null;
      if (value !== null && derived.supplyExpectedC !== null) {
        supply += value;
        expected += derived.supplyExpectedC;
        circuits++;
      }
      if (derived.makeupM3h !== null && derived.makeupExpectedM3h !== null) {
        makeup += derived.makeupM3h;
        makeupExpected += derived.makeupExpectedM3h;
        makeupCircuits++;
      }
    }
  }
  let [open, urgent, overdue] = [0, 0, 0];
  for (const ticket of tickets) {
    if (!isOpen(ticket.state)) continue;
    open++;
    if (ticket.severity === "urgent") urgent++;
    if (ticket.dueAt !== null && ticket.dueAt < now) overdue++;
  }
  return {
    total: rows.length,
    online,
    offCurve: fresh === 0 ? null : offCurve,
    offCurveUrgent,
    meanSupplyC: circuits === 0 ? null : supply / circuits,
    meanExpectedC: circuits === 0 ? null : expected / circuits,
    makeupM3h: makeupCircuits === 0 ? null : makeup,
    makeupExpectedM3h: makeupCircuits === 0 ? null : makeupExpected,
    open,
    urgent,
    overdue,
  };
}
