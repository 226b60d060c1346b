import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/** A disk of a few megabytes, or one that cannot be written: a tmpfs that needs the rights to mount. */
export interface SmallDisk {
  remount(option: string): void;
  unmount(): void;
}

/** Calls `skip` where this user may not mount: a test that was not run says so. */
export function mountSmallDisk(folder: string, megabytes: number, skip: (why: string) => never): SmallDisk {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    skip("this user may not mount");
  }
  return {
    remount: (option) => void execFileSync("mount", ["-o", `remount,${option}`, folder], { stdio: "ignore" }),
    unmount: () => void execFileSync("umount", [folder], { stdio: "ignore" }),
  };
}
