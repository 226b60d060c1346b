import { Show, type Accessor, type JSX } from "solid-js";
import { Segments } from "../components/segments.tsx";
import { usePlant, useShell } from "../context.ts";

/** The span of time that the curves of a screen show: its length and its end stand in the URL, keys move it, its controls stand in the panel's head. */

const HOUR_MS = 3_600_000;
const RANGES_MS = { "1h": HOUR_MS, "6h": 6 * HOUR_MS, "24h": 24 * HOUR_MS, "7d": 168 * HOUR_MS, "30d": 720 * HOUR_MS } as const;
type Range = keyof typeof RANGES_MS;
const USUAL: Range = "24h";

export interface CurveWindow {
  readonly ranges: readonly Range[];
  readonly range: Accessor<Range>;
  readonly rangeMs: Accessor<number>;
  /** End of a window in the past, epoch ms; null follows now. */
  readonly end: Accessor<number | null>;
  readonly choose: (range: Range) => void;
  readonly follow: () => void;
}

/** Binds the keys of the window while the current Solid owner lives: the number of a range, `[` and `]` by half of it, `l` back to live. */
export function createCurveWindow(ranges: readonly Range[]): CurveWindow {
  const { router, keyboard } = useShell();
  const { live } = usePlant();
  const range = (): Range => ranges.find((name) => name === router.query("range")) ?? USUAL;
  const rangeMs = (): number => RANGES_MS[range()];
  const end = (): number | null => {
    const asked = Number(router.query("to"));
    return Number.isFinite(asked) && asked > 0 ? asked : null;
  };
  const choose = (name: Range): void => router.set({ range: name === USUAL ? undefined : name });
  const follow = (): void => router.set({ to: undefined });
  const shift = (direction: 1 | -1): void => {
    const to = (end() ?? live.now()) + (direction * rangeMs()) / 2;
    router.set({ to: to >= live.now() ? undefined : String(Math.round(to)) });
  };
  keyboard.bind([
    { keys: "[", word: "helpEarlier", run: () => shift(-1) },
    { keys: "]", word: "helpLater", run: () => shift(1) },
    { keys: "l", word: "helpLive", run: follow },
    ...ranges.map((name, index) => ({ keys: String(index + 1), word: "helpRange" as const, run: () => choose(name) })),
  ]);
  return { ranges, range, rangeMs, end, choose, follow };
}

export function CurveWindowControls(props: { window: CurveWindow }): JSX.Element {
  const { t } = useShell();
  return (
    <>
      <Show when={props.window.end() !== null}>
        <button type="button" class="link-button" onClick={() => props.window.follow()}>
          {t("liveBack")}
        </button>
      </Show>
      <Segments
        label={t("ranges")}
        value={props.window.range()}
        onChoose={props.window.choose}
        options={props.window.ranges.map((value) => ({ value, text: value }))}
      />
    </>
  );
}
