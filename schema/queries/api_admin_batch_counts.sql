SELECT status AS name, count(*) AS total, count(*) FILTER (WHERE created_at > now() - INTERVAL '24 hours') AS last_day
FROM processing_batches
GROUP BY status
ORDER BY status
