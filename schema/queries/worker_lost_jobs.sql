-- Jobs that should be worked on, of batches that have recorded nothing for $1 seconds; $2 was sent again lately.
SELECT j.batch_id, j.id AS job_id, j.sequence, j.retry_count
FROM processing_batches b
JOIN batch_events e ON e.batch_id = b.id AND e.event_id = b.last_event_id
JOIN batch_jobs j ON j.batch_id = b.id
WHERE b.status IN ('pending', 'processing')
  AND e.recorded_at < now() - make_interval(secs => $1)
  AND j.status IN ('pending', 'downloading', 'processing')
  AND j.id <> ALL($2::uuid[])
ORDER BY b.created_at, b.id, j.sequence
LIMIT $3
