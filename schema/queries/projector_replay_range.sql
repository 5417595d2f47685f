-- What a range of batches said, up to a time, and up to an event of one of them; what is erased is no more said.
SELECT batch_id, event_id, message_id, type, version, occurred_at, data FROM batch_events
WHERE batch_id BETWEEN $1 AND $2 AND data IS NOT NULL
  AND ($3::timestamptz IS NULL OR recorded_at <= $3) AND ($4::uuid IS NULL OR batch_id <> $4 OR event_id <= $5::int)
ORDER BY batch_id, event_id
