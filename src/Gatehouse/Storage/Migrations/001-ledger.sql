-- Logs whose entries lie here. A home writes log 1; others may come from other nodes later.
CREATE TABLE log (
  log INTEGER PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE
);

-- The leaves. Their text may be pruned; their hashes stay.
CREATE TABLE ledger_entry (
  log INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  hash BLOB NOT NULL,
  leaf BLOB,
  PRIMARY KEY (log, idx)
);

-- Signed tree heads, each with the right edge of its tree so that a start needs only newer leaves.
CREATE TABLE checkpoint (
  log INTEGER NOT NULL,
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  frontier BLOB NOT NULL,
  PRIMARY KEY (log, size)
);

-- Payloads, sealed. expires: milliseconds since 1970, UTC. key is ((log - 1) << 56) + idx * 8 + kind: the row's own
-- number says whose it is, so that a commit writes no index for it.
CREATE TABLE payload (
  key INTEGER PRIMARY KEY,
  log INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  class INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX payload_due ON payload (expires);

-- Derived from leaves of log 1, for people and statistics. Verification never reads it.
CREATE TABLE exchange (
  idx INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  started INTEGER NOT NULL,
  job TEXT NOT NULL,
  model TEXT,
  dialect TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  identified_by TEXT NOT NULL,
  caller TEXT NOT NULL,
  stream INTEGER NOT NULL,
  flags TEXT,
  outcome TEXT,
  outcome_idx INTEGER,
  status INTEGER,
  reason TEXT,
  duration_ms INTEGER,
  input_tokens INTEGER,
  output_tokens INTEGER,
  bytes INTEGER
);
CREATE INDEX exchange_open ON exchange (idx) WHERE outcome IS NULL;

-- Derived: indexes of entries that are neither requests nor outcomes.
CREATE TABLE act (
  idx INTEGER PRIMARY KEY
);

-- Bytes in use over time, for the estimate of the days left.
CREATE TABLE size_sample (
  at INTEGER PRIMARY KEY,
  bytes INTEGER NOT NULL
);

-- Small facts that outlive the process.
CREATE TABLE ledger_flag (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
);
