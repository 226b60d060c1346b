import type { AedesOptions, Client } from "aedes";
import type { GatewayGrant } from "./permissions.ts";
import { willFault, type Will } from "./permissions.ts";
import type { Warn } from "./quiet-log.ts";

/** Who is let in: MQTT 3.1.1, username and password, client id equal to the username, a will only about an own station. */

/** The grant of a gateway whose password is right, else undefined. The password is what came over the wire. */
export type Authenticate = (username: string, password: string) => GatewayGrant | undefined | Promise<GatewayGrant | undefined>;

export type RefusalReason = "version" | "anonymous" | "credentials" | "client_id" | "will" | "keepalive" | "unanswered" | "rate" | "full";

/** MQTT 3.1.1, 3.2.2.3: return codes of CONNACK; there are no others. */
const IDENTIFIER_REJECTED = 2;
const SERVER_UNAVAILABLE = 3;
const BAD_CREDENTIALS = 4;
const NOT_AUTHORIZED = 5;
const MQTT_5 = 5;

export interface Door {
  readonly preConnect: NonNullable<AedesOptions["preConnect"]>;
  readonly authenticate: NonNullable<AedesOptions["authenticate"]>;
  grantOf(client: Client): GatewayGrant | undefined;
  count(reason: RefusalReason): void;
  refused(): Partial<Record<RefusalReason, number>>;
}

interface Refusal {
  readonly reason: RefusalReason;
  readonly returnCode: number;
  readonly why: string;
}

export interface DoorParts {
  readonly authenticate: Authenticate;
  /** Longest time to decide about a password. */
  readonly answerMs: number;
  readonly keepaliveSecondsMax: number;
  readonly warn: Warn;
  readonly onAdmitted: (grant: GatewayGrant, address: string) => void;
}

export function createDoor(parts: DoorParts): Door {
  const wills = new WeakMap<Client, Will>();
  const keepalives = new WeakMap<Client, number>();
  const grants = new WeakMap<Client, GatewayGrant>();
  const refusals: Partial<Record<RefusalReason, number>> = {};
  const count = (reason: RefusalReason): void => void (refusals[reason] = (refusals[reason] ?? 0) + 1);
  const refuse = (reason: RefusalReason, client: Client, why: string): void => {
    count(reason);
    const address = addressOf(client);
    parts.warn(`${reason} ${address} ${client.id ?? ""}`, `a connection from ${address} was refused (${reason}): ${why}`);
  };

  async function decide(client: Client, username: string | undefined, password: Buffer | undefined): Promise<Refusal | undefined> {
    const keepalive = keepalives.get(client);
    if (keepalive !== undefined) {
      return {
        reason: "keepalive",
        // The protocol has no code for it, and no way to name another time; Mosquitto answers this one too.
        returnCode: IDENTIFIER_REJECTED,
        why: `client ${client.id} asked for a keepalive of ${keepalive} s; 1 to ${parts.keepaliveSecondsMax} s is required`,
      };
    }
    if (username === undefined || username === "" || password === undefined) {
      return {
        reason: "anonymous",
        returnCode: NOT_AUTHORIZED,
        why: "no username and password; add the gateway with `npm run device -- add`",
      };
    }
    const grant = await inTime(parts.authenticate(username, password.toString("utf8")), parts.answerMs);
    if (grant === undefined)
      return { reason: "credentials", returnCode: BAD_CREDENTIALS, why: `wrong username or password for ${username}` };
    if (client.id !== grant.name) {
      return {
        reason: "client_id",
        returnCode: IDENTIFIER_REJECTED,
        why: `gateway ${grant.name} used the client id ${client.id}; it has to be the username`,
      };
    }
    const will = wills.get(client);
    const fault = will === undefined ? undefined : willFault(will, new Set(grant.stations));
    if (fault !== undefined) return { reason: "will", returnCode: NOT_AUTHORIZED, why: `gateway ${grant.name} announced ${fault}` };
    grants.set(client, grant);
    parts.onAdmitted(grant, addressOf(client));
    return undefined;
  }

  return {
    preConnect(client, packet, done) {
      if (packet.protocolVersion === MQTT_5) {
        refuse(
          "version",
          client,
          "it speaks MQTT 5; this broker speaks MQTT 3.1.1: set the client to protocol version 4, or connect it through an external broker",
        );
      }
      // Sessions end with the connection: an absent gateway must not pile up anything here.
      packet.clean = true;
      if (!packet.keepalive || packet.keepalive > parts.keepaliveSecondsMax) {
        keepalives.set(client, packet.keepalive ?? 0);
        // aedes would answer with a code that MQTT 3.1.1 reserves: the refusal is ours.
        packet.keepalive = parts.keepaliveSecondsMax;
      }
      if (packet.will !== undefined)
        wills.set(client, { topic: packet.will.topic, payload: Buffer.from(packet.will.payload), qos: packet.will.qos ?? 0 });
      done(null, true);
    },
    authenticate(client, username, password, done) {
      void (async () => {
        const refusal = await decide(client, username, password).catch(unanswered);
        if (refusal !== undefined) refuse(refusal.reason, client, refusal.why);
        if (refusal === undefined) done(null, true);
        else done(Object.assign(new Error(refusal.why), { returnCode: refusal.returnCode }), false);
      })();
    },
    grantOf: (client) => grants.get(client),
    count,
    refused: () => ({ ...refusals }),
  };
}

function unanswered(error: unknown): Refusal {
  const why = `the credentials could not be checked: ${error instanceof Error ? error.message : String(error)}`;
  return { reason: "unanswered", returnCode: SERVER_UNAVAILABLE, why };
}

/** Every connection of this broker is a DeviceConnection, which knows its address. */
function addressOf(client: Client): string {
  return (client.conn as { address?: string }).address ?? "unknown";
}

async function inTime<T>(answer: T | Promise<T>, limitMs: number): Promise<T> {
  if (!(answer instanceof Promise)) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
