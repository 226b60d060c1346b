import { DISTURBANCE_KINDS, disturbanceOf } from "./faults.ts";
import { VICES } from "./gateway-vices.ts";
import { HABITS } from "./habits.ts";
import { POINT_SETS } from "./virtual-devices.ts";
import { CLIMATES } from "./weather.ts";

/** What a person who writes a scenario is told: every key, an example that works, and the kinds of faults with their sizes. */

/** A scenario that uses most of what there is. */
export const SCENARIO_EXAMPLE = `title: { zh: 寒潮里的漏点, en: A leak in a cold snap }
seed: 7                       # the same seed, the same bytes
size: { stations: 3, circuits: [1, 2], buildings: [4, 6], units: 3 }   # or network: my-network.yaml
climate: jinan
from: heating+30d             # from a date of the season; or 2027-01-10, or 2027-01-10 06:00
to: +20d                      # counted from the start
poll: 1m
vices: usual
residents: { base: usual, patience: 4h }
random: { base: usual, times: 0.5, after: 14d }
faults:
  - { kind: leak, asset: any circuit, at: +15d 03:00, ramp: 12h, size: mild, lasts: 3d }
  - { kind: closed_valve, asset: 2 units, at: +16d, spread: 1d, size: severe, repair: +18d }
  - { kind: sensor_bias, asset: S01, signal: t_out, at: +14d, size: -4 }
  - { kind: offline, asset: 60% of stations, at: +17d 02:00, lasts: 2h, storm: true }
  - { kind: cold_snap, asset: any station, at: +15d, size: severe }
`;

const KEYS = `Keys of a scenario file; all but a network are optional.
  title          { zh, en }
  extends        another scenario file; a key given here replaces the same key there as a whole
  seed           0 to 4294967295 (1)
  network        a network file; or
  size           a generated network: { stations, circuits, buildings, units, rooms, area_m2, variety, suspended }; a number or [least, most]
  season         dates in place of the network's: { filling, commissioning, heating, end }
  climate        ${CLIMATES.join(" or ")} (${CLIMATES[0]})
  weather        a table of real temperatures "time,celsius" in place of the climate's
  from, to       begin (heating+30d) and end (+14d)
  poll           interval of the stations' polls (1m); unit_interval: of units and rooms (30m)
  points         which points stations have: ${POINT_SETS.join(", ")} (usual)
  vices          what gateways do to their messages: ${Object.keys(VICES).join(", ")} (usual), or { base, loss_share, duplicate_share, jitter_share,
                 reorder_share, unit_loss_share, outages_per_day, outage: [5m, 3h], marked_history_share, skew, drift_per_day, dst_mistake_share, latency,
                 forgetful_share, collecting_share }
  residents      who calls: ${Object.keys(HABITS).join(", ")} (usual), or { base, call_share, cold_below_c, cold_spread_c, notices_k, patience,
                 unseen_per_1000_season, surge }
  random         faults by chance: none, usual, or { base: none or usual, times, after, kinds: { leak: 0.5 } } per station and season of 120 days
  speed          times the clock, or max (1)
  faults         a list of { kind, asset, at } and, if wanted: size (mild, severe or a number in the unit of the kind; mild), ramp (time to grow to it),
                 lasts or repair, spread (each place begins up to so much later), variant, signal (of a sensor), storm: true (one event in many places)
Places: an id of the network; any, any unit, 3 units, 40% of units, every station; with "in S01" or "on branch NAME".
Times: 2027-01-12, 2027-01-12 09:10 (local), ISO 8601 with a zone, +3d 08:00, +36h, heating+30d. Durations: 30s, 5m, 1h30m, 3d, 2w.
`;

/** The help on scenario files: keys, the example, and every kind with its sizes. */
export function scenarioHelp(): string {
  const width = Math.max(...DISTURBANCE_KINDS.map((kind) => kind.length)) + 2;
  const kinds = DISTURBANCE_KINDS.map((kind) => {
    const { truth, mild, severe, unit, levels, variants } = disturbanceOf(kind);
    const sizes = mild === severe ? "" : `, mild ${mild}, severe ${severe}`;
    const ways = variants === undefined ? "" : `; variants ${variants.join(", ")}`;
    return `  ${kind.padEnd(width)}${truth === undefined ? "(no fault) " : ""}${levels.join("/")}${sizes}: ${unit}${ways}`;
  });
  return `${KEYS}\nExample:\n${SCENARIO_EXAMPLE.replaceAll(/^/gm, "  ").trimEnd()}\n\nKinds of faults:\n${kinds.join("\n")}\n`;
}
