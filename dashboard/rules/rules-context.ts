import { createContext, createMemo, onCleanup, useContext, type Accessor } from "solid-js";
import type { BacktestRun } from "../../model/backtest.ts";
import type { Asset } from "../../model/network.ts";
import { mayAct, type Role } from "../../model/role.ts";
import type { LimitsView } from "../../model/rule-control.ts";
import { get, type ApiError, type Page, type Result } from "../api.ts";
import { usePlant, useShell } from "../context.ts";
import { createFetched, type Fetched } from "../fetched.ts";
import { createDraft, type DraftStore } from "./draft-store.ts";
import { EVERYWHERE } from "./draft.ts";
import { isOver } from "./outcome.ts";
import { limitsByName, type LimitFacts, type RuleFacts } from "./rule-facts.ts";

/** What all parts of the screen share: the rules, the published sets of limits, the draft, the backtests. */

export interface RulesDesk {
  readonly rules: Accessor<readonly RuleFacts[]>;
  readonly limits: Accessor<ReadonlyMap<string, LimitFacts>>;
  /** Newest first; the first one holds. */
  readonly published: Accessor<readonly LimitsView[]>;
  readonly draft: DraftStore;
  readonly runs: Accessor<readonly BacktestRun[]>;
  readonly runsFailed: Accessor<ApiError | undefined>;
  readonly runsLoading: Accessor<boolean>;
  readonly refetchRuns: () => void;
  readonly refetchLimits: () => void;
  /** Asks which set holds now; false: another one than this page knew, or no answer. */
  readonly stillHolds: () => Promise<boolean>;
  /** Undefined before the first answers. */
  readonly ready: Accessor<boolean>;
  readonly failed: Accessor<ApiError | undefined>;
  readonly retry: () => void;
  /** Whether the user may do what the least role may. */
  readonly may: (least: Role) => boolean;
  /** The name of a place of limits: "everywhere", or the asset's full name. */
  readonly placeName: (place: string) => string;
}

/** While a backtest runs its progress is asked for this often; otherwise now and then, for others start some too. */
const RUNNING_MS = 1_000;
const RESTING_MS = 20_000;
const always = (): true => true;

export function createRulesDesk(): RulesDesk {
  const { t } = useShell();
  const { user, network, live } = usePlant();
  const may = (least: Role): boolean => mayAct(user.role, least);
  const rules = createFetched(always, () => get<Page<RuleFacts>>("/api/rules"));
  const sets = createFetched(always, () => get<Page<LimitsView>>("/api/limits"));
  const runs = createFetched(
    () => may("engineer"),
    () => get<Page<BacktestRun>>("/api/backtests"),
  );
  const published = createMemo(() => itemsOf(sets));
  const allRuns = createMemo(() => itemsOf(runs));
  const facts = createMemo(() => itemsOf(rules));
  whileLookedAt(
    () => runs.refetch(),
    () => (allRuns().every(isOver) ? RESTING_MS : RUNNING_MS),
  );
  whileLookedAt(sets.refetch, () => RESTING_MS);
  onCleanup(
    live.onResume(() => {
      sets.refetch();
      runs.refetch();
    }),
  );
  return {
    rules: facts,
    limits: createMemo(() => limitsByName(facts())),
    published,
    draft: createDraft(() => published()[0]),
    runs: allRuns,
    runsFailed: () => errorOf(runs),
    runsLoading: () => may("engineer") && runs.latest() === undefined,
    refetchRuns: runs.refetch,
    refetchLimits: sets.refetch,
    stillHolds: async () => {
      const known = published()[0]?.id;
      const now = await get<Page<LimitsView>>("/api/limits");
      if (now.ok) sets.set(now);
      return now.ok && now.value.items[0]?.id === known;
    },
    ready: () => rules.latest()?.ok === true && sets.latest()?.ok === true,
    failed: () => errorOf(rules) ?? errorOf(sets),
    retry: () => {
      rules.refetch();
      sets.refetch();
    },
    may,
    placeName: (place) => (place === EVERYWHERE ? t("rulesEverywhere") : nameOf(network.asset(place), place)),
  };

  function nameOf(asset: Asset | undefined, id: string): string {
    return asset === undefined ? id : network.fullName(asset.id);
  }
}

/** Asks again and again, as often as `everyMs` says at the moment, under the current owner; a hidden tab rests. */
export function whileLookedAt(ask: () => void, everyMs: () => number): void {
  let askedAt = performance.now();
  const timer = setInterval(() => {
    if (document.hidden || performance.now() - askedAt < everyMs()) return;
    askedAt = performance.now();
    ask();
  }, RUNNING_MS / 4);
  onCleanup(() => clearInterval(timer));
}

const NONE: readonly never[] = [];
function itemsOf<Item>(fetched: Fetched<Result<Page<Item>>>): readonly Item[] {
  const loaded = fetched.latest();
  return loaded?.ok === true ? loaded.value.items : NONE;
}

/** Something whose last answer is known, if there was one. */
type Answered<Value> = { readonly latest: () => Result<Value> | undefined };

export function errorOf<Value>(fetched: Answered<Value>): ApiError | undefined {
  const loaded = fetched.latest();
  return loaded?.ok === false ? loaded.error : undefined;
}

export function valueOf<Value>(fetched: Answered<Value>): Value | undefined {
  const loaded = fetched.latest();
  return loaded?.ok === true ? loaded.value : undefined;
}

export const RulesContext = createContext<RulesDesk>();

export function useRules(): RulesDesk {
  const desk = useContext(RulesContext);
  if (desk === undefined) throw new Error("useRules outside of RulesContext");
  return desk;
}
