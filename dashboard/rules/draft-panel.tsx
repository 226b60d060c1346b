import { createSignal, Show, type JSX } from "solid-js";
import { Panel } from "../components/panel.tsx";
import { useShell } from "../context.ts";
import { ChangeList } from "./change-list.tsx";
import { useRules } from "./rules-context.ts";

/** What the draft changes, line by line, and the way to try it or to throw it away. */
export function DraftPanel(): JSX.Element {
  const { t, router } = useShell();
  const desk = useRules();
  const changes = () => desk.draft.changes();
  const [sure, setSure] = createSignal(false);
  return (
    <Panel
      title={t("rulesDraft")}
      note={changes().length === 0 ? t("rulesDraftNone") : t("rulesDraftNote", { n: changes().length })}
      class="draft-panel"
    >
      <Show
        when={changes().length > 0}
        fallback={<p class="state">{t(desk.may("engineer") ? "rulesDraftEmpty" : "rulesNeedsEngineer")}</p>}
      >
        <Show when={desk.draft.outdated()}>
          <p class="draft-warning general-text" role="status">
            ■ {t("rulesDraftOutdated")}
          </p>
        </Show>
        <ChangeList changes={changes()} onUndo={({ place, name, before }) => desk.draft.change(place, name, before)} />
        <div class="panel-actions">
          <button type="button" class="button" onClick={() => router.go("/rules", { tab: "backtest", try: "draft" })}>
            {t("rulesTryDraft")}
          </button>
          <button
            type="button"
            class="button"
            onBlur={() => setSure(false)}
            onClick={() => {
              if (sure()) desk.draft.discard();
              setSure(!sure());
            }}
          >
            {t(sure() ? "rulesDiscardSure" : "rulesDiscard")}
          </button>
        </div>
      </Show>
    </Panel>
  );
}
