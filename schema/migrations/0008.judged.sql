-- depends: 0007.redriven
-- Whether an event of the stream was set aside already is asked for each that a recovery reads again.
CREATE INDEX idx_set_aside_message ON set_aside_events(message_id) WHERE message_id IS NOT NULL;
