import type { Text } from "../model/text.ts";
import { zoneOffsetMs } from "../model/zone.ts";

/** Small pieces of wording that the explanations of rules share. */

/** "14:05" in a time zone. */
export function clockText(timezone: string, at: number): string {
  return new Date(at + zoneOffsetMs(timezone, at)).toISOString().slice(11, 16);
}

/** "12 分钟" / "12 min", "3.5 小时" / "3.5 h", "2 天" / "2 d". */
export function durationText(durationMs: number): Text {
  const minutes = Math.round(durationMs / 60_000);
  if (minutes < 90) return { zh: `${minutes} 分钟`, en: `${minutes} min` };
  const hours = durationMs / 3_600_000;
  if (hours < 48) return { zh: `${tidy(hours)} 小时`, en: `${tidy(hours)} h` };
  return { zh: `${tidy(hours / 24)} 天`, en: `${tidy(hours / 24)} d` };
}

/** At most `decimals` decimals, no trailing zeros. */
export function tidy(value: number, decimals = 1): string {
  return String(Number(value.toFixed(decimals)));
}
