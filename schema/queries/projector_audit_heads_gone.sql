-- Heads that were, where the log has another digest or no such event; with where the batch's log ends now.
SELECT head.batch_id, head.event_id, e.digest IS NOT NULL, (
  SELECT max(event_id) FROM batch_events WHERE batch_id = head.batch_id
)
FROM unnest($1::uuid[], $2::int[], $3::bytea[]) AS head(batch_id, event_id, digest)
LEFT JOIN batch_events e ON e.batch_id = head.batch_id AND e.event_id = head.event_id
WHERE e.digest IS DISTINCT FROM head.digest
