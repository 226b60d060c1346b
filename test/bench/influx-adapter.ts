import { cpus } from "node:os";
import { Network, type Asset } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import { createLineWriter } from "../../store/influx-lines.ts";
import { createInfluxQuery } from "../../store/influx-query.ts";
import { prepareSchema } from "../../store/influx-schema.ts";
import { createInfluxWriter } from "../../store/influx-write.ts";
import { influxSettings } from "../support/influx-settings.ts";
import { startInflux } from "../support/influx-server.ts";
import { seededRandom } from "../support/random.ts";

/** What the adapter alone costs: values to lines, and lines into Debian's InfluxDB 1.6.7 on the same machine by 1, 2 and 4 requests in flight. */

const SEED = 1;
const STATIONS = 1000;
const LINES_PER_BODY = 5000;
const VALUES = 2_000_000;
const SIGNALS = [
  "t2_supply",
  "t2_return",
  "p2_supply",
  "p2_return",
  "q2_flow",
  "mk_total",
  "cp_hz",
  "cp_run",
] as const satisfies SignalId[];
const STARTED_AT = Date.UTC(2026, 10, 1);

const assets: Asset[] = [];
for (let index = 0; index < STATIONS; index++) {
  const station = `S${index}`;
  const facts = { name: "", children: [], station, circuit: undefined, building: undefined, unit: undefined };
  assets.push(
    { ...facts, id: station, level: "station", parent: undefined },
    { ...facts, id: `${station}-H`, level: "circuit", parent: station },
  );
}
const network = new Network({ name: "", timezone: "UTC", season: {}, areas: [], stewards: [], assets });
const random = seededRandom(SEED);
const numbers = Array.from({ length: 100_003 }, () => Math.round(random() * 1000) / 10);

/** Bodies without end: every 10 s each circuit reports its eight signals. */
function createBodies(): () => string[] {
  const writer = createLineWriter(network);
  let line = 0;
  return () => {
    for (let count = 0; count < LINES_PER_BODY; count++, line++) {
      const asset = `S${line % STATIONS}-H`;
      const at = STARTED_AT + Math.floor(line / STATIONS) * 10_000;
      for (const [index, signal] of SIGNALS.entries())
        writer.add(asset, signal, at, numbers[(line * SIGNALS.length + index) % numbers.length]!);
    }
    return writer.take().lines;
  };
}

console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}, seed ${SEED}`);
const perBody = LINES_PER_BODY * SIGNALS.length;
{
  const next = createBodies();
  for (let count = 0; count < 10; count++) next();
  const started = performance.now();
  for (let count = 0; count < VALUES; count += perBody) next();
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `lines alone: ${Math.round(VALUES / seconds)} values/s, ${((1e5 / VALUES) * seconds * 100).toFixed(1)} % of a core at 100,000 values/s`,
  );
}
for (const gzip of [false, true]) {
  for (const inFlight of [1, 2, 4]) {
    const server = await startInflux();
    try {
      const settings = influxSettings({ url: server.url, gzip });
      await prepareSchema(settings, "v1", createInfluxQuery(settings, "v1"));
      const writer = createInfluxWriter(settings, "v1");
      const next = createBodies();
      let sent = 0;
      const started = performance.now();
      const cpu = process.cpuUsage();
      const lane = async (): Promise<void> => {
        while (sent < VALUES) {
          sent += perBody;
          const outcome = await writer.write("raw", next());
          if (outcome.type !== "written") throw new Error(JSON.stringify(outcome));
        }
      };
      await Promise.all(Array.from({ length: inFlight }, lane));
      const seconds = (performance.now() - started) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      const core = (((user + system) / 1e6) * 1e5) / sent;
      console.log(
        `${gzip ? "gzip" : "plain"}, ${inFlight} in flight: ${Math.round(sent / seconds)} values/s; ours ${(core * 100).toFixed(1)} % of a core at 100,000 values/s`,
      );
      await writer.close();
    } finally {
      await server.remove();
    }
  }
}
