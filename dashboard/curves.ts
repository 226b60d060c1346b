import { batch, createEffect, createMemo, createSignal, on, onCleanup, untrack, type Accessor } from "solid-js";
import type { Curve, IncompleteCurve } from "../model/curve.ts";
import type { SignalId } from "../model/signals.ts";
import { get, type ApiError } from "./api.ts";
import { lineOf, type LineData } from "./charts/chart-data.ts";
import { followCurve, type FreshValue } from "./curve-follow.ts";
import type { Live } from "./live.ts";

/** Curves of several points over a moving or fixed window, fetched once and then kept running by the live socket. */

export interface CurveRequest {
  readonly station: string;
  /** What to draw, by asset. Nothing is asked for assets without signals. */
  readonly signals: Readonly<Record<string, readonly SignalId[]>>;
  readonly rangeMs: number;
  /** End of a fixed window, epoch ms; null: follows now. */
  readonly end: number | null;
  /** Width of the drawing in CSS px. */
  readonly px: number;
}

export interface Curves {
  /** The line of a signal that was asked for; the last one stays until the next arrives. */
  readonly line: (signal: SignalId) => LineData | undefined;
  readonly loading: Accessor<boolean>;
  readonly error: Accessor<ApiError | undefined>;
  /** What a curve of the window lacks, as it could not be read just now. */
  readonly incomplete: Accessor<IncompleteCurve | undefined>;
  /** The window as it is drawn, epoch ms. */
  readonly window: Accessor<{ readonly from: number; readonly to: number }>;
  readonly retry: () => void;
}

/** A live curve is fetched again this often: late data, and buckets that were only seen through the socket. */
const REFRESH_MS = 300_000;

/** Fetches what `asked` says whenever it changes (undefined: nothing), under the current Solid owner. */
export function createCurves(live: Live, asked: Accessor<CurveRequest | undefined>): Curves {
  const request = createMemo(asked, undefined, { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) });
  const [byAsset, setByAsset] = createSignal<Readonly<Record<string, Curve>>>({});
  const [loading, setLoading] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();
  const [round, setRound] = createSignal(0);
  const retry = (): void => void setRound((count) => count + 1);
  let abort: AbortController | undefined;
  /** The request that `byAsset` answers. */
  let answered: CurveRequest | undefined;
  onCleanup(() => abort?.abort());
  onCleanup(live.onResume(retry));
  const timer = setInterval(() => document.hidden || (untrack(request)?.end === null && retry()), REFRESH_MS);
  onCleanup(() => clearInterval(timer));

  /** Ends on multiples of a pixel's worth of time, so that a live chart moves seldom and its buckets do not shimmer. */
  const window = (): { from: number; to: number } => {
    const asked = request();
    if (asked === undefined) return { from: 0, to: 1 };
    const stepMs = Math.max(1000, asked.rangeMs / 400);
    const to = asked.end ?? Math.ceil(live.now() / stepMs) * stepMs;
    return { from: to - asked.rangeMs, to };
  };

  createEffect(
    on([request, round], ([asked]) => {
      abort?.abort();
      if (asked === undefined) return;
      const fetching = new AbortController();
      abort = fetching;
      const { from, to } = untrack(window);
      const assets = Object.entries(asked.signals).filter(([, signals]) => signals.length > 0);
      setLoading(true);
      const fetchAll = async (): Promise<void> => {
        const answers = await Promise.all(
          assets.map(([asset, signal]) =>
            get<Curve>("/api/series", { asset, signal, from, to, px: Math.max(1, Math.round(asked.px)) }, fetching.signal),
          ),
        );
        if (fetching.signal.aborted) return;
        const failed = answers.find((answer) => !answer.ok);
        batch(() => {
          setLoading(false);
          setError(failed?.ok === false ? failed.error : undefined);
          if (failed === undefined) {
            answered = asked;
            setByAsset(Object.fromEntries(answers.map((answer, index) => [assets[index]![0], (answer as { value: Curve }).value])));
          }
          // The curves of another window would look as if this one had a gap; those of this one just were not refreshed.
          else if (answered !== asked) setByAsset({});
        });
      };
      void fetchAll();
    }),
  );

  createEffect(() => {
    const now = request();
    if (now === undefined || now.end !== null) return;
    const station = live.station(now.station);
    if (station === undefined) return;
    const { from } = untrack(window);
    setByAsset((curves) => {
      let changed: Record<string, Curve> | undefined;
      for (const [asset, curve] of Object.entries(curves)) {
        const fresh: FreshValue[] = [];
        for (const { signal } of curve.series) {
          const value = station.values[asset]?.[signal];
          if (value !== undefined && value[0] > (curve.raw ? (curve.times.at(-1) ?? 0) : 0)) fresh.push({ asset, signal, value });
        }
        if (fresh.length > 0) (changed ??= { ...curves })[asset] = followCurve(curve, fresh, from);
      }
      return changed ?? curves;
    });
  });
  const line = (signal: SignalId): LineData | undefined => {
    for (const [asset, signals] of Object.entries(request()?.signals ?? {})) {
      const curve = byAsset()[asset];
      if (curve !== undefined && signals.includes(signal)) return lineOf(curve, asset, signal);
    }
    return undefined;
  };
  const incomplete = (): IncompleteCurve | undefined =>
    Object.values(byAsset()).find((curve) => curve.incomplete !== undefined)?.incomplete;
  return { line, loading, error, incomplete, window, retry };
}
