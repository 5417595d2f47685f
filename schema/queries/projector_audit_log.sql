SELECT
  batch_id, event_id, message_id, type, version, occurred_at, recorded_at, source, correlation_id, causation_id,
  traceparent, salt, data::text, commitment, digest
FROM batch_events
WHERE batch_id > $1 AND batch_id <= $2
ORDER BY batch_id, event_id
