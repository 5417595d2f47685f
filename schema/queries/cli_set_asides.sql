-- What was set aside, without its bytes, in the order in which it came; NULL for a filter that is not set.
-- It is open while it was set aside more often than when a person last retried it, and its bytes are there.
SELECT * FROM (
  SELECT
    s.id, s.reason, s.queue, s.batch_id, s.message_id, s.times, s.retried_times, s.retried_at, s.recorded_at,
    octet_length(s.body) AS bytes, s.times > s.retried_times AND s.body IS NOT NULL AS open
  FROM set_aside_events s
) aside
WHERE ($1::bigint[] IS NULL OR id = ANY($1))
  AND ($2::text[] IS NULL OR reason = ANY($2))
  AND ($3::uuid[] IS NULL OR batch_id = ANY($3))
  AND ($4::interval IS NULL OR recorded_at <= now() - $4)
  AND ($5::interval IS NULL OR recorded_at > now() - $5)
  AND (open OR NOT $6)
ORDER BY recorded_at, message_id, id
LIMIT $7
