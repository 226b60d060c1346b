import { parseArgs } from "node:util";
import { leakStory } from "../support/leak-story.ts";
import { DAY_MS, HOUR_MS, type LoopStory, STORY_START } from "../support/water-loop.ts";
import { seededRandom } from "../support/random.ts";

/** Prints what the leak rule finds over simulated station-seasons: false alarms, share found and delay by leak size (DOMAIN 3.5). */

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "30" },
    days: { type: "string", default: "100" },
    interval: { type: "string", default: "300" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log("node test/bench/leak-monte-carlo.ts [--seeds 30] [--days 100] [--interval 300 (s)]");
  process.exit(0);
}
const seeds = Number(values.seeds);
const days = Number(values.days);
const intervalMs = Number(values.interval) * 1000;
const ONSET_DAY = 20;

function drains(seed: number, upToDay: number): { atMs: number; hours: number; m3: number }[] {
  const random = seededRandom(seed ^ 0x5eed);
  const found = [];
  for (let day = 4; day < upToDay; day++)
    if (random() < 0.009) found.push({ atMs: day * DAY_MS + (8 + 8 * random()) * HOUR_MS, hours: 1 + 2 * random(), m3: 3 + 12 * random() });
  return found;
}

/** 200 L within ten minutes, six times a day on average, by day only. */
function bursts(seed: number): (ms: number) => number {
  const random = seededRandom(seed ^ 0xb0c);
  let until = 0;
  return (ms) => {
    const hour = (ms / HOUR_MS) % 24;
    if (ms >= until && hour >= 7 && hour < 21 && random() < 6 / (14 * 60)) until = ms + 600_000;
    return ms < until ? 1.2 : 0;
  };
}

const healthy = (seed: number, story: Partial<LoopStory>, length: number): LoopStory => ({
  seed,
  days: length,
  setbackK: seed % 2 === 0 ? 3 : 0,
  control: seed % 5 === 4 ? "vfd" : "band",
  drains: drains(seed, length),
  ...story,
});

function row(name: string, story: (seed: number) => LoopStory, onsetMs: number | undefined): void {
  let falseAlarms = 0;
  let stationDays = 0;
  const delays: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const run = leakStory(story(seed), { intervalMs });
    const onset = STORY_START + (onsetMs ?? Infinity);
    const early = run.episodes.filter((episode) => episode.detectedAt < onset);
    falseAlarms += early.length;
    stationDays += onsetMs === undefined ? story(seed).days : onsetMs / DAY_MS;
    const found = run.episodes.find((episode) => episode.detectedAt >= onset);
    if (found !== undefined) delays.push((found.detectedAt - onset) / HOUR_MS);
  }
  delays.sort((a, b) => a - b);
  const at = (share: number): string =>
    delays.length === 0 ? "-" : delays[Math.min(delays.length - 1, Math.floor(share * delays.length))]!.toFixed(1);
  const perSeason = ((falseAlarms * 100) / stationDays).toFixed(3);
  const share = onsetMs === undefined ? "-" : `${((100 * delays.length) / seeds).toFixed(0)} %`;
  console.log(`${name.padEnd(34)} ${perSeason.padStart(9)} ${share.padStart(7)} ${at(0.5).padStart(9)} ${at(0.9).padStart(9)}`);
}

console.log(`${seeds} seeds, ${days} days healthy, leaks from day ${ONSET_DAY}, reports every ${intervalMs / 1000} s`);
console.log(`${"story".padEnd(34)} ${"FA/100 d".padStart(9)} ${"found".padStart(7)} ${"p50 h".padStart(9)} ${"p90 h".padStart(9)}`);
row("healthy", (seed) => healthy(seed, {}, days), undefined);
row("healthy, floor volume 158 m³ for 105", (seed) => healthy(seed, { volumeM3: 158 }, days), undefined);
row("healthy, temperature noise 0.5 K", (seed) => healthy(seed, { noiseC: 0.5 }, days), undefined);
row("healthy, 200 L drawn at times", (seed) => healthy(seed, { draw: bursts(seed) }, days), undefined);
const onsetMs = ONSET_DAY * DAY_MS + 10.3 * HOUR_MS;
for (const size of [0.1, 0.2, 0.4, 0.8, 1.5])
  row(`leak ${size} m³/h`, (seed) => healthy(seed, { leak: (ms) => (ms >= onsetMs ? size : 0) }, ONSET_DAY + 5), onsetMs);
row(
  "growing 0 to 0.8 in 14 d",
  (seed) => healthy(seed, { leak: (ms) => 0.8 * Math.max(0, Math.min(1, (ms - onsetMs) / (14 * DAY_MS))) }, ONSET_DAY + 15),
  onsetMs,
);
