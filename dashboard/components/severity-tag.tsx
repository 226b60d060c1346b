import { Show, type JSX } from "solid-js";
import type { Severity } from "../../model/finding.ts";
import { useShell } from "../context.ts";

/** ▲ urgent, ■ general, ◆ watch: colour never speaks alone. */

/** `watch`: abnormal, but no ticket was opened (yet). */
export type Concern = Severity | "watch";

const SHAPES: Readonly<Record<Concern, string>> = {
  urgent: "M6 1 11.5 11H.5Z",
  general: "M1 1h10v10H1Z",
  watch: "M6 0l6 6-6 6-6-6Z",
};
const WORDS = { urgent: "severityUrgent", general: "severityGeneral", watch: "severityWatch" } as const;

/** The bare mark; decorative, so the text beside it has to say the severity. */
export function SeverityMark(props: { concern: Concern; outlined?: boolean }): JSX.Element {
  return (
    <svg class="tag-shape" viewBox="-1 -1 14 14" aria-hidden="true">
      <path
        d={SHAPES[props.concern]}
        fill={props.outlined ? "none" : undefined}
        stroke={props.outlined ? "currentColor" : undefined}
        stroke-width={props.outlined ? 2 : undefined}
      />
    </svg>
  );
}

/**
 * A filled tag; `quiet` leaves the fill away (on boards only urgent tags are filled), `cured` turns it grey and keeps its shape.
 * Without `text` it names the severity; with it, the severity is read out before the text.
 */
export function SeverityTag(props: { concern: Concern; text?: string; quiet?: boolean; cured?: boolean }): JSX.Element {
  const { t } = useShell();
  return (
    <span class={`tag tag-${props.concern}`} classList={{ "tag-quiet": props.quiet, "tag-cured": props.cured }}>
      <SeverityMark concern={props.concern} outlined={props.cured} />
      <Show when={props.text} fallback={<span>{t(WORDS[props.concern])}</span>}>
        <span class="visually-hidden">{t(WORDS[props.concern])}: </span>
        <span class="tag-text" title={props.text}>
          {props.text}
        </span>
      </Show>
    </span>
  );
}
