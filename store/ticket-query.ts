import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { InputError } from "../model/input-error.ts";
import type { FaultKind } from "../model/finding.ts";
import type { TicketState } from "../model/ticket.ts";
import type { TicketRow } from "./ticket-rows.ts";

/** Which tickets a list shows, a page at a time, newest first. */

/** Tickets in one page. */
const TICKET_PAGE_MAX = 500;

/** Every state before `closed`, in the words of the partial indexes. */
export const OPEN = "state NOT IN ('closed', 'merged')";

export interface TicketQuery {
  /** `open`: every state before `closed`. */
  readonly state?: TicketState | undefined;
  /** Exactly these states. */
  readonly states?: readonly TicketState[] | undefined;
  readonly kind?: FaultKind | undefined;
  readonly station?: string | undefined;
  /** The asset or anything below it. */
  readonly asset?: string | undefined;
  /** Bounds of `openedAt`, epoch ms: from <= openedAt < to. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface RowPage {
  readonly rows: readonly TicketRow[];
  readonly next: string | null;
}

/** Prepares one statement per combination of filters, when it is first asked for. */
export function ticketQueries(sql: DatabaseSync): (query: TicketQuery) => RowPage {
  const prepared = new Map<string, StatementSync>();
  return (query) => {
    const { where, values } = conditions(query);
    const text = `SELECT number, core, brief, absorbed, findings, explanation FROM tickets ${where} ORDER BY opened_at DESC, number DESC LIMIT ?`;
    let statement = prepared.get(text);
    if (statement === undefined) prepared.set(text, (statement = sql.prepare(text)));
    const limit = Math.max(1, Math.min(query.limit, TICKET_PAGE_MAX));
    const rows = statement.all(...values, limit + 1) as unknown as TicketRow[];
    const page = rows.slice(0, limit);
    return { rows: page, next: rows.length > limit ? cursorOf(page.at(-1)!) : null };
  };
}

function conditions(query: TicketQuery): { where: string; values: SQLInputValue[] } {
  const parts: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (part: string, ...given: SQLInputValue[]): void => {
    parts.push(part);
    values.push(...given);
  };
  if (query.state === "open") add(OPEN);
  else if (query.state !== undefined) add("state = ?", query.state);
  if (query.states !== undefined) add(`state IN (${query.states.map(() => "?").join(", ")})`, ...query.states);
  if (query.kind !== undefined) add("kind = ?", query.kind);
  if (query.station !== undefined) add("station = ?", query.station);
  if (query.asset !== undefined)
    add(
      "number IN (SELECT number FROM tickets WHERE asset = ? OR unit = ? OR building = ? OR circuit = ? OR station = ?)",
      ...Array<string>(5).fill(query.asset),
    );
  if (query.from !== undefined) add("opened_at >= ?", query.from);
  if (query.to !== undefined) add("opened_at < ?", query.to);
  if (query.cursor !== undefined) add("(opened_at, number) < (?, ?)", ...readCursor(query.cursor));
  return { where: parts.length === 0 ? "" : `WHERE ${parts.join(" AND ")}`, values };
}

function cursorOf(row: TicketRow): string {
  const { openedAt } = JSON.parse(row.core) as { openedAt: number };
  return `${openedAt}.${row.number}`;
}

function readCursor(cursor: string): [number, number] {
  const found = /^(-?\d{1,16})\.(\d{1,16})$/.exec(cursor);
  if (found === null) throw new InputError("cursor", "`next` of the page before", JSON.stringify(cursor.slice(0, 80)));
  return [Number(found[1]), Number(found[2])];
}
