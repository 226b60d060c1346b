import type { FaultKind } from "../model/finding.ts";
import { SYSTEM_NAME } from "../model/role.ts";
import type { SignalId } from "../model/signals.ts";
import type { Scenario } from "../simulators/scenario.ts";
import { createWorld, type World } from "../simulators/world.ts";
import type { TicketView } from "../store/ticket-rows.ts";
import { startBenchPlatform, type BenchPlatform } from "./bench-platform.ts";
import { createCaseCurves } from "./case-curves.ts";
import { hiddenBecause } from "./detectable.ts";
import { createHeard } from "./heard.ts";
import type { PlayedCall, PlayedTicket, WorldOutcome } from "./outcome.ts";
import { realTrouble } from "./real-trouble.ts";
import { recordSpread, type SpreadRecord } from "./spread.ts";
import { createSteward } from "../backtest/steward.ts";

/** Plays one world from its first to its last instant through the platform, with calls and a steward, and says what came of it. */

/** How often progress is told, virtual ms. */
const PROGRESS_MS = 6 * 3_600_000;
const TICKETS_PER_PAGE = 500;
const RESIDENT = { name: "resident", role: "operator" } as const;

export interface PlayOptions {
  /** Keep the signals around what was missed and around what was opened. */
  readonly curves?: boolean;
  /** Told now and then how far it is, 0…1. */
  readonly progress?: (share: number) => void;
}

export function playScenario(scenario: Scenario, options: PlayOptions = {}): WorldOutcome {
  return playWorld(createWorld(scenario), options);
}

function playWorld(world: World, options: PlayOptions = {}): WorldOutcome {
  const { scenario, network } = world;
  const platform = startBenchPlatform(network, scenario.from);
  try {
    const steward = createSteward(platform.desk, scenario.from);
    const calls: PlayedCall[] = [];
    const lives = new Map<string, Life>();
    const curves = createCaseCurves({ network, history: platform.history, keep: options.curves === true });
    const spread = recordSpread(world.plant);
    const heard = createHeard(scenario.from);
    const reality = { plant: world.plant, network, heard, history: platform.history };
    let toldAt = scenario.from;
    platform.desk.subscribe(({ ticket }) => {
      const { id, kind, asset, openedAt, source } = ticket;
      const life = lives.get(id);
      if (life !== undefined) {
        if (!life.kinds.includes(kind)) life.kinds.push(kind);
        return;
      }
      lives.set(id, { kinds: [kind], trouble: realTrouble(reality, kind, asset, openedAt) });
      if (source === "rule") curves.want({ id, asset, kind, at: openedAt });
    });
    for (const [index, { id, asset, kind, from }] of world.truth.entries())
      if (kind !== undefined) curves.want({ id, asset, kind, at: Math.max(from, scenario.from), signal: world.faults[index]!.signal });

    const goTo = (at: number): void => {
      for (let next = Math.min(at, steward.nextAt()); ; next = Math.min(at, steward.nextAt())) {
        platform.moveTo(next);
        if (next >= steward.nextAt()) steward.work(next);
        if (next >= at) break;
      }
      curves.cut(at);
      if (at - toldAt < PROGRESS_MS) return;
      toldAt = at;
      options.progress?.((at - scenario.from) / (scenario.to - scenario.from));
    };

    for (const event of world.events()) {
      goTo(event.at);
      if (event.type !== "call") {
        platform.receive(event);
        heard.note(event);
      } else {
        const { at, asset, symptom, text, cause } = event;
        calls.push({ at, asset, station: network.asset(asset)!.station, cause });
        platform.desk.complain({ asset, symptom, at, text }, RESIDENT);
      }
    }
    goTo(scenario.to);
    curves.cut(Infinity);
    return outcomeOf({ world, platform, calls, lives, curves: curves.taken(), spread });
  } finally {
    platform.close();
  }
}

/** What is noted of a ticket while it lives. */
interface Life {
  readonly kinds: FaultKind[];
  readonly trouble: string | undefined;
}

interface Remains {
  readonly world: World;
  readonly platform: BenchPlatform;
  readonly calls: readonly PlayedCall[];
  readonly lives: ReadonlyMap<string, Life>;
  readonly curves: WorldOutcome["curves"];
  readonly spread: SpreadRecord;
}

function outcomeOf({ world, platform, calls, lives, curves, spread }: Remains): WorldOutcome {
  const { scenario, network, plant } = world;
  const seen = {
    network,
    from: scenario.from,
    to: scenario.to,
    has: (asset: string, signal: SignalId) => platform.history.has(asset, signal),
    outdoorC: (at: number) => plant.weather.outdoorC(at),
    spreadHours: spread.hours,
  };
  const tickets = allTickets(platform).map((ticket) => playedTicket(ticket, lives.get(ticket.id)!));
  const places = new Set([
    ...tickets.flatMap(({ findings, asset }) => [asset, ...findings.map((finding) => finding.asset)]),
    ...world.truth.map(({ asset }) => asset),
  ]);
  const { late, rewinds } = platform.host.counts();
  return {
    scenario: scenario.name,
    title: scenario.title,
    seed: scenario.seed,
    from: scenario.from,
    to: scenario.to,
    stations: network.stations.map(({ id }) => id),
    faults: world.truth.map((truth, index) => ({ ...truth, hidden: hiddenBecause(world.faults[index]!, seen) })),
    tickets,
    calls,
    curves,
    lineage: Object.fromEntries([...places].map((id) => [id, network.lineage(id).map((asset) => asset.id)])),
    counts: { ...platform.counts, duplicates: platform.history.duplicates, late, rewinds, failures: platform.failures() },
  };
}

function allTickets({ desk }: BenchPlatform): TicketView[] {
  const found: TicketView[] = [];
  let cursor: string | undefined;
  do {
    const page = desk.list({ limit: TICKETS_PER_PAGE, cursor });
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found.reverse();
}

function playedTicket(ticket: TicketView, { kinds, trouble }: Life): PlayedTicket {
  return {
    id: ticket.id,
    kind: kinds[0]!,
    kinds,
    severity: ticket.severity,
    source: ticket.source,
    asset: ticket.asset,
    station: ticket.station,
    openedAt: ticket.openedAt,
    closedAt: ticket.closedAt ?? undefined,
    recoveredAt: ticket.recoveredAt ?? undefined,
    firstCallAt: ticket.firstCallAt ?? undefined,
    merged: ticket.mergedInto !== null,
    findings: ticket.findings.map(({ kind, asset, since, detectedAt, clearedAt, root }) => ({
      kind,
      asset,
      since,
      detectedAt,
      clearedAt,
      root,
    })),
    causes: ticket.causes.map(({ id }) => id),
    summary: ticket.summary,
    limits: ticket.evidence.flatMap(({ asset, signal, limit }) =>
      signal === undefined || limit === undefined ? [] : [{ asset, signal, limit }],
    ),
    relapsedAt: ticket.history.filter(({ kind, by }) => kind === "relapsed" && by === SYSTEM_NAME).map(({ at }) => at),
    trouble,
  };
}
