-- A leaf's index is its row's number, so that a commit writes no index for it and a walk over leaves reads pages in
-- order. Those of log n begin at (n - 1) << 56.
CREATE TABLE leaf_by_number (
  idx INTEGER PRIMARY KEY,
  log INTEGER NOT NULL,
  hash BLOB NOT NULL,
  leaf BLOB
);
INSERT INTO leaf_by_number SELECT idx, log, hash, leaf FROM ledger_entry ORDER BY idx;
DROP TABLE ledger_entry;
ALTER TABLE leaf_by_number RENAME TO ledger_entry;
