import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { type DiskState, type FileFill, createDiskWatch, freeBytesOf } from "../../store/disk.ts";

const DAY = 86_400_000;
const NOW = 1000 * DAY;
const CALM: FileFill = {
  journalBytes: 1e6,
  journalBytesMax: 1e9,
  storeBytes: 1e6,
  storeBytesMax: 1e9,
  retentionMs: 30 * DAY,
  oldest: NOW - DAY,
};

function stateOf(freeShare: number, fill: Partial<FileFill> = {}): DiskState {
  const read = () => ({ bytes: 100e9, freeBytes: freeShare * 100e9 });
  return createDiskWatch({ folder: "/data", now: () => NOW, fill: () => ({ ...CALM, ...fill }), read }).diskState();
}

describe("the state of the disk", () => {
  test.each([
    [0.21, "ok"],
    [0.2, "warning"],
    [0.11, "warning"],
    [0.1, "critical"],
    [0, "critical"],
  ] as const)("with %d of it free is %s", (free, level) => {
    expect(stateOf(free).level).toBe(level);
  });

  test("says in both languages how much is left and what to do", () => {
    const { message, usedShare, freeBytes } = stateOf(0.15);
    expect(usedShare).toBeCloseTo(0.85);
    expect(freeBytes).toBe(15e9);
    expect(message?.en).toContain("85 % full, 15.0 GB are left");
    expect(message?.zh).toContain("已用 85 %");
    expect(stateOf(0.05).message?.en).toContain("no message is acknowledged");
    expect(stateOf(0.5).message).toBeUndefined();
  });

  test("tells of a journal that nears its limit, and the worse of two things first", () => {
    expect(stateOf(0.5, { journalBytes: 0.8e9 })).toMatchObject({
      level: "warning",
      message: { en: expect.stringContaining("journal is at 80 %") },
    });
    expect(stateOf(0.15, { journalBytes: 0.95e9 })).toMatchObject({
      level: "critical",
      message: { en: expect.stringContaining("journal") },
    });
  });

  test("tells of a full store only where the readings were meant to be kept longer", () => {
    const full = { storeBytes: 0.9e9 };
    expect(stateOf(0.5, { ...full, oldest: NOW - 10 * DAY }).message?.en).toContain("about 11 days instead of the 30");
    // It holds what it has to: as full as it gets.
    expect(stateOf(0.5, { ...full, oldest: NOW - 30 * DAY }).level).toBe("ok");
    expect(stateOf(0.5, { ...full, retentionMs: undefined }).level).toBe("ok");
    expect(stateOf(0.5, { storeBytes: 0.7e9, oldest: NOW - DAY }).level).toBe("ok");
  });

  test("asks the disk again after five seconds, and when the clock went back", () => {
    let now = NOW;
    let asked = 0;
    const watch = createDiskWatch({
      folder: "/",
      now: () => now,
      fill: () => CALM,
      read: () => ({ bytes: 100, freeBytes: 100 - asked++ }),
    });
    for (const step of [0, 1000, 3999, 5000, 5001, -10_000]) {
      now = NOW + step;
      watch.diskState();
    }
    expect(asked).toBe(3);
  });

  test("of a real folder has figures", () => {
    const { usedShare, freeBytes } = createDiskWatch({ folder: tmpdir(), now: () => NOW, fill: () => CALM }).diskState();
    expect(usedShare).toBeGreaterThanOrEqual(0);
    expect(usedShare).toBeLessThanOrEqual(1);
    expect(Math.abs(freeBytes - freeBytesOf(tmpdir()))).toBeLessThan(1e9);
  });
});
