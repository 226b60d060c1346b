import { InputError } from "../model/input-error.ts";
import type { Scenario } from "../simulators/scenario.ts";
import { parseScenario, type ScenarioOverrides } from "../simulators/scenario-file.ts";

/**
 * The standard mixture: networks, climates and phases as different as they come, with everything that goes wrong drawn at its usual
 * rates (`times` more of it, so that a month shows what takes seasons), usual and bad gateways, patient and impatient residents.
 */
const MIX = {
  "mix-jinan": {
    climate: "jinan",
    from: "heating+15d",
    to: "+28d",
    points: "usual",
    vices: "usual",
    residents: "usual",
    times: 5,
    after: "10d",
  },
  "mix-hohhot": {
    climate: "hohhot",
    from: "heating+50d",
    to: "+28d",
    points: "full",
    vices: "usual",
    residents: "demanding",
    times: 5,
    after: "10d",
  },
  "mix-poor": {
    climate: "jinan",
    from: "heating+60d",
    to: "+28d",
    points: "poor",
    vices: "severe",
    residents: "usual",
    times: 5,
    after: "10d",
  },
  "mix-commissioning": {
    climate: "jinan",
    from: "commissioning-3d",
    to: "+24d",
    points: "usual",
    vices: "usual",
    residents: "usual",
    times: 4,
    after: "4d",
  },
  "mix-tail": {
    climate: "hohhot",
    from: "end-30d",
    to: "end+3d",
    points: "usual",
    vices: "usual",
    residents: "usual",
    times: 4,
    after: "10d",
  },
  "mix-quiet": {
    climate: "jinan",
    from: "heating+30d",
    to: "+30d",
    points: "usual",
    vices: "usual",
    residents: "usual",
    times: 1,
    after: "10d",
  },
} as const;

export type MixName = keyof typeof MIX;
export const MIX_NAMES = Object.keys(MIX) as MixName[];
const SIZE = "{ stations: 5, circuits: [1, 2], buildings: [3, 5], units: [2, 4], rooms: 0.3 }";

/** A scenario of the mixture; which network, weather and faults it has follows from the seed. Throws an InputError for an unknown name. */
export function openMix(name: string, overrides: ScenarioOverrides): Scenario {
  const mix = MIX[name as MixName];
  if (mix === undefined) throw new InputError("mixture", `one of ${MIX_NAMES.join(", ")}`, `"${name}"`);
  const { times, after, ...settings } = mix;
  const lines = [
    `title: { zh: 标准混合 ${name}, en: "Standard mixture ${name}" }`,
    `size: ${SIZE}`,
    "poll: 2m",
    "unit_interval: 30m",
    ...Object.entries(settings).map(([key, value]) => `${key}: ${value}`),
    // A shorter world has no time to learn first.
    `random: { times: ${times}${overrides.days === undefined ? `, after: ${after}` : ""} }`,
  ];
  return parseScenario(`${lines.join("\n")}\n`, `${name}.yaml`, neverRead, overrides);
}

function neverRead(path: string): string {
  throw new InputError(path, "nothing: a mixture names no other file", "a file");
}
