import type { TicketSummary } from "../../model/live.ts";
import type { Steward } from "../../model/network.ts";
import type { Text } from "../../model/text.ts";
import type { TicketState } from "../../model/ticket.ts";
import { STATE_WORDS } from "../../model/words.ts";

/** Who has how much to do. Pure. */

export interface Load {
  readonly name: string;
  readonly open: number;
  /** How far the one that is furthest along is; undefined with nothing to do. */
  readonly state: Text | undefined;
}

/** States in which somebody is at work, the furthest along first. */
const AT_WORK: readonly TicketState[] = ["on_site", "on_the_way", "accepted", "dispatched"];

/** Everybody who has an open ticket in hand, and every steward of the network, the most loaded first. */
export function loadOf(open: readonly TicketSummary[], stewards: readonly Steward[]): Load[] {
  const hands = new Map<string, TicketState[]>();
  // A ticket may name its steward by id or by name.
  const named = new Map(stewards.map((steward) => [steward.id, steward.name]));
  for (const steward of stewards) hands.set(steward.name, []);
  for (const { assignee, state } of open) {
    if (assignee === null || !AT_WORK.includes(state)) continue;
    const name = named.get(assignee) ?? assignee;
    const list = hands.get(name);
    if (list === undefined) hands.set(name, [state]);
    else list.push(state);
  }
  return [...hands]
    .map(([name, states]): Load => {
      const furthest = AT_WORK.find((state) => states.includes(state));
      return { name, open: states.length, state: furthest === undefined ? undefined : STATE_WORDS[furthest] };
    })
    .sort((a, b) => b.open - a.open);
}
