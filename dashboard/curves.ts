import { batch, createEffect, createSignal, on, onCleanup, untrack, type Accessor } from "solid-js";
import type { Curve } from "../model/curve.ts";
import type { SignalId } from "../model/signals.ts";
import { get, type ApiError } from "./api.ts";
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
  /** By asset; the last ones stay until the next arrive. */
  readonly byAsset: Accessor<Readonly<Record<string, Curve>>>;
  readonly loading: Accessor<boolean>;
  readonly error: Accessor<ApiError | undefined>;
  /** The window as it is drawn, epoch ms. */
  readonly window: Accessor<{ readonly from: number; readonly to: number }>;
  readonly retry: () => void;
}

/** A live curve is fetched again this often: late data, and buckets that were only seen through the socket. */
const REFRESH_MS = 300_000;

/** Fetches what `request` asks for whenever it changes (undefined: nothing), under the current Solid owner. */
export function createCurves(live: Live, request: Accessor<CurveRequest | undefined>): Curves {
  const [byAsset, setByAsset] = createSignal<Readonly<Record<string, Curve>>>({});
  const [loading, setLoading] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();
  const [round, setRound] = createSignal(0);
  const retry = (): void => void setRound((count) => count + 1);
  let abort: AbortController | undefined;
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
          if (failed === undefined)
            setByAsset(Object.fromEntries(answers.map((answer, index) => [assets[index]![0], (answer as { value: Curve }).value])));
        });
      };
      void fetchAll();
    }),
  );

  const asked = (): CurveRequest | undefined => request();
  createEffect(() => {
    const now = asked();
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
  return { byAsset, loading, error, window, retry };
}
