import { createMemo, For, Index, Show, type JSX } from "solid-js";
import type { Curve, IncompleteCurve } from "../../model/curve.ts";
import type { Evidence } from "../../model/finding.ts";
import { get, type ApiError } from "../api.ts";
import type { ChartLimit, ChartLine, ChartMark } from "../charts/chart-types.ts";
import { TimeChart } from "../charts/time-chart.tsx";
import { OlderMissing } from "../charts/older-missing.tsx";
import { lineFrom, lineOf } from "../charts/chart-data.ts";
import { Panel } from "../components/panel.tsx";
import { Segments } from "../components/segments.tsx";
import { ErrorState } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { createFetched } from "../fetched.ts";
import { formatNumber } from "../format.ts";
import { createMedia } from "../rem.ts";
import { displayOf, displayOfUnit } from "../units.ts";
import type { TicketDetail } from "./detail.ts";

/** The numbers that convinced the rule, drawn: one chart each, one time axis, marks where it began and where the ticket was opened. */

const HOUR_MS = 3_600_000;
/** Charts on one page; further evidence is told in words. */
const CHARTS_MAX = 4;
const RANGES = { auto: 0, "24h": 24 * HOUR_MS, "7d": 168 * HOUR_MS } as const;
type RangeWord = keyof typeof RANGES;

export function EvidenceCharts(props: { ticket: TicketDetail }): JSX.Element {
  const { t, router } = useShell();
  const { live } = usePlant();
  const range = (): RangeWord => (Object.hasOwn(RANGES, router.query("range")) ? (router.query("range") as RangeWord) : "auto");
  /** Moves once a minute at most, so that the clock does not ask for new curves every second. */
  const until = createMemo(
    () => Math.ceil((props.ticket.closedAt === null ? live.now() : props.ticket.closedAt + HOUR_MS) / 60_000) * 60_000,
  );
  const from = createMemo(() =>
    range() === "auto"
      ? Math.min(props.ticket.since, props.ticket.detectedAt) - Math.max(6 * HOUR_MS, 0.5 * (until() - props.ticket.since))
      : until() - RANGES[range()],
  );
  /** A phone shows the crop that matters most; the numbers of the rest stand in the table. */
  const narrow = createMedia(window, "(max-width: 48rem)");
  const drawn = createMemo(() =>
    props.ticket.evidence
      .filter((evidence) => evidence.signal !== undefined || evidence.curve !== undefined)
      .slice(0, narrow() ? 1 : CHARTS_MAX),
  );

  return (
    <Panel
      title={t("ticketEvidence")}
      note={t("ticketEvidenceNote")}
      class="evidence"
      side={
        <Segments
          label={t("ranges")}
          value={range()}
          options={[
            { value: "auto", text: t("rangeAuto") },
            { value: "24h", text: "24h" },
            { value: "7d", text: "7d" },
          ]}
          onChoose={(word) => router.set({ range: word === "auto" ? undefined : word })}
        />
      }
    >
      <Index each={drawn()}>
        {(evidence, index) => (
          <EvidenceChart ticket={props.ticket} evidence={evidence()} from={from()} to={until()} last={index === drawn().length - 1} />
        )}
      </Index>
      <Show when={props.ticket.evidence.length > 0}>
        <EvidenceTable evidence={props.ticket.evidence} />
      </Show>
    </Panel>
  );
}

