-- What these batches said; what is erased is no more said.
SELECT batch_id, event_id, message_id, type, version, occurred_at, data FROM batch_events
WHERE batch_id = ANY($1::uuid[]) AND data IS NOT NULL
ORDER BY batch_id, event_id
