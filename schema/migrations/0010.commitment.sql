-- depends: 0007.redriven
-- H(salt, data), what the chain of digests runs over: with it a chain can be followed through erased rows.
-- Rows from before have none: theirs is computed from salt and data while these are there.
ALTER TABLE batch_events ADD COLUMN commitment BYTEA;
-- The log grows in the order of this column, so an index of its ranges finds what is new, and costs nothing to keep.
CREATE INDEX idx_events_recorded ON batch_events USING brin (recorded_at);
