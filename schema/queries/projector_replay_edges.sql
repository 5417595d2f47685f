-- Batches that cut the log into ranges of about $1 events; the index alone is walked, and a NULL ends it.
WITH RECURSIVE edge(batch_id) AS (
  SELECT (SELECT batch_id FROM batch_events ORDER BY batch_id OFFSET $1 LIMIT 1)
  UNION ALL
  SELECT (SELECT e.batch_id FROM batch_events e WHERE e.batch_id > edge.batch_id ORDER BY e.batch_id OFFSET $1 LIMIT 1)
  FROM edge WHERE edge.batch_id IS NOT NULL
)
SELECT batch_id FROM edge WHERE batch_id IS NOT NULL
