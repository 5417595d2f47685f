SELECT status AS name, count(*) AS total, count(*) FILTER (WHERE created_at > now() - INTERVAL '24 hours') AS last_day
FROM batch_jobs
GROUP BY status
ORDER BY status
