-- Derived from clock steps: leaves from since to below until were stamped by a clock that ran ahead by ahead_ms. What
-- they say is kept until then is kept for that much less. Verification compares it with them.
CREATE TABLE clock_span (
  until    INTEGER PRIMARY KEY,
  since    INTEGER NOT NULL,
  ahead_ms INTEGER NOT NULL
) STRICT;
