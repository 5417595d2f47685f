SELECT
  id, sequence, source_type, source_url, filename, status, stage, progress_message, result_code, error_code,
  error_message, retry_count, cached, created_at, started_at, completed_at
FROM batch_jobs
WHERE batch_id = $1
ORDER BY sequence
