-- An attempt begins with `downloading`; a worker that stops in good order gives it back with `queued`.
SELECT
  count(*) FILTER (WHERE data ->> 'stage' = 'downloading') - count(*) FILTER (WHERE data ->> 'stage' = 'queued') AS deaths
FROM batch_events
WHERE batch_id = $1 AND type = 'job.stage_entered' AND data ->> 'job_id' = $2 AND (data ->> 'attempt')::int = $3
