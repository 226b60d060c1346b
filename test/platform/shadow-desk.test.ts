import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { createLog } from "../../log.ts";
import { createRuleDesk } from "../../rule-desk.ts";
import { LIMITS } from "../../rules/catalogue.ts";
import { RuleHost } from "../../rules/host.ts";
import { createShadowDesk, type ShadowDesk } from "../../shadow-desk.ts";
import { openDatabase } from "../../store/database.ts";
import { createTicketDesk } from "../../ticket-desk.ts";
import { DAY, HOUR, MemoryHistory, plantReadings, smallNetwork, START } from "../support/signals.ts";
import { temporaryFolder } from "../store/telemetry-support.ts";

/** A shadow over a restart: it goes on from what the live rules have saved, whatever was decided meanwhile. */

const network = smallNetwork({ circuits: 2, buildings: 1, units: 1, staticKpa: 240 });
const BROKEN = START + 9 * HOUR;
const WIDE = { "S1-A": { low_pressure_margin: 300, low_pressure_urgent_margin: 320, makeup_fault_below_kpa: 300 } };
const day = plantReadings({
  network,
  from: START,
  to: START + DAY,
  seed: 3,
  makeupWorks: (circuit, at) => circuit !== "S1-A" || at < BROKEN,
});
const engineer = { name: "engineer", role: "engineer" } as const;

const folder = temporaryFolder();
afterEach(() => folder.remove());

it("after a restart folds hours, not the whole past, and still goes by its own limits", async () => {
  const database = openDatabase(":memory:");
  const store = new MemoryHistory();
  let now = START + 6 * HOUR;
  let oldestAsked = Infinity;
  const history = (station: string, from: number, to: number) => {
    oldestAsked = Math.min(oldestAsked, from);
    return store.read(station, from, to);
  };
  const desk = createTicketDesk({ database, network, now: () => now });
  const started = (saved: RuleHost | undefined): { host: RuleHost; ruleDesk: ReturnType<typeof createRuleDesk>; shadow: ShadowDesk } => {
    const host = new RuleHost({ network, history });
    let shadow: ShadowDesk | undefined;
    const ruleDesk = createRuleDesk({ database, network, host, limits: LIMITS, now: () => now, onDecision: (all) => shadow?.decide(all) });
    if (saved !== undefined) expect(host.load(saved.save())).toEqual([]);
    const extent = (): { from: number; to: number } | undefined => store.extent();
    if (saved !== undefined) host.resume("S1", extent()!);
    shadow = createShadowDesk({
      database,
      file: join(folder.path, "shadow.db"),
      network,
      host,
      history,
      extent,
      decisions: () => ruleDesk.decisions(),
      limits: LIMITS,
      desk,
      contacts: {
        hear: () => undefined,
        contact: () => ({ connection: "online", dataAt: null, receivedAt: null }),
        heardSinceStart: () => true,
        lastReceivedAt: () => now,
      },
      now: () => now,
      log: createLog("silent"),
    });
    return { host, ruleDesk, shadow };
  };
  const pass = ({ host, shadow }: { host: RuleHost; shadow: ShadowDesk }, to: number): void => {
    const fresh = store.commit(day.filter(({ at }) => at >= now && at < to));
    now = to;
    host.accept(fresh);
    shadow.fresh(fresh);
    host.settle();
    host.tick(now);
  };

  now = START;
  const first = started(undefined);
  pass(first, START + 6 * HOUR);
  first.shadow.begin({ overrides: WIDE, reason: "并行" }, engineer);
  await vi.waitFor(() => expect(first.shadow.state()).toMatchObject({ ready: 1, stations: 1 }));
  pass(first, START + 7 * HOUR);
  // Decided while it runs, so that what the live rules save holds more than the shadow began with.
  first.ruleDesk.planWork({ asset: "S1-B", until: now + HOUR, kinds: null, reason: "检修" }, engineer);
  first.ruleDesk.publish({ overrides: { "*": { low_pressure_margin: 30 } }, reason: "窄些", backtest: null }, engineer);
  pass(first, START + 20 * HOUR);
  first.shadow.close();

  oldestAsked = Infinity;
  const second = started(first.host);
  second.shadow.resume();
  await vi.waitFor(() => expect(second.shadow.state()).toMatchObject({ ready: 1, stations: 1, endedAt: null }));
  // Twelve hours of recent values, and what came after the newest saved state.
  expect(oldestAsked).toBeGreaterThan(START + 6 * HOUR);
  pass(second, START + 22 * HOUR);
  desk.reconcile("S1", second.host.rooted("S1"), []);
  await vi.waitFor(() => {
    const live = second.shadow.difference()!.onlyLive.map(({ kind, asset }) => `${kind} ${asset}`);
    expect(live).toContain("low_pressure S1-A");
  });
  second.shadow.close();
  database.close();
});
