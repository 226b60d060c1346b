import type { Curve, CurveGap } from "../model/curve.ts";
import type { Text } from "../model/text.ts";
import { GAP_MIN_MS } from "./curve-gaps.ts";
import { InfluxError } from "./influx.ts";

/** A curve whose older part could not be read: it says so, and does not take that part for a gap. */

/** What a person is told. Throws whatever is no failure of InfluxDB. */
export function reasonOf(error: unknown, isLate: boolean): Text {
  if (isLate) return { zh: "InfluxDB 未及时应答", en: "InfluxDB did not answer in time" };
  if (!(error instanceof InfluxError)) throw error;
  return REASONS[error.type];
}

const REASONS: Readonly<Record<InfluxError["type"], Text>> = {
  unavailable: { zh: "InfluxDB 无应答", en: "InfluxDB does not answer" },
  unauthorized: { zh: "InfluxDB 拒绝访问，请检查令牌和权限", en: "InfluxDB refuses access: check its token and rights" },
  missing: { zh: "InfluxDB 中没有这个数据库", en: "InfluxDB does not have the database" },
  refused: { zh: "InfluxDB 拒绝了查询", en: "InfluxDB refused the question" },
};

/** `lackingTo`: per series of the curve, the end of what could not be read; undefined when all could. */
export function markIncomplete(curve: Curve, lackingTo: readonly (number | undefined)[], reason: Text): Curve {
  const before = Math.max(...lackingTo.map((to) => to ?? -Infinity));
  const gapsOf = (gaps: readonly CurveGap[] | undefined, to: number | undefined): CurveGap[] => after(gaps ?? [], to ?? -Infinity);
  const incomplete = { before, reason };
  if (curve.raw)
    return { ...curve, incomplete, series: curve.series.map((one, index) => ({ ...one, gaps: gapsOf(one.gaps, lackingTo[index]) })) };
  return { ...curve, incomplete, series: curve.series.map((one, index) => ({ ...one, gaps: gapsOf(one.gaps, lackingTo[index]) })) };
}

function after(gaps: readonly CurveGap[], to: number): CurveGap[] {
  return gaps.flatMap((gap): CurveGap[] => {
    if (gap[0] >= to) return [gap];
    return gap[1] - to > GAP_MIN_MS ? [[to, gap[1]]] : [];
  });
}
