import type { MoveBody } from "../../tickets/flow.ts";
import type { FaultKind, Severity } from "../../model/finding.ts";
import type { Network } from "../../model/network.ts";
import type { Actor } from "../../model/role.ts";
import type { Text } from "../../model/text.ts";
import type { TicketMove } from "../../model/ticket.ts";
import type { NewTicket } from "../../model/ticket-record.ts";
import { placeOf, ticketTitle } from "../../tickets/title.ts";
import type { TicketRecords } from "../../store/ticket-records.ts";
import type { TicketService } from "../../api/services.ts";

/** Tickets in every state for the fake API, opened and moved by the real desk rules. */

const MINUTE_MS = 60_000;
const DISPATCHER: Actor = { name: "dispatcher", role: "dispatcher" };
const STEWARD: Actor = { name: "steward", role: "steward" };

export interface TicketSeed {
  readonly kind: FaultKind;
  readonly asset: string;
  readonly severity: Severity;
  readonly summary: Text;
  readonly agoMs: number;
  readonly moves?: readonly (readonly [move: TicketMove, afterMs: number, body?: MoveBody])[];
  readonly recoveredAfterMs?: number;
  readonly calledAfterMs?: number;
  readonly absorbed?: readonly FaultKind[];
}

export interface TicketSeeder {
  readonly records: TicketRecords;
  readonly tickets: TicketService;
  readonly network: Network;
  /** Sets the clock that `tickets` reads. */
  readonly at: (time: number) => void;
}

/** Opens one ticket and makes its moves at their times; returns its id. */
export async function seedTicket({ records, tickets, network, at }: TicketSeeder, seed: TicketSeed, now: number): Promise<string> {
  const openedAt = now - seed.agoMs;
  at(openedAt);
  const [id] = records.apply([
    { type: "open", ticket: newTicket(seed, network, openedAt), steps: [{ at: openedAt, kind: "opened", by: "system", set: {} }] },
  ]);
  if (seed.calledAfterMs !== undefined) {
    const calledAt = openedAt + seed.calledAfterMs;
    records.apply([
      {
        type: "update",
        at: calledAt,
        id: id!,
        steps: [{ at: calledAt, kind: "complained", by: "12345", note: "不热", set: { firstCallAt: calledAt } }],
        body: {},
      },
    ]);
  }
  const recover = (): void => {
    const recoveredAt = openedAt + seed.recoveredAfterMs!;
    records.apply([
      {
        type: "update",
        at: recoveredAt,
        id: id!,
        steps: [{ at: recoveredAt, kind: "recovered", by: "system", set: { recoveredAt } }],
        body: {},
      },
    ]);
  };
  let recovered = seed.recoveredAfterMs === undefined;
  for (const [move, afterMs, body] of seed.moves ?? []) {
    if (!recovered && afterMs > seed.recoveredAfterMs!) {
      recover();
      recovered = true;
    }
    at(openedAt + afterMs);
    const outcome = await tickets.move(id!, move, body ?? {}, undefined, move === "dispatch" || move === "close" ? DISPATCHER : STEWARD);
    if (outcome.type !== "moved") throw new Error(`seed ${seed.kind} ${seed.asset}: ${move} gave ${JSON.stringify(outcome).slice(0, 400)}`);
  }
  if (!recovered) recover();
  return id!;
}

