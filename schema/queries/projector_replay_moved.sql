-- Batches whose log is not where the replayed tables have it. What is forgotten has a log and no row.
SELECT * FROM (
  SELECT head.batch_id, b.id IS NOT NULL AS known, (
    SELECT e.data IS NULL FROM batch_events e WHERE e.batch_id = head.batch_id AND e.event_id = head.event_id
  ) AS forgotten
  FROM (SELECT batch_id, max(event_id) AS event_id FROM batch_events GROUP BY batch_id) head
  LEFT JOIN processing_batches b ON b.id = head.batch_id
  WHERE b.last_event_id IS DISTINCT FROM head.event_id
) moved
WHERE known OR NOT forgotten
