import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/** A disk of a few megabytes, or one that cannot be written: a tmpfs that needs the rights to mount. */
export interface SmallDisk {
  remount(option: string): void;
  unmount(): void;
}

/** Undefined where this user may not mount. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  return {
    remount: (option) => void execFileSync("mount", ["-o", `remount,${option}`, folder], { stdio: "ignore" }),
    unmount: () => void execFileSync("umount", [folder], { stdio: "ignore" }),
  };
}