function newTicket(seed: TicketSeed, network: Network, openedAt: number): NewTicket {
  const asset = network.asset(seed.asset);
  if (asset === undefined) throw new Error(`seed: no asset ${seed.asset}`);
  const place = placeOf(asset);
  const since = openedAt - 40 * MINUTE_MS;
  const detectedAt = openedAt - 2_000;
  const hours = Array.from({ length: 48 }, (_, index) => openedAt - (47 - index) * 3_600_000);
  const circuit = place.circuit ?? network.below(place.station, "circuit")[0]!.id;
  return {
    ...place,
    kind: seed.kind,
    stations: [place.station],
    unlisted: {},
    severity: seed.severity,
    state: "open",
    source: "rule",
    openedAt,
    closedAt: null,
    recoveredAt: null,
    assignee: null,
    owner: null,
    mergedInto: null,
    firstCallAt: null,
    pinned: [],
    title: ticketTitle(seed.kind, seed.asset, network),
    summary: seed.summary,
    since,
    detectedAt,
    findings: [
      { kind: seed.kind, asset: seed.asset, since, detectedAt, clearedAt: undefined, root: true, summary: seed.summary },
      ...(seed.absorbed ?? []).map((kind) => ({
        kind,
        asset: seed.asset,
        since,
        detectedAt,
        clearedAt: undefined,
        root: false,
        summary: seed.summary,
      })),
    ],
    evidence: [
      {
        asset: circuit,
        signal: "t2_supply",
        name: { zh: "二次供温", en: "Supply temperature" },
        unit: "°C",
        from: since,
        to: openedAt,
        value: 41.7,
        expected: 48,
        limit: 45,
        text: { zh: "供温 41.7 ℃，曲线 48.0 ℃", en: "supply 41.7 °C, curve 48.0 °C" },
      },
      {
        asset: circuit,
        name: { zh: "校正补水", en: "Corrected makeup" },
        unit: "m³/h",
        from: since,
        to: openedAt,
        value: 2.9,
        expected: 0.34,
        limit: 0.8,
        text: { zh: "校正补水 2.9 m³/h，应 0.34", en: "corrected makeup 2.9 m³/h, usually 0.34" },
        curve: {
          times: hours,
          values: hours.map((_, index) => (index < 40 ? 0.35 : 0.35 + (index - 39) * 0.3)),
          expected: hours.map(() => 0.35),
        },
      },
    ],
    causes: [
      {
        id: "closed_valve",
        name: { zh: "一次调节阀未开足", en: "Control valve not open" },
        share: 0.72,
        pro: [{ zh: "给定 95 %，反馈 38 %", en: "command 95 %, position 38 %" }],
        contra: [{ zh: "阀门上周检修过", en: "serviced last week" }],
      },
      {
        id: "strainer",
        name: { zh: "除污器堵", en: "Clogged strainer" },
        share: 0.18,
        pro: [],
        contra: [{ zh: "压差 12 kPa，正常", en: "12 kPa across it, normal" }],
      },
      {
        id: "sensor",
        name: { zh: "测点失准", en: "Sensor wrong" },
        share: 0.1,
        pro: [],
        contra: [{ zh: "回温同降", en: "the return falls as well" }],
      },
    ],
    consequence: { zh: "6 h 内室温低于 18 ℃", en: "rooms below 18 °C within 6 h" },
    action: [
      { zh: "到站核对阀位与给定", en: "compare valve and command on site" },
      { zh: "手动开至约 52 %", en: "open by hand to about 52 %" },
      { zh: "30 min 后复测供温", en: "check the supply after 30 min" },
    ],
  };
}

