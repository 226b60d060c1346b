/** The phases of a heating season, DOMAIN 6, in the order of the year. */
export const SEASON_PHASES = [
  "off",
  "filling",
  "cold_circulation",
  "commissioning",
  "heating",
  "extreme_cold",
  "tail",
  "shutdown",
] as const;
export type SeasonPhase = (typeof SEASON_PHASES)[number];

/** Phases that a person may set or confirm; hard frost and the end of the season are found by the weather. */
export const SETTABLE_PHASES = ["off", "filling", "cold_circulation", "commissioning", "heating", "shutdown"] as const;
export type SettablePhase = (typeof SETTABLE_PHASES)[number];

/** Phases in which water is warm. */
export const WARM_PHASES = ["commissioning", "heating", "extreme_cold", "tail"] as const satisfies readonly SeasonPhase[];
/** Phases in which pumps run and pressure is held. */
export const RUNNING_PHASES = ["cold_circulation", ...WARM_PHASES] as const satisfies readonly SeasonPhase[];
/** Phases of regular heating. */
export const HEATING_PHASES = ["heating", "extreme_cold", "tail"] as const satisfies readonly SeasonPhase[];
/** Phases in which the plant is in use. */
export const ACTIVE_PHASES = ["filling", ...RUNNING_PHASES, "shutdown"] as const satisfies readonly SeasonPhase[];
