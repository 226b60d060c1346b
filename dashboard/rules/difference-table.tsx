import { createMemo, For, Show, type JSX } from "solid-js";
import type { TicketDifference, TriedTicket } from "../../model/backtest.ts";
import { KIND_WORDS } from "../../model/words.ts";
import { Panel } from "../components/panel.tsx";
import { SeverityMark } from "../components/severity-tag.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatDateTime, formatSpan, NO_VALUE } from "../format.ts";

/** How live and tried tickets differ, line by line: what only one side has first, then other names, then the same with its lead. */

/** Lines of one group on the page; the rest is counted. */
const LINES_MAX = 100;
const MINUTE_MS = 60_000;

interface Line {
  readonly live: TriedTicket | undefined;
  readonly tried: TriedTicket | undefined;
  readonly leadMs: number | null;
}

/** "12 min earlier". */
export function leadText({ t }: Pick<ReturnType<typeof useShell>, "t">, leadMs: number | null): string {
  if (leadMs === null) return NO_VALUE;
  const minutes = Math.round(leadMs / MINUTE_MS);
  if (minutes === 0) return t("leadSame");
  return t(minutes > 0 ? "leadEarlier" : "leadLater", { span: formatSpan(Math.abs(minutes) * MINUTE_MS) });
}

/** `leadsFrom`: tickets that were opened live before it were there already, their lead says nothing. */
export function DifferenceTable(props: { difference: TicketDifference; leadsFrom?: number }): JSX.Element {
  const shell = useShell();
  const { t, say } = shell;
  const { network, live } = usePlant();
  const groups = createMemo(() => [
    {
      word: "differenceTried" as const,
      sign: "+",
      lines: props.difference.onlyTried.map((tried): Line => ({ live: undefined, tried, leadMs: null })),
    },
    {
      word: "differenceLive" as const,
      sign: "−",
      lines: props.difference.onlyLive.map((one): Line => ({ live: one, tried: undefined, leadMs: null })),
    },
    { word: "differenceOther" as const, sign: "≠", lines: props.difference.otherKind.map((pair): Line => pair) },
    { word: "differenceSame" as const, sign: "=", lines: props.difference.same.map((pair): Line => pair) },
  ]);
  const some = (): boolean => groups().some(({ lines }) => lines.length > 0);
  const time = (ticket: TriedTicket | undefined): string =>
    ticket === undefined ? NO_VALUE : formatDateTime(network.timezone, ticket.openedAt, live.now());
  const names = (line: Line): string =>
    line.live !== undefined && line.tried !== undefined && line.live.kind !== line.tried.kind
      ? `${say(KIND_WORDS[line.live.kind])} → ${say(KIND_WORDS[line.tried.kind])}`
      : say(KIND_WORDS[(line.live ?? line.tried)!.kind]);
  return (
    <Panel title={t("difference")} note={t("differenceNote")} class="difference-panel">
      <Show when={some()} fallback={<p class="state">{t("resultNoTickets")}</p>}>
        <div class="difference-scroll" tabindex="0" role="group" aria-label={t("difference")}>
          <table class="difference-table">
            <thead>
              <tr>
                <th scope="col">{t("differenceKind")}</th>
                <th scope="col">{t("differencePlace")}</th>
                <th scope="col">{t("differenceLiveAt")}</th>
                <th scope="col">{t("differenceTriedAt")}</th>
                <th scope="col">{t("differenceLead")}</th>
              </tr>
            </thead>
            <For each={groups().filter(({ lines }) => lines.length > 0)}>
              {(group) => (
                <tbody>
                  <tr class="difference-group">
                    <th scope="rowgroup" colspan="5">
                      <span aria-hidden="true">{group.sign}</span> {t(group.word)} <b>{group.lines.length}</b>
                    </th>
                  </tr>
                  <For each={group.lines.slice(0, LINES_MAX)}>{(line) => <Row line={line} />}</For>
                  <Show when={group.lines.length > LINES_MAX}>
                    <tr>
                      <td colspan="5" class="secondary">
                        {t("differenceMore", { n: group.lines.length - LINES_MAX })}
                      </td>
                    </tr>
                  </Show>
                </tbody>
              )}
            </For>
          </table>
        </div>
      </Show>
    </Panel>
  );

  function Row(row: { line: Line }): JSX.Element {
    const one = (): TriedTicket => (row.line.live ?? row.line.tried)!;
    const lead = (): number | null => ((row.line.live?.openedAt ?? 0) < (props.leadsFrom ?? 0) ? null : row.line.leadMs);
    return (
      <tr>
        <td class={`difference-kind rule-${one().severity}`}>
          <SeverityMark concern={one().severity} outlined={row.line.live === undefined} /> {names(row.line)}
        </td>
        <td>
          <a href={`/stations/${encodeURIComponent(one().station)}`}>
            {network.asset(one().asset) === undefined ? one().asset : network.fullName(one().asset)}
          </a>
        </td>
        <td>
          <Show when={row.line.live?.id} fallback={time(row.line.live)}>
            {(id) => (
              <>
                <a href={`/tickets/${encodeURIComponent(id())}`}>{id()}</a> <span class="difference-time">{time(row.line.live)}</span>
              </>
            )}
          </Show>
        </td>
        <td>{time(row.line.tried)}</td>
        <td>{leadText(shell, lead())}</td>
      </tr>
    );
  }
}
