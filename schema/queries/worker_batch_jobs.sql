SELECT id, status, retry_count FROM batch_jobs WHERE batch_id = $1 ORDER BY sequence
