/** Every change of the application database's schema since the first release, in order. Never edit one that was released: add the next. */

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "tickets",
    sql: `
      CREATE TABLE tickets (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        core TEXT NOT NULL,
        brief TEXT NOT NULL,
        findings TEXT NOT NULL,
        explanation TEXT NOT NULL,
        absorbed INTEGER NOT NULL,
        unfinished INTEGER NOT NULL,
        next_at INTEGER,
        id TEXT GENERATED ALWAYS AS (core->>'$.id') VIRTUAL,
        kind TEXT GENERATED ALWAYS AS (core->>'$.kind') VIRTUAL,
        asset TEXT GENERATED ALWAYS AS (core->>'$.asset') VIRTUAL,
        station TEXT GENERATED ALWAYS AS (core->>'$.station') VIRTUAL,
        circuit TEXT GENERATED ALWAYS AS (core->>'$.circuit') VIRTUAL,
        building TEXT GENERATED ALWAYS AS (core->>'$.building') VIRTUAL,
        unit TEXT GENERATED ALWAYS AS (core->>'$.unit') VIRTUAL,
        state TEXT GENERATED ALWAYS AS (core->>'$.state') VIRTUAL,
        opened_at INTEGER GENERATED ALWAYS AS (core->>'$.openedAt') VIRTUAL,
        closed_at INTEGER GENERATED ALWAYS AS (core->>'$.closedAt') VIRTUAL
      ) STRICT;
      CREATE UNIQUE INDEX ticket_id ON tickets(id);
      CREATE UNIQUE INDEX one_open_ticket ON tickets(kind, asset) WHERE state NOT IN ('closed', 'merged');
      CREATE INDEX ticket_open ON tickets(opened_at, number) WHERE state NOT IN ('closed', 'merged');
      CREATE INDEX ticket_newest ON tickets(opened_at, number);
      CREATE INDEX ticket_state ON tickets(state, opened_at, number);
      CREATE INDEX ticket_kind ON tickets(kind, opened_at, number);
      CREATE INDEX ticket_station ON tickets(station, opened_at, number);
      CREATE INDEX ticket_asset ON tickets(asset, opened_at, number);
      CREATE INDEX ticket_unit ON tickets(unit, opened_at, number) WHERE unit IS NOT NULL;
      CREATE INDEX ticket_building ON tickets(building, opened_at, number) WHERE building IS NOT NULL;
      CREATE INDEX ticket_circuit ON tickets(circuit, opened_at, number) WHERE circuit IS NOT NULL;
      CREATE INDEX ticket_next ON tickets(next_at) WHERE next_at IS NOT NULL;
      CREATE TABLE ticket_stations (station TEXT NOT NULL, number INTEGER NOT NULL REFERENCES tickets(number), PRIMARY KEY (station, number)) STRICT, WITHOUT ROWID;
      CREATE TABLE ticket_events (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        ticket TEXT NOT NULL,
        version INTEGER NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        by TEXT NOT NULL,
        state TEXT NOT NULL,
        text TEXT,
        note TEXT,
        recipient TEXT,
        changes TEXT NOT NULL,
        UNIQUE (ticket, version)
      ) STRICT;
      CREATE TRIGGER ticket_events_are_not_changed BEFORE UPDATE ON ticket_events BEGIN SELECT RAISE(ABORT, 'ticket history is append-only'); END;
      CREATE TRIGGER ticket_events_are_not_deleted BEFORE DELETE ON ticket_events BEGIN SELECT RAISE(ABORT, 'ticket history is append-only'); END;
      CREATE TABLE ticket_days (day TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 2,
    name: "accounts",
    sql: `
      CREATE TABLE users (
        name TEXT PRIMARY KEY COLLATE NOCASE,
        role TEXT NOT NULL,
        language TEXT,
        password TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        disabled_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE sessions (
        token_hash BLOB PRIMARY KEY,
        user TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE ON UPDATE CASCADE,
        created_at INTEGER NOT NULL,
        seen_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX session_user ON sessions(user);
      CREATE INDEX session_seen ON sessions(seen_at);
      CREATE TABLE gateways (
        name TEXT PRIMARY KEY,
        stations TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        revoked_at INTEGER,
        revision INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX gateway_revision ON gateways(revision);
      CREATE TABLE gateway_secrets (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        gateway TEXT NOT NULL REFERENCES gateways(name) ON DELETE CASCADE,
        form TEXT NOT NULL CHECK (form IN ('token', 'password')),
        hash TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER
      ) STRICT;
      CREATE INDEX secret_gateway ON gateway_secrets(gateway, id);
      CREATE TABLE audit (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        ip TEXT,
        what TEXT NOT NULL,
        subject TEXT NOT NULL,
        before TEXT,
        after TEXT,
        result TEXT NOT NULL,
        hash TEXT NOT NULL
      ) STRICT;
      CREATE INDEX audit_subject ON audit(subject, sequence);
      CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
      CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
    `,
  },
  {
    version: 3,
    name: "rule snapshots",
    sql: `
      CREATE TABLE rule_snapshots (
        station TEXT NOT NULL,
        at INTEGER NOT NULL,
        format TEXT NOT NULL,
        saved_at INTEGER NOT NULL,
        state BLOB NOT NULL,
        PRIMARY KEY (station, at)
      ) STRICT;
    `,
  },
  {
    version: 4,
    name: "gateway clocks",
    sql: "CREATE TABLE gateway_clocks (name TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT;",
  },
  {
    version: 5,
    name: "commands",
    sql: `
      CREATE TABLE command_tokens (token_hash BLOB PRIMARY KEY, command TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE INDEX command_token_end ON command_tokens(expires_at);
      CREATE TABLE import_progress (
        fingerprint TEXT PRIMARY KEY,
        path TEXT NOT NULL,
        at INTEGER NOT NULL,
        records INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 6,
    name: "decisions",
    sql: `
      CREATE TABLE decisions (sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT GENERATED ALWAYS AS (body->>'$.id') VIRTUAL, body TEXT NOT NULL) STRICT;
      CREATE UNIQUE INDEX decision_id ON decisions(id);
      CREATE TRIGGER decisions_are_not_changed BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
      CREATE TRIGGER decisions_are_not_deleted BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
    `,
  },
  {
    version: 7,
    name: "rules on trial",
    sql: `
      CREATE TABLE backtests (sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, outcome TEXT) STRICT;
      CREATE TABLE shadows (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;
    `,
  },
];

export const SCHEMA_VERSION = MIGRATIONS.at(-1)!.version;