/** What the overview picture shows, on the first stations of the fake network; `stations` is how many there are. */
export function overviewSeeds(id: (index: number) => string): TicketSeed[] {
  const zh = (chinese: string, english: string): Text => ({ zh: chinese, en: english });
  return [
    {
      kind: "leak",
      asset: `${id(8)}-L`,
      severity: "urgent",
      summary: zh("补水 2.9 m³/h，回压 10 min 降 0.03 MPa", "makeup 2.9 m³/h, return fell 0.03 MPa in 10 min"),
      agoMs: 125.2 * MINUTE_MS,
      absorbed: ["low_pressure", "air_lock", "air_lock", "under_heated"],
      moves: [
        ["dispatch", 4 * MINUTE_MS, { to: "steward" }],
        ["accept", 9 * MINUTE_MS],
        ["depart", 12 * MINUTE_MS],
        ["arrive", 30 * MINUTE_MS],
      ],
    },
    {
      kind: "valve_stuck",
      asset: id(0),
      severity: "urgent",
      summary: zh("供温低于曲线 6.2 ℃，给定 95 % 反馈 38 %", "supply 6.2 °C below the curve, command 95 %, position 38 %"),
      agoMs: 53 * MINUTE_MS,
      absorbed: ["curve_drift"],
      moves: [
        ["dispatch", 3 * MINUTE_MS, { to: "steward" }],
        ["accept", 8 * MINUTE_MS],
        ["depart", 15 * MINUTE_MS],
      ],
    },
    {
      kind: "clogged_strainer",
      asset: `${id(5)}-L`,
      severity: "urgent",
      summary: zh("供温低 5.5 ℃，系统阻力 +22 %", "supply 5.5 °C low, resistance +22 %"),
      agoMs: 24 * MINUTE_MS,
      moves: [["dispatch", 3 * MINUTE_MS, { to: "w2" }]],
    },
    {
      kind: "air_lock",
      asset: "B1-U3",
      severity: "general",
      summary: zh("末端温差 14.8 ℃，排气待上门", "14.8 °C between supply and return, venting to be done"),
      agoMs: 9.5 * 60 * MINUTE_MS,
      calledAfterMs: 8 * 60 * MINUTE_MS,
      moves: [
        ["dispatch", 6 * MINUTE_MS, { to: "steward" }],
        ["accept", 20 * MINUTE_MS],
        ["depart", 30 * MINUTE_MS],
        ["arrive", 55 * MINUTE_MS],
      ],
    },
    {
      kind: "closed_valve",
      asset: "B4-U2",
      severity: "general",
      summary: zh("流量低 38 %，预测居民来电前约 5 h", "flow 38 % low, a call expected in 5 h"),
      agoMs: 2.6 * 60 * MINUTE_MS,
      moves: [
        ["dispatch", 6 * MINUTE_MS, { to: "w2" }],
        ["accept", 20 * MINUTE_MS],
      ],
    },
    {
      kind: "curve_drift",
      asset: `${id(2)}-L`,
      severity: "general",
      summary: zh("供温低 3.6 ℃ 满 30 min", "supply 3.6 °C low for 30 min"),
      agoMs: 38 * MINUTE_MS,
      moves: [["dispatch", 6 * MINUTE_MS, { to: "steward" }]],
    },
    {
      kind: "low_pressure",
      asset: `${id(4)}-L`,
      severity: "general",
      summary: zh("回压 0.239 MPa，低限 0.290", "return 0.239 MPa, limit 0.290"),
      agoMs: 8.4 * MINUTE_MS,
    },
    {
      kind: "under_heated",
      asset: "B6-U1",
      severity: "general",
      summary: zh("已排气，回温差 9.1 ℃", "vented, difference 9.1 °C"),
      agoMs: 20 * 60 * MINUTE_MS,
      recoveredAfterMs: 70 * MINUTE_MS,
      moves: [
        ["dispatch", 5 * MINUTE_MS, { to: "steward" }],
        ["accept", 10 * MINUTE_MS],
        ["arrive", 30 * MINUTE_MS],
        ["resolve", 60 * MINUTE_MS, { cause: "air_lock", note: "顶层放气" }],
      ],
    },
    ...Array.from({ length: 16 }, (_, index): TicketSeed => ({
      kind: (["air_lock", "closed_valve", "clogged_strainer", "under_heated"] as const)[index % 4]!,
      asset: `B${(index % 7) + 1}-U${(index % 4) + 1}`,
      severity: "general",
      summary: zh("已处理", "handled"),
      agoMs: (26 + index * 9) * 60 * MINUTE_MS,
      calledAfterMs: index % 5 === 4 ? -20 * MINUTE_MS : (3 + (index % 6)) * 60 * MINUTE_MS,
      recoveredAfterMs: 80 * MINUTE_MS,
      moves: [
        ["dispatch", 4 * MINUTE_MS, { to: "steward" }],
        ["accept", 12 * MINUTE_MS],
        ["arrive", 40 * MINUTE_MS],
        ["resolve", 70 * MINUTE_MS, { cause: "air_lock", note: "放气" }],
        ["reply", 100 * MINUTE_MS, { note: "已回复" }],
        ["confirm", 110 * MINUTE_MS, { note: "满意" }],
        ["close", 120 * MINUTE_MS],
      ],
    })),
  ];
}
