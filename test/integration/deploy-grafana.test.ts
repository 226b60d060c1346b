import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseNetworkFile } from "../../model/network-file.ts";
import { SIGNAL_IDS, SIGNALS } from "../../model/signals.ts";
import { createLineWriter } from "../../store/influx-lines.ts";
import { createRollupLineWriter, ROLLUP_WIDTHS, type RollupName } from "../../store/influx-rollup-lines.ts";
import { type InfluxServer, startInflux } from "../support/influx-server.ts";

/** Every query of the provisioned dashboards, as Grafana would send it, on a real InfluxDB with the lines that the platform writes. */

const DEPLOY = join(import.meta.dirname, "../../deploy/grafana");
const DATABASES: Readonly<Record<string, { db: string; rp: string }>> = {
  // On 1.x the rollups are a retention policy of the same database; on 2.7 a bucket of their own, which the data source names.
  "heatsteward-raw": { db: "heatsteward", rp: "autogen" },
  "heatsteward-rollup": { db: "heatsteward", rp: "rollup" },
};
const NETWORK = `
stations:
  - id: S.01
    circuits: [{ id: S.01-H, buildings: [{ id: B03, units: [{ id: B03-U1 }, { id: B03-U2 }] }] }]
  - id: S02
    circuits: [{ id: S02-L, buildings: [{ id: B09, units: [{ id: B09-U1 }] }] }]
`;
const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 21, 4);
/** A range for each step of the switch. */
const RANGES: Readonly<Record<string, number>> = { raw: DAY_MS, "5m": 30 * DAY_MS, "1h": 150 * DAY_MS };

interface Target {
  readonly refId: string;
  readonly datasource: { readonly uid: string };
  readonly query: string;
}
interface Dashboard {
  readonly uid: string;
  readonly panels: readonly { readonly id: number; readonly title: string; readonly targets: readonly Target[] }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly datasource: { readonly uid: string }; readonly query: string }[];
  };
  readonly links: readonly { readonly url: string }[];
}
const dashboards = readdirSync(join(DEPLOY, "dashboards")).map(
  (name) => JSON.parse(readFileSync(join(DEPLOY, "dashboards", name), "utf8")) as Dashboard,
);
const targets = dashboards.flatMap(({ uid, panels }) =>
  panels.flatMap(({ title, targets: own }) => own.map((target) => [`${uid}: ${title}, ${target.refId}`, target] as const)),
);

let server: InfluxServer;
beforeAll(async () => {
  server = await startInflux();
  await ask(DATABASES["heatsteward-raw"]!, "CREATE DATABASE heatsteward");
  await ask(DATABASES["heatsteward-raw"]!, "CREATE RETENTION POLICY rollup ON heatsteward DURATION INF REPLICATION 1");
  const network = parseNetworkFile(NETWORK, "network.yaml");
  const raw = createLineWriter(network);
  const rollup = createRollupLineWriter(network);
  for (const { id, level } of network.assets()) {
    const signals = SIGNAL_IDS.filter((signal) => SIGNALS[signal].levels.some((each) => each === level));
    for (let step = 1; step <= 6; step++) {
      const at = NOW - step * 1_200_000;
      for (const signal of signals) raw.add(id, signal, at, valueOf(step));
      for (const name of Object.keys(ROLLUP_WIDTHS) as RollupName[]) {
        const start = Math.floor((NOW - step * DAY_MS) / ROLLUP_WIDTHS[name]) * ROLLUP_WIDTHS[name];
        for (const signal of signals) {
          const value = valueOf(step);
          const row = {
            count: 2,
            min: value,
            max: value,
            sum: 2 * value,
            first: value,
            last: value,
            samples: 2,
            firstAt: start,
            lastAt: start + 1,
          };
          rollup.add(id, signal, name, start, row);
        }
      }
    }
  }
  await write(DATABASES["heatsteward-raw"]!, raw.take().lines);
  await write(DATABASES["heatsteward-rollup"]!, rollup.take());
});
afterAll(() => server.remove());

/** All signals alike: totalisers rise with time, which `step` counts backwards. */
const valueOf = (step: number): number => 50 - step;

type Place = { readonly db: string; readonly rp: string };

async function write({ db, rp }: Place, lines: readonly string[]): Promise<void> {
  const answer = await fetch(`${server.url}/write?db=${db}&rp=${rp}&precision=ms`, { method: "POST", body: lines.join("\n") });
  expect(await answer.text()).toBe("");
}

