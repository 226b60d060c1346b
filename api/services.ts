import type { Curve, CurveQuery } from "../model/curve.ts";
import type { CircuitDerived, Connection, Health, RuleStatus, TicketSummary } from "../model/live.ts";
import type { Episode, FaultKind, RootedEpisode } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import type { Reading, Reject } from "../model/reading.ts";
import type { Actor, Role } from "../model/role.ts";
import type { Ticket, TicketMove, TicketState } from "../model/ticket.ts";
import type { Limit } from "../rules/limits.ts";
import type { Rule } from "../rules/rule.ts";
import type { Backups } from "../store/backup.ts";
import type { DeadLetter, InfluxState } from "../store/influx.ts";
import type { TelemetryStore } from "../store/telemetry.ts";
import type { Complaint } from "../tickets/complaint.ts";
import type { BacktestService, InsightService, RuleDeskService, ShadowService } from "./rule-services.ts";
import type { MoveBody, MoveProblem } from "../tickets/flow.ts";

/** The ports of the API: all that the platform hands in, and nothing else is known here. */

export interface ApiServices {
  /** The platform's clock, epoch ms. */
  readonly now: () => number;
  /** True while the data come from the simulator; every screen then says so. */
  readonly simulated: boolean;
  readonly network: Network;
  readonly telemetry: Pick<TelemetryStore, "latestOf" | "rejects" | "rejectCounts" | "stats"> & CurveSource;
  readonly rules: RuleService;
  readonly ruleDesk: RuleDeskService;
  readonly backtests: BacktestService;
  readonly shadow: ShadowService;
  readonly insight: InsightService;
  readonly tickets: TicketService;
  readonly accounts: AccountService;
  readonly contacts: ContactSource;
  /** From `createLiveSource()`; the platform calls `touch` for every station that got fresh readings. */
  readonly live: LiveSource;
  /** Tokens of commands that run beside the platform; undefined: none is valid. */
  readonly commands?: CommandSource;
  /** The forwarding to InfluxDB; undefined: none is configured. */
  readonly influx?: InfluxService | undefined;
  /** Takes history; undefined: there is no such route. */
  readonly imports?: ImportService;
  /** Makes backups; undefined: there is no such route. */
  readonly backups?: BackupService;
  /** Everything that is stored, for exports; undefined: there is no such route. */
  readonly readings?: ReadingSource;
  readonly health: HealthSource;
  /** Counters and gauges of the rest of the platform for `GET /metrics`. */
  readonly metrics: () => readonly Metric[];
  readonly settings: ApiSettings;
  readonly log: ApiLog;
}

interface ApiSettings {
  /** HEATSTEWARD_ADMIN_TOKEN; undefined: no bearer token is valid. */
  readonly adminToken: string | undefined;
  /** People reach the platform over TLS: the cookie is `Secure` and HSTS is sent. */
  readonly secure: boolean;
  /** Origins besides the request's own Host from which a browser may act, as behind a proxy that rewrites Host: `https://heat.example`. */
  readonly origins: readonly string[];
  /** The built dashboard. */
  readonly dashboardFolder: string;
}

