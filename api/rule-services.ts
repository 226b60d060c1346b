import type { BacktestOutcome, BacktestRequest, BacktestRun, Shadow, TicketDifference } from "../model/backtest.ts";
import type { AssetLook } from "../model/insight.ts";
import type { Actor } from "../model/role.ts";
import type { LimitValues } from "../model/limit-values.ts";
import type {
  LimitsRequest,
  LimitsView,
  PhaseRequest,
  RelearnRequest,
  StationPhaseView,
  WorkRequest,
  WorkView,
} from "../model/rule-control.ts";

/** The ports of the API through which people steer and ask the rules. */

/** Decisions of people about the rules. */
export interface RuleDeskService {
  phases(): StationPhaseView[];
  /** Throws InputError for an unknown station or a time that cannot be. */
  setPhase(request: PhaseRequest, by: Actor): void;
  /** Running, coming, and over since a month; newest first. */
  works(station?: string): WorkView[];
  work(id: string): WorkView | undefined;
  /** Throws InputError for an unknown asset or times that cannot be. */
  planWork(request: WorkRequest, by: Actor): WorkView;
  /** Ends a coming or running work now; false: there is none of that id, or it is over. */
  endWork(id: string, reason: string, by: Actor): boolean;
  /** What the rules learned of the asset is forgotten from now on. Throws InputError for an unknown asset. */
  relearn(request: RelearnRequest, by: Actor): void;
  /** Published sets of limits, newest first: the first one holds. */
  limits(): LimitsView[];
  /** Throws InputError that names asset or limit. */
  publish(request: LimitsRequest, by: Actor): LimitsView;
}

export type OpenBacktestRequest = Omit<BacktestRequest, "from" | "to"> & {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
};

export interface BacktestService {
  /** Newest first. */
  list(): BacktestRun[];
  get(id: string): BacktestRun | undefined;
  /** Tickets and how they differ from the live ones of the window; undefined until it is done. */
  outcome(id: string): BacktestOutcome | undefined;
  /**
   * Queues one; the window is all that is stored where it is left open. Throws InputError for a window, station or limit that cannot
   * be, and when too many wait.
   */
  ask(request: OpenBacktestRequest, by: Actor): BacktestRun;
  /** Undefined: unknown; else the run as it is now. One that is over stays as it is. */
  cancel(id: string, by: Actor): BacktestRun | undefined;
}

export interface ShadowService {
  /** The shadow that runs, or the last one; undefined: there never was one. */
  state(): Shadow | undefined;
  /** Live tickets beside the shadow's since it began; undefined without a shadow. */
  difference(): TicketDifference | undefined;
  /** Begins one, in the place of one that runs. Throws InputError that names asset or limit. */
  begin(request: { readonly overrides: LimitValues; readonly reason: string }, by: Actor): Shadow;
  /** Undefined: none runs. */
  end(by: Actor): Shadow | undefined;
}

export interface InsightService {
  /** Undefined before the station's first reading. */
  now(asset: string): AssetLook | undefined;
  /** At a past event time. Undefined: too many wait. Rejects when `signal` is aborted. */
  at(asset: string, at: number, signal: AbortSignal): Promise<AssetLook> | undefined;
}
