-- Each asked batch with the head of its log; a batch that expired has a log and no row.
SELECT asked.id AS asked_id, b.*, head.event_id AS head_event_id, head.digest AS head_digest
FROM unnest($1::uuid[]) AS asked(id)
LEFT JOIN processing_batches b ON b.id = asked.id
LEFT JOIN LATERAL (
  SELECT e.event_id, e.digest FROM batch_events e WHERE e.batch_id = asked.id ORDER BY e.event_id DESC LIMIT 1
) head ON true
