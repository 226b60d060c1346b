import type { RuleDeskService } from "./api/rule-services.ts";
import { byTime, type Decision, type LimitsDecision, type PhaseDecision, type WorkDecision } from "./model/decision.ts";
import { InputError } from "./model/input-error.ts";
import type { Network } from "./model/network.ts";
import type { Actor } from "./model/role.ts";
import type { LimitsView, WorkView } from "./model/rule-control.ts";
import type { RuleHost } from "./rules/host.ts";
import { readOverrides } from "./rules/limit-file.ts";
import type { Limit } from "./rules/limits.ts";
import { openAudit } from "./store/audit.ts";
import type { AppDatabase } from "./store/database.ts";
import { openDecisionRecords } from "./store/decision-records.ts";

/** Where people decide about the rules' work: writes it down with who and why, and gives it to the rules. */

const DAY_MS = 86_400_000;
/** Findings older than this are not judged anew (the rules keep two weeks of states). */
const BACK_MS_MAX = 7 * DAY_MS;
/** A work that is longer hides a fault rather than a repair; a season is planned in pieces. */
const WORK_MS_MAX = 31 * DAY_MS;
/** Works are listed so long after their end. */
const WORK_LISTED_MS = 31 * DAY_MS;

export interface RuleDesk extends RuleDeskService {
  /** All that was decided, as the rules apply it. */
  decisions(): readonly Decision[];
}

export interface RuleDeskParts {
  readonly database: AppDatabase;
  readonly network: Network;
  readonly host: Pick<RuleHost, "decide" | "phase" | "work">;
  readonly limits: Readonly<Record<string, Limit>>;
  readonly now: () => number;
  /** After a decision was made. */
  readonly onDecision?: (decisions: readonly Decision[]) => void;
}

/** A decision before it has a name. */
type Draft = Decision extends infer Each ? (Each extends Decision ? Omit<Each, "id" | "madeAt" | "by"> : never) : never;

