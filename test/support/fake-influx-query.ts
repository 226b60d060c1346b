/** The InfluxQL that the fake server understands: databases, retention policies, and SELECT of fields with conditions joined by AND. */

export interface FakePoint {
  /** Name of the retention policy; "raw" for the default one. */
  readonly target: string;
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly at: number;
  readonly field: string;
  value: number;
  /** How often it was written: more than once is allowed, another value may be a mistake. */
  writes: number;
}

interface FakePolicy {
  durationMs: number;
  isDefault: boolean;
}

export type FakeDatabases = Map<string, Map<string, FakePolicy>>;

export interface FakeAnswer {
  readonly status: number;
  readonly body: unknown;
}

const NAME = `"?([^".\\s]+)"?`;

export function answerQuery(databases: FakeDatabases, points: ReadonlyMap<string, FakePoint>, form: URLSearchParams): FakeAnswer {
  const statement = (form.get("q") ?? "").trim();
  const parameters = JSON.parse(form.get("params") ?? "{}") as Record<string, string | number>;
  const done = (series?: unknown): FakeAnswer => ({
    status: 200,
    body: { results: [{ statement_id: 0, ...(series ? { series: [series] } : {}) }] },
  });
  const failed = (error: string): FakeAnswer => ({ status: 200, body: { results: [{ statement_id: 0, error }] } });

  const createDatabase = new RegExp(`^CREATE DATABASE ${NAME}(?: WITH DURATION (\\S+) .*NAME ${NAME})?`, "i").exec(statement);
  if (createDatabase) {
    const [, name = "", duration, policy] = createDatabase;
    if (!databases.has(name)) databases.set(name, new Map([[policy ?? "autogen", { durationMs: durationMs(duration), isDefault: true }]]));
    return done();
  }
  const policy = new RegExp(`^(CREATE|ALTER) RETENTION POLICY ${NAME} ON ${NAME}(?: DURATION (\\S+))?`, "i").exec(statement);
  if (policy) {
    const [, verb = "", name = "", database = "", duration] = policy;
    const policies = databases.get(database);
    if (policies === undefined) return failed(`database not found: ${database}`);
    const known = policies.get(name);
    if (known === undefined && verb.toUpperCase() === "ALTER") return failed(`retention policy not found: ${name}`);
    policies.set(name, { durationMs: durationMs(duration), isDefault: known?.isDefault ?? false });
    return done();
  }
  if (/^SHOW DATABASES$/i.test(statement))
    return done({ name: "databases", columns: ["name"], values: [...databases.keys()].map((name) => [name]) });
  const show = new RegExp(`^SHOW RETENTION POLICIES ON ${NAME}`, "i").exec(statement);
  if (show) {
    const policies = databases.get(show[1] ?? "");
    if (policies === undefined) return failed(`database not found: ${show[1]}`);
    const values = [...policies].map(([name, { durationMs, isDefault }]) => [
      name,
      `${durationMs / 3_600_000}h0m0s`,
      "168h0m0s",
      1,
      isDefault,
    ]);
    return done({ columns: ["name", "duration", "shardGroupDuration", "replicaN", "default"], values });
  }
  if (/^SELECT /i.test(statement)) return select(databases, points, form, statement, parameters);
  return { status: 400, body: { error: `error parsing query: found ${statement.split(" ")[0]}, expected SELECT at line 1, char 1` } };
}

function select(
  databases: FakeDatabases,
  points: ReadonlyMap<string, FakePoint>,
  form: URLSearchParams,
  statement: string,
  parameters: Readonly<Record<string, string | number>>,
): FakeAnswer {
  const parsed = /^SELECT (.+?) FROM (\S+)(?: WHERE (.+?))?(?: ORDER BY time (ASC|DESC))?(?: LIMIT (\d+))?$/is.exec(statement);
  if (parsed === null) return { status: 400, body: { error: `error parsing query: the fake server does not understand: ${statement}` } };
  const [, columnText = "", from = "", where, order, limit] = parsed;
  const path = from.split(".").map((part) => part.replaceAll('"', ""));
  const database = path.length === 3 ? path[0]! : (form.get("db") ?? "");
  const policies = databases.get(database);
  if (policies === undefined) return { status: 200, body: { results: [{ statement_id: 0, error: `database not found: ${database}` }] } };
  const policy = (path.length === 3 ? path[1] : form.get("rp")) ?? undefined;
  const target = policy === undefined || policy === "" || policies.get(policy)?.isDefault === true ? "raw" : policy;
  const measurement = path.at(-1)!;
  const conditions = (where ?? "").split(/\s+AND\s+/i).filter((text) => text !== "");
  const holds = conditions.map((text) => condition(text, parameters));
  const rows = new Map<string, { at: number; tags: Readonly<Record<string, string>>; fields: Map<string, number> }>();
  for (const point of points.values()) {
    if (point.target !== target || point.measurement !== measurement || !holds.every((hold) => hold(point))) continue;
    const key = `${JSON.stringify(point.tags)} ${point.at}`;
    let row = rows.get(key);
    if (row === undefined) rows.set(key, (row = { at: point.at, tags: point.tags, fields: new Map() }));
    row.fields.set(point.field, point.value);
  }
  const all = [...rows.values()];
  const columns =
    columnText === "*"
      ? [...new Set(all.flatMap(({ tags, fields }) => [...Object.keys(tags), ...fields.keys()]))].toSorted()
      : columnText.split(/\s*,\s*/).map((column) => column.replaceAll('"', ""));
  const found = all.filter(({ fields }) => columns.some((column) => fields.has(column)));
  found.sort((a, b) => (order?.toUpperCase() === "DESC" ? b.at - a.at : a.at - b.at));
  const values = found
    .slice(0, limit === undefined ? undefined : Number(limit))
    .map(({ at, tags, fields }) => [at, ...columns.map((column) => fields.get(column) ?? tags[column] ?? null)]);
  const result = {
    statement_id: 0,
    ...(values.length > 0 ? { series: [{ name: measurement, columns: ["time", ...columns], values }] } : {}),
  };
  return { status: 200, body: { results: [result] } };
}

function condition(text: string, parameters: Readonly<Record<string, string | number>>): (point: FakePoint) => boolean {
  const parsed = /^"?([\w-]+)"?\s*(=|>=|<=|<|>)\s*(.+)$/.exec(text.trim());
  if (parsed === null) throw new Error(`the fake server does not understand the condition: ${text}`);
  const [, name = "", operator, word = ""] = parsed;
  const value = word.startsWith("$") ? parameters[word.slice(1)]! : literal(word);
  if (name !== "time") return (point) => point.tags[name] === String(value);
  const at = typeof value === "number" ? value / 1e6 : Date.parse(value);
  if (operator === "=") return (point) => point.at === at;
  if (operator === ">=") return (point) => point.at >= at;
  if (operator === "<=") return (point) => point.at <= at;
  return operator === "<" ? (point) => point.at < at : (point) => point.at > at;
}

function literal(word: string): string | number {
  if (word.startsWith("'")) return word.slice(1, -1).replaceAll(/\\(.)/g, "$1");
  return word.endsWith("ms") ? Number(word.slice(0, -2)) * 1e6 : Number(word);
}

function durationMs(word: string | undefined): number {
  if (word === undefined || /^INF$/i.test(word)) return 0;
  const [, count = "0", unit = "h"] = /^(\d+)(ms|s|m|h|d|w)$/.exec(word) ?? [];
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
  return Number(count) * units[unit]!;
}
