SELECT DISTINCT file_checksum FROM batch_jobs WHERE batch_id = ANY($1::uuid[]) AND file_checksum IS NOT NULL