/** `plain`: the curve and its limit alone, without marks and words. */
export function EvidenceChart(props: {
  ticket: TicketDetail;
  evidence: Evidence;
  from: number;
  to: number;
  last: boolean;
  plain?: boolean;
}): JSX.Element {
  const { t, say, preferences } = useShell();
  const { network, live } = usePlant();
  const display = () =>
    props.evidence.signal === undefined
      ? displayOfUnit(props.evidence.unit, preferences.pressureUnit(), 2)
      : displayOf(props.evidence.signal, preferences.pressureUnit());
  const asked = () =>
    props.evidence.curve === undefined && props.evidence.signal !== undefined
      ? { asset: props.evidence.asset, signal: props.evidence.signal, from: props.from, to: props.to }
      : null;
  const answer = createFetched(asked, ({ asset, signal, from, to }) =>
    get<Curve>("/api/series", { asset, signal: [signal], from: Math.floor(from), to, px: 900 }),
  );
  const failed = (): ApiError | undefined => {
    const loaded = answer.latest();
    return loaded?.ok === false ? loaded.error : undefined;
  };
  const incomplete = (): IncompleteCurve | undefined => {
    const loaded = answer.latest();
    return loaded?.ok === true ? loaded.value.incomplete : undefined;
  };
  const lines = createMemo((): ChartLine[] => {
    const colour = props.evidence.signal?.endsWith("return")
      ? "--return"
      : props.evidence.signal?.includes("supply")
        ? "--supply"
        : "--flow";
    const { curve, signal } = props.evidence;
    if (curve !== undefined) {
      const own: ChartLine = {
        id: "value",
        label: say(props.evidence.name),
        colour: "--flow",
        data: lineFrom(curve.times, curve.values),
        factor: display().factor,
        stepped: true,
      };
      if (curve.expected === undefined) return [own];
      return [
        own,
        {
          id: "expected",
          label: t("evidenceExpected"),
          colour: "--outdoor",
          data: lineFrom(curve.times, curve.expected),
          factor: display().factor,
          dash: [4, 3],
          stepped: true,
          width: 1,
        },
      ];
    }
    const loaded = answer.latest();
    const data = loaded?.ok === true && signal !== undefined ? lineOf(loaded.value, props.evidence.asset, signal) : undefined;
    return data === undefined ? [] : [{ id: "value", label: say(props.evidence.name), colour, data, factor: display().factor }];
  });
  const limits = createMemo((): ChartLimit[] => {
    const { limit, expected, curve } = props.evidence;
    const found: ChartLimit[] = [];
    if (limit !== undefined)
      found.push({
        value: limit * display().factor,
        text: `${t("evidenceLimit")} ${formatNumber(limit * display().factor, display().decimals)}`,
      });
    if (expected !== undefined && curve?.expected === undefined)
      found.push({
        value: expected * display().factor,
        text: `${t("evidenceExpected")} ${formatNumber(expected * display().factor, display().decimals)}`,
      });
    return found;
  });
  const marks = createMemo((): ChartMark[] => {
    const { since, openedAt, severity } = props.ticket;
    // One mark is enough when onset and opening would be drawn over each other.
    const apart = openedAt - since > (props.to - props.from) / 40;
    const opened: ChartMark = { at: openedAt, text: t("markOpened"), concern: severity };
    return apart ? [{ at: since, text: t("markSince"), concern: "watch" }, opened] : [opened];
  });
  return (
    <figure class="evidence-chart">
      <figcaption>
        <b>{say(props.evidence.name)}</b> <span class="secondary">{display().unit}</span>{" "}
        <Show when={props.plain !== true}>
          <span class="secondary">{say(props.evidence.text)}</span>
        </Show>
      </figcaption>
      <div class="evidence-canvas" classList={{ "evidence-canvas-last": props.last }}>
        <Show
          when={failed()}
          fallback={
            <TimeChart
              label={say(props.evidence.name)}
              lines={lines()}
              from={props.from}
              to={props.to}
              knownUntil={Math.min(props.to, props.evidence.curve?.times.at(-1) ?? live.now())}
              zone={network.timezone}
              unit={display().unit}
              decimals={display().decimals}
              spanMin={display().unit === "MPa" ? 0.02 : 1}
              marks={props.plain === true ? [] : marks()}
              limits={limits()}
              {...(props.plain === true ? {} : { syncKey: `ticket-${props.ticket.id}` })}
              hideTimes={!props.last}
            />
          }
        >
          {(error) => <ErrorState error={error()} onRetry={answer.refetch} />}
        </Show>
      </div>
      <OlderMissing lack={incomplete()} />
    </figure>
  );
}

function EvidenceTable(props: { evidence: readonly Evidence[] }): JSX.Element {
  const { t, say, preferences } = useShell();
  const shown = (evidence: Evidence, value: number | null | undefined): string => {
    const display =
      evidence.signal === undefined
        ? displayOfUnit(evidence.unit, preferences.pressureUnit(), 2)
        : displayOf(evidence.signal, preferences.pressureUnit());
    return value === null || value === undefined ? "—" : `${formatNumber(value * display.factor, display.decimals)} ${display.unit}`;
  };
  return (
    <div class="evidence-numbers">
      <table>
        <thead>
          <tr>
            <th scope="col">{t("ticketEvidence")}</th>
            <th scope="col">{t("evidenceValue")}</th>
            <th scope="col">{t("evidenceExpected")}</th>
            <th scope="col">{t("evidenceLimit")}</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.evidence}>
            {(evidence) => (
              <tr>
                <th scope="row">
                  {say(evidence.name)} <span class="secondary">{say(evidence.text)}</span>
                </th>
                <td>
                  <b>{shown(evidence, evidence.value)}</b>
                </td>
                <td>{shown(evidence, evidence.expected)}</td>
                <td>{shown(evidence, evidence.limit)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  );
}
