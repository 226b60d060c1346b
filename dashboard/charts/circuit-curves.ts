import { createMemo, type Accessor } from "solid-js";
import type { SignalId } from "../../model/signals.ts";
import { usePlant, useShell } from "../context.ts";
import { createCurves, type Curves } from "../curves.ts";
import { formatSpan } from "../format.ts";
import { carrierOf } from "../network.ts";
import { createWidth } from "../rem.ts";
import type { LineData } from "./chart-data.ts";
import type { ChartBand, ChartMark } from "./chart-types.ts";
import type { CurveWindow } from "./curve-window.tsx";
import { supplyBand } from "./supply-band.ts";

/** The curves of one circuit over a window, with what is drawn beside them: the band of its heating curve and its tickets. */

interface CircuitCurves extends Curves {
  /** Where the supply temperature should have been. */
  readonly band: Accessor<ChartBand | undefined>;
  /** When tickets of the station or the circuit were opened, the oldest first; `text` is the ticket's id. */
  readonly marks: Accessor<readonly ChartMark[]>;
  /** Up to where the window is known, epoch ms: now, or when the connection was lost. */
  readonly knownUntil: Accessor<number>;
  /** "72 s 最小–最大": what one step of a line is; "" without the line. */
  readonly stepWords: (line: LineData | undefined) => string;
}

/** Pixels asked for change in steps, so that dragging the window's edge fetches seldom. */
const PX_STEP = 400;

/** `share`: of a wide window, what the plotting area takes; a narrow one, where it takes nearly all, is within the first step. */
export function createCircuitCurves(asked: {
  readonly station: Accessor<string>;
  readonly circuit: Accessor<string>;
  readonly signals: readonly SignalId[];
  readonly window: CurveWindow;
  readonly share: number;
}): CircuitCurves {
  const { t } = useShell();
  const { live, network } = usePlant();
  const width = createWidth(window);
  const { station, circuit } = asked;
  const curves = createCurves(live, () => {
    const values = live.station(station());
    const signals: Record<string, SignalId[]> = {};
    for (const signal of asked.signals) (signals[carrierOf(network, values, circuit(), signal)] ??= []).push(signal);
    const px = Math.ceil((width() * devicePixelRatio * asked.share) / PX_STEP) * PX_STEP;
    return { station: station(), signals, rangeMs: asked.window.rangeMs(), end: asked.window.end(), px };
  });
  const band = createMemo(() => {
    const { from, to } = curves.window();
    return supplyBand(network.asset(circuit())?.circuitFacts, curves.line("t2_set"), curves.line("t_out"), from, to);
  });
  const marks = createMemo(() =>
    [...live.tickets().values()]
      // Tickets of buildings and units would crowd the circuit's curves, and have their own place.
      .filter((one) => one.station === station() && one.building === undefined && (one.circuit ?? circuit()) === circuit())
      .sort((a, b) => a.openedAt - b.openedAt)
      .map(({ openedAt, id, severity }): ChartMark => ({ at: openedAt, text: id, concern: severity })),
  );
  return {
    ...curves,
    band,
    marks,
    knownUntil: () => Math.min(curves.window().to, live.lostAt() ?? live.now()),
    stepWords: (line) =>
      line === undefined ? "" : line.bucketMs === 0 ? t("rawPoints") : t("minMaxBuckets", { span: formatSpan(line.bucketMs) }),
  };
}
