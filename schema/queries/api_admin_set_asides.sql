-- What was set aside, without its bytes, by its id, from behind one on; NULL for a reason that is not asked.
SELECT * FROM (
  SELECT
    id, reason, queue, batch_id, message_id, times, retried_times, retried_at, recorded_at,
    octet_length(body) AS bytes, times > retried_times AND body IS NOT NULL AS open
  FROM set_aside_events
) aside
WHERE id > $1 AND ($2::text IS NULL OR reason = $2) AND (open OR NOT $3)
ORDER BY id
LIMIT $4
