-- What waits for a person. Written only in the transaction of the ledger entry that says so. It refers to what it is
-- about; the payload lies in the ledger. A row goes when the verdict has reached whoever asked.
CREATE TABLE held (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  job        TEXT NOT NULL,
  what       TEXT NOT NULL,        -- a few words for people, no text of a call
  digest     TEXT NOT NULL,        -- SHA-256 of exactly what would be done
  entry      TEXT,                 -- id of the entry whose payload that is
  created    INTEGER NOT NULL,
  expires    INTEGER NOT NULL,
  state      TEXT NOT NULL,
  decided_by TEXT,
  why        TEXT,
  decided    INTEGER,
  UNIQUE (job, kind, digest)       -- the same thing is held once
) STRICT;
