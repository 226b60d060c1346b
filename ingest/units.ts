import { SIGNALS, type SignalId } from "../model/signals.ts";

/** What a value outside the possible range probably is: the habits of the field, DOMAIN 1 "accept-time unit detection". */

/** Below it a pressure other than zero was not measured in kPa. */
export const PRESSURE_LEAST_KPA = 5;
const MPA_LEAST = 0.05;
const BAR_LEAST = 0.5;

/** What controllers and meters send instead of "no value". */
const FAILURE_CODES = new Set([-32768, 32767, 65535, 65534, -9999, 9999, -999, -99, 999.9, 99999]);

interface Scale {
  readonly factor: number;
  readonly words: string;
}

/** Other scales in use for a unit of the wire, the commonest first. */
const SCALES: Readonly<Record<string, readonly Scale[]>> = {
  "°C": [
    { factor: 0.1, words: "tenths of a degree" },
    { factor: 0.01, words: "hundredths of a degree" },
  ],
  "%": [
    { factor: 0.1, words: "tenths of a percent" },
    { factor: 0.01, words: "hundredths of a percent" },
  ],
  kPa: [{ factor: 0.001, words: "Pa" }],
  Hz: [
    { factor: 0.1, words: "tenths of a hertz" },
    { factor: 0.01, words: "hundredths of a hertz" },
  ],
  V: [
    { factor: 0.1, words: "tenths of a volt" },
    { factor: 0.001, words: "mV" },
  ],
  m: [
    { factor: 0.01, words: "cm" },
    { factor: 0.001, words: "mm" },
  ],
  kW: [{ factor: 0.001, words: "W" }],
  "m³/h": [
    { factor: 0.1, words: "tenths" },
    { factor: 0.001, words: "L/h" },
  ],
  "m³": [{ factor: 0.001, words: "litres" }],
  GJ: [{ factor: 0.001, words: "MJ" }],
};

/** One sentence on what the sender should change, or undefined when nothing sensible fits. */
export function suggestUnit(signal: SignalId, value: number): string | undefined {
  if (FAILURE_CODES.has(value)) return `${value} is a code for a failed sensor: send null`;
  const { unit, min, max } = SIGNALS[signal];
  const fits = (converted: number): boolean => converted >= min && converted <= max;
  if (unit === "0/1") return value > 1 || value < 0 ? "send 0 or 1; a status word has to be taken apart first" : undefined;
  if (unit === "kPa" && value > 0 && value < PRESSURE_LEAST_KPA) return smallPressure(value, max);
  if (unit === "dBm" && value > 0 && fits(-value)) return "the sign is missing: multiply by -1";
  if (unit === "°C" && !Number.isInteger(value)) return warmTemperature(value, fits);
  if (value <= max) return undefined;
  const scale = SCALES[unit]?.find(({ factor }) => fits(value * factor));
  return scale === undefined ? undefined : `probably ${scale.words}: multiply by ${scale.factor}`;
}

/** 0.5 to 2.5 may be MPa or bar: MPa is the field's habit, unless it would be more than the signal can be. */
function smallPressure(value: number, maxKpa: number): string | undefined {
  if (value >= MPA_LEAST && value * 1_000 <= maxKpa) return "probably MPa: multiply by 1000";
  if (value >= BAR_LEAST && value * 100 <= maxKpa) return "probably bar: multiply by 100";
  return undefined;
}

/** Raw registers are whole numbers, so a fraction speaks for another scale of temperature. */
function warmTemperature(value: number, fits: (converted: number) => boolean): string | undefined {
  if (value > 250 && fits(value - 273.15)) return "probably kelvin: subtract 273.15";
  if (value > 0 && fits((value - 32) / 1.8)) return "probably °F: subtract 32 and divide by 1.8";
  if (fits(value * 0.1)) return "probably tenths of a degree: multiply by 0.1";
  return undefined;
}
