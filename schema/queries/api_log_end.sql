-- The log outlives the rows of a batch; NULL where no event ever spoke of it.
SELECT max(event_id) FROM batch_events WHERE batch_id = $1
