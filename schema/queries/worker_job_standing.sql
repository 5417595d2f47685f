-- What is recorded of a job: nothing yet for a young batch, nothing but the erased submit for an expired one.
SELECT e.version, e.data, b.status AS batch_status, j.status AS job_status, j.retry_count, j.stage_step
FROM batch_events e
LEFT JOIN processing_batches b ON b.id = e.batch_id
LEFT JOIN batch_jobs j ON j.batch_id = e.batch_id AND j.id = $2
WHERE e.batch_id = $1 AND e.event_id = 1
