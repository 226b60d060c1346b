import { formatNumber } from "../format.ts";
import { displayOfUnit } from "../units.ts";

/** How limits are written. They are set in the unit in which rules compare, so pressures stay in kPa here. */

/** A number as it was set: as many decimals as it has, four at most. */
export function plainNumber(value: number): string {
  const decimals = String(Number(value.toFixed(4))).split(".")[1]?.length ?? 0;
  return formatNumber(value, decimals);
}

/** Number and unit. */
export const limitText = (value: number, unit: string): string =>
  `${plainNumber(value)}${unitText(unit) === "" ? "" : ` ${unitText(unit)}`}`;

/** "℃", "h"; "" for a ratio. */
export const unitText = (unit: string): string => displayOfUnit(unit, "kPa").unit;
