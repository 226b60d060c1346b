import { median } from "../rules/statistics.ts";
import type { DeviceEvent } from "../simulators/virtual-devices.ts";

/** What was really received of each station, from outside the platform: silence that was there is no false ticket. */

/** DOMAIN 4, R31: ten minutes; the rules' own grid may be a minute ahead of it. */
const SILENT_MS = 9 * 60_000;
/** A gateway that collects its polls is silent in between: so many times its usual gap count. */
const USUAL_GAPS = 1.5;
const GAPS_KEPT = 15;
/** A backlog may arrive before the silence that it ends is judged. */
const JUST_ENDED_MS = 15 * 60_000;
/** DOMAIN 4, R32: two minutes are worth a warning. */
const SKEWED_MS = 110_000;

export interface Heard {
  /** Takes note of what arrives. */
  note(event: DeviceEvent): void;
  /** How the connection of a station looked at `at` from outside, if not sound. */
  silence(station: string, at: number): string | undefined;
  skew(station: string): string | undefined;
}

export function createHeard(startAt: number): Heard {
  /** By station: its own gateway's messages. What its unit devices send over links of their own does not speak for it. */
  const lastAt = new Map<string, number>();
  const usual = new Map<string, number[]>();
  const skewMs = new Map<string, number>();
  const gaps = new Map<string, { readonly endedAt: number; readonly ms: number }>();
  return {
    note(event) {
      if (event.type !== "message") return;
      const [, , station, device] = event.topic.split("/");
      if (device !== "telemetry") return;
      const gapMs = event.at - (lastAt.get(station!) ?? startAt);
      if (gapMs >= SILENT_MS) gaps.set(station!, { endedAt: event.at, ms: gapMs });
      usual.set(station!, [...(usual.get(station!) ?? []), gapMs].slice(-GAPS_KEPT));
      lastAt.set(station!, event.at);
      const newest = event.objects.at(-1)?.ts;
      if (!event.batch && newest !== undefined) skewMs.set(station!, newest - event.at);
    },
    silence(station, at) {
      const gap = gaps.get(station);
      const endedMs = gap !== undefined && at - gap.endedAt < JUST_ENDED_MS ? gap.ms : 0;
      const silentMs = Math.max(endedMs, at - (lastAt.get(station) ?? startAt));
      const leastMs = Math.max(SILENT_MS, USUAL_GAPS * median(usual.get(station) ?? []) || 0);
      return silentMs >= leastMs ? `nothing was sent for ${Math.round(silentMs / 60_000)} min` : undefined;
    },
    skew(station) {
      const ms = skewMs.get(station) ?? 0;
      return Math.abs(ms) >= SKEWED_MS ? `clock off by ${Math.round(ms / 1_000)} s` : undefined;
    },
  };
}
