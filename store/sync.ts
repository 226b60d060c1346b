import { closeSync, fsyncSync, openSync } from "node:fs";
import { open } from "node:fs/promises";

/** What was written to a file, or renamed in a folder, is on the disk when this returns. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The same without holding up the thread: a disk may take a while. */
export async function syncPathLater(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
