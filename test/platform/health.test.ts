import { describe, expect, it } from "vitest";
import { writeMetrics } from "../../api/metrics.ts";
import { healthSchema } from "../../api/health.ts";
import { createHealth, type HealthParts } from "../../health.ts";
import { influxMetrics } from "../../influx-metrics.ts";
import type { Health, HealthPart } from "../../model/live.ts";
import type { DiskState } from "../../store/disk.ts";
import type { InfluxState } from "../../store/influx.ts";

/** What `GET /api/health` and every screen say when InfluxDB or the disk is in trouble. */

const MINUTE = 60_000;
const FINE: InfluxState = {
  state: "forwarding",
  version: "2.7.12",
  behindMs: 800,
  spoolBytes: 10_000,
  spoolPoints: 500,
  pointsWritten: 1_000_000,
  rollupsWritten: 2_000,
  requests: 300,
  retries: 2,
  deadLetters: 0,
  deadLettersDropped: 0,
  pointsTooOld: 0,
  backfill: undefined,
  lastError: undefined,
  lastErrorAt: undefined,
};
const NO_ANSWER = { zh: "无应答（ECONNREFUSED）", en: "no answer (ECONNREFUSED)" };
const SPOOL_MAX = 1_000_000;

/** Health of a platform whose other parts are well. */
function health(parts: { influx?: Partial<InfluxState>; disk?: DiskState }): Health {
  const { influx, disk } = parts;
  const well = {
    startedAt: 1,
    store: { stats: () => ({ points: 1, failing: undefined }) },
    pipeline: { stats: () => ({ gateways: [], rejects: {}, full: false }) },
    host: { counts: () => ({ failures: 0, lastFailure: undefined }) },
    watch: { failures: () => 0 },
    broker: { port: 1883, stats: () => ({ refused: {}, ended: {} }) },
    external: undefined,
    network: { stations: [] },
    contacts: {},
  } as unknown as HealthParts;
  return createHealth({
    ...well,
    influx: influx === undefined ? undefined : () => ({ ...FINE, ...influx }),
    spoolBytesMax: SPOOL_MAX,
    disk: disk === undefined ? undefined : () => disk,
  }).health();
}
const influxPart = (state: Partial<InfluxState>): HealthPart => health({ influx: state }).parts["influx"]!;