export interface ApiLog {
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** How far the devices of a station are heard. */
export interface Contact {
  readonly connection: Connection;
  /** Event time of the newest reading of the station or anything below it, and when it was received. */
  readonly dataAt: number | null;
  readonly receivedAt: number | null;
}

interface CurveSource {
  /** At once from the local store, later when older samples have to be asked for. `abort`: nobody waits for it any more. */
  curve(query: CurveQuery, abort?: AbortSignal): Curve | Promise<Curve>;
}

interface ContactSource {
  contact(station: string): Contact;
}

/** What became of one request of history. */
export interface ImportOutcome {
  readonly lines: number;
  readonly stored: number;
  readonly known: number;
  readonly rejected: number;
  /** By reason; `topic` of the example is its place. */
  readonly rejects: readonly {
    readonly example: Pick<Reject, "topic" | "asset" | "signal" | "reason" | "expected" | "found" | "suggestion">;
    readonly count: number;
  }[];
}

export interface ImportService {
  /** Takes JSON lines as they come; `place` names them among the rejects. */
  take(stream: AsyncIterable<Uint8Array>, place: string): Promise<ImportOutcome>;
}

/** Stored readings of a station with from <= at < to in slices, in canonical order. */
export type ReadingSource = (station: string, from: number, to: number) => AsyncIterable<readonly Reading[]>;

export type BackupService = Pick<Backups, "run">;

interface CommandSource {
  /** The command that a token was made for; undefined for any other token. */
  command(token: string): string | undefined;
}

export interface InfluxService {
  state(): InfluxState;
  deadLetters(query: { readonly limit: number; readonly cursor?: string | undefined }): Page<DeadLetter>;
  /** Rejects when InfluxDB cannot be reached. */
  replay(ids: readonly number[] | "all", by: Actor): Promise<{ readonly written: number; readonly refused: number }>;
}

export interface HealthSource {
  health(): Health;
}

/** What the rules think of a station: `RuleHost` has this shape. */
export interface RuleService {
  readonly catalogue: readonly RuleFacts[];
  readonly limits: Readonly<Record<string, Limit>>;
  /** Episodes of a station that the engine remembers, active and cleared. */
  episodes(station: string): readonly Episode[];
  rooted(station: string): readonly RootedEpisode[];
  /** By circuit. */
  derived(station: string): Readonly<Record<string, CircuitDerived>>;
  statuses(station: string): readonly RuleStatus[];
  /** Event time up to which the station was judged; undefined before its first reading. */
  watermark(station: string): number | undefined;
}

type RuleFacts = Pick<
  Rule,
  "kind" | "level" | "everyMs" | "holdMs" | "keepMs" | "phases" | "measure" | "cause" | "consequence" | "action" | "limits"
>;

interface TicketQuery {
  /** `open`: every state before `closed`. */
  readonly state?: TicketState;
  readonly kind?: FaultKind;
  readonly station?: string;
  /** The asset or anything below it. */
  readonly asset?: string;
  /** Bounds of `openedAt`, epoch ms: from <= openedAt < to. */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly cursor?: string;
}

/** A ticket with when the first resident called about it; null while none did. */
export type TicketView = Ticket & { readonly firstCallAt: number | null; readonly absorbed: number };

export type MoveOutcome =
  | { readonly type: "moved"; readonly ticket: TicketView }
  | { readonly type: "unknown" }
  /** The ticket changed since the version that was read. */
  | { readonly type: "stale"; readonly ticket: TicketView }
  | { readonly type: "problem"; readonly ticket: TicketView; readonly problem: MoveProblem };

export interface ComplaintOutcome {
  readonly ticket: TicketView;
  /** True: an existing ticket took it in. */
  readonly joined: boolean;
}

/** One line of the ordered log of all tickets. */
export interface TicketLogEntry {
  /** Ascending by one over all tickets. */
  readonly sequence: number;
  readonly at: number;
  readonly event: string;
  /** The ticket after this event or later. */
  readonly ticket: TicketSummary;
}

/** Tickets: reads are of the committed state and synchronous. */
export interface TicketService {
  list(query: TicketQuery): Page<TicketView>;
  get(id: string): TicketView | undefined;
  /** Every ticket before `closed`, newest first. */
  open(): readonly TicketSummary[];
  /** `version`: the one that was read; undefined makes the move on whatever is there. */
  move(id: string, move: TicketMove, body: MoveBody, version: number | undefined, by: Actor): MoveOutcome | Promise<MoveOutcome>;
  /** A resident's call: joins the ticket that explains it, else opens one. */
  complain(complaint: Complaint, by: Actor): ComplaintOutcome | Promise<ComplaintOutcome>;
  /** Sequence of the newest log entry; 0 before the first. */
  sequence(): number;
  /** At most `limit` entries after `sequence`, in order; undefined when the log no longer reaches back that far. */
  logAfter(sequence: number, limit: number): readonly TicketLogEntry[] | undefined;
  /** Called after every new log entry; returns the way to stop it. */
  subscribe(listener: () => void): () => void;
}

export interface User {
  readonly name: string;
  readonly role: Role;
}

export type LoginOutcome =
  | { readonly type: "ok"; readonly user: User }
  /** Wrong name or password: which of the two is not told. */
  | { readonly type: "refused" }
  /** Too many failures of this account or address. */
  | { readonly type: "throttled"; readonly retryAfterMs: number };

type SetUpOutcome = LoginOutcome | { readonly type: "done_before" };

export interface GatewayState {
  readonly name: string;
  readonly stations: readonly string[];
  readonly createdAt: number;
  readonly connected: boolean;
  /** When its last message was received; null before the first. */
  readonly lastSeenAt: number | null;
}

export interface AccountService {
  /** True until the first user exists. */
  needsSetUp(): boolean;
  /** Creates the first administrator by the one-time set-up token. */
  setUp(token: string, name: string, password: string, address: string): SetUpOutcome | Promise<SetUpOutcome>;
  authenticate(name: string, password: string, address: string): Promise<LoginOutcome>;
  /** A fresh random session token of a user. */
  openSession(user: User): { readonly token: string; readonly expiresAt: number };
  /** The user of a session that is alive, else undefined. */
  session(token: string): User | undefined;
  endSession(token: string): void;
  gateways(): readonly GatewayState[];
  /** Registers a gateway; undefined when the name is taken. The password is generated and cannot be read again. */
  addGateway(
    name: string,
    stations: readonly string[],
    by: Actor,
  ): { readonly password: string } | undefined | Promise<{ readonly password: string } | undefined>;
}

/** Stations with fresh values since the live hub last asked; bounded by the number of stations. */
export interface LiveSource {
  touch(station: string): void;
  /** The touched stations, and forgets them. One reader: the live hub. */
  take(): readonly string[];
}

export interface Metric {
  /** Without the prefix `heatsteward_`; counters end in `_total`. */
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}
