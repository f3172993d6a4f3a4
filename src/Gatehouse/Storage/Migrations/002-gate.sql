-- What the gate must not forget in a restart. Written only in the transaction of the ledger entry that says so.
CREATE TABLE token (
  id        TEXT PRIMARY KEY,
  hash      BLOB NOT NULL UNIQUE,  -- SHA-256 of the token; the token itself is never stored
  job       TEXT NOT NULL,
  issued    INTEGER NOT NULL,      -- milliseconds since 1970, UTC, as all times here
  expires   INTEGER NOT NULL,
  endpoints TEXT NOT NULL,         -- comma-separated; empty means all
  models    TEXT NOT NULL,
  networks  TEXT NOT NULL,
  in_url    INTEGER NOT NULL,
  service   INTEGER NOT NULL,
  revoked   INTEGER,
  leaked    INTEGER NOT NULL
) STRICT;

CREATE TABLE pause (
  job   TEXT PRIMARY KEY,          -- * for all jobs
  who   TEXT NOT NULL,
  since INTEGER NOT NULL,
  why   TEXT NOT NULL
) STRICT;

CREATE TABLE job_usage (
  job         TEXT NOT NULL,
  period      TEXT NOT NULL,       -- yyyy-MM-dd or yyyy-MM in the estate's time zone
  tokens      INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,
  cost_micros INTEGER NOT NULL,
  PRIMARY KEY (job, period)
) STRICT, WITHOUT ROWID;