/** Gives the rules what was decided before, so it has to be made before they are given readings or saved states. */
export function createRuleDesk({ database, network, host, limits, now, onDecision }: RuleDeskParts): RuleDesk {
  const records = openDecisionRecords(database);
  const audit = openAudit(database);
  let all: readonly Decision[] = records.all();
  host.decide(all);

  const append = (drafts: readonly Draft[], by: Actor): Decision[] => {
    const madeAt = now();
    const made = drafts.map(
      (draft, index): Decision =>
        ({ ...draft, id: `D${String(all.length + index + 1).padStart(6, "0")}`, madeAt, by: by.name }) as Decision,
    );
    database.transaction(() => {
      for (const decision of made) {
        records.append(decision);
        audit.append({
          at: madeAt,
          who: by.name,
          ip: by.ip,
          what: `rules.${decision.type}`,
          subject: subjectOf(decision),
          after: decision,
          result: "ok",
        });
      }
    });
    all = [...all, ...made];
    host.decide(all);
    onDecision?.(all);
    return made;
  };

  const known = (asset: string, place: string): void => {
    if (network.asset(asset) === undefined) throw new InputError(place, "an asset of the network", JSON.stringify(asset));
  };
  const begin = (from: number | undefined): number => {
    const at = now();
    if (from !== undefined && from < at - BACK_MS_MAX)
      throw new InputError("from", `a time of the last ${BACK_MS_MAX / DAY_MS} days or later`, new Date(from).toISOString());
    return from ?? at;
  };

  const viewOf = (work: WorkDecision): WorkView => {
    const { id, asset, from, madeAt, by, reason, kinds } = work;
    const until = Math.min(work.until, replacedAt(work, all));
    const told = host.work(network.asset(asset)?.station ?? "", id);
    const state = until <= Math.max(from, now()) ? "over" : from > now() ? "coming" : "running";
    return { id, asset, from, until, kinds, madeAt, by, reason, state, suppressed: told?.suppressed ?? [] };
  };
  const planned = (): WorkDecision[] =>
    all.filter((decision): decision is WorkDecision => decision.type === "work" && decision.until > decision.from);

  return {
    decisions: () => all,

    phases() {
      // As the rules apply them: one that was made later may be about an earlier time.
      const inOrder = all.toSorted(byTime);
      return network.stations.map(({ id: station }) => {
        const told = host.phase(station);
        const last = inOrder.findLast((decision): decision is PhaseDecision => decision.type === "phase" && decision.station === station);
        return {
          station,
          phase: told?.phase ?? null,
          suggested: told?.suggested ?? null,
          suggestedAt: told?.suggestedAt ?? null,
          set: last === undefined || last.phase === null ? null : { phase: last.phase, ...factsOf(last) },
        };
      });
    },

    setPhase({ stations, phase, from, reason }, by) {
      for (const station of stations)
        if (network.asset(station)?.level !== "station")
          throw new InputError("stations", "stations of the network", JSON.stringify(station));
      const at = begin(from);
      if (at > now()) throw new InputError("from", "a time that is not in the future", new Date(at).toISOString());
      append(
        [...new Set(stations)].map((station): Draft => ({ type: "phase", station, phase, from: at, reason })),
        by,
      );
    },

    works: (station) =>
      planned()
        .filter(({ asset }) => station === undefined || network.asset(asset)?.station === station)
        .map(viewOf)
        .filter(({ until }) => until > now() - WORK_LISTED_MS)
        .toReversed(),

    work(id) {
      const work = planned().find((decision) => decision.id === id);
      return work === undefined ? undefined : viewOf(work);
    },

    planWork({ asset, from, until, kinds, reason }, by) {
      known(asset, "asset");
      const start = begin(from);
      if (until <= Math.max(start, now())) throw new InputError("until", "a time after now and after from", new Date(until).toISOString());
      if (until - start > WORK_MS_MAX)
        throw new InputError("until", `at most ${WORK_MS_MAX / DAY_MS} days after from`, new Date(until).toISOString());
      const [made] = append([{ type: "work", asset, from: start, until, kinds: kinds === null ? null : [...kinds].sort(), reason }], by);
      return viewOf(made as WorkDecision);
    },

    endWork(id, reason, by) {
      const work = planned().find((decision) => decision.id === id);
      if (work === undefined || viewOf(work).state === "over") return false;
      const { asset, kinds, from } = work;
      const at = Math.max(now(), from);
      append([{ type: "work", asset, kinds, from: at, until: at, reason }], by);
      return true;
    },

    relearn({ asset, kind, reason }, by) {
      known(asset, "asset");
      append([{ type: "relearn", asset, kind, from: now(), reason }], by);
    },

    limits: () =>
      all
        .filter((decision): decision is LimitsDecision => decision.type === "limits")
        .map(limitsView)
        .toReversed(),

    publish({ overrides, reason, backtest }, by) {
      const read = readOverrides(overrides, network, limits, "overrides");
      const [made] = append([{ type: "limits", overrides: read, from: now(), reason, ...(backtest === null ? {} : { backtest }) }], by);
      return limitsView(made as LimitsDecision);
    },
  };
}

const factsOf = ({ from, madeAt, by, reason }: Decision): Pick<Decision, "from" | "madeAt" | "by" | "reason"> => ({
  from,
  madeAt,
  by,
  reason,
});

const limitsView = (decision: LimitsDecision): LimitsView => ({
  id: decision.id,
  overrides: decision.overrides,
  backtest: decision.backtest ?? null,
  ...factsOf(decision),
});

const subjectOf = (decision: Decision): string =>
  decision.type === "limits" ? "limits" : decision.type === "phase" ? decision.station : decision.asset;

/** When a later work on the same asset and kinds takes the place of this one; Infinity: none does. */
function replacedAt(work: WorkDecision, all: readonly Decision[]): number {
  let at = Infinity;
  for (const later of all)
    if (
      later.type === "work" &&
      later !== work &&
      later.asset === work.asset &&
      String(later.kinds) === String(work.kinds) &&
      (later.from > work.from || (later.from === work.from && later.madeAt >= work.madeAt && all.indexOf(later) > all.indexOf(work)))
    )
      at = Math.min(at, later.from);
  return at;
}
