import type { LiveSource } from "./services.ts";

/** Which stations have something new: filled by the platform, emptied by the live hub; newest wins, so a station counts once. */
export function createLiveSource(): LiveSource {
  let touched = new Set<string>();
  return {
    touch(station) {
      touched.add(station);
    },
    take() {
      if (touched.size === 0) return [];
      const taken = [...touched];
      touched = new Set();
      return taken;
    },
  };
}
