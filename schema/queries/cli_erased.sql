-- Those of these batches that the log knows and that are erased.
SELECT batch_id FROM batch_events WHERE batch_id = ANY($1::uuid[]) AND event_id = 1 AND data IS NULL