interface Series {
  readonly tags?: Readonly<Record<string, string>>;
  readonly values: readonly (readonly (number | string | null)[])[];
}
async function ask({ db, rp }: Place, statement: string): Promise<readonly Series[]> {
  const answer = await fetch(`${server.url}/query?db=${db}&rp=${rp}&epoch=ms`, {
    method: "POST",
    body: new URLSearchParams({ q: statement }),
  });
  const body = (await answer.json()) as { error?: string; results?: readonly { error?: string; series?: readonly Series[] }[] };
  expect(body.error ?? body.results?.[0]?.error, statement).toBeUndefined();
  return body.results?.[0]?.series ?? [];
}

/** The statement with its variables filled in, as Grafana does before it sends it. */
function fill(statement: string, rangeMs: number, values: Readonly<Record<string, string>> = { station: "S\\.01", circuit: ".*" }): string {
  const filled = statement
    .replaceAll("$timeFilter", `time >= ${NOW - rangeMs}ms and time <= ${NOW}ms`)
    .replaceAll("${__from}", String(NOW - rangeMs))
    .replaceAll("${__to}", String(NOW))
    .replaceAll("$__interval", "5m")
    .replaceAll(/\$\{(\w+):regex\}/g, (_whole, name: string) => values[name]!);
  expect(filled).not.toMatch(/\$[\w{]/);
  return filled;
}

describe("the data sources", () => {
  const provisioned = parse(readFileSync(join(DEPLOY, "provisioning/datasources/heatsteward.yaml"), "utf8")) as {
    datasources: { uid: string; user: string; jsonData: { dbName: string }; secureJsonData: { password: string } }[];
  };
  it("are those that the dashboards name, with no password in the file", () => {
    expect(provisioned.datasources.map(({ uid, jsonData }) => [uid, jsonData.dbName])).toEqual([
      ["heatsteward-raw", "heatsteward"],
      ["heatsteward-rollup", "heatsteward_rollup"],
    ]);
    for (const { secureJsonData } of provisioned.datasources) expect(secureJsonData.password).toBe("$GF_HEATSTEWARD_INFLUX_PASSWORD");
  });
});

describe("the dashboards", () => {
  it("are two that link to each other, with a target for each step of every curve", () => {
    expect(dashboards.map(({ uid }) => uid)).toEqual(["heatsteward-network", "heatsteward-station"]);
    for (const { links } of dashboards) expect(dashboards.map(({ uid }) => `/d/${uid}`)).toContain(links[0]?.url);
    for (const [, { refId }] of targets) {
      const [curve, step] = [refId.slice(0, refId.lastIndexOf(" ")), refId.slice(refId.lastIndexOf(" ") + 1)];
      for (const each of Object.keys(RANGES)) expect(targets.some(([, other]) => other.refId === `${curve} ${each}`)).toBe(true);
      expect(Object.keys(RANGES)).toContain(step);
    }
    for (const { panels } of dashboards)
      for (const { targets: own } of panels) expect(new Set(own.map(({ refId }) => refId)).size).toBe(own.length);
  });

  it.each(targets)("%s: answers in its range, and only there", async (_name, { refId, datasource, query }) => {
    for (const [step, rangeMs] of Object.entries(RANGES)) {
      const series = await ask(DATABASES[datasource.uid]!, fill(query, rangeMs));
      if (!refId.endsWith(` ${step}`)) expect(series).toEqual([]);
      else {
        expect(series.flatMap(({ values }) => values).some(([, value]) => typeof value === "number")).toBe(true);
        // Only what was chosen.
        for (const { tags } of series) if (tags !== undefined) expect(Object.values(tags)[0]).not.toMatch(/^(S02|B09)/);
      }
    }
  });

  it("a measurement or field that is not there would be noticed", async () => {
    const [, target] = targets[0]!;
    expect(await ask(DATABASES[target.datasource.uid]!, fill(target.query.replace(/"t\w+"/, '"t9_supply"'), DAY_MS))).toEqual([]);
  });

  it("offer the stations and the circuits of the chosen one", async () => {
    const offered: Record<string, unknown[]> = {};
    for (const { templating } of dashboards)
      for (const { name, query, datasource } of templating.list) {
        const series = await ask(DATABASES[datasource.uid]!, fill(query, DAY_MS));
        offered[name] = series.flatMap(({ values }) => values.map(([, value]) => value));
      }
    expect(offered).toEqual({ station: ["S.01", "S02"], circuit: ["S.01-H"] });
  });
});
