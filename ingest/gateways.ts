import { newClock, type ClockState } from "./clock.ts";

/** What is known of each gateway: its clock, when it was last heard, what it sent twice. */

export interface GatewayFigures {
  readonly name: string;
  /** Null while it was not heard since the start. */
  readonly lastSeenAt: number | null;
  readonly messages: number;
  readonly readings: number;
  readonly rejects: number;
  readonly duplicates: number;
  readonly clock: ClockState["verdict"];
  /** What is added to its timestamps, ms; 0 while its clock is believed. */
  readonly offsetMs: number;
}

export interface Gateway {
  readonly name: string;
  readonly clock: ClockState;
  /** Offsets, ms, of which the rules were told, by station; `toldMs` for a station that is not in it. */
  readonly told: Map<string, number>;
  readonly toldMs: number;
  lastSeenAt: number | null;
  messages: number;
  readings: number;
  rejects: number;
  duplicates: number;
}

export interface Gateways {
  /** The gateway of that name, new if it was not heard before. At most `gatewaysMax` are kept. */
  get(name: string): Gateway;
  figures(): GatewayFigures[];
  /** Every clock's state by gateway, to be given back after a restart. */
  clocks(): Record<string, ClockState>;
}

export function createGateways(gatewaysMax: number, clocks: Readonly<Record<string, ClockState>> = {}): Gateways {
  const known = new Map<string, Gateway>();
  const add = (name: string, clock: ClockState): Gateway => {
    if (known.size >= gatewaysMax) known.delete(longestSilent(known));
    // Whatever an earlier run knew it has told.
    const gateway: Gateway = {
      name,
      clock,
      told: new Map(),
      toldMs: clock.offsetMs,
      lastSeenAt: null,
      messages: 0,
      readings: 0,
      rejects: 0,
      duplicates: 0,
    };
    known.set(name, gateway);
    return gateway;
  };
  for (const [name, clock] of Object.entries(clocks)) add(name, structuredClone(clock));
  return {
    get: (name) => known.get(name) ?? add(name, newClock()),
    figures: () =>
      Array.from(known.values(), ({ clock, told: _told, toldMs: _toldMs, ...rest }) => ({
        ...rest,
        clock: clock.verdict,
        offsetMs: clock.offsetMs,
      })),
    clocks: () => Object.fromEntries(Array.from(known.values(), ({ name, clock }) => [name, structuredClone(clock)])),
  };
}

function longestSilent(known: ReadonlyMap<string, Gateway>): string {
  let silent = "";
  let longestAt = Number.POSITIVE_INFINITY;
  for (const { name, lastSeenAt } of known.values()) {
    if ((lastSeenAt ?? 0) < longestAt) {
      longestAt = lastSeenAt ?? 0;
      silent = name;
    }
  }
  return silent;
}
