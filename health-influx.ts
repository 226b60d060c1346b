import type { HealthPart } from "./model/live.ts";
import type { Text } from "./model/text.ts";
import type { InfluxState } from "./store/influx.ts";

/** What is wrong with the way to InfluxDB, and what to do about it. Nothing of it ever stops the platform: the data are in the local store. */

/** A shorter delay is a batch on its way, not news. */
const BEHIND_MS_MIN = 60_000;
/** Share of the spool's limit from which it is told. */
const SPOOL_SHARE_WARN = 0.8;

/** `spoolBytesMax`: the limit of the setting; undefined: the spool is not watched. */
export function influxPart(state: InfluxState, spoolBytesMax: number | undefined): HealthPart {
  const { lastError, lastErrorAt, backfill, version, ...figures } = state;
  const shown = {
    ...figures,
    spoolBytesMax: spoolBytesMax ?? null,
    version: version ?? null,
    backfill: backfill ?? null,
    lastError: lastError?.en ?? null,
    lastErrorAt: lastErrorAt ?? null,
  };
  const lag = lagMessage(state);
  const forPeople = [deadLetterMessage(state), spoolMessage(state, spoolBytesMax)].filter((text) => text !== undefined);
  const messages = [...(lag === undefined ? [] : [lag]), ...forPeople];
  if (messages.length === 0) return { status: "ok", figures: shown };
  const message = { zh: messages.map(({ zh }) => zh).join("；"), en: messages.map(({ en }) => en).join("; ") };
  const mendsItself = state.state !== "refused" && forPeople.length === 0;
  return { status: "degraded", ...(mendsItself ? { quiet: true } : {}), message, figures: shown };
}

function lagMessage({ state, behindMs, lastError }: InfluxState): Text | undefined {
  const long = behindMs >= BEHIND_MS_MIN;
  const age = formatBehind(behindMs);
  if (state === "refused") {
    const why = reason(lastError, { zh: "权限不足", en: "no access" });
    return {
      zh: `InfluxDB 拒绝访问${long ? `，落后 ${age.zh}` : ""}：${why.zh}。请检查 influx 的 token、用户与数据库；数据都在本地，修好后自动补传`,
      en: `InfluxDB refuses${long ? `, ${age.en} behind` : ""}: ${why.en}. Check token, user and database of influx; data are safe here and follow by themselves once it is mended`,
    };
  }
  if (state === "down" || (state === "connecting" && long)) return waiting(long, age, lastError);
  if (state === "behind" && long) {
    return {
      zh: `InfluxDB 落后 ${age.zh}，正在追赶；数据都在本地`,
      en: `InfluxDB ${age.en} behind and catching up; data are safe here`,
    };
  }
  return undefined;
}

function waiting(long: boolean, age: Text, lastError: Text | undefined): Text {
  const why = reason(lastError, { zh: "无应答", en: "no answer" });
  return {
    zh: `InfluxDB ${long ? `落后 ${age.zh}` : "暂不可用"}：${why.zh}。数据都在本地，恢复后自动补传`,
    en: `InfluxDB ${long ? `${age.en} behind` : "unavailable"}: ${why.en}; data are safe here and follow by themselves`,
  };
}

function deadLetterMessage({ deadLetters }: InfluxState): Text | undefined {
  if (deadLetters === 0) return undefined;
  return {
    zh: `InfluxDB 拒收 ${deadLetters} 行，已留存：在 GET /api/influx/dead-letters 看原因，修正后重放`,
    en: `InfluxDB refused ${deadLetters} ${deadLetters === 1 ? "line" : "lines"}, kept here: GET /api/influx/dead-letters tells why; replay after mending`,
  };
}

function spoolMessage({ spoolBytes }: InfluxState, spoolBytesMax: number | undefined): Text | undefined {
  if (spoolBytesMax === undefined || spoolBytes < spoolBytesMax * SPOOL_SHARE_WARN) return undefined;
  const share = Math.round((spoolBytes / spoolBytesMax) * 100);
  return {
    zh: `待传数据已占上限的 ${share}%；满后改从本地库补传，请尽快恢复 InfluxDB 或调大 influx.spool_gb`,
    en: `${share} % of the spool is full; beyond its limit points are taken from the local store later: mend InfluxDB or raise influx.spool_gb`,
  };
}

/** The reason within a sentence: its own full stop would end it. */
function reason(text: Text | undefined, otherwise: Text): Text {
  return text === undefined ? otherwise : { zh: text.zh.replace(/[。.]+$/u, ""), en: text.en.replace(/\.+$/, "") };
}

/** Whole minutes up to two hours, then hours, then days: "12 分钟", "12 min". */
function formatBehind(behindMs: number): Text {
  const minutes = Math.floor(behindMs / 60_000);
  if (minutes < 120) return { zh: `${minutes} 分钟`, en: `${minutes} min` };
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return { zh: `${hours} 小时`, en: `${hours} h` };
  const days = Math.floor(hours / 24);
  return { zh: `${days} 天`, en: `${days} d` };
}
