-- The last event of each batch that got one since; of all, without a time.
SELECT DISTINCT ON (batch_id) batch_id, event_id, digest
FROM batch_events
WHERE $1::timestamptz IS NULL OR recorded_at >= $1
ORDER BY batch_id, event_id DESC
