import { parseTopic, TOPIC_ROOT } from "../model/topic.ts";

/** What a gateway may do on the broker: its own stations' topics, nothing else. Deny by default. */

/** What its registration grants a gateway. */
export interface GatewayGrant {
  readonly name: string;
  readonly stations: readonly string[];
}

/** Subscriptions that one connection may hold; RELIABILITY M4. */
export const SUBSCRIPTIONS_MAX = 4;

/** Only `heat/v1/{own station}/command`, `…/command/{word}` and `…/status`, named in full: no wildcard, no `$share`, no `$SYS`. */
export function maySubscribe(filter: string, stations: ReadonlySet<string>): boolean {
  if (/[#+$]/.test(filter)) return false;
  const parts = filter.split("/");
  if (`${parts[0]}/${parts[1]}` !== TOPIC_ROOT || parts[2] === undefined || !stations.has(parts[2])) return false;
  if (parts[3] === "command") return parts.length === 4 || (parts.length === 5 && parts[4] !== "");
  return parts[3] === "status" && parts.length === 4;
}

export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: number;
}

/** Why a will is refused, or undefined: it may only say `offline` (or `online`) on the status topic of an own station. */
export function willFault(will: Will, stations: ReadonlySet<string>): string | undefined {
  const topic = parseTopic(will.topic);
  if (topic?.type !== "status") return `a will on ${will.topic}; it belongs on ${TOPIC_ROOT}/{station}/status`;
  if (!stations.has(topic.station)) return `a will for station ${topic.station}, which is not one of its own`;
  const word = will.payload.length <= 7 ? Buffer.from(will.payload).toString("latin1") : "";
  if (word !== "offline" && word !== "online") return "a will that does not say offline";
  return will.qos > 1 ? "a will with QoS 2; QoS 0 and 1 are served" : undefined;
}