describe("InfluxDB", () => {
  it("is not spoken of when it is not configured", () => {
    expect(Object.keys(health({}).parts)).not.toContain("influx");
    expect(health({}).status).toBe("ok");
  });

  it.each<[string, Partial<InfluxState>]>([
    ["forwards", {}],
    ["connects", { state: "connecting", behindMs: 3_000 }],
    ["is a moment behind", { state: "behind", behindMs: 59_000 }],
    ["gets history", { state: "backfilling", backfill: 0.4 }],
    ["mended after an error", { lastError: NO_ANSWER, lastErrorAt: 5 }],
    ["has a spool below its warning", { spoolBytes: SPOOL_MAX * 0.79 }],
  ])("that %s is no news", (_what, state) => {
    expect(influxPart(state)).toMatchObject({ status: "ok" });
    expect(influxPart(state).message).toBeUndefined();
  });

  it.each<[string, Partial<InfluxState>, string, string, boolean]>([
    [
      "does not answer for 12 min",
      { state: "down", behindMs: 12 * MINUTE + 59_000, lastError: NO_ANSWER },
      "InfluxDB 落后 12 分钟：无应答（ECONNREFUSED）。数据都在本地，恢复后自动补传",
      "InfluxDB 12 min behind: no answer (ECONNREFUSED); data are safe here and follow by themselves",
      true,
    ],
    [
      "went away just now",
      { state: "down", behindMs: 2_000, lastError: { zh: "无应答。", en: "no answer." } },
      "InfluxDB 暂不可用：无应答。数据都在本地，恢复后自动补传",
      "InfluxDB unavailable: no answer; data are safe here and follow by themselves",
      true,
    ],
    [
      "is away for a day",
      { state: "connecting", behindMs: 26 * 60 * MINUTE },
      "InfluxDB 落后 26 小时：无应答。数据都在本地，恢复后自动补传",
      "InfluxDB 26 h behind: no answer; data are safe here and follow by themselves",
      true,
    ],
    [
      "is away for days",
      { state: "down", behindMs: 5 * 24 * 60 * MINUTE },
      "InfluxDB 落后 5 天：无应答。数据都在本地，恢复后自动补传",
      "InfluxDB 5 d behind: no answer; data are safe here and follow by themselves",
      true,
    ],
    [
      "catches up",
      { state: "behind", behindMs: 119 * MINUTE },
      "InfluxDB 落后 119 分钟，正在追赶；数据都在本地",
      "InfluxDB 119 min behind and catching up; data are safe here",
      true,
    ],
    [
      "refuses the token",
      { state: "refused", behindMs: 3 * MINUTE, lastError: { zh: "令牌无效（401）", en: "unauthorized access (401)" } },
      "InfluxDB 拒绝访问，落后 3 分钟：令牌无效（401）。请检查 influx 的 token、用户与数据库；数据都在本地，修好后自动补传",
      "InfluxDB refuses, 3 min behind: unauthorized access (401). Check token, user and database of influx; data are safe here and follow by themselves once it is mended",
      false,
    ],
    [
      "refused lines",
      { deadLetters: 3 },
      "InfluxDB 拒收 3 行，已留存：在 GET /api/influx/dead-letters 看原因，修正后重放",
      "InfluxDB refused 3 lines, kept here: GET /api/influx/dead-letters tells why; replay after mending",
      false,
    ],
    [
      "is away while the spool fills",
      { state: "down", behindMs: 90 * MINUTE, spoolBytes: SPOOL_MAX * 0.85 },
      "InfluxDB 落后 90 分钟：无应答。数据都在本地，恢复后自动补传；待传数据已占上限的 85%；满后改从本地库补传，请尽快恢复 InfluxDB 或调大 influx.spool_gb",
      "InfluxDB 90 min behind: no answer; data are safe here and follow by themselves; 85 % of the spool is full; beyond its limit points are taken from the local store later: mend InfluxDB or raise influx.spool_gb",
      false,
    ],
  ])("that %s: says how far, why, and what to do", (_what, state, zh, en, quiet) => {
    const part = influxPart(state);
    expect(part).toMatchObject({ status: "degraded", message: { zh, en } });
    expect(part.quiet ?? false).toBe(quiet);
  });

  it("goes on counting while it is away", () => {
    const minutes = [12, 13, 14].map((each) => influxPart({ state: "down", behindMs: each * MINUTE }).message?.en);
    expect(minutes.map((text) => /\d+/.exec(text!)?.[0])).toEqual(["12", "13", "14"]);
  });

  it("never takes the platform down, whatever it does", () => {
    for (const state of ["connecting", "forwarding", "behind", "down", "refused", "backfilling"] as const) {
      const whole = health({ influx: { state, behindMs: 1e12, deadLetters: 100_000, spoolBytes: 1e12, lastError: NO_ANSWER } });
      expect(whole.status).toBe("degraded");
      expect(healthSchema.parse(whole)).toEqual(whole);
    }
  });

  it("is told by metrics: one state, every counter, numbers only", () => {
    const text = writeMetrics(influxMetrics({ ...FINE, state: "down", behindMs: 720_000, deadLetters: 4, retries: 9 }, SPOOL_MAX));
    const value = (name: string): number => Number(new RegExp(`^heatsteward_${name} (.+)$`, "m").exec(text)?.[1]);
    expect(text.match(/^heatsteward_influx_state\{state="\w+"\} 1$/gm)).toEqual(['heatsteward_influx_state{state="down"} 1']);
    expect(text.match(/^heatsteward_influx_state\{/gm)).toHaveLength(6);
    expect([value("influx_behind_seconds"), value("influx_dead_letters"), value("influx_retries_total")]).toEqual([720, 4, 9]);
    expect([value("influx_backfill_ratio"), value("influx_last_error_seconds"), value("influx_spool_limit_bytes")]).toEqual([
      1,
      0,
      SPOOL_MAX,
    ]);
    expect(text).not.toMatch(/NaN|undefined/);
  });
});

describe("the disk", () => {
  it.each([
    ["warning", "数据盘已用 84 %"],
    ["critical", "数据盘已用 93 %"],
  ] as const)("that fills (%s) degrades with its words", (level, zh) => {
    const whole = health({ disk: { usedShare: 0.9, freeBytes: 1e9, level, message: { zh, en: "the disk is filling" } } });
    expect(whole.status).toBe("degraded");
    expect(whole.parts["disk"]).toEqual({
      status: "degraded",
      message: { zh, en: "the disk is filling" },
      figures: { usedShare: 0.9, freeBytes: 1e9, level },
    });
    expect(healthSchema.parse(whole)).toEqual(whole);
  });
  it("with room is ok", () => {
    const whole = health({ disk: { usedShare: 0.2, freeBytes: 1e12, level: "ok" } });
    expect(whole).toMatchObject({ status: "ok", parts: { disk: { status: "ok" } } });
  });
});
