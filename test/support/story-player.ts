import type { Network } from "../../model/network.ts";
import type { Actor } from "../../model/role.ts";
import type { Ticket, TicketMove } from "../../model/ticket.ts";
import type { Fault } from "../../simulators/faults.ts";
import type { MoveBody } from "../../tickets/flow.ts";
import { HOUR, MINUTE, storyNetwork, storyPlant } from "./story-network.ts";
import { startVirtualPlatform, type VirtualPlatform } from "./virtual-platform.ts";

/** A station with faults, its gateway, and the platform in virtual time: what a story is told with. */
export interface Story {
  readonly network: Network;
  readonly platform: VirtualPlatform;
  /** The station is polled and the platform looks, up to `to`. `cut`: the gateway keeps its polls to itself. */
  readonly live: (to: number, options?: { readonly every?: number; readonly cut?: boolean }) => Promise<void>;
  /** The gateway comes back and delivers what it kept, in arrays, oldest first. */
  readonly deliverBacklog: () => Promise<void>;
  /** What the station measured up to `to` is delivered now, marked as history. */
  readonly history: (to: number, every?: number) => Promise<void>;
  readonly ticketsOf: (...kinds: Ticket["kind"][]) => Ticket[];
  readonly move: (id: string, move: TicketMove, body?: MoveBody) => string;
  readonly close: () => Promise<void>;
}

export const STEWARD: Actor = { name: "wang", role: "operator" };
const TOPIC = "heat/v1/S1/telemetry";
const POLL = MINUTE;
const BATCH = 100;

/** `now`: the clock of the platform when it starts; `startAt`: from when the station can be polled. */
export async function tellStory(options: {
  readonly startAt: number;
  readonly now?: number;
  readonly seed?: number;
  readonly faults: readonly Fault[];
}): Promise<Story> {
  const { startAt, faults } = options;
  const network = storyNetwork();
  const plant = storyPlant(network, { seed: options.seed ?? 1, startAt, faults });
  const platform = await startVirtualPlatform(network, options.now ?? startAt);
  let polledAt = startAt;
  let kept: string[] = [];
  let housekeepingAt = platform.now() + HOUR;

  async function deliver(objects: readonly string[]): Promise<void> {
    for (let first = 0; first < objects.length; first += BATCH) {
      platform.receive(TOPIC, `[${objects.slice(first, first + BATCH).join(",")}]`);
      await platform.moveTo(platform.now() + 300);
    }
  }
  return {
    network,
    platform,
    async live(to, { every = POLL, cut = false } = {}) {
      const first = Math.floor(Math.max(polledAt, platform.now()) / every) * every + every;
      for (let at = first; at <= to; at += every) {
        polledAt = at;
        const object = JSON.stringify({ ts: at, assets: plant.sample(at).assets });
        await platform.moveTo(at);
        if (cut) kept.push(object);
        else platform.receive(TOPIC, object);
        await platform.moveTo(at + 1_500);
        if (at < housekeepingAt) continue;
        housekeepingAt = at + HOUR;
        await platform.keepHouse();
      }
    },
    async deliverBacklog() {
      platform.status("S1", true);
      await deliver(kept);
      kept = [];
    },
    async history(to, every = 2 * MINUTE) {
      const objects: string[] = [];
      for (let at = polledAt + every; at <= to; at += every) {
        polledAt = at;
        objects.push(JSON.stringify({ ts: at, hist: true, assets: plant.sample(at).assets }));
      }
      await deliver(objects);
    },
    ticketsOf: (...kinds) => platform.tickets().filter(({ kind }) => kinds.includes(kind)),
    move(id, move, body = {}) {
      const outcome = platform.desk.move(id, move, body, undefined, STEWARD);
      return outcome.type === "problem" ? outcome.problem.code : outcome.type;
    },
    close: () => platform.close(),
  };
}

/** What identifies the work of a whole story: its tickets with everything that happened to them, and when. */
export function ticketLines(tickets: readonly Ticket[]): string[] {
  return tickets.map((ticket) =>
    [
      ticket.id,
      ticket.kind,
      ticket.asset,
      ticket.severity,
      ticket.state,
      ticket.since,
      ticket.detectedAt,
      ticket.openedAt,
      ticket.recoveredAt,
      ticket.mergedInto,
      ...ticket.findings.map(({ kind, asset, clearedAt }) => `${kind}@${asset}:${clearedAt}`),
      ...ticket.history.map(({ kind, at, state }) => `${kind}:${at}:${state}`),
    ].join(" "),
  );
}
