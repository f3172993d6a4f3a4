-- Who writes. The epoch rises with each open by a writer and is compared in each of its transactions, so that a writer
-- that was replaced cannot write any more. Here the home's lock keeps others out already.
CREATE TABLE lease (
  name   TEXT PRIMARY KEY,         -- writer
  holder TEXT NOT NULL,            -- estate/node
  epoch  INTEGER NOT NULL
) STRICT;
