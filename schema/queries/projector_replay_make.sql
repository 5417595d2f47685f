-- What a replay was asked for; the ranges of batches that it folds, without `events` those that are still to be done;
-- and of the log what the fold reads, so that the schema is all that a replay has to see.
CREATE TABLE replay_run (
  until_at TIMESTAMPTZ,
  until_batch UUID,
  until_event INTEGER,
  finished BOOLEAN NOT NULL DEFAULT false
);
CREATE TABLE replay_ranges (
  number INTEGER PRIMARY KEY,
  first_batch UUID NOT NULL,
  last_batch UUID NOT NULL,
  events BIGINT,
  unchanged BIGINT
);
CREATE VIEW batch_events AS
  SELECT batch_id, event_id, message_id, type, version, occurred_at, recorded_at, data FROM {live}.batch_events
