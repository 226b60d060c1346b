import { expect, test } from "vitest";
import { suggestUnit } from "../../ingest/units.ts";
import type { SignalId } from "../../model/signals.ts";

const CASES: [SignalId, number, string | undefined][] = [
  ["p2_supply", 0.35, "probably MPa: multiply by 1000"],
  ["p2_supply", 1.2, "probably MPa: multiply by 1000"],
  // 2 MPa is more than the secondary side can have, 2 bar is not.
  ["p2_supply", 2, "probably bar: multiply by 100"],
  ["p1_supply", 2, "probably MPa: multiply by 1000"],
  ["p1_supply", 4.5, "probably bar: multiply by 100"],
  ["p2_supply", 0.01, undefined],
  ["p2_supply", 350_000, "probably Pa: multiply by 0.001"],
  ["t2_supply", 482, "probably tenths of a degree: multiply by 0.1"],
  ["t2_supply", 4_820, "probably hundredths of a degree: multiply by 0.01"],
  ["t2_supply", 321.4, "probably kelvin: subtract 273.15"],
  ["t2_supply", 118.4, "probably °F: subtract 32 and divide by 1.8"],
  ["t2_supply", 32_767, "32767 is a code for a failed sensor: send null"],
  ["t_room", 9_999, "9999 is a code for a failed sensor: send null"],
  ["valve_pos", 853, "probably tenths of a percent: multiply by 0.1"],
  ["cp_hz", 4_250, "probably hundredths of a hertz: multiply by 0.01"],
  ["battery", 3_600, "probably mV: multiply by 0.001"],
  ["h1_power", 3_200_000, "probably W: multiply by 0.001"],
  ["rssi", 87, "the sign is missing: multiply by -1"],
  ["tank_level", 1_450, "probably mm: multiply by 0.001"],
  ["t_out", -120, undefined],
  ["p2_supply", -3, undefined],
];

test.each(CASES)("%s = %d: %s", (signal, value, suggestion) => {
  expect(suggestUnit(signal, value)).toBe(suggestion);
});
