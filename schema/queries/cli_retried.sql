-- What became of events that were set aside: in the log by now, or how often set aside, for whatever reason.
SELECT
  s.id,
  EXISTS (SELECT FROM batch_events e WHERE e.message_id = s.message_id AND e.batch_id = s.batch_id) AS folded,
  CASE WHEN s.message_id IS NULL OR s.batch_id IS NULL THEN s.times ELSE (
    SELECT sum(o.times) FROM set_aside_events o WHERE o.batch_id = s.batch_id AND o.message_id = s.message_id
  ) END AS times
FROM set_aside_events s
WHERE s.id = ANY($1::bigint[])
