SELECT
  batch_id, event_id, message_id, type, version, occurred_at, recorded_at, source, correlation_id, causation_id,
  traceparent, salt, data::text, commitment, digest
FROM batch_events
WHERE recorded_at >= $1 AND recorded_at < coalesce($2::timestamptz, 'infinity')
ORDER BY recorded_at, batch_id, event_id
