import type { JSX } from "solid-js";

/** One number of the whole network with what it is measured against. Goes into a `<dl class="figures">`. */
export function FigureTile(props: {
  label: string;
  value: string;
  rest?: JSX.Element;
  title?: string;
  stale?: boolean;
  urgent?: boolean;
}): JSX.Element {
  return (
    <div class="figure" title={props.title}>
      <dt>{props.label}</dt>
      <dd>
        <span class="figure-value" classList={{ stale: props.stale, "urgent-text": props.urgent }}>
          {props.value}
        </span>
        <span class="figure-rest">{props.rest}</span>
      </dd>
    </div>
  );
}
