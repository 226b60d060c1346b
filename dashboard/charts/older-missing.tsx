import { Show, type JSX } from "solid-js";
import type { IncompleteCurve } from "../../model/curve.ts";
import { usePlant, useShell } from "../context.ts";
import { formatDateTime } from "../format.ts";

/** One line under a chart whose older part could not be read just now: it is kept, and no gap of the sensors. */
export function OlderMissing(props: { readonly lack: IncompleteCurve | undefined }): JSX.Element {
  const { t, say } = useShell();
  const { live, network } = usePlant();
  return (
    <Show when={props.lack}>
      {(lack) => (
        <p class="secondary" role="status">
          {t("olderMissing", { time: formatDateTime(network.timezone, lack().before, live.now()), reason: say(lack().reason) })}
        </p>
      )}
    </Show>
  );
}
