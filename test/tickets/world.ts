import type { Episode, FaultKind, RootedEpisode, Severity } from "../../model/finding.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { Network } from "../../model/network.ts";
import { applyStep, emptyCore, type TicketChange, type TicketRecord } from "../../model/ticket-record.ts";

/** A small town for tickets, episodes in one line, and a book that applies changes in memory. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** 2026-11-20 04:00 in Shanghai. */
export const T0 = Date.UTC(2026, 10, 19, 20);

export function town(): Network {
  return parseNetworkFile(
    JSON.stringify({
      name: "town",
      timezone: "Asia/Shanghai",
      stations: [
        {
          id: "S01",
          name: "城北小区",
          circuits: [
            {
              id: "S01-L",
              name: "低区",
              buildings: [
                {
                  id: "B7",
                  name: "7#",
                  units: [
                    { id: "B7-U1", name: "1单元", rooms: [{ id: "B7-101", name: "101" }] },
                    { id: "B7-U2", name: "2单元" },
                  ],
                },
              ],
            },
            { id: "S01-H", name: "高区", buildings: [{ id: "B8", name: "8#", units: [{ id: "B8-U1", name: "1单元" }] }] },
          ],
        },
        {
          id: "S02",
          name: "北苑",
          circuits: [{ id: "S02-A", name: "机组", buildings: [{ id: "B9", name: "9#", units: [{ id: "B9-U1", name: "1单元" }] }] }],
        },
      ],
    }),
    "town.yaml",
  );
}

export interface EpisodeFacts {
  readonly severity?: Severity;
  readonly since?: number;
  readonly detectedAt?: number;
  readonly clearedAt?: number;
  readonly value?: number;
}

export function episode(network: Network, kind: FaultKind, asset: string, facts: EpisodeFacts = {}): Episode {
  const detectedAt = facts.detectedAt ?? T0;
  const value = facts.value ?? 1;
  const text = { zh: `${kind} ${asset} ${value}`, en: `${kind} ${asset} ${value}` };
  return {
    kind,
    asset,
    station: network.asset(asset)!.station,
    severity: facts.severity ?? "general",
    since: facts.since ?? detectedAt - HOUR,
    detectedAt,
    clearedAt: facts.clearedAt,
    summary: text,
    evidence: [{ asset, name: text, unit: "m³/h", from: detectedAt - HOUR, to: detectedAt, value, limit: 0.5, text }],
    causes: [{ id: kind, name: text, share: 1, pro: [text], contra: [] }],
    consequence: text,
    action: [text],
  };
}

export const alone = (...episodes: readonly Episode[]): RootedEpisode[] => episodes.map((each) => ({ episode: each, root: undefined }));
export const under = (root: Episode, ...children: readonly Episode[]): RootedEpisode[] => [
  ...alone(root),
  ...children.map((child) => ({ episode: child, root })),
];

/** What the store does, in memory: ids by counting, steps folded, bodies laid over. */
export class Book {
  readonly tickets = new Map<string, TicketRecord>();

  apply(changes: readonly TicketChange[]): void {
    for (const change of changes) {
      if (change.type === "open") {
        const id = `T${String(this.tickets.size + 1).padStart(3, "0")}`;
        const record: TicketRecord = { ...change.ticket, ...emptyCore(id, change.ticket) };
        for (const step of change.steps) Object.assign(record, applyStep(record, step));
        this.tickets.set(id, record);
      } else {
        const record = { ...this.tickets.get(change.id)! };
        for (const step of change.steps) Object.assign(record, applyStep(record, step));
        this.tickets.set(change.id, { ...record, ...change.body });
      }
    }
  }

  all(): TicketRecord[] {
    return [...this.tickets.values()];
  }

  open(): TicketRecord[] {
    return this.all().filter((record) => record.state !== "closed" && record.state !== "merged");
  }

  set(id: string, values: Partial<TicketRecord>): void {
    this.tickets.set(id, { ...this.tickets.get(id)!, ...values });
  }
}
