import { createContacts } from "../contacts.ts";
import { createFaultWatch } from "../fault-watch.ts";
import { withClockNote } from "../ingest/clock-note.ts";
import { decodeObject } from "../ingest/decode-object.ts";
import { createGateways } from "../ingest/gateways.ts";
import { INGEST_LIMITS } from "../ingest/limits.ts";
import { newRejectList } from "../ingest/rejects.ts";
import { settleTimes } from "../ingest/times.ts";
import type { Network } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { STATUS_SIGNAL } from "../model/signals.ts";
import { parseTopic } from "../model/topic.ts";
import { RuleHost } from "../rules/host.ts";
import type { DeviceEvent, DeviceMessage } from "../simulators/device-event.ts";
import { openDatabase } from "../store/database.ts";
import { createTicketDesk, type TicketDesk } from "../ticket-desk.ts";
import { createHistory, type History } from "./history.ts";

/**
 * The platform without sockets, disk and clock: the same decoding of objects, the same correction of clocks, the same rules, the same
 * watch and the same desk as live, over readings in memory. What is left out is JSON text, group commit and the journal.
 */

export interface BenchPlatform {
  readonly host: RuleHost;
  readonly desk: TicketDesk;
  readonly history: History;
  /** Something arrives from a gateway at `event.at`; time goes there first. */
  receive(event: DeviceEvent): void;
  /** Time goes on to `at` (epoch ms): the watch looks at its own pace on the way. */
  moveTo(at: number): void;
  readonly counts: { messages: number; readings: number; rejects: number };
  failures(): number;
  close(): void;
}

/** The running platform looks four times a second; here a finding becomes a ticket up to this much later. */
const LOOK_MS = 30_000;
/** Nobody reads the evidence while a world is played: it is refreshed so often where nothing changed. */
const REFRESH_MS = 600_000;

export function startBenchPlatform(network: Network, startAt: number): BenchPlatform {
  let at = startAt;
  let lookAt = Math.ceil(startAt / LOOK_MS) * LOOK_MS;
  const now = (): number => at;
  const ignore = (): void => {};
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const history = createHistory(network);
  const gateways = createGateways(INGEST_LIMITS.gatewaysMax);
  const database = openDatabase(":memory:");
  const desk = createTicketDesk({ database, network, now });
  const contacts = createContacts(network, { extent: () => undefined, latest: () => undefined }, now);
  const host = new RuleHost({
    network,
    history: (station, from, to) => history.readings(station, from, to),
    onChange: (station) => watch.changed(station),
  });
  const watch = createFaultWatch({ network, host, desk, contacts, now, log, refreshMs: REFRESH_MS });
  const counts = { messages: 0, readings: 0, rejects: 0 };

  function take(readings: readonly Reading[]): void {
    counts.readings += readings.length;
    const fresh = history.commit(readings);
    if (fresh.length === 0) return;
    contacts.hear(fresh, at);
    watch.fresh(fresh);
  }

  function takeMessage({ topic: name, objects, batch, gateway }: DeviceMessage): void {
    const topic = parseTopic(name);
    if (topic === undefined || network.asset(topic.station)?.level !== "station") {
      counts.rejects++;
      return;
    }
    const rejects = newRejectList({ topic: name, receivedAt: at, gateway }, INGEST_LIMITS.rejectsPerMessageMax);
    const context = { network, station: topic.station, receivedAt: at, rejects };
    const decoded = objects.slice(0, INGEST_LIMITS.batchObjectsMax).map((object) => decodeObject(context, topic, object));
    const sender = gateways.get(gateway);
    const readings = settleTimes(
      { station: topic.station, batch, objects: decoded.filter((object) => object !== undefined), rejects },
      sender.clock,
      at,
    );
    counts.rejects += rejects.items.length + rejects.unlisted;
    take(withClockNote(network, topic.station, sender, readings));
  }

  function moveTo(to: number): void {
    for (; lookAt <= to; lookAt += LOOK_MS) {
      at = Math.max(at, lookAt);
      watch.look();
    }
    at = Math.max(at, to);
  }

  return {
    host,
    desk,
    history,
    counts,
    receive(event) {
      moveTo(event.at);
      counts.messages++;
      if (event.type === "message") takeMessage(event);
      else {
        const point = network.point(event.station, STATUS_SIGNAL);
        if (point !== undefined) take([{ point, at: event.at, value: event.online ? 1 : 0 }]);
      }
    },
    moveTo,
    failures: () => watch.failures() + host.counts().failures,
    close: () => database.close(),
  };
}
