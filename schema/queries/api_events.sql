-- A page of a batch's log. Who holds a batch's id reads its facts, not who handed it in.
SELECT
  batch_id, event_id, message_id, type, version, occurred_at, recorded_at, source, correlation_id, causation_id,
  traceparent,
  data - '{client_ip,notification_email,email}'::text[] AS data
FROM batch_events
WHERE batch_id = $1 AND event_id > $2
ORDER BY event_id
LIMIT $3
