-- Why jobs failed within the last 24 hours, most often first.
SELECT error_code AS name, count(*) AS total
FROM batch_jobs
WHERE status = 'failed' AND completed_at > now() - INTERVAL '24 hours' AND error_code IS NOT NULL
GROUP BY error_code
ORDER BY count(*) DESC, error_code
