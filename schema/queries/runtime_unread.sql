-- Those of these events that are neither in the log nor set aside.
SELECT v.id
FROM unnest($1::uuid[], $2::uuid[]) AS v(id, batch_id)
WHERE NOT EXISTS (SELECT FROM batch_events e WHERE e.message_id = v.id)
  AND NOT EXISTS (SELECT FROM set_aside_events s WHERE s.batch_id = v.batch_id AND s.message_id = v.id)
