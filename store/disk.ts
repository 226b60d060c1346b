import { statfsSync } from "node:fs";
import type { Text } from "../model/text.ts";

/** The disk that the data folder is on, and the limits of the files on it: how full they are, and when their owner has to act. */

export interface DiskState {
  /** Share of the disk that is used, 0…1. */
  readonly usedShare: number;
  readonly freeBytes: number;
  readonly level: "ok" | "warning" | "critical";
  /** The worst of what there is to say; undefined while there is nothing. */
  readonly message?: Text;
}

/** Fill of the files of the telemetry store. */
export interface FileFill {
  readonly journalBytes: number;
  readonly journalBytesMax: number;
  readonly storeBytes: number;
  readonly storeBytesMax: number;
  /** How long readings are meant to be kept; undefined: as long as the bytes allow. */
  readonly retentionMs: number | undefined;
  /** Event time of the oldest reading. */
  readonly oldest: number | undefined;
}

interface DiskRoom {
  readonly bytes: number;
  readonly freeBytes: number;
}

export interface DiskWatchParts {
  readonly folder: string;
  readonly now: () => number;
  readonly fill: () => FileFill;
  /** The disk itself; for tests. */
  readonly read?: (folder: string) => DiskRoom;
}

const WARNING_SHARE = 0.8;
const CRITICAL_SHARE = 0.9;
/** The disk is asked at most this often. */
const FRESH_MS = 5_000;
const DAY_MS = 86_400_000;

/** Bytes of the disk of a folder that this process may still use. */
export function freeBytesOf(folder: string): number {
  return readRoom(folder).freeBytes;
}

function readRoom(folder: string): DiskRoom {
  const { blocks, bfree, bavail, bsize } = statfsSync(folder);
  // As `df`: without what is reserved for the system, a disk is full when nothing of ours fits any more.
  return { bytes: (blocks - bfree + bavail) * bsize, freeBytes: bavail * bsize };
}

export function createDiskWatch({ folder, now, fill, read = readRoom }: DiskWatchParts): { readonly diskState: () => DiskState } {
  let known: DiskState | undefined;
  let knownAt = -Infinity;
  return {
    diskState() {
      const at = now();
      // A clock that went back must not freeze the answer.
      if (known === undefined || at - knownAt >= FRESH_MS || at < knownAt) {
        known = judge(read(folder), fill(), at);
        knownAt = at;
      }
      return known;
    },
  };
}

type Worry = Pick<DiskState, "level"> & { readonly message: Text };

function judge({ bytes, freeBytes }: DiskRoom, fill: FileFill, now: number): DiskState {
  const usedShare = bytes === 0 ? 1 : 1 - freeBytes / bytes;
  const worries = [diskWorry(usedShare, freeBytes), journalWorry(fill), storeWorry(fill, now)].filter((worry) => worry !== undefined);
  const worst = worries.find(({ level }) => level === "critical") ?? worries[0];
  return { usedShare, freeBytes, level: worst?.level ?? "ok", ...(worst === undefined ? {} : { message: worst.message }) };
}

function diskWorry(usedShare: number, freeBytes: number): Worry | undefined {
  if (usedShare < WARNING_SHARE) return undefined;
  const used = percent(usedShare);
  const free = size(freeBytes);
  if (usedShare >= CRITICAL_SHARE)
    return {
      level: "critical",
      message: {
        zh: `数据盘已用 ${used}，仅剩 ${free}：写满后不再确认消息，请立即腾出空间或扩容`,
        en: `the data disk is ${used} full, ${free} are left: once it is full no message is acknowledged. Free space or enlarge it now`,
      },
    };
  return {
    level: "warning",
    message: {
      zh: `数据盘已用 ${used}，剩余 ${free}：请腾出空间或扩容`,
      en: `the data disk is ${used} full, ${free} are left: free space or enlarge it`,
    },
  };
}

function journalWorry({ journalBytes, journalBytesMax }: FileFill): Worry | undefined {
  const share = journalBytes / journalBytesMax;
  if (share < WARNING_SHARE) return undefined;
  return {
    level: share < CRITICAL_SHARE ? "warning" : "critical",
    message: {
      zh: `日志文件已达上限的 ${percent(share)}（${size(journalBytes)}）：写满后不再确认消息，请检查 InfluxDB 与数据盘`,
      en: `the journal is at ${percent(share)} of its limit (${size(journalBytes)}): once it is full no message is acknowledged. See to InfluxDB and the data disk`,
    },
  };
}

/** At its limit the file drops the oldest readings, which is what the limit is for; worth a word when they were meant to be kept longer. */
function storeWorry({ storeBytes, storeBytesMax, retentionMs, oldest }: FileFill, now: number): Worry | undefined {
  const share = storeBytes / storeBytesMax;
  if (share < WARNING_SHARE || retentionMs === undefined || oldest === undefined) return undefined;
  const keptMs = Math.max(1, now - oldest);
  // What the whole time will take, going by what this much of it takes.
  if (storeBytes * Math.max(1, retentionMs / keptMs) <= storeBytesMax) return undefined;
  const days = Math.floor((keptMs / DAY_MS) * (storeBytesMax / storeBytes));
  const wanted = Math.round(retentionMs / DAY_MS);
  return {
    level: "warning",
    message: {
      zh: `本地库已达上限的 ${percent(share)}：只能保留约 ${days} 天，而非设定的 ${wanted} 天；请提高上限或缩短保留期`,
      en: `the local store is at ${percent(share)} of its limit: it will hold about ${days} days instead of the ${wanted} that are set. Raise the limit or keep less`,
    },
  };
}

const percent = (share: number): string => `${Math.min(100, Math.floor(share * 100))} %`;

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.floor(bytes / 1e6)} MB`;
}
