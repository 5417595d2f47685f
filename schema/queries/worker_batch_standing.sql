-- The first row of a batch's log is its submit; its data is erased when the batch has expired.
SELECT version, data FROM batch_events WHERE batch_id = $1 AND event_id = 1
